/**
 * The environments that both oracles of meaning are driven through, and what a step does in one of them,
 * read from its declaration. Nothing in here knows what an engine makes of it.
 */
import { everyCondition } from '../../../src/language/compile.ts'
import type { Case, OwnOutcome, StepDeclaration } from '../../../src/language/declaration.ts'
import type { FactName, FactValue, IdentityKind } from '../../../src/language/facts.ts'
import type { FlowDefinition, Option, State } from '../../../src/language/flow.ts'
import { isGiven } from '../../../src/language/given.ts'
import { inOrderOfText } from '../../../src/language/nearest.ts'

import { type Counted, factors, heldIn } from './worth.ts'

const nowhere = { file: '', line: 0, column: 0 }

export type World = Readonly<Record<string, boolean>>
export type Facts = Readonly<Partial<Record<FactName, FactValue>>>
/** Who has been proven, and what is recorded of them. */
export interface Who {
  readonly kind: IdentityKind
  readonly connection: string
  readonly isNew: boolean
  /** An account is in view that somebody proven upstream is to be linked with. */
  readonly hasTarget?: true
  readonly facts: Facts
}
/** As a step sees a login. */
export interface Scene {
  readonly who: Who
  readonly proofs: readonly (Counted & { readonly source: string })[]
  readonly world: World
}
/** One thing that a step can find, with what it records. */
export interface Finding {
  readonly outcome: OwnOutcome
  readonly one: Case
  readonly index: number
}

/** The name of what a step reads or changes of the world. */
export function worldName(atom: string, step: StepDeclaration, connection: string | undefined) {
  if (atom === 'association.exists' || (atom === 'account.has' && step.byConnection))
    return `linked ${connection}`
  return atom === 'account.has' ? `has ${step.uses}` : atom
}

export function optionsOf(state: State): readonly Option[] {
  return state.kind === 'offer' ? state.options : state.kind === 'run' ? [state.option] : []
}

/** All worlds over what the flow's steps ask; who has no account has nothing that belongs to one. */
export function worldsOf(flow: FlowDefinition, steps: readonly StepDeclaration[]): World[] {
  const names = new Set(['account.exists', 'account.active'])
  const options = Object.values(flow.states).flatMap(optionsOf)
  const used = options.map((option) => steps.find(({ type }) => type === option.step)!)
  const ways = [...new Set(options.flatMap(({ connection }) => connection ?? []))]
  for (const [at, step] of used.entries()) {
    const { connection } = options[at]!
    if (step.uses) names.add(worldName('account.has', step, connection))
    for (const { when = {}, effects = {} } of Object.values(step.outcomes).flat()) {
      for (const atom of Object.keys({ ...when, ...effects })) {
        if (atom === 'setting' || atom.startsWith('target.')) continue
        for (const by of connection ? [connection] : ways) names.add(worldName(atom, step, by))
      }
    }
  }
  if (used.some((step) => step.enrols || asksStrength(step))) {
    for (const { uses, byConnection } of steps) if (uses && !byConnection) names.add(`has ${uses}`)
    for (const connection of Object.keys(flow.connections)) names.add(`linked ${connection}`)
  }
  return [...names]
    .sort(inOrderOfText)
    .reduce<World[]>(
      (worlds, name) =>
        worlds.flatMap((world) => [true, false].map((is) => ({ ...world, [name]: is }))),
      [{}],
    )
    .filter(isPossible)
}

/** Whether what else the account holds matters to it. */
function asksStrength({ outcomes }: StepDeclaration): boolean {
  const cases = Object.values(outcomes).flat()
  return cases.some(({ when = {} }) => 'target.proven' in when)
}

export function isPossible(world: World): boolean {
  const ofAccount = Object.keys(world).filter((name) =>
    /^(has |linked |account\.active)/.test(name),
  )
  return world['account.exists'] === true || ofAccount.every((name) => !world[name])
}

/** The steps of one flow among people and upstreams. */
export class Environment {
  readonly worlds: readonly World[]
  readonly #flow: FlowDefinition
  readonly #steps: ReadonlyMap<string, StepDeclaration>
  readonly #recordings = new Map<Case, readonly Facts[]>()

  constructor(flow: FlowDefinition, steps: readonly StepDeclaration[]) {
    this.#flow = flow
    this.#steps = new Map(steps.map((step) => [step.type, step]))
    this.worlds = worldsOf(flow, steps)
  }

  step({ step }: Option): StepDeclaration {
    return this.#steps.get(step)!
  }

  /** Who could be answering: until an account is proven anybody, but of one upstream person it stays known. */
  peopleLike({ who, world }: Scene): readonly World[] {
    if (who.kind === 'account' || who.hasTarget) return [world]
    const own = ['name.taken', `linked ${who.connection}`]
    return this.worlds.filter(
      (other) => who.kind === 'none' || own.every((name) => world[name] === other[name]),
    )
  }

  /** Everything that a step can find here. */
  findings(option: Option, scene: Scene): Finding[] {
    return Object.entries(this.step(option).outcomes).flatMap(([outcome, cases]) =>
      cases.flatMap((one, index) =>
        this.#can(option, scene, one) ? [{ outcome: outcome as OwnOutcome, one, index }] : [],
      ),
    )
  }

  #can(option: Option, { who, proofs, world }: Scene, one: Case): boolean {
    const { setting = {}, ...rest } = one.when ?? {}
    const { 'target.known': known, 'target.proven': proven, ...atoms } = rest
    const connection = option.connection ?? who.connection
    const { jit, settings = {} } = this.#flow.connections[connection] ?? {}
    const set: Record<string, boolean | undefined> = { ...settings, jit }
    return (
      (one.from?.includes(who.kind) ?? true) &&
      isGiven(one, option.params) &&
      (known ?? who.hasTarget === true) === (who.hasTarget === true) &&
      (proven ?? this.#isProven(proofs, world)) === this.#isProven(proofs, world) &&
      Object.entries(setting).every(([name, on]) => (set[name] ?? on) === on) &&
      Object.entries(atoms).every(
        ([atom, is]) => (world[worldName(atom, this.step(option), connection)] ?? is) === is,
      )
    )
  }

