/** Sets of proofs, interned: equal sets have equal numbers, and what they amount to is worked out once. */

import type { ProvesDeclaration } from '../language/declaration.ts'
import type { Factor } from '../language/facts.ts'

export interface ProofSlot {
  readonly state: string
  readonly option: string
  readonly step: string
  /** Of what an upstream says; absent: a credential of ours. */
  readonly connection?: string | undefined
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
  readonly options: readonly string[]
  readonly phishingResistant: boolean
}

/** Slots are options of states, a few ways each: far fewer than this. */
const slotsMax = 65_536

export class ProofSets {
  readonly #slots: ProofSlot[] = []
  readonly #slotIds = new Map<string, number>()
  /** The same for slots that have been asked for: a text is long to make. */
  readonly #known = new WeakMap<ProofSlot, number>()
  readonly #sets: (readonly number[])[] = [[]]
  readonly #setIds = new Map<string, number>([['', 0]])
  readonly #contents: (readonly ProofSlot[])[] = []
  readonly #added = new Map<number, number>()
  readonly #worth: Worth[] = []
  readonly #trueWorth: Worth[] = []
  /** What was verified, of this subject. */
  readonly genuine = this.filter((slot) => slot.genuine && !slot.foreign)
  /** An upstream's second factor stands in for none of an account that is not linked with it yet. */
  readonly unlinked = this.filter(
    ({ source, factor }) => source !== 'upstream' || factor === 'knowledge',
  )
  readonly #foreign = this.#changed((slot) => [{ ...slot, foreign: true }])
  readonly #countsCredentials: boolean

  constructor(countsCredentials: boolean) {
    this.#countsCredentials = countsCredentials
  }

  slots(set: number): readonly ProofSlot[] {
    this.#contents[set] ??= this.#sets[set]!.map((slot) => this.#slots[slot]!)
    return this.#contents[set]
  }

  add(set: number, slot: ProofSlot): number {
    const id = this.#slotId(slot)
    const key = set * slotsMax + id
    let more = this.#added.get(key)
    if (more === undefined) {
      const others = this.#sets[set]!.filter((old) => !replaces(slot, this.#slots[old]!))
      more = this.#setId([...others, id])
      this.#added.set(key, more)
    }
    return more
  }

  /** @returns what makes of a set the one of those of its slots that are to be kept */
  filter(kept: (slot: ProofSlot) => boolean): (set: number) => number {
    return this.#changed((slot) => (kept(slot) ? [slot] : []))
  }

  /** The same proofs, now of another subject than the login's. */
  asForeign(set: number): number {
    return this.#foreign(set)
  }

  #changed(change: (slot: ProofSlot) => readonly ProofSlot[]): (set: number) => number {
    const known: number[] = [0]
    return (set) => {
      known[set] ??= this.#setId(
        this.slots(set)
          .flatMap(change)
          .map((slot) => this.#slotId(slot)),
      )
      return known[set]
    }
  }

  /** What the engine makes of a set. */
  worth(set: number): Worth {
    this.#worth[set] ??= this.#worthOf(set)
    return this.#worth[set]
  }

  #worthOf(set: number): Worth {
    const slots = this.slots(set)
    const factors = this.#countsCredentials
      ? countFactors(slots)
      : Math.min(3, new Set(slots.map((slot) => `${slot.state} ${slot.factor}`)).size)
    return worthOf(slots, factors)
  }

  /** What a set is worth whatever the engine makes of it: what was verified, of this subject. */
  trueWorth(set: number): Worth {
    const slots = this.slots(this.genuine(set))
    this.#trueWorth[set] ??= worthOf(slots, countFactors(slots))
    return this.#trueWorth[set]
  }

  #slotId(slot: ProofSlot): number {
    let id = this.#known.get(slot)
    if (id === undefined) {
      id = this.#idOfText(slot)
      this.#known.set(slot, id)
    }
    return id
  }

  #idOfText(slot: ProofSlot): number {
    const key = JSON.stringify(slot)
    const found = this.#slotIds.get(key)
    if (found !== undefined) return found
    this.#slotIds.set(key, this.#slots.length)
    return this.#slots.push(slot) - 1
  }

  #setId(slots: number[]): number {
    slots.sort((a, b) => a - b)
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
    options: [...new Set(slots.map((slot) => slot.option))],
    phishingResistant: slots.some((slot) => slot.phishingResistant),
  }
}

function replaces(by: ProofSlot, old: ProofSlot): boolean {
  return by.state === old.state && by.option === old.option && by.credential === old.credential
}
