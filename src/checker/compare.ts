/**
 * Two versions of a flow side by side: the same moves, the same world, until they part.
 *
 * Rows of the two are kept in pairs that some one environment allows. Where one version comes to another
 * place than the other, they differ, and the moves so far are the shortest way to see it.
 */
import { inOrderOfText } from '../language/nearest.ts'
import { answer } from './answer.ts'
import type { Label } from './compiled.ts'
import { tidy } from './explore.ts'
import { Labels } from './labels.ts'
import * as layout from './layout.ts'
import { firstVariable, type Row } from './layout.ts'
import { whatMatters } from './liveness.ts'
import type { Model } from './model.ts'
import { baseOf, startOf } from './search.ts'
import { settle } from './settle.ts'
import { nameOf } from './story.ts'
import { Walk } from './walk.ts'

export interface Difference {
  /** The moves until they part, as one sees them. */
  readonly moves: readonly string[]
  readonly old: string
  readonly new: string
}

export interface Compared {
  readonly difference: Difference | undefined
  /** False: the limit was reached, and "no difference" means nothing. */
  readonly complete: boolean
  readonly pairs: number
}

interface Successor {
  readonly move: string
  readonly to: string
  readonly row: Row
}

/** One version, ready to be asked what comes next. */
export class Version {
  readonly model: Model
  readonly #walk: Walk
  readonly #labels: Labels
  #found: Successor[] = []

  constructor(model: Model) {
    this.model = model
    this.#labels = new Labels(model)
    const keeps = whatMatters(model)
    const options = { base: baseOf(model), whole: false, dead: undefined, keeps }
    this.#walk = new Walk(model, options, {
      emit: (row, label) => {
        const copy = row.slice()
        tidy(model, copy, keeps)
        const move = moveName(model.labels[label]!, model)
        this.#found.push({ move, to: place(model, copy), row: copy })
      },
      alarm: () => {},
    })
  }

  start(): Row {
    return startOf(this.model, baseOf(this.model))
  }

  next(row: Row): Successor[] {
    this.#found = []
    const state = this.model.states[layout.stateOf(row)]
    const rests = state?.state.kind === 'offer' && layout.phaseOf(row) === layout.resting
    if (rests) answer(this.#walk, this.#labels, row.slice())
    else settle(this.#walk, this.#labels, row.slice())
    return this.#found
  }
}

/** @param pairsMax pairs of states that are looked at */
export function compare(one: Model, other: Model, pairsMax: number): Compared {
  const [left, right] = [new Version(one), new Version(other)]
  const shared = sharedWords(one, other)
  const queue = [{ rows: [left.start(), right.start()] as const, moves: [] as readonly string[] }]
  const seen = new Set<string>()
  for (let at = 0; at < queue.length; at++) {
    if (at >= pairsMax) return { difference: undefined, complete: false, pairs: at }
    const { rows, moves } = queue[at]!
    const [mine, theirs] = [grouped(left.next(rows[0])), grouped(right.next(rows[1]))]
    for (const move of new Set([...mine.keys(), ...theirs.keys()])) {
      const path = [...moves, move]
      for (const a of mine.get(move) ?? [{ to: 'nowhere', row: rows[0], move }]) {
        for (const b of theirs.get(move) ?? [{ to: 'nowhere', row: rows[1], move }]) {
          if (!compatible(a.row, b.row, shared)) continue
          if (a.to !== b.to) {
            const difference = { moves: path, old: a.to, new: b.to }
            return { difference, complete: true, pairs: at }
          }
          const key = `${a.row.join()}|${b.row.join()}`
          if (seen.has(key)) continue
          seen.add(key)
          queue.push({ rows: [a.row, b.row], moves: path })
        }
      }
    }
  }
  return { difference: undefined, complete: true, pairs: queue.length }
}

export type Shared = readonly (readonly [one: number, other: number])[]

/** Words of variables that both versions have; settings are each version's own. */
export function sharedWords(one: Model, other: Model): Shared {
  return one.variables.list.flatMap(({ id, kind, name, full }) => {
    if (kind === 'setting') return []
    const twin = other.variables.find(name)
    if (!twin || twin.full !== full) return []
    return [[firstVariable + id, firstVariable + twin.id] as const]
  })
}

/** Whether some one world and the same claims allow both. */
export function compatible(a: Row, b: Row, shared: Shared): boolean {
  return shared.every(([one, other]) => (a[one]! & b[other]!) !== 0)
}

function grouped(successors: readonly Successor[]): Map<string, Successor[]> {
  return Map.groupBy(successors, ({ move }) => move)
}

/** What was done and how it came out, without where it leads. */
function moveName(label: Label, model: Model): string {
  const { kind, state, option, outcome, caseIndex, failed } = label
  const at = model.states[state]?.state
  const attempts = kind === 'wrong' && at?.kind === 'offer' ? at.attempts : undefined
  const { id: name, connection } = option?.option ?? {}
  return [
    kind,
    at?.id,
    name,
    connection,
    outcome,
    caseIndex,
    attempts,
    failed ? 'failed' : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(' ')
}

/** The place, with what is seen of a success; methods come in no order that means anything (RFC 8176). */
function place(model: Model, row: Row): string {
  const name = `${nameOf(model, row)}${layout.phaseOf(row) === layout.resting ? '' : ' (entered)'}`
  const amr = model.proofSets.worth(row[layout.proofs]!).amr.toSorted(inOrderOfText)
  return `${name} as ${layout.kinds[layout.kindOf(row)]} with ${amr.join('+') || 'nothing'}`
}