  /** By its own: one kind of factor, and two where it can give two. */
  #isProven(proofs: Scene['proofs'], world: World): boolean {
    const own = Object.entries(world).filter(([name]) => name.startsWith('has '))
    const held = heldIn(Object.fromEntries(own), [...this.#steps.values()])
    const given = factors(proofs.filter(({ source }) => source === 'registered'))
    return given >= Math.min(2, Math.max(1, factors(held)))
  }

  worldAfter({ who, world }: Scene, option: Option, { effects = {} }: Case): World {
    const after: Record<string, boolean> = { ...world }
    const made = effects['account.exists'] === true
    // An account that was made just now is active and holds nothing yet.
    if (made)
      for (const name of Object.keys(after)) if (/^(has|linked) /.test(name)) after[name] = false
    for (const [atom, is] of Object.entries({
      ...(made && { 'account.active': true }),
      ...effects,
    })) {
      const name = worldName(atom, this.step(option), option.connection ?? who.connection)
      if (name in after) after[name] = is
    }
    return after
  }

  /** Whom a case leaves known, once for each way in which what it records can turn out. */
  whoAfter(who: Who, option: Option, one: Case): Who[] {
    const { identity: kind = who.kind, where } = one
    const first = who.kind === 'none' && kind !== 'none'
    const fresh = where?.['account.new']
    const isNew = kind === 'account' && (fresh && 'is' in fresh ? fresh.is === true : who.isNew)
    const connection = first ? (option.connection ?? 'local') : who.connection
    const keeps = kind === who.kind && who.hasTarget === true
    const target = (one.target ?? keeps) ? { hasTarget: true as const } : {}
    return this.#recorded(one).map((facts) => {
      return { kind, connection, isNew, ...target, facts: { ...who.facts, ...facts } }
    })
  }

  proofs(option: Option, { proves = [] }: Case) {
    const step = this.step(option)
    return proves.map((one) => ({
      ...one,
      option: option.id,
      credential: [step.uses ?? step.type, one.credential, option.connection].join(),
      primary: one.source !== 'new' && step.needs.includes('none'),
    }))
  }

  /** The credentials of a kind, as they are called where they are proven. */
  idsOf(kind: string): string[] {
    const using = [...this.#steps.values()].filter(({ uses }) => uses === kind)
    const ids = using.flatMap((step) => {
      const option = { id: step.type, step: step.type, params: {}, place: nowhere }
      const cases = Object.values(step.outcomes).flat()
      return cases.flatMap((one) => this.proofs(option, one).map(({ credential }) => credential))
    })
    return [...new Set(ids)]
  }

  /** The name of what an account must have to use an option. */
  has(option: Option): string {
    return worldName('account.has', this.step(option), option.connection)
  }

  /** Conditions among an option's parameters. */
  rules({ params }: Option) {
    return Object.values(params).flatMap((value) => (typeof value === 'object' ? value : []))
  }

  /** What an application can name as `acr`: where no condition reads it, nothing and the most are enough. */
  demands(): string[][] {
    const levels = this.#flow.policy.levels.map(({ acr }) => acr)
    const texts = everyCondition(this.#flow).flatMap(({ reads, source }) =>
      reads.includes('request.acr') ? source : [],
    )
    return texts.length > 0 ? subsets([...levels, ...itemsIn(texts)]) : [[], levels.slice(-1)]
  }

  /** As far as a condition of the flow can tell. */
  #recorded(one: Case): readonly Facts[] {
    const known = this.#recordings.get(one)
    if (known) return known
    const all = (one.records ?? []).reduce<Facts[]>(
      (found, fact) =>
        found.flatMap((facts) =>
          valuesOf(this.#flow, fact, one).map((is) => ({ ...facts, [fact]: is })),
        ),
      [{}],
    )
    this.#recordings.set(one, all)
    return all
  }
}

function valuesOf(
  flow: FlowDefinition,
  fact: FactName,
  { where }: Case,
): readonly (FactValue | undefined)[] {
  const known = where?.[fact]
  if (known && 'is' in known) return [known.is]
  const texts = everyCondition(flow).flatMap(({ reads, source }) =>
    reads.includes(fact) ? source : [],
  )
  if (fact === 'identity.emailVerified') return texts.length > 0 ? [true, false] : [false]
  if (fact === 'account.new') return [false]
  if (fact === 'account.source') return ['local']
  const literals = (pattern: RegExp) =>
    texts.flatMap((text) => [...text.matchAll(pattern)].map(([, literal]) => literal!))
  if (!fact.endsWith('groups') && !fact.endsWith('amr'))
    return [undefined, ...literals(/endsWith\('([^']+)'\)/g).map((end) => `somebody${end}`)]
  const { has = [], lacks = [] } = known ?? {}
  return subsets(itemsIn(texts)).filter(
    (list) =>
      !list.some((item) => lacks.includes(item)) && has.every((item) => list.includes(item)),
  )
}

/** What conditions look for in a list. */
function itemsIn(texts: readonly string[]): string[] {
  return texts.flatMap((text) => [...text.matchAll(/'([^']+)' in/g)].map(([, item]) => item!))
}

function subsets(of: readonly string[]): string[][] {
  return [...new Set(of)].reduce<string[][]>(
    (all, item) => all.flatMap((list) => [list, [...list, item]]),
    [[]],
  )
}
