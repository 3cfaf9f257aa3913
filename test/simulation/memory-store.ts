/**
 * The engine's storage in memory: one writer at a time, readers see what is committed, and before and after
 * each question others may go on, the process may die, or the connection be lost.
 */
import type { Login } from '../../src/engine/login.ts'
import type {
  EngineStore,
  EngineTransaction,
  KeptDefinition,
  People,
} from '../../src/engine/ports.ts'
import { KnownError } from '../../src/kit/errors.ts'
import type { Person } from '../../src/language/ports.ts'
import type { Write } from '../../src/language/write.ts'
import type { History } from './history.ts'
import { Rows } from './rows.ts'
import type { Schedule, Task } from './schedule.ts'

export interface Faults {
  /** How often a question is not taken, and its answer lost: of each, from 0 to 1. */
  rate(): number
}

export class MemoryStore implements EngineStore {
  rows = new Rows()
  readonly #schedule: Schedule
  readonly #faults: Faults
  readonly #history: History
  #writer: Task | undefined

  constructor(schedule: Schedule, faults: Faults, history: History) {
    this.#schedule = schedule
    this.#faults = faults
    this.#history = history
  }

  people(): People {
    return this.#reader(() => this.rows)
  }

  async findLogin(id: string): Promise<Login | undefined> {
    return this.#asked('reads a login', () => this.rows.logins.get(id))
  }

