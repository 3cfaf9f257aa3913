/** Numbers for what moves a login, made once for each kind of move at each state. */
import type { Label, Model } from './model.ts'

export class Labels {
  readonly #ids = new Map<string, number>()
  readonly #model: Model

  constructor(model: Model) {
    this.#model = model
  }

  of(label: Label): number {
    const { kind, state, option, outcome, caseIndex, rule } = label
    const key = `${kind} ${state} ${option?.option.id} ${outcome} ${caseIndex} ${rule}`
    let id = this.#ids.get(key)
    if (id === undefined) {
      id = this.#model.addLabel(label)
      this.#ids.set(key, id)
    }
    return id
  }
}
