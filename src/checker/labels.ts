/** Numbers for what moves a login, made once for each kind of move at each state. */
import { outcomes } from '../language/step.ts'
import { type Label, labelKinds } from './compiled.ts'
import type { Model } from './model.ts'
import { allRules } from './rules.ts'

export class Labels {
  readonly #ids = new Map<number, number>()
  readonly #model: Model

  constructor(model: Model) {
    this.#model = model
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
}

const rules = Object.keys(allRules)

/** A number instead of a text: this is asked for every move that is looked at. */
function keyOf({ kind, state, option, outcome, caseIndex, rule }: Label): number {
  const what = labelKinds.indexOf(kind) * 32 + (outcome ? outcomes.indexOf(outcome) + 1 : 0)
  const how = (caseIndex ?? -1) + 1 + 32 * (rule ? rules.indexOf(rule) + 1 : 0)
  return ((what * 1024 + how) * 4096 + (option ? option.number + 1 : 0)) * 1024 + state
}