  async findAwaiting(awaitedHash: string): Promise<Login | undefined> {
    return this.#asked('reads a login', () =>
      [...this.rows.logins.values()].find((login) => login.awaitedHash === awaitedHash),
    )
  }

  async keepPosted(): Promise<void> {
    throw new Error('nothing is posted here')
  }

  async claim({ login, claim, nowMs, untilMs, spent, guess }: Parameters<EngineStore['claim']>[0]) {
    return this.#written('claims', (rows) => {
      const found = rows.logins.get(login.id)
      const isFree = found?.claim === undefined || found.claimUntilMs! < nowMs
      if (found?.revision !== login.revision || found.status !== 'running' || !isFree) {
        return undefined
      }
      rows.logins.set(login.id, { ...found, claim, claimUntilMs: untilMs, spent })
      return guess ? rows.guess(guess, nowMs) : 0
    })
  }

  async release({ id }: Login, claim: string): Promise<void> {
    await this.#written('releases', (rows) => {
      const found = rows.logins.get(id)
      if (found?.claim !== claim) return
      rows.logins.set(id, { ...found, claim: undefined, claimUntilMs: undefined })
    })
  }

  async commit(move: Parameters<EngineStore['commit']>[0]) {
    const { login, claim, from, writes, forget, events } = move
    return this.#written('commits', (rows, undo) => {
      const found = rows.logins.get(login.id)
      if (found?.claim !== claim || found.revision !== from || found.status !== 'running') {
        return 'stale'
      }
      for (const write of writes) {
        if (rows.write(write) || write.otherwise === 'skip') continue
        undo()
        return 'conflict'
      }
      if (forget) rows.forgetGuesses(forget)
      rows.save(login, events)
      return 'committed'
    })
  }

  async transaction<T>(work: (tx: EngineTransaction) => Promise<T>): Promise<T> {
    await this.#lock('begins a transaction')
    const rows = new Rows(this.rows)
    try {
      const result = await work(this.#open(rows))
      this.#publish(rows)
      return result
    } finally {
      this.#writer = undefined
      await this.#lose('has ended a transaction')
    }
  }

  async findDefinition(digest: string): Promise<string | undefined> {
    return this.rows.definitions.get(digest)
  }

  async keepDefinitions(definitions: readonly KeptDefinition[]): Promise<void> {
    for (const { digest, body } of definitions) this.rows.definitions.set(digest, body())
  }

  /** What whoever begins a login, or administers, writes. */
  async write(what: string, change: (rows: Rows) => void): Promise<void> {
    await this.#written(what, change)
  }

  #open(rows: Rows): EngineTransaction {
    const point = (what: string) => this.#schedule.point(what)
    return {
      people: this.#reader(() => rows),
      take: async (login, claim) => {
        await point('takes a login')
        const found = rows.logins.get(login.id)
        const isOurs =
          found?.claim === claim && found.revision === login.revision && found.status === 'running'
        if (isOurs) rows.logins.set(login.id, { ...found, claim: undefined })
        return isOurs
      },
      apply: async (writes) => {
        await point('writes')
        return applyAll(rows, writes)
      },
      forgetGuesses: async (guess) => rows.forgetGuesses(guess),
      save: async (login, events) => rows.save(login, events),
      create: async (login, events) => rows.save(login, events),
    }
  }

  #reader(rows: () => Rows): People {
    let known = new Map<string, Person>()
    const read = async (what: string, id: () => string | undefined) =>
      this.#asked(what, () => {
        const found = id()
        if (found === undefined) return undefined
        const person = known.get(found) ?? rows().personOf(found)
        if (person) known.set(found, person)
        return person
      })
    const account = 'reads an account'
    return {
      findByUserName: (userName) => read(account, () => rows().accountNamed(userName)),
      findAccount: (id) => read(account, () => id),
      findAssociated: (connection, subject) =>
        read(account, () => rows().accountAssociated(connection, subject)),
      findByVerifiedEmail: async (email) => {
        return rows()
          .accountsWithEmail(email)
          .map((id) => rows().personOf(id)!)
      },
      findByAttribute: async () => [],
      preferences: async () => [],
      isDeviceKnown: async () => false,
      isAssigned: async () => false,
      confirmedMs: async () => undefined,
      agreedAttributes: async () => undefined,
      otherSessions: async () => [],
      readCredential: (id, kind) =>
        this.#asked('reads a credential', () => {
          const found = [...rows().credentials.values()].find(
            (each) => each.account === id && each.kind === kind,
          )
          return found && { id: found.id, secret: found.secret, counter: found.counter }
        }),
      forget: () => {
        known = new Map()
      },
    }
  }

  async #asked<T>(what: string, read: () => T): Promise<T> {
    await this.#schedule.point(what)
    this.#refuse()
    return read()
  }

  /** One statement, or several in one transaction. */
  async #written<T>(what: string, change: (rows: Rows, undo: () => void) => T): Promise<T> {
    await this.#lock(what)
    const rows = new Rows(this.rows)
    let isUndone = false
    const result = change(rows, () => {
      isUndone = true
    })
    this.#writer = undefined
    if (!isUndone) this.#publish(rows)
    await this.#lose(`has heard: ${what}`)
    return result
  }

  async #lock(what: string): Promise<void> {
    const isFree = () => this.#writer === undefined || this.#writer.isDead
    await this.#schedule.point(what, isFree)
    this.#refuse()
    this.#writer = this.#schedule.task
  }

  #publish(rows: Rows): void {
    const before = this.rows
    this.rows = rows
    this.#history.changed(before, rows)
    for (const [id, login] of rows.logins) {
      const old = before.logins.get(id)
      if (old === login) continue
      const events = rows.events.get(id)!.slice(before.events.get(id)?.length ?? 0)
      this.#history.committed({ task: this.#schedule.task, before: old, login, events, rows })
    }
  }

  /** The database does not take the question: nothing has happened. */
  #refuse(): void {
    if (!this.#schedule.task || !this.#schedule.chance.happens(this.#faults.rate())) return
    this.#schedule.trace.push('  the database is busy')
    throw new KnownError('BUSY', 'simulated: the database is busy')
  }

  /** It has happened, and whoever asked may not hear of it. */
  async #lose(what: string): Promise<void> {
    await this.#schedule.point(what)
    if (!this.#schedule.task || !this.#schedule.chance.happens(this.#faults.rate())) return
    this.#schedule.trace.push('  the answer is lost')
    throw new Error('simulated: the connection was lost')
  }
}

function applyAll(rows: Rows, writes: readonly Write[]) {
  const trial = new Rows(rows)
  for (const write of writes) {
    if (!trial.write(write) && write.otherwise !== 'skip') return write.otherwise
  }
  for (const write of writes) rows.write(write)
  return 'applied' as const
}
