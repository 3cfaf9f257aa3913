/**
 * A flow and the declarations of its steps as tables: what the explorers walk over.
 *
 * Nothing in here knows a step by name. What a step does to a login is read from its cases; what the
 * engine does is in `settle.ts` and `answer.ts`, rule by rule.
 */
import type { FactName } from '../language/facts.ts'
import type {
  Condition,
  FlowDefinition,
  OfferState,
  Option,
  RunState,
  State,
  Transition,
  TransitionKey,
} from '../language/flow.ts'
import { isGiven } from '../language/given.ts'
import type { Case, Outcome, OwnOutcome, StepDeclaration, WorldAtom } from '../language/step.ts'
import type {
  CompiledBranch,
  CompiledCase,
  CompiledOption,
  CompiledState,
  CompiledTransition,
  Label,
  Setup,
} from './compiled.ts'
import { type Decider, partsOf, prepare, treeOf } from './condition.ts'
import { conditionsOf, optionsOf } from './flow-parts.ts'
import * as layout from './layout.ts'
import { firstVariable, type Row } from './layout.ts'
import { ProofSets } from './proofs.ts'
import { maskOf, ofNobody } from './recorded.ts'
import { NumberSets, Stacks } from './stacks.ts'
import type { Lookup } from './values.ts'
import { no, Variables, yes } from './variables.ts'
import { declareWorld, type Held, heldCredentials } from './world.ts'

export class Model {
  readonly definition: FlowDefinition
  readonly setup: Setup
  readonly variables: Variables
  readonly proofSets: ProofSets
  readonly stacks = new Stacks()
  readonly numbers = new NumberSets()
  readonly states: readonly CompiledState[]
  readonly connections: readonly string[]
  readonly ways: readonly string[]
  readonly labels: Label[] = [{ kind: 'start', state: 0 }]
  /** All credentials that an account can hold. */
  readonly held: readonly Held[]
  readonly assume: readonly Decider[]
  readonly width: number
  readonly #steps: ReadonlyMap<string, StepDeclaration>
  readonly #indexes: ReadonlyMap<string, number>
  #options = 0
  readonly #wired = new Map<string, CompiledTransition>()
  /** Words of what is said of an identity, with what they are when there is none. */
  readonly #claims: readonly (readonly [word: number, empty: number])[]
  readonly #branchLabels = new Map<number, number>()
  readonly #exact = new Map<number, { key: number; lookup: Lookup }>()
  readonly #identityKeys = new Map<number, number>()

