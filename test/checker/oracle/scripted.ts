/** The ports of an engine that is driven: every choice that it leaves to the outside is made by a script. */
import { createSecretKey } from 'node:crypto'
import type { Login } from '../../../src/engine/login.ts'
import type { EngineStore, EngineTransaction, People } from '../../../src/engine/ports.ts'
import { Turns } from '../../../src/engine/turns.ts'
import { defaultLimits, type World as EngineWorld } from '../../../src/engine/world.ts'
import { type CompiledFlow, compile } from '../../../src/language/compile.ts'
import type { StepDeclaration } from '../../../src/language/declaration.ts'
import type { Identity } from '../../../src/language/facts.ts'
import type { Condition, FlowDefinition, Option } from '../../../src/language/flow.ts'
import type { Person } from '../../../src/language/ports.ts'
import type { Answer, StepCall, StepType } from '../../../src/language/step.ts'
import type { Write } from '../../../src/language/write.ts'
import { Environment, type Facts, type Finding, type Who, type World } from './environment.ts'

/** Thrown where another play has been before, or where a step is run that is not for whoever is known. */
export class NotPlayed extends Error {}

/** Goes through every combination of choices, one play after the other. */
class Script {
  readonly #choices: { chosen: number; of: number }[] = []
  readonly #seen = new Map<string, string>()
  /** Not while the flow is being compiled. */
  isOn: boolean = false
  #at = 0

  start(): void {
    this.isOn = true
  }

