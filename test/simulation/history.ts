/**
 * What must never happen, looked at after each commit. The history knows what people really did, from
 * themselves: it takes nothing from what the engine wrote down but the move itself.
 */
import type { Login, LoginEvent } from '../../src/engine/login.ts'
import type { Rows } from './rows.ts'
import type { Task } from './schedule.ts'

/** What a request of a person's browser truly was. */
export interface Attempt {
  readonly login: string
  /** Of the page that it answers; absent: it comes back from an upstream. */
  readonly revision: number | undefined
  readonly action: string
  /** Whose right answer it is; absent: it is a wrong one, or none. */
  readonly rightFor?: string | undefined
  /** The time step of the code in it. */
  readonly step?: number | undefined
}

export class History {
  readonly violations: string[] = []
  /** How many logins have come to which end. */
  readonly ends = new Map<string, number>()
  readonly #attempts = new Map<Task, Attempt>()
  /** By login: whose each of its proofs is. */
  readonly #proven = new Map<string, { state: string; option: string; of: string }[]>()
  readonly #spentSteps = new Set<string>()
  /** By account: the last commit up to which it was active. */
  readonly #activeUntil = new Map<string, number>()
  readonly #began = new Map<Task, number>()
  #commits = 0

  /** From now on this task does that for a person. */
  attempts(task: Task, attempt: Attempt): void {
    this.#attempts.set(task, attempt)
    this.#began.set(task, this.#commits)
  }

  /** Something is committed, of a login or not. */
  changed(before: Rows, after: Rows): void {
    this.#commits += 1
    for (const rows of [before, after]) {
      for (const { id, status } of rows.accounts.values()) {
        if (status === 'active') this.#activeUntil.set(id, this.#commits)
      }
    }
  }

  committed(change: {
    readonly task: Task | undefined
    readonly before: Login | undefined
    readonly login: Login
    readonly events: readonly LoginEvent[]
    readonly rows: Rows
  }): void {
    const { task, before, login, events, rows } = change
    const attempt = task && this.#attempts.get(task)
    if (before && before.status !== 'running') this.#never(login, 'moved on after its end')
    if (before && events.length > 0 && login.revision !== before.revision + 1) {
      this.#never(login, `went from revision ${before.revision} to ${login.revision}`)
    }
    const known = rows.events.get(login.id)!.length
    if (login.facts.events !== known) this.#never(login, `counts ${login.facts.events} of ${known}`)
    for (const event of events) this.#prove(login, before, event, attempt, rows)
    if (login.status === 'ended' && before?.status !== 'ended') this.#end(login, task, rows)
  }

  /** Looked at when everything is over. */
  over(rows: Rows): void {
    const made = new Map<string, number>()
    for (const { source, claims } of rows.accounts.values()) {
      if (source === 'local') continue
      const key = `${source} ${claims.email}`
      made.set(key, (made.get(key) ?? 0) + 1)
    }
    for (const [key, count] of made) {
      if (count > 1) this.violations.push(`${count} accounts were made of ${key}`)
    }
    for (const account of rows.accounts.values()) {
      const isReached =
        account.source === 'local' ||
        [...rows.associations.values()].some((each) => each.account === account.id)
      if (!isReached) this.violations.push(`${account.userName} was made, and nobody can reach it`)
    }
  }

  #prove(
    login: Login,
    before: Login | undefined,
    event: LoginEvent,
    attempt: Attempt | undefined,
    rows: Rows,
  ): void {
    const { option, state } = event
    // Nobody knows them, which is a proof upstream; at a password of our own it looks as a wrong one does.
    const isProof =
      event.outcome === 'success' || (event.outcome === 'unknown' && event.to !== state)
    if (option === undefined || !isProof || ['provision', 'assign'].includes(option)) return
    if (attempt?.login !== login.id || attempt.action !== option) {
      this.#never(login, `${option} succeeded, and nobody had answered it`)
      return
    }
    if (attempt.revision !== undefined && attempt.revision !== before?.revision) {
      this.#never(
        login,
        `a page of revision ${attempt.revision} moved revision ${before?.revision}`,
      )
    }
    if (attempt.rightFor === undefined) {
      this.#never(login, `${option} succeeded, and the answer was wrong`)
      return
    }
    if (option === 'totp') {
      const step = `${attempt.rightFor} ${attempt.step}`
      if (this.#spentSteps.has(step)) this.#never(login, `the code of ${step} was taken twice`)
      this.#spentSteps.add(step)
    }
    const who = attempt.rightFor
    this.#proven.set(login.id, [...(this.#proven.get(login.id) ?? []), { state, option, of: who }])
    const { identity } = login.facts
    if (identity.kind !== 'account') return
    const account = rows.accounts.get(identity.account)
    if (account && account.source === 'local' && account.userName !== who) {
      this.#never(login, `${who} has answered for ${account.userName}`)
    }
  }

  #end(login: Login, task: Task | undefined, rows: Rows): void {
    const { end, identity, proofs } = login.facts
    const name = end!.outcome === 'success' ? 'success' : end!.error!
    this.ends.set(name, (this.ends.get(name) ?? 0) + 1)
    if (end!.outcome !== 'success') return
    const answered = this.#proven.get(login.id) ?? []
    const whose = proofs.map(
      ({ state, option }) =>
        answered.findLast((one) => one.state === state && one.option === option)?.of,
    )
    if (whose.includes(undefined)) this.#never(login, 'counts what was not answered')
    if (new Set(whose).size !== 1) this.#never(login, `is of several people: ${whose}`)
    if (identity.kind !== 'account') return
    // Whoever is locked in the very moment is stopped where the application is answered.
    const began = (task && this.#began.get(task)) ?? this.#commits
    if ((this.#activeUntil.get(identity.account) ?? -1) < began) {
      this.#never(
        login,
        `got in, and the account is ${rows.accounts.get(identity.account)?.status}`,
      )
    }
    if (proofs.length < 2) this.#never(login, 'got in with one factor')
  }

  #never(login: Login, text: string): void {
    this.violations.push(`login ${login.createdMs}: ${text}`)
  }
}
