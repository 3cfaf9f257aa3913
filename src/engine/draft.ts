/** A login while it is being moved: what will be written when everything else has gone well. */

import type { CompiledFlow } from '../language/compile.ts'
import { evaluate } from '../language/conditions.ts'
import type { Case } from '../language/declaration.ts'
import type { FactName, Identity, Proof } from '../language/facts.ts'
import type { Branch, Condition, Option, Transition } from '../language/flow.ts'
import type { ParamSpecs, ParamValues } from '../language/params.ts'
import type { Person, Ports } from '../language/ports.ts'
import type { Answer, ConnectionSettings, StepCall } from '../language/step.ts'
import type { Write } from '../language/write.ts'
import { consult, type Heard } from './consult.ts'
import { factValues } from './fact-values.ts'
import type { DecidedCondition, Kept, Login, LoginEvent, LoginFacts } from './login.ts'
import type { Guess, People, Wrong } from './ports.ts'
import { isProvenByOwn } from './provable.ts'
import { spokenTo } from './spoken-to.ts'
import type { World } from './world.ts'

export class Draft {
  login: Login
  readonly flow: CompiledFlow
  readonly people: People
  readonly events: LoginEvent[] = []
  /** What steps want written, where no transaction is open to write it in at once. */
  readonly writes: Write[] = []
  /** Whose count of wrong answers ends with this move. */
  forget: Guess | undefined
  /** The answer of this submission, where it was wrong. */
  wrong: Wrong | undefined
  /** What was heard from outside in this submission, also where the walk is taken anew. */
  readonly heard: Heard
  /** What was typed in this submission; it is handed on in memory and never stored. */
  readonly typed: Readonly<Record<string, string>>
  readonly nowMs: number
  readonly world: World

  constructor(
    world: World,
    flow: CompiledFlow,
    login: Login,
    people: People,
    typed: Readonly<Record<string, string>> = {},
    heard: Heard = new Map(),
  ) {
    this.world = world
    this.flow = flow
    this.login = login
    this.people = people
    this.typed = typed
    this.heard = heard
    this.nowMs = world.now()
  }

  get facts(): LoginFacts {
    return this.login.facts
  }

  change(facts: Partial<LoginFacts>): void {
    this.login = { ...this.login, facts: { ...this.login.facts, ...facts } }
  }

  /** The live account: the one proven, or the one of the session that may still be proven. */
  async person(): Promise<Person | undefined> {
    const { identity } = this.facts
    return identity.kind === 'account' ? this.people.findAccount(identity.account) : undefined
  }

  /** Decides a list's conditions, each once, over the facts as they stand now. */
  decide(branches: Transition): DecidedCondition[] {
    return branches.flatMap((branch) => (branch.when ? [this.ask(branch.when)] : []))
  }

  ask(condition: Condition): DecidedCondition {
    const values = factValues(this.login)
    return {
      condition: condition.source,
      result: evaluate(condition, values),
      inputs: Object.fromEntries(condition.reads.map((name) => [name, values[name] ?? null])),
    }
  }

  record(event: Omit<LoginEvent, 'atMs'>): void {
    this.events.push({ atMs: this.nowMs, ...event })
  }

  /** Applies what a step has found out: proofs, identity, and whether the way back is cut. */
  adopt(state: string, option: Option, answer: Answer): void {
    const found = caseOf(this.world, option, answer)
    const proofs = proofsOf(state, option, found, answer, this.nowMs)
    const identity = answer.identity ?? this.facts.identity
    const kept = keptProofs(this.facts, identity)
    const undeclared = Object.keys(answer.facts ?? {}).filter(
      (name) => !found.records?.includes(name as FactName),
    )
    if (undeclared.length > 0) throw new Error(`step ${option.step} recorded ${undeclared}`)
    const remembered = answer.writes?.find(({ write }) => write === 'keep-device')
    this.change({
      ...(remembered?.write === 'keep-device' ? { remembered: remembered.secretHash } : {}),
      identity,
      recorded: { ...this.facts.recorded, ...answer.facts },
      proofs: [...inPlace(kept, answer).filter((old) => !replaced(old, proofs)), ...proofs],
      ...(found.effects ? { stack: [] } : {}),
    })
  }
}