  choose<T>(among: readonly T[]): T {
    this.#choices[this.#at] ??= { chosen: 0, of: among.length }
    return among[this.#choices[this.#at++]!.chosen]!
  }

  /** @throws {NotPlayed} when other choices have led to this place as well */
  pass(place: string): void {
    const way = this.#choices
      .slice(0, this.#at)
      .map(({ chosen }) => chosen)
      .join()
    if ((this.#seen.get(place) ?? way) !== way) throw new NotPlayed()
    this.#seen.set(place, way)
  }

  /** @returns false when every combination has been played; it is then as new */
  next(): boolean {
    this.#choices.length = this.#at
    this.#at = 0
    while (this.#choices.length > 0) {
      const last = this.#choices.at(-1)!
      if (++last.chosen < last.of) return true
      this.#choices.pop()
    }
    this.#seen.clear()
    return false
  }
}

/** One flow with everything around it. */
export class Stage {
  readonly script = new Script()
  readonly flow: CompiledFlow
  readonly steps: ReadonlyMap<string, StepType>
  world: World = {}
  readonly environment: Environment

  constructor(flow: FlowDefinition, steps: readonly StepDeclaration[]) {
    this.environment = new Environment(flow, steps)
    this.flow = compile(this.#fallible({ ...flow, states: told(flow.states) }))
    this.steps = new Map(steps.map((step) => [step.type, this.#scripted(step)]))
    this.script.start()
  }

  enter(world: World): void {
    this.world = world
  }

  peopleLike({ facts }: Login, world: World): readonly World[] {
    return this.environment.peopleLike({ who: whoOf(facts.identity), proofs: [], world })
  }

  isAway(position: string, action: string): boolean {
    const option = this.#optionOf(position, action)
    return option !== undefined && this.environment.step(option).away === true
  }

  /** The account of this world, as the store would have it. */
  person(): Person | undefined {
    if (!this.world['account.exists']) return undefined
    const credentials = Object.keys(this.world).flatMap((name) => {
      const [what, kind] = name.split(' ') as [string, string?]
      if (kind === undefined || !this.world[name]) return []
      if (what === 'linked') return [{ id: name, kind: `connection:${kind}` }]
      return this.environment.idsOf(kind).map((id) => ({ id, kind }))
    })
    const known = { id: 'account', userName: 'ann', groups: [], grants: [], source: 'local' }
    const status = this.world['account.active'] ? 'active' : 'locked'
    return { ...known, status, claims: {}, credentials }
  }

  #optionOf(position: string, id: string): Option | undefined {
    const state = this.flow.definition.states[position]
    return state?.kind === 'offer' ? state.options.find((option) => option.id === id) : undefined
  }

  /** A step of which only the declaration is known: it finds whatever it can find in this world. */
  #scripted(declaration: StepDeclaration): StepType {
    const work = async (call: StepCall) => this.#answer(declaration, call)
    return { declaration, params: {}, fields: [], work }
  }

  #answer(declaration: StepDeclaration, call: StepCall): Answer {
    const option = this.#calledFor(declaration, call)
    if (declaration.mode === 'run') {
      const { identity, proofs, params } = call
      if (!declaration.needs.includes(identity.kind)) throw new NotPlayed()
      this.script.pass(JSON.stringify([params, identity, proofs, this.world]))
    }
    const scene = { who: whoOf(call.identity), proofs: call.proofs, world: this.world }
    const found = this.environment.findings(option, scene)
    const chosen = this.script.choose<Finding | 'error' | 'timeout'>(['error', 'timeout', ...found])
    if (chosen === 'error') throw Object.assign(new Error('scripted'), { name: 'UpstreamFailure' })
    if (chosen === 'timeout') throw Object.assign(new Error('scripted'), { name: 'TimeoutError' })
    const { outcome, index, one } = chosen
    const after = this.script.choose(this.environment.whoAfter(scene.who, option, one))
    const proofs = this.environment.proofs(option, one)
    const world = this.environment.worldAfter(scene, option, one)
    return {
      outcome,
      case: index,
      credentials: proofs.map(({ credential }) => credential),
      ...(one.identity || one.target !== undefined ? { identity: identityOf(after) } : {}),
      writes: one.effects ? [{ world } as unknown as Write] : [],
    }
  }

  /** A call says of its option only the connection. */
  #calledFor({ type, byConnection }: StepDeclaration, { connection, params }: StepCall): Option {
    const place = { file: '', line: 0, column: 0 }
    const by = byConnection && connection ? { id: connection.id, connection: connection.id } : {}
    return { id: type, step: type, params: params as Option['params'], place, ...by }
  }

  /** The same flow, in which every condition can fail: it is read twice where it is asked once. */
  #fallible<T>(part: T): T {
    if (typeof part !== 'object' || part === null) return part
    if (Array.isArray(part)) return part.map((one: unknown) => this.#fallible(one)) as T
    const entries = Object.entries(part).map(([key, value]) => [key, this.#fallible(value)])
    const copy = Object.fromEntries(entries) as T
    return 'source' in part && 'reads' in part ? (this.#failing(copy as Condition) as T) : copy
  }

  #failing(condition: Condition): Condition {
    const { source } = condition
    let asked: string | undefined
    const ask = () => {
      if (!this.script.isOn) return source
      if (asked === undefined) {
        asked = this.script.choose([source, 'this cannot be read'])
        return asked
      }
      const again = asked
      asked = undefined
      return again
    }
    return Object.defineProperty({ ...condition }, 'source', { get: ask, enumerable: true })
  }
}

/** A step that runs is told where: a parameter that its declaration does not have. */
function told(states: FlowDefinition['states']): FlowDefinition['states'] {
  const entries = Object.values(states).map((state) => {
    if (state.kind !== 'run') return [state.id, state]
    const params = { ...state.option.params, runsAt: state.id }
    return [state.id, { ...state, option: { ...state.option, params } }]
  })
  return Object.fromEntries(entries)
}

export function scriptedWorld(stage: Stage): EngineWorld {
  const never = () => {
    throw new Error('nothing is asked of the outside but by a step')
  }
  const application = { id: 'a', title: 'A', flow: stage.flow.definition.name, release: [] }
  return {
    organisation: 'default',
    store: scriptedStore(stage),
    catalogue: {
      application: () => application,
      isApplicationEnabled: () => true,
      connection: (id) => ({
        id,
        title: id,
        enabled: true,
        jit: stage.flow.definition.connections[id]?.jit ?? false,
        trustsAmr: [],
      }),
      upstream: never,
      service: never,
      directory: never,
      creator: never,
      assigner: never,
      flow: () => stage.flow,
      definition: async () => stage.flow,
    },
    steps: stage.steps,
    now: () => 0,
    seqKey: createSecretKey(new Uint8Array(32)),
    subjectKey: new Uint8Array(32),
    random: never,
    report: () => {},
    limits: defaultLimits,
    turns: new Turns({ atOnce: 1, waitingMax: 0 }),
  }
}

function scriptedStore(stage: Stage): EngineStore {
  const nobody = async () => undefined
  const people: People = {
    findAccount: async (id) => (id === 'account' ? stage.person() : undefined),
    findByUserName: nobody,
    findAssociated: nobody,
    findByVerifiedEmail: async () => [],
    readCredential: nobody,
    agreedAttributes: nobody,
    isDeviceKnown: async () => false,
    isAssigned: async () => false,
    confirmedMs: nobody,
    otherSessions: async () => [],
    findByAttribute: async () => [],
    preferences: async () => [],
    forget: () => {},
  }
  const apply = async (writes: readonly Write[]) => {
    for (const write of writes) stage.world = (write as unknown as { world: World }).world
    return 'applied' as const
  }
  const tx: EngineTransaction = {
    people,
    take: async () => true,
    apply,
    forgetGuesses: async () => {},
    save: async () => {},
    create: async () => {},
  }
  return {
    people: () => people,
    findLogin: nobody,
    findAwaiting: nobody,
    keepPosted: async () => {},
    claim: async () => 0,
    release: async () => {},
    commit: async ({ writes }) => {
      await apply(writes)
      return 'committed'
    },
    transaction: (work) => work(tx),
    findDefinition: nobody,
    keepDefinitions: async () => {},
  }
}

/** What the engine keeps of a person, in the words of declarations. */
export function whoOf(identity: Identity): Who {
  if (identity.kind === 'none') {
    return { kind: 'none', connection: 'none', isNew: false, facts: {} }
  }
  const { kind, connection, claims } = identity
  const ofAccount =
    identity.kind === 'account'
      ? { 'account.groups': identity.groups, 'account.source': identity.source }
      : {}
  const facts: Facts = {
    'identity.amr': claims.amr ?? [],
    ...(claims.email === undefined ? {} : { 'identity.email': claims.email }),
    'identity.emailVerified': claims.emailVerified === true,
    ...(claims.name === undefined ? {} : { 'identity.name': claims.name }),
    'identity.groups': claims.groups ?? [],
    ...ofAccount,
  }
  const isAccount = identity.kind === 'account'
  const target = isAccount ? identity.unlinked : identity.candidate
  const isNew = isAccount && identity.new
  return { kind, connection, isNew, ...(target === undefined ? {} : { hasTarget: true }), facts }
}

function identityOf(who: Who): Identity {
  const { facts } = who
  const list = (name: keyof Facts) => (facts[name] as readonly string[] | undefined) ?? []
  const [email, name] = [facts['identity.email'], facts['identity.name']] as (string | undefined)[]
  const claims = {
    amr: list('identity.amr'),
    groups: list('identity.groups'),
    emailVerified: facts['identity.emailVerified'] === true,
    ...(email === undefined ? {} : { email }),
    ...(name === undefined ? {} : { name }),
  }
  const { kind, connection, isNew, hasTarget } = who
  if (kind === 'pass-through') {
    const target = hasTarget ? { candidate: 'account' } : {}
    return { kind, connection, subject: 'somebody', claims, ...target }
  }
  return {
    kind: 'account',
    account: 'account',
    connection,
    claims,
    groups: list('account.groups'),
    source: String(facts['account.source'] ?? 'local'),
    new: isNew,
    ...(hasTarget ? { unlinked: 'somebody' } : {}),
  }
}
