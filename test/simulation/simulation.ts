/**
 * A whole system that one seed decides: two nodes of the real engine with its real steps, a store in memory,
 * an upstream, people, an administrator, a clock that jumps; processes that die, questions that are refused
 * and answers that are lost.
 */
import { createSecretKey } from 'node:crypto'
import { Turns } from '../../src/engine/turns.ts'
import { type Catalogue, defaultLimits, type World } from '../../src/engine/world.ts'
import { type CompiledFlow, compile } from '../../src/language/compile.ts'
import { loadFlows } from '../../src/language/load.ts'
import type { Organisation } from '../../src/language/settings.ts'
import { listStepTypes } from '../../src/steps/index.ts'
import { hashPassword } from '../../src/steps/password/hash.ts'
import { cheapHash, filesWith } from '../support/world.ts'
import { History } from './history.ts'
import { MemoryStore } from './memory-store.ts'
import { cancel, type Person, signIn } from './person.ts'
import { Chance, Schedule } from './schedule.ts'
import { SimulatedUpstream } from './upstream.ts'

export interface Outcome {
  readonly seed: number
  readonly violations: readonly string[]
  /** Every step, in order: the same for the same seed. */
  readonly trace: readonly string[]
  /** How many logins have come to which end. */
  readonly ends: ReadonlyMap<string, number>
}

interface Node {
  readonly name: string
  world: World
}

/** What one of the people who have an authenticator app has in it. */
const totpSecret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

const people: readonly Person[] = [
  { name: 'ann', password: 'paper lantern quartz', totpSecret },
  { name: 'bob', password: 'seven quiet herons' },
  { name: 'gil', upstream: { subject: 'g-1', email: 'gil@x.test' } },
]

/** Once for all seeds. */
const seqKey = createSecretKey(new Uint8Array(32))
const steps = listStepTypes({
  issuer: new URL('https://sallyport.test'),
  hashCost: cheapHash,
})
const secrets = {
  GOOGLE_CLIENT_SECRET: 'google-secret',
  GITHUB_CLIENT_SECRET: 'github-secret',
  THRIFT_CLIENT_SECRET: 'thrift-secret',
  VAULT_CLIENT_SECRET: 'vault-secret',
}
const shipped = readShipped()
const hashes = new Map(
  await Promise.all(
    people.map(async ({ name, password = '' }) => {
      const hash = await hashPassword(password, cheapHash)
      return [name, hash] as const
    }),
  ),
)

export async function simulate(seed: number): Promise<Outcome> {
  const simulation = new Simulation(seed)
  await simulation.run()
  const { history, schedule } = simulation
  return { seed, violations: history.violations, trace: schedule.trace, ends: history.ends }
}

export class Simulation {
  readonly chance: Chance
  readonly schedule: Schedule
  readonly history = new History()
  readonly store: MemoryStore
  readonly upstream: SimulatedUpstream
  /** Whether people take seconds, not half a minute. */
  readonly isQuick: boolean
  nowMs = Date.UTC(2030, 0, 1)
  readonly #nodes: readonly Node[]
  readonly #secrets = new Map<string, string>()
  readonly #secretsDrawn: Chance
  #crashesLeft: number
  #isOver = false

