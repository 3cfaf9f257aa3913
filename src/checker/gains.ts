/**
 * What people can get of a flow: to get in, and what its rules give. Each with who they are then, what they
 * have proven by then, and the environments in which it can be so: all of them, and no others.
 */

import type { StepDeclaration } from '../language/declaration.ts'
import { type FlowDefinition, rulesOf } from '../language/flow.ts'
import { inOrderOfText } from '../language/nearest.ts'
import { decide } from './condition.ts'
import { credentialsOf } from './credentials.ts'
import { type Cube, minus } from './cubes.ts'
import { exploreWhole, type Whole, Worlds } from './environments.ts'
import { conditionsOf } from './flow-parts.ts'
import type { Row } from './layout.ts'
import * as layout from './layout.ts'
import { Model } from './model.ts'
import { isEnd } from './paths.ts'
import { allRules } from './rules.ts'
import { baseOf, startOf } from './search.ts'
import { isTrue } from './truth.ts'

interface Gain {
  readonly what: string
  readonly proven: ReadonlySet<string>
  readonly where: Cube
}

/** What somebody gets who did not get it before, or had to prove more for it. */
export interface Gained {
  readonly what: string
  /** What is so of them, and kept them out before; empty where nothing kept anybody out but the flow. */
  readonly person: readonly string[]
  readonly proven: readonly string[]
}

export class Gains {
  readonly complete: boolean
  readonly #model: Model
  readonly #base: Row
  readonly #whole: Whole
  readonly #gains = new Map<string, Gain>()

  /** @param asked whose conditions are told apart as well, so that two versions speak of the same people */
  constructor(
    flow: FlowDefinition,
    steps: readonly StepDeclaration[],
    asked: FlowDefinition,
    statesMax: number,
  ) {
    this.#model = modelAsking(flow, steps, asked)
    this.#base = baseOf(this.#model)
    const start = startOf(this.#model, this.#base)
    this.#whole = exploreWhole(this.#model, [start], this.#base, statesMax)
    this.complete = this.#whole.explored.complete
    for (const [id, row] of this.#whole.rows.entries()) {
      this.#getsIn(row)
      this.#isGiven(row, id)
    }
  }

  /** @returns somebody who gets more of the other, or the same for less; nothing where nobody does */
  whoGetsMore(other: Gains): Gained | undefined {
    const worlds = new Worlds(this.#whole.explored)
    const translated = this.#translation(other)
    for (const [key, { what, proven, where: theirs }] of other.#gains) {
      const where = translated(theirs)
      const known = this.#gains.get(key)
      if (known && minus(where, known.where).length === 0) continue
      const before = [...this.#gains.values()].filter(
        (old) => old.what === what && [...old.proven].every((one) => proven.has(one)),
      )
      let rest = [where]
      for (const old of before) rest = rest.flatMap((cube) => minus(cube, old.where))
      const somebody = rest.find((cube) => worlds.canBe(cube))
      if (somebody) return { what, person: this.#told(somebody, before), proven: [...proven] }
    }
    return undefined
  }

  #getsIn(row: Row): void {
    const state = this.#model.states[layout.stateOf(row)]?.state
    if (state?.kind !== 'end' || state.outcome !== 'success' || !isEnd(this.#model, row)) return
    const connection = this.#model.connections[layout.connectionOf(row)]
    const way = this.#model.ways[layout.wayOf(row)]!
    const isDeclared = this.#model.definition.weaker.some(({ ways }) => ways.includes(way))
    const isAccount = layout.kindOf(row) === layout.account
    // Of a way that is weaker on purpose the author has said that no account is needed either.
    if (isDeclared && !isAccount) return
    this.#add(row, isAccount ? 'gets in' : `gets in by ${connection} without an account`)
  }

  #isGiven(row: Row, id: number): void {
    const { labels, states, variables } = this.#model
    const option = states[layout.stateOf(row)]?.options[0]
    if (!option?.rules.length) return
    const isRun = this.#whole.edges[id]!.some(({ label }) => {
      const { kind, outcome } = labels[label]!
      return kind === 'run' && outcome === 'success'
    })
    if (!isRun) return
    for (const [at, { gives }] of rulesOf(option.option).entries()) {
      const copy = row.slice()
      decide(
        option.rules[at]!,
        copy,
        (truth) => {
          if (truth !== isTrue) return
          for (const one of gives) this.#add(copy, `gets ${one} of ${option.option.step}`)
        },
        variables.list.length,
      )
    }
  }

  #add(row: Row, what: string): void {
    const { proofSets, width } = this.#model
    // A factor that is new here and one that was there before are worth the same.
    const slots = proofSets.slots(row[layout.proofs]!)
    const proven = new Set(slots.map(({ credential, factor }) => `${factor} ${credential}`))
    const where = row.slice(width)
    const key = [what, ...[...proven].sort(inOrderOfText), where.join()].join(' | ')
    this.#gains.set(key, { what, proven, where })
  }

  /** The other's environments in our words; its settings are not people's. */
  #translation(other: Gains): (cube: Cube) => Cube {
    const words = this.#model.variables.list.map(({ name, kind, full }) => {
      const twin = other.#model.variables.find(name)
      return kind === 'setting' || twin?.full !== full ? undefined : twin.id
    })
    const base = this.#base.subarray(layout.firstVariable)
    return (cube) => Int32Array.from(words, (id, at) => (id === undefined ? base[at]! : cube[id]!))
  }

  /** Only what is needed to tell them from everybody who got it before. */
  #told(somebody: Cube, before: readonly Gain[]): string[] {
    const base = this.#base.subarray(layout.firstVariable)
    const needed = somebody.slice()
    for (const at of needed.keys()) {
      const narrow = needed[at]!
      needed[at] = base[at]!
      if (before.some(({ where }) => where.every((mask, word) => (mask & needed[word]!) !== 0))) {
        needed[at] = narrow
      }
    }
    return this.#model.variables.list.flatMap(({ phrases }, at) =>
      needed[at] === base[at]
        ? []
        : phrases.filter((_, bit) => needed[at]! & (1 << bit)).join(' or '),
    )
  }
}

/**
 * A flow whose model tells apart whatever another one's conditions do, in the same words: they come first,
 * as properties of no place.
 */
export function modelAsking(
  flow: FlowDefinition,
  steps: readonly StepDeclaration[],
  asked: FlowDefinition,
): Model {
  const properties = conditionsOf(asked).map(
    (holds) => ({ kind: 'at', name: holds.source, at: '', holds, place: holds.place }) as const,
  )
  return new Model(
    { ...flow, properties },
    {
      steps,
      rules: allRules,
      anyConfiguration: false,
      interference: [],
      sessions: [],
      credentials: credentialsOf([flow], steps),
    },
  )
}