/** What a step is given. Its ports read through `people`, and so through an open transaction. */
export function callOf(
  draft: Draft,
  option: Option,
  given: {
    readonly params: ParamValues<ParamSpecs>
    readonly input?: Readonly<Record<string, string>>
    readonly kept?: Kept | undefined
    readonly arrival?: { readonly url: string; readonly state: string }
    readonly deviceHash?: string | undefined
    /** Absent: the draft's own. */
    readonly people?: People
  },
): StepCall {
  const { facts } = draft
  return {
    params: given.params,
    identity: facts.identity,
    facts: factValues(draft.login),
    proofs: facts.proofs,
    input: given.input ?? {},
    typed: draft.typed,
    connection: connectionOf(draft, option),
    kept: given.kept,
    arrival: given.arrival,
    linked: given.kept?.awaits === undefined ? undefined : draft.login.posted,
    nowMs: draft.nowMs,
    login: {
      id: draft.login.id,
      deadlineMs: draft.login.deadlineMs,
      languages: [...spokenTo(facts), ...(facts.request.browserLocales ?? [])],
    },
    deviceHash: given.deviceHash,
    ports: portsOf(draft, given.people ?? draft.people),
  }
}

/**
 * The option's parameters with the conditions of its rules decided.
 *
 * @returns also what was decided, for the event; `failed` when a condition could not be
 */
export function decideParams(
  draft: Draft,
  option: Option,
): { params: ParamValues<ParamSpecs>; decided: DecidedCondition[]; failed: boolean } {
  const decided: DecidedCondition[] = []
  const params = Object.fromEntries(
    Object.entries(option.params).map(([name, literal]) => {
      if (typeof literal !== 'object') return [name, literal]
      const rules = literal.map((rule) => {
        const result = draft.ask(rule.when)
        decided.push(result)
        return { holds: result.result === 'true', gives: rule.gives, reads: rule.when.reads }
      })
      return [name, rules]
    }),
  )
  return { params, decided, failed: decided.some(({ result }) => result === 'error') }
}

/** Which of the declared cases an answer is. An answer that is not declared is a bug of the step. */
export function caseOf(world: World, option: Option, answer: Answer): Case {
  const cases = world.steps.get(option.step)!.declaration.outcomes[answer.outcome]
  const found = cases?.[answer.case ?? 0]
  if (!found) throw new Error(`step ${option.step} ended with an undeclared ${answer.outcome}`)
  return found
}

/** A branch's reason, where it was one of several. */
export function reasonOf(branches: Transition, decided: readonly DecidedCondition[]): Branch {
  const taken = decided.findIndex(({ result }) => result === 'true')
  return branches[taken < 0 ? branches.length - 1 : taken]!
}

function connectionOf(draft: Draft, option: Option): ConnectionSettings | undefined {
  const { identity } = draft.facts
  const id =
    option.connection ??
    (identity.kind === 'none' || identity.connection === 'local' ? undefined : identity.connection)
  if (!id) return undefined
  const live = draft.world.catalogue.connection(id)
  const pinned = draft.flow.definition.connections[id]
  // A login keeps the settings it began with; only `enabled` is live.
  if (!live || !pinned) return live
  const { jit, trustsAmr, directory = live.directory, sync = live.sync } = pinned
  return { ...live, jit, trustsAmr, ...(directory && { directory }), ...(sync && { sync }) }
}

