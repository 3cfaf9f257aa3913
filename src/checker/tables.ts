/** The states of a flow as tables, from its definition and the declarations of its steps. */

import type {
  Case,
  Outcome,
  OwnOutcome,
  StepDeclaration,
  WorldAtom,
} from '../language/declaration.ts'
import type {
  OfferState,
  Option,
  RunState,
  State,
  Transition,
  TransitionKey,
} from '../language/flow.ts'
import { isGiven } from '../language/given.ts'
import type {
  CompiledBranch,
  CompiledCase,
  CompiledOption,
  CompiledState,
  CompiledTransition,
} from './compiled.ts'
import { optionsOf } from './flow-parts.ts'
import { firstVariable, kindsIn } from './layout.ts'
import type { Model } from './model.ts'
import type { ProofSlot } from './proofs.ts'
import { maskOf } from './recorded.ts'
import { no, yes } from './variables.ts'

export function tabulate(model: Model): CompiledState[] {
  const tables = new Tables(model)
  return Object.values(model.definition.states).map((state, index) => tables.state(state, index))
}

class Tables {
  readonly #model: Model
  #options = 0
  #cases = 0

  constructor(model: Model) {
    this.#model = model
  }

  state(state: State, index: number): CompiledState {
    const own: Partial<Record<Outcome, CompiledTransition>> = {}
    const wired = new Map<TransitionKey, CompiledTransition>()
    const on = 'on' in state ? state.on : {}
    for (const [key, transition] of Object.entries(on) as [TransitionKey, Transition][]) {
      const compiled = this.#transition(index, key, transition)
      if (key.includes('.')) wired.set(key, compiled)
      else if (key !== 'decided') own[key as Outcome] = compiled
    }
    return {
      index,
      state,
      own,
      wired,
      marks: this.#model.marksOf(state.id),
      unproven: this.#model.proofSets.filter((slot) => !this.#provenAt(state, slot)),
      options: optionsOf(state).map((option) =>
        this.#option(state as OfferState | RunState, index, option, wired),
      ),
      skip: state.kind === 'offer' ? this.#branches(state.skip) : [],
      decided:
        state.kind === 'decide' ? this.#transition(index, 'decided', state.branches) : undefined,
    }
  }

  #provenAt(state: State, slot: ProofSlot): boolean {
    if (this.#model.setup.rules.proofsByState) return slot.state === state.id
    return optionsOf(state).some(({ id }) => id === slot.option)
  }

  #transition(state: number, key: TransitionKey, transition: Transition): CompiledTransition {
    return { state, key, branches: this.#branches(transition) }
  }

  #branches(transition: Transition): CompiledBranch[] {
    return transition.map((branch) => ({
      decider: branch.when && this.#model.decider(branch.when),
      to: this.#model.indexOf(branch.to),
      branch,
    }))
  }

  #option(
    state: OfferState | RunState,
    index: number,
    option: Option,
    wired: ReadonlyMap<TransitionKey, CompiledTransition>,
  ): CompiledOption {
    const declaration = this.#model.declarationOf(option.step)
    const outcomes = Object.entries(declaration.outcomes) as [OwnOutcome, readonly Case[]][]
    const rules = Object.values(option.params)
      .filter((value) => typeof value === 'object')
      .flat()
      .map((rule) => this.#model.decider(rule.when))
    const transitions = new Map<OwnOutcome, CompiledTransition | undefined>()
    for (const [outcome] of outcomes) {
      const key = [`${option.id}.${outcome}` as const, outcome].find((name) => state.on[name])
      transitions.set(outcome, key && this.#transition(index, key, state.on[key]!))
    }
    return {
      number: this.#options++,
      option,
      declaration,
      needs: kindsIn(declaration.needs),
      rules,
      faults: {
        error: wired.get(`${option.id}.error`),
        timeout: wired.get(`${option.id}.timeout`),
      },
      cases: outcomes.flatMap(([outcome, cases]) =>
        cases.flatMap((declared, at) => {
          const to = transitions.get(outcome)
          if (!isGiven(declared, option.params)) return []
          return [this.#case(state, option, declaration, outcome, at, declared, to)]
        }),
      ),
      usesWord: this.#usesWord(option, declaration),
      way: this.#model.ways.indexOf(option.id),
      connection: option.connection ? this.#model.connections.indexOf(option.connection) : 1,
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
    const {
      setting = {},
      'target.known': known,
      'target.proven': proven,
      ...world
    } = declared.when ?? {}
    const atoms = this.#words(option, declaration, world)
    const settings = Object.entries(setting).map(([name, on]) => ({ name, mask: on ? yes : no }))
    const effects = this.#words(option, declaration, declared.effects ?? {})
    const asConfigured = option.connection
      ? settings.map(
          ({ name, mask }) => [this.#model.word(`${option.connection}.${name}`), mask] as const,
        )
      : []
    return {
      number: this.#cases++,
      outcome,
      index,
      declared,
      from: declared.from && kindsIn(declared.from),
      target: { known, proven },
      hidden: declaration.hides.some((name) => name === outcome),
      transition,
      marks: this.#model.marksOf(`${state.id}.${option.id}.${outcome}`),
      needs: [...atoms.fixed, ...asConfigured],
      needsOfConnection: [
        ...atoms.open,
        ...(option.connection ? [] : settings.map(({ name, mask }) => ({ what: name, mask }))),
      ],
      effects: effects.fixed,
      effectsOfConnection: effects.open,
      records: this.#records(declared),
      slots: (declared.proves ?? []).map((proves) => ({
        state: this.#model.setup.rules.proofsByState ? state.id : '',
        option: option.id,
        step: option.step,
        connection: option.connection,
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
      else if (atom !== 'association.exists') fixed.push([this.#model.word(atom), mask])
      else if (option.connection) {
        fixed.push([this.#model.word(`association(${option.connection})`), mask])
      } else open.push({ what: 'association', mask })
    }
    return { fixed: fixed.filter(([word]) => word !== 0), open }
  }

  #usesWord(option: Option, declaration: StepDeclaration): number {
    if (declaration.byConnection) return this.#model.word(`association(${option.connection})`)
    return declaration.uses === undefined ? 0 : this.#model.word(`has(${declaration.uses})`)
  }

  /** What is possible of each fact after it was recorded. Opaque parts over it are open again; so is what is forgotten. */
  #records(declared: Case): [number, number][] {
    const forgotten = (declared.forgets ?? []).map((atom): [number, number] => [
      this.#model.word(atom),
      no | yes,
    ])
    const recorded = (declared.records ?? []).flatMap((fact) =>
      this.#model.variables.ofFact(fact).map((variable): [number, number] => {
        const known = declared.where?.[fact]
        const mask = known === undefined ? variable.full : maskOf(variable, fact, known)
        return [firstVariable + variable.id, mask]
      }),
    )
    return [...recorded, ...forgotten]
  }
}