  constructor(definition: FlowDefinition, setup: Setup) {
    this.definition = definition
    this.setup = setup
    this.proofSets = new ProofSets(setup.rules.countsCredentials)
    this.#steps = new Map(setup.steps.map((step) => [step.type, step]))
    this.#indexes = new Map(Object.keys(definition.states).map((id, index) => [id, index]))
    const options = Object.values(definition.states).flatMap(optionsOf)
    const named = options.flatMap(({ connection }) => connection ?? [])
    this.connections = [
      ...new Set(['none', 'local', ...Object.keys(definition.connections), ...named]),
    ]
    this.ways = [...new Set(options.map(({ id }) => id))]
    this.variables = new Variables({ 'application.id': definition.applications })
    declareWorld(this)
    for (const condition of conditionsOf(definition)) {
      for (const part of partsOf(treeOf(condition))) this.variables.collect(part)
    }
    for (const { acr } of definition.policy.levels) this.variables.member('request.acr', acr)
    // All variables before any case: what a step records is every variable over that fact.
    for (const condition of conditionsOf(definition)) this.decider(condition)
    this.held = heldCredentials(this)
    this.assume = definition.assume.map((condition) => this.decider(condition))
    this.states = Object.values(definition.states).map((state, index) => this.#state(state, index))
    this.width = firstVariable + this.variables.list.length
    this.#claims = this.variables.list.flatMap((variable) => {
      const of = variable.facts.some((fact) => /^(identity|account)\./.test(fact))
      return of ? [[firstVariable + variable.id, ofNobody(variable)] as const] : []
    })
  }

  indexOf(state: string): number {
    const index = this.#indexes.get(state)
    if (index === undefined) throw new Error(`flow ${this.definition.name} has no state ${state}`)
    return index
  }

  word(name: string): number {
    const variable = this.variables.find(name)
    return variable ? firstVariable + variable.id : 0
  }

  declarationOf(step: string): StepDeclaration {
    const declaration = this.#steps.get(step)
    if (!declaration) throw new Error(`no step type ${step} is declared`)
    return declaration
  }

  decider(condition: Condition): Decider {
    return prepare(condition, this.variables, (row) => this.#exactly(row))
  }

  /** The transition of one option's own outcome, where the flow wires it. */
  wired(state: number, key: TransitionKey): CompiledTransition | undefined {
    return this.#wired.get(`${state} ${key}`)
  }

  /** What an identity was said to be is no longer known; of nobody it is known that nothing is said. */
  forgetClaims(row: Row, initially: (word: number) => number): void {
    const nobody = layout.kindOf(row) === layout.none
    for (const [word, empty] of this.#claims) row[word] = nobody ? empty : initially(word)
  }

  /** The flags that stand for "this place was passed", one for each property that asks. */
  marksOf(place: string): number {
    const asking = this.definition.properties.filter(
      (property) => property.kind === 'never' && property.without,
    )
    return asking.reduce((marks, property, at) => {
      const asks = property.kind === 'never' && property.without?.includes(place)
      return asks && at < layout.marksMax ? marks | (1 << (layout.firstMark + at)) : marks
    }, 0)
  }

  addLabel(label: Label): number {
    return this.labels.push(label) - 1
  }

  /** The label of one branch of what `base` did. @param branch its index; -1 for a failed condition */
  branchLabel(base: number, branch: number, because: string | undefined): number {
    const key = base * 4096 + branch + 1
    let id = this.#branchLabels.get(key)
    if (id === undefined) {
      const from = this.labels[base]!
      const extra = branch < 0 ? { failed: true as const } : { branch }
      id = this.addLabel({ ...from, ...extra, ...(because === undefined ? {} : { because }) })
      this.#branchLabels.set(key, id)
    }
    return id
  }

  /** A word that concerns the connection by which the identity came; 0 where there is none. */
  ofConnection(row: Row, what: string): number {
    const connection = this.connections[layout.connectionOf(row)]
    return this.word(
      what === 'association' ? `association(${connection})` : `${connection}.${what}`,
    )
  }

  #exactly(row: Row): { key: number; lookup: Lookup } {
    const identityWord = row[layout.identity]!
    let identityKey = this.#identityKeys.get(identityWord)
    if (identityKey === undefined) {
      identityKey = this.#identityKeys.size
      this.#identityKeys.set(identityWord, identityKey)
    }
    const key = row[layout.proofs]! * 65536 + identityKey
    let exact = this.#exact.get(key)
    if (!exact) {
      const [kind, isNew] = [layout.kindOf(row), layout.isNew(row)]
      const connection = this.connections[layout.connectionOf(row)]!
      const worth = this.proofSets.worth(row[layout.proofs]!)
      const values: Partial<Record<FactName, ReturnType<Lookup>>> = {
        'identity.kind': layout.kinds[kind]!,
        'identity.connection': connection,
        ...(kind === layout.account ? { 'account.new': isNew } : {}),
        'proofs.factors': worth.factors,
        'proofs.amr': worth.amr,
        'proofs.phishingResistant': worth.phishingResistant,
      }
      exact = { key, lookup: (name) => values[name] }
      this.#exact.set(key, exact)
    }
    return exact
  }

  #state(state: State, index: number): CompiledState {
    const own: Partial<Record<Outcome, CompiledTransition>> = {}
    const faults: CompiledBranch[] = []
    const on = 'on' in state ? state.on : {}
    for (const [key, transition] of Object.entries(on) as [TransitionKey, Transition][]) {
      const compiled = this.#transition(index, key, transition)
      if (key.includes('.')) {
        this.#wired.set(`${index} ${key}`, compiled)
        faults.push(...compiled.branches)
      } else if (key !== 'decided') own[key as Outcome] = compiled
    }
    return {
      index,
      state,
      own,
      faults,
      marks: this.marksOf(state.id),
      options: optionsOf(state).map((option) =>
        this.#option(state as OfferState | RunState, index, option),
      ),
      skip: state.kind === 'offer' ? this.#branches(state.skip) : [],
      decided:
        state.kind === 'decide' ? this.#transition(index, 'decided', state.branches) : undefined,
    }
  }

  #transition(state: number, key: TransitionKey, transition: Transition): CompiledTransition {
    return { state, key, branches: this.#branches(transition) }
  }

  #branches(transition: Transition): CompiledBranch[] {
    return transition.map((branch) => ({
      decider: branch.when && this.decider(branch.when),
      to: this.indexOf(branch.to),
      branch,
    }))
  }

  #option(state: OfferState | RunState, index: number, option: Option): CompiledOption {
    const declaration = this.declarationOf(option.step)
    const outcomes = Object.entries(declaration.outcomes) as [OwnOutcome, readonly Case[]][]
    const rules = Object.values(option.params)
      .filter((value) => typeof value === 'object')
      .flat()
      .map((rule) => this.decider(rule.when))
    const transitions = new Map<OwnOutcome, CompiledTransition | undefined>()
    for (const [outcome] of outcomes) {
      const key = [`${option.id}.${outcome}` as const, outcome].find((name) => state.on[name])
      transitions.set(outcome, key && this.#transition(index, key, state.on[key]!))
    }
    return {
      number: this.#options++,
      option,
      declaration,
      rules,
      cases: outcomes.flatMap(([outcome, cases]) =>
        cases.flatMap((declared, at) => {
          const to = transitions.get(outcome)
          if (!isGiven(declared, option.params)) return []
          return [this.#case(state, option, declaration, outcome, at, declared, to)]
        }),
      ),
      usesWord: this.#usesWord(option, declaration),
      way: this.ways.indexOf(option.id),
      connection: option.connection ? this.connections.indexOf(option.connection) : 1,
    }
  }

  #case(
    state: State,
    option: Option,
    declaration: StepDeclaration,
    outcome: OwnOutcome,
    index: number,
    declared: Case,
    transition: CompiledTransition | undefined,
  ): CompiledCase {
    const { setting = {}, ...world } = declared.when ?? {}
    const atoms = this.#words(option, declaration, world)
    const settings = Object.entries(setting).map(([name, on]) => ({ name, mask: on ? yes : no }))
    const effects = this.#words(option, declaration, declared.effects ?? {})
    const known = option.connection
      ? settings.map(({ name, mask }) => [this.word(`${option.connection}.${name}`), mask] as const)
      : []
    return {
      outcome,
      index,
      declared,
      transition,
      marks: this.marksOf(`${state.id}.${option.id}.${outcome}`),
      needs: [...atoms.fixed, ...known],
      needsOfConnection: [
        ...atoms.open,
        ...(option.connection ? [] : settings.map(({ name, mask }) => ({ what: name, mask }))),
      ],
      effects: effects.fixed,
      effectsOfConnection: effects.open,
      records: this.#records(declared),
      slots: (declared.proves ?? []).map((proves) => ({
        state: this.setup.rules.proofsByState ? state.id : '',
        option: option.id,
        step: option.step,
        credential: [declaration.uses ?? option.step, proves.credential, option.connection].join(),
        amr: proves.amr,
        factor: proves.factor,
        phishingResistant: proves.phishingResistant,
        source: proves.source,
        genuine: true,
        foreign: false,
      })),
    }
  }

  #words(
    option: Option,
    declaration: StepDeclaration,
    atoms: Partial<Readonly<Record<WorldAtom, boolean>>>,
  ) {
    const fixed: [number, number][] = []
    const open: { what: string; mask: number }[] = []
    for (const [atom, value] of Object.entries(atoms) as [WorldAtom, boolean][]) {
      const mask = value ? yes : no
      if (atom === 'account.has') fixed.push([this.#usesWord(option, declaration), mask])
      else if (atom !== 'association.exists') fixed.push([this.word(atom), mask])
      else if (option.connection) {
        fixed.push([this.word(`association(${option.connection})`), mask])
      } else open.push({ what: 'association', mask })
    }
    return { fixed: fixed.filter(([word]) => word !== 0), open }
  }

  #usesWord(option: Option, declaration: StepDeclaration): number {
    if (declaration.byConnection) return this.word(`association(${option.connection})`)
    return declaration.uses === undefined ? 0 : this.word(`has(${declaration.uses})`)
  }

  /** What is possible of each fact after it was recorded. Opaque parts over it are open again. */
  #records(declared: Case): [number, number][] {
    return (declared.records ?? []).flatMap((fact) =>
      this.variables.ofFact(fact).map((variable): [number, number] => {
        const known = declared.where?.[fact]
        const mask = known === undefined ? variable.full : maskOf(variable, fact, known)
        return [firstVariable + variable.id, mask]
      }),
    )
  }
}