function portsOf({ heard, world, login, nowMs }: Draft, people: People): Ports {
  const asked = <T>(what: readonly string[], ask: () => Promise<T>) =>
    consult(heard, world.limits.callOutsMax, what, ask)
  return {
    findByUserName: (userName) => people.findByUserName(userName),
    findAccount: (id) => people.findAccount(id),
    findAssociated: (connection, subject) => people.findAssociated(connection, subject),
    findByVerifiedEmail: (email) => people.findByVerifiedEmail(email),
    findByAttribute: async (name, value) =>
      (await people.findByAttribute(name, value)).filter((person) =>
        isBelieved(world, person, name),
      ),
    readCredential: (account, kind, id) => people.readCredential(account, kind, id),
    isProvenByOwn: (person, proofs) => isProvenByOwn(world, person, proofs),
    keepsPasswordOf: ({ source }) => world.catalogue.connection(source)?.directory !== source,
    otherSessions: (account) => people.otherSessions(account, login.browserHash, nowMs),
    random: world.random,
    upstream: (connection) => world.catalogue.upstream(connection),
    service: (id) => world.catalogue.service(id),
    directory: (id) => world.catalogue.directory(id),
    findEntry: (directory, id) =>
      asked(['entry', directory, id], () => world.catalogue.directory(directory).findById(id)),
    confirmedMs: (account, directory) => people.confirmedMs(account, directory),
    creator: (name) => ({
      create(request) {
        const { connection, subject } = request
        const ask = () => world.catalogue.creator(name).create(request)
        return asked(['creator', name, connection, subject], ask)
      },
    }),
    assigner: (name) => ({
      async assign(user) {
        const ask = () => world.catalogue.assigner(name).assign(user)
        const answer = await asked(['assigner', name, user.connection, user.userName], ask)
        if ('failed' in answer && answer.failed) world.report(answer.failed, login.id)
        return answer
      },
    }),
    isAssigned: (account, connection) => people.isAssigned(account, connection),
  }
}

/** What an administrator has written is so; what came by a connection is where it is believed in that. */
function isBelieved({ catalogue }: World, { source, provenance }: Person, name: string): boolean {
  const writer = provenance?.[`other.${name}`] ?? source
  return writer === 'local' || catalogue.connection(writer)?.identifies?.includes(name) === true
}

function proofsOf(
  state: string,
  option: Option,
  found: Case,
  answer: Answer,
  nowMs: number,
): Proof[] {
  if (answer.outcome !== 'success' && found.proves === undefined) return []
  return (found.proves ?? []).map((proves, index) => {
    const credential = answer.credentials?.[index]
    if (!credential) throw new Error(`step ${option.step} proved a credential without naming it`)
    return {
      state,
      option: option.id,
      amr: proves.amr,
      factor: proves.factor,
      credential,
      phishingResistant: proves.phishingResistant,
      source: proves.source,
      atMs: nowMs,
    }
  })
}

/**
 * What goes on counting. Until somebody proven upstream is linked with the account that they have proven,
 * a second factor of the upstream is none of the account's: it stands in for none that is on file (I-30).
 */
function keptProofs({ identity: before, proofs }: LoginFacts, after: Identity): readonly Proof[] {
  if (!samePerson(before, after)) return []
  const isUnlinked = after.kind === 'account' && after.unlinked !== undefined
  if (!isUnlinked) return proofs
  return proofs.filter(({ source, factor }) => source !== 'upstream' || factor === 'knowledge')
}

/** What a credential has proven that is given up for another, the other proves; given up for none, it is gone. */
function inPlace(
  proofs: readonly Proof[],
  { writes = [], inPlaceOf, credentials = [] }: Answer,
): readonly Proof[] {
  const removed = writes.flatMap((each) =>
    each.write === 'remove-credential' ? [each.credential] : [],
  )
  const added = writes.find((each) => each.write === 'add-credential')?.id ?? credentials[0]
  return proofs.flatMap((proof) => {
    if (![inPlaceOf, ...removed].includes(proof.credential)) return [proof]
    return added === undefined ? [] : [{ ...proof, credential: added }]
  })
}

/** Provisioning makes a local account of an upstream's person: still the same one. */
function samePerson(before: Identity, after: Identity): boolean {
  if (before.kind === 'none' || after.kind === 'none') return before.kind === after.kind
  if (before.kind === 'account') {
    return after.kind === 'account' && before.account === after.account
  }
  if (before.connection !== after.connection) return false
  return after.kind === 'account' || before.subject === after.subject
}

function replaced(old: Proof, by: readonly Proof[]): boolean {
  return by.some(
    (proof) =>
      proof.state === old.state &&
      proof.option === old.option &&
      proof.credential === old.credential,
  )
}
