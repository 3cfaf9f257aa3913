/**
 * Same face (I-36): two runs of one flow with the same moves of somebody who can prove nothing.
 *
 * What is true of the account is free in each run. Where what is seen differs before either has a proof,
 * the difference tells whether an account exists. Not covered: time, length, mail that is sent.
 */
import { looksInvalid } from './answer.ts'
import { applyCase, startsFrom } from './apply.ts'
import type { CompiledCase, CompiledOption, CompiledState } from './compiled.ts'
import { tidy } from './explore.ts'
import { Labels } from './labels.ts'
import type { Row } from './layout.ts'
import * as layout from './layout.ts'
import { fits } from './leave.ts'
import { whatMatters } from './liveness.ts'
import type { Model } from './model.ts'
import { settle } from './settle.ts'
import { nameOf } from './story.ts'
import { yes } from './variables.ts'
import { Walk } from './walk.ts'

export interface FaceFinding {
  readonly state: string
  readonly option: string
  /** What each of the two sees, and why. */
  readonly columns: readonly [string, string]
  /** The moves that lead there. */
  readonly before: readonly string[]
}

export interface FacesChecked {
  readonly pairs: number
  readonly complete: boolean
  readonly finding: FaceFinding | undefined
}

interface Seen {
  readonly row: Row
  readonly face: string
  readonly why: string
}

interface Pair {
  readonly rows: readonly [Row, Row]
  readonly before: readonly string[]
}

/** @param pairsMax pairs that are looked at */
export function checkFaces(model: Model, start: Row, base: Row, pairsMax: number): FacesChecked {
  const runs = new Runs(model, base)
  const queue: Pair[] = []
  for (const left of runs.rested(start)) {
    for (const right of runs.rested(start)) {
      if (left.face === right.face) queue.push({ rows: [left.row, right.row], before: [] })
    }
  }
  const seen = new Set<string>()
  for (let at = 0; at < queue.length; at++) {
    if (at >= pairsMax) return { pairs: at, complete: false, finding: undefined }
    const { rows, before } = queue[at]!
    const [left, right] = [runs.moves(rows[0]), runs.moves(rows[1])]
    for (const [move, mine] of left) {
      const theirs = right.get(move) ?? []
      for (const one of mine) {
        for (const other of theirs) {
          if (one.face !== other.face) {
            const [state, option] = move.split(' ') as [string, string]
            const columns = [`${one.why}: ${one.face}`, `${other.why}: ${other.face}`] as const
            return { pairs: at + 1, complete: true, finding: { state, option, columns, before } }
          }
          const key = `${one.row.join()}|${other.row.join()}`
          if (seen.has(key)) continue
          seen.add(key)
          queue.push({ rows: [one.row, other.row], before: [...before, move] })
        }
      }
    }
  }
  return { pairs: queue.length, complete: true, finding: undefined }
}

class Runs {
  readonly #model: Model
  readonly #walk: Walk
  readonly #labels: Labels
  #reached: Row[] = []

  constructor(model: Model, base: Row) {
    this.#model = model
    this.#labels = new Labels(model)
    const keeps = whatMatters(model)
    this.#walk = new Walk(
      model,
      { base, whole: false, dead: undefined, keeps },
      {
        emit: (row, label, cost) => {
          // What costs while nobody moves is chance: a dependency that fails does so in both runs.
          if (cost > 0 || isRight(model, label)) return
          const copy = row.slice()
          tidy(model, copy, keeps)
          this.#reached.push(copy)
        },
        alarm: () => {},
      },
    )
  }

  /** Where the engine comes to rest from here, all ways that the world can make it; going round, nowhere. */
  rested(row: Row, why = ''): Seen[] {
    const found: Seen[] = []
    const passed = new Set<string>()
    const waiting = [row]
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const state = this.#model.states[layout.stateOf(next)]
      const rests = !state || layout.phaseOf(next) === layout.resting || state.state.kind === 'end'
      if (rests) found.push({ row: next, face: this.#face(next), why })
      else {
        this.#reached = []
        settle(this.#walk, this.#labels, next)
        for (const reached of this.#reached) {
          const key = reached.join()
          if (!passed.has(key)) waiting.push(reached)
          passed.add(key)
        }
      }
      if (found.length > 256) break
    }
    return found
  }

  /** What comes of each move that proves nothing, by the move as both runs make it. */
  moves(row: Row): Map<string, Seen[]> {
    const state = this.#model.states[layout.stateOf(row)]
    const moves = new Map<string, Seen[]>()
    if (state?.state.kind !== 'offer' || row[layout.proofs] !== 0) return moves
    for (const option of state.options) {
      if (!fits(row, option)) continue
      for (const chosen of option.cases) this.#try(row, state, option, chosen, moves)
    }
    return moves
  }

  #try(
    row: Row,
    state: CompiledState,
    option: CompiledOption,
    chosen: CompiledCase,
    moves: Map<string, Seen[]>,
  ): void {
    const { declared, outcome } = chosen
    if ((declared.proves?.length ?? 0) > 0 || !startsFrom(row, chosen)) return
    const needsCredential = declared.by === 'person' && outcome === 'blocked'
    if (needsCredential) return
    const told = declared.by === 'person' && outcome !== 'invalid' && outcome !== 'success'
    const chance = declared.by === 'chance' || declared.by === 'upstream' || told
    const move = `${state.state.id} ${option.option.id} ${chance ? outcome : 'wrong'}`
    const why = declared.enact ?? outcome
    const seen = moves.get(move) ?? []
    this.#walk.with(row, (copy) => {
      applyCase(this.#walk, copy, option, chosen, (next) => {
        if (looksInvalid(this.#walk, row, chosen)) {
          seen.push({ row: row.slice(), face: this.#face(row), why })
          return
        }
        this.#reached = []
        this.#walk.follow(next, chosen.transition, 0, 0)
        for (const to of this.#reached.slice()) seen.push(...this.rested(to, why))
      })
    })
    moves.set(move, seen)
  }

  /** The state, and which of its options are shown. */
  #face(row: Row): string {
    const state = this.#model.states[layout.stateOf(row)]
    const name = nameOf(this.#model, row)
    if (state?.state.kind !== 'offer') return name
    const known = layout.kindOf(row) === layout.account
    const shown = state.options.filter(
      (option) =>
        fits(row, option) && (!known || option.usesWord === 0 || row[option.usesWord] === yes),
    )
    return `${name} with ${shown.map(({ option }) => option.id).join(', ')}`
  }
}

/** Whether a person's own credential has decided a step that asks nobody: no wrong answer comes to that. */
function isRight({ labels }: Model, label: number): boolean {
  const { kind, option, outcome, caseIndex } = labels[label]!
  if (kind !== 'run' || outcome === 'invalid') return false
  const chosen = option?.cases.find((one) => one.outcome === outcome && one.index === caseIndex)
  return chosen?.declared.by === 'person'
}
