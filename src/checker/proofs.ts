/** Sets of proofs, interned: equal sets have equal numbers, and what they amount to is worked out once. */
import type { Factor } from '../language/facts.ts'
import type { ProvesDeclaration } from '../language/step.ts'

export interface ProofSlot {
  readonly state: string
  readonly option: string
  readonly step: string
  /** Two slots with equal words are one credential. */
  readonly credential: string
  readonly amr: readonly string[]
  readonly factor: Factor
  readonly phishingResistant: boolean
  readonly source: ProvesDeclaration['source']
  /** False where the engine counts what nobody has verified. */
  readonly genuine: boolean
  /** It proves another subject than the login's. */
  readonly foreign: boolean
}

export interface Worth {
  readonly factors: number
  readonly amr: readonly string[]
  readonly phishingResistant: boolean
}

export class ProofSets {
  readonly #slots: ProofSlot[] = []
  readonly #slotIds = new Map<string, number>()
  readonly #sets: (readonly number[])[] = [[]]
  readonly #setIds = new Map<string, number>([['', 0]])
  readonly #changed = new Map<string, number>()
  readonly #worth = new Map<number, Worth>()
  readonly #countsCredentials: boolean

  constructor(countsCredentials: boolean) {
    this.#countsCredentials = countsCredentials
  }

  slots(set: number): ProofSlot[] {
    return this.#sets[set]!.map((slot) => this.#slots[slot]!)
  }

  add(set: number, slot: ProofSlot): number {
    const id = this.#slotId(slot)
    return this.#once(`add ${set} ${id}`, () => [
      ...this.#sets[set]!.filter((old) => !replaces(slot, this.#slots[old]!)),
      id,
    ])
  }

  /** @param key names the filter: with the same one the same slots are kept */
  keep(set: number, key: string, kept: (slot: ProofSlot) => boolean): number {
    if (set === 0) return 0
    return this.#once(`${key} ${set}`, () =>
      this.#sets[set]!.filter((slot) => kept(this.#slots[slot]!)),
    )
  }

  /** The same proofs, now of another subject than the login's. */
  asForeign(set: number): number {
    return this.#once(`foreign ${set}`, () =>
      this.slots(set).map((slot) => this.#slotId({ ...slot, foreign: true })),
    )
  }

  genuine(set: number): number {
    return this.keep(set, 'genuine', (slot) => slot.genuine && !slot.foreign)
  }

  /** What the engine makes of a set. */
  worth(set: number): Worth {
    let worth = this.#worth.get(set)
    if (!worth) {
      const slots = this.slots(set)
      const factors = this.#countsCredentials
        ? countFactors(slots)
        : Math.min(3, new Set(slots.map((slot) => `${slot.state} ${slot.factor}`)).size)
      worth = worthOf(slots, factors)
      this.#worth.set(set, worth)
    }
    return worth
  }

  /** What a set is worth whatever the engine makes of it: what was verified, of this subject. */
  trueWorth(set: number): Worth {
    const slots = this.slots(this.genuine(set))
    return worthOf(slots, countFactors(slots))
  }

  #slotId(slot: ProofSlot): number {
    const key = JSON.stringify(slot)
    const found = this.#slotIds.get(key)
    if (found !== undefined) return found
    this.#slotIds.set(key, this.#slots.length)
    return this.#slots.push(slot) - 1
  }

  #once(key: string, make: () => number[]): number {
    let id = this.#changed.get(key)
    if (id === undefined) {
      id = this.#setId(make().sort((a, b) => a - b))
      this.#changed.set(key, id)
    }
    return id
  }

  #setId(slots: readonly number[]): number {
    const key = slots.join()
    const found = this.#setIds.get(key)
    if (found !== undefined) return found
    this.#setIds.set(key, this.#sets.length)
    return this.#sets.push(slots) - 1
  }
}

/**
 * Kinds of factor over different credentials: the greatest matching of kinds with credentials.
 *
 * @returns 0 to 3
 */
export function countFactors(
  slots: readonly { readonly factor: Factor; readonly credential: string }[],
): number {
  const kinds = [...new Set(slots.map((slot) => slot.factor))]
  const most = (at: number, taken: ReadonlySet<string>): number => {
    if (at === kinds.length) return 0
    const free = slots.filter(({ factor, credential }) => {
      return factor === kinds[at] && !taken.has(credential)
    })
    const paired = free.map(({ credential }) => 1 + most(at + 1, new Set([...taken, credential])))
    return Math.max(most(at + 1, taken), ...paired)
  }
  return most(0, new Set())
}

function worthOf(slots: readonly ProofSlot[], factors: number): Worth {
  const amr = [...new Set(slots.flatMap((slot) => slot.amr))]
  return {
    factors,
    amr: factors > 1 && !amr.includes('mfa') ? [...amr, 'mfa'] : amr,
    phishingResistant: slots.some((slot) => slot.phishingResistant),
  }
}

function replaces(by: ProofSlot, old: ProofSlot): boolean {
  return by.state === old.state && by.option === old.option && by.credential === old.credential
}
