/** Numbers for what moves a login, made once for each kind of move at each state. */
import { type Outcome, outcomes } from '../language/declaration.ts'
import {
  type CompiledCase,
  type CompiledOption,
  type CompiledState,
  type Label,
  labelKinds,
} from './compiled.ts'
import type { Model } from './model.ts'
import { allRules } from './rules.ts'

/** What is a move of the state as a whole, with the outcome that it counts as. */
const atStates = {
  wrong: 'exhausted',
  cancel: 'cancelled',
  back: 'cancelled',
  'none-left': 'unavailable',
  expire: undefined,
  offered: undefined,
  around: undefined,
  decided: undefined,
  finish: undefined,
} as const satisfies Partial<Record<Label['kind'], Outcome | undefined>>

export class Labels {
  readonly #ids = new Map<number, number>()
  readonly #model: Model
  /** The same numbers where they are asked for again and again: by state, by case, by option. */
  readonly #atStates: Readonly<Record<keyof typeof atStates, number[]>>
  readonly #ofCases: number[] = []
  readonly #ofFaults = { error: [] as number[], timeout: [] as number[] }

  constructor(model: Model) {
    this.#model = model
    const none = Object.keys(atStates).map((kind) => [kind, []])
    this.#atStates = Object.fromEntries(none)
  }

  of(label: Label): number {
    const key = keyOf(label)
    let id = this.#ids.get(key)
    if (id === undefined) {
      id = this.#model.addLabel(label)
      this.#ids.set(key, id)
    }
    return id
  }

  at(kind: keyof typeof atStates, { index: state }: CompiledState): number {
    const outcome = atStates[kind]
    const ids = this.#atStates[kind]
    ids[state] ??= this.of({ kind, state, ...(outcome ? { outcome } : {}) })
    return ids[state]
  }

  ofCase(
    kind: 'answer' | 'run',
    { index: state }: CompiledState,
    option: CompiledOption,
    { number, outcome, index: caseIndex, declared: { enact } }: CompiledCase,
  ): number {
    const label = { kind, state, option, outcome, caseIndex }
    this.#ofCases[number] ??= this.of(enact ? { ...label, enact } : label)
    return this.#ofCases[number]
  }

  ofFault(
    outcome: 'error' | 'timeout',
    { index: state }: CompiledState,
    option: CompiledOption,
  ): number {
    const ids = this.#ofFaults[outcome]
    ids[option.number] ??= this.of({ kind: 'fault', state, option, outcome })
    return ids[option.number]!
  }
}

const rules = Object.keys(allRules)

function keyOf({ kind, state, option, outcome, caseIndex, rule }: Label): number {
  const what = labelKinds.indexOf(kind) * 32 + (outcome ? outcomes.indexOf(outcome) + 1 : 0)
  const how = (caseIndex ?? -1) + 1 + 32 * (rule ? rules.indexOf(rule) + 1 : 0)
  return ((what * 1024 + how) * 4096 + (option ? option.number + 1 : 0)) * 1024 + state
}