  constructor(seed: number) {
    this.chance = new Chance(seed)
    // Apart: how many bytes an id has does not change who goes on.
    this.#secretsDrawn = new Chance(~seed)
    this.schedule = new Schedule(this.chance)
    const faultRate = this.chance.pick([0, 0.01, 0.05])
    this.isQuick = this.chance.happens(0.7)
    this.#crashesLeft = this.chance.below(4)
    const faults = { rate: () => (this.#isOver ? 0 : faultRate) }
    this.store = new MemoryStore(this.schedule, faults, this.history)
    this.upstream = new SimulatedUpstream(this.schedule, faultRate)
    this.#nodes = ['node-a', 'node-b'].map((name, at) => {
      const skewMs = at * (this.chance.below(8_000) - 4_000)
      return { name, world: this.#world(skewMs) }
    })
  }

  async run(): Promise<void> {
    this.#seedPeople()
    const { schedule, chance } = this
    for (const person of people) {
      for (let logins = 0; logins < 2; logins++) {
        schedule.begin('browser', () => signIn(this, person))
      }
    }
    schedule.begin('administrator', () => this.#administer())
    await schedule.run(() => {
      this.pass(chance.below(20))
      if (this.#crashesLeft > 0 && chance.happens(0.004)) {
        this.#crashesLeft -= 1
        schedule.kill(chance.pick(this.#nodes).name)
      }
    })
    await this.#finish()
    this.history.over(this.store.rows)
  }

  anyNode(): Node {
    return this.chance.pick(this.#nodes)
  }

  pass(ms: number): void {
    this.nowMs += ms
  }

  totpSecretOf({ name, totpSecret }: Person): string | undefined {
    return totpSecret ?? this.#secrets.get(name)
  }

  /** They have photographed it. Whether it has come to be theirs, they see when they use it. */
  keepSecret({ name }: Person, secret: string): void {
    this.#secrets.set(name, secret)
  }

  /** Whatever has happened: when the faults are over, every login that still runs can be brought to an end. */
  async #finish(): Promise<void> {
    this.#isOver = true
    this.pass(defaultLimits.claimMs + 10_000)
    for (const [id, login] of this.store.rows.logins) {
      if (login.status !== 'running' || login.deadlineMs < this.nowMs + 10_000) continue
      this.schedule.begin('browser', () => this.#cancel(id))
    }
    await this.schedule.run(() => {})
  }

  async #cancel(id: string): Promise<void> {
    const { world, name } = this.#nodes[0]!
    await this.schedule.call(name, () => cancel(world, this.store.rows.logins.get(id)!, people))
    const { status } = this.store.rows.logins.get(id)!
    if (status !== 'ended') this.history.violations.push(`login ${id} cannot be brought to an end`)
  }

  /** Locks somebody and lets them in again, takes a factor away, switches the upstream's accounts. */
  async #administer(): Promise<void> {
    const { chance, schedule } = this
    for (let times = chance.below(5); times > 0; times--) {
      for (let pause = chance.below(40); pause > 0; pause--) await schedule.point('waits')
      const { name } = chance.pick(people)
      const act = chance.pick(['locks', 'unlocks', 'resets', 'unlocks'] as const)
      try {
        await this.store.write(`${act} ${name}`, (rows) => {
          const account = [...rows.accounts.values()].find((one) => one.userName === name)
          if (!account) return
          if (act === 'resets') rows.removeCredentials(account.id, 'totp')
          else
            rows.accounts.set(account.id, {
              ...account,
              status: act === 'locks' ? 'locked' : 'active',
            })
        })
      } catch {
        // The database did not take it, or its answer was lost.
      }
    }
  }

  #seedPeople(): void {
    for (const { name, password, totpSecret } of people) {
      if (!password) continue
      const id = `account-${name}`
      const known = { id, userName: name, source: 'local', provenance: {}, provisional: undefined }
      this.store.rows.accounts.set(id, { ...known, status: 'active', claims: {} })
      const add = (kind: string, secret: string, counter: number) =>
        this.store.rows.credentials.set(`${kind}-${name}`, {
          id: `${kind}-${name}`,
          account: id,
          kind,
          secret,
          counter,
        })
      add('password', hashes.get(name)!, 0)
      if (totpSecret) add('totp', totpSecret, 0)
    }
  }

  #world(skewMs: number): World {
    const { organisation, flow } = shipped
    return {
      organisation: 'default',
      store: this.store,
      catalogue: this.#catalogue(organisation, flow),
      steps: new Map(steps.map((step) => [step.declaration.type, step])),
      now: () => this.nowMs + skewMs,
      seqKey,
      subjectKey: new Uint8Array(32),
      random: (bytes) => Uint8Array.from({ length: bytes }, () => this.#secretsDrawn.below(256)),
      report: () => {},
      limits: defaultLimits,
      turns: new Turns({ atOnce: 100, waitingMax: 0 }),
    }
  }

  #catalogue(organisation: Organisation, flow: CompiledFlow): Catalogue {
    const never = () => {
      throw new Error('no step of this flow asks for it')
    }
    return {
      application: (id) => organisation.applications.find((application) => application.id === id),
      isApplicationEnabled: () => true,
      connection: (id) => organisation.connections.find((connection) => connection.id === id),
      upstream: () => this.upstream,
      service: never,
      directory: never,
      creator: never,
      assigner: never,
      flow: () => flow,
      definition: async () => flow,
    }
  }
}

function readShipped() {
  const { organisation, problems } = loadFlows(filesWith(), steps, secrets)
  if (!organisation) throw new Error(problems.map(({ message }) => message).join('\n'))
  return { organisation, flow: compile(organisation.flows.find(({ name }) => name === 'thrift')!) }
}
