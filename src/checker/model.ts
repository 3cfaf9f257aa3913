/**
 * A flow and the declarations of its steps as tables: what the explorers walk over.
 *
 * Nothing in here knows a step by name. What a step does to a login is read from its cases; what the
 * engine does is in `settle.ts` and `answer.ts`, rule by rule.
 */

import type { StepDeclaration } from '../language/declaration.ts'
import type { FactName } from '../language/facts.ts'
import type { Condition, FlowDefinition, TransitionKey } from '../language/flow.ts'
import type { CompiledState, CompiledTransition, Label, Setup } from './compiled.ts'
import { type Decider, partsOf, prepare, treeOf } from './condition.ts'
import { conditionsOf, optionsOf } from './flow-parts.ts'
import * as layout from './layout.ts'
import { firstVariable, type Row } from './layout.ts'
import { countFactors, ProofSets } from './proofs.ts'
import { ofNobody } from './recorded.ts'
import { NumberSets, Stacks } from './stacks.ts'
import { tabulate } from './tables.ts'
import type { Lookup } from './values.ts'
import { isLearned, Variables } from './variables.ts'
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
  /** Words of what is said of an identity, with what they are when there is none. */
  readonly #claims: readonly (readonly [word: number, empty: number])[]
  /** Words of what the engine finds out by itself of whoever is known. */
  readonly #learned: readonly number[]
  readonly #branchLabels = new Map<number, number>()
  readonly #exact = new Map<number, { key: number; lookup: Lookup }>()
  readonly #identityKeys = new Map<number, number>()
  readonly #strengths = new Map<number, number>()

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
    this.states = tabulate(this)
    this.width = firstVariable + this.variables.list.length
    this.#claims = this.variables.list.flatMap((variable) => {
      const of = variable.facts.some((fact) => /^(identity|account)\./.test(fact))
      return of ? [[firstVariable + variable.id, ofNobody(variable)] as const] : []
    })
    this.#learned = this.variables.list.flatMap(({ id, facts }) =>
      facts.some(isLearned) ? [firstVariable + id] : [],
    )
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
    return this.states[state]!.wired.get(key)
  }

  /** What an identity was said to be is no longer known; of nobody it is known that nothing is said. */
  forgetClaims(row: Row, initially: (word: number) => number): void {
    const nobody = layout.kindOf(row) === layout.none
    for (const [word, empty] of this.#claims) row[word] = nobody ? empty : initially(word)
  }

  /** Somebody else is known: what is found out of them can be anything again. */
  forgetLearned(row: Row, initially: (word: number) => number): void {
    for (const word of this.#learned) row[word] = initially(word)
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

  /** The factors that credentials of these kinds prove together, 0 to 3: asked for at every step of a search. */
  strengthOf(isHeld: (held: Held) => boolean): number {
    const key = this.held.reduce((bits, held, at) => (isHeld(held) ? bits + 2 ** at : bits), 0)
    let strength = this.#strengths.get(key)
    if (strength === undefined) {
      strength = countFactors(this.held.filter(isHeld).flatMap(({ proves }) => proves))
      this.#strengths.set(key, strength)
    }
    return strength
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
        'proofs.options': worth.options,
        'proofs.phishingResistant': worth.phishingResistant,
      }
      exact = { key, lookup: (name) => values[name] }
      this.#exact.set(key, exact)
    }
    return exact
  }
}
