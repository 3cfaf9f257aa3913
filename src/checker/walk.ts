/**
 * What all moves have in common: narrowing what is known, following a transition, arriving.
 *
 * A row that is passed along belongs to the caller; what is told to `emit` must be copied by whoever
 * keeps it.
 */
import { type Outcome, outcomes } from '../language/declaration.ts'
import type { CompiledBranch, CompiledTransition } from './compiled.ts'
import { decide } from './condition.ts'
import * as layout from './layout.ts'
import { firstVariable, type Row } from './layout.ts'
import type { Model } from './model.ts'
import { isFalse, isTrue } from './truth.ts'
import { no, yes } from './variables.ts'

export interface Sink {
  emit(row: Row, label: number, cost: number): void
  /** A move that breaks a property by itself. */
  alarm(property: string, row: Row, label: number, cost: number): void
}

/** Nodes beyond those of the flow's states. */
export const unmet = (model: Model) => layout.nodeOf(model.states.length, 0)
export const blocked = (model: Model) => layout.nodeOf(model.states.length, 1)
export const expired = (model: Model) => layout.nodeOf(model.states.length, 2)
export const unwired = (model: Model) => layout.nodeOf(model.states.length, 3)
export const stuck = (model: Model) => layout.nodeOf(model.states.length + 1, 0)

const adverse: readonly Outcome[] = [
  'rejected',
  'conflict',
  'blocked',
  'exhausted',
  'cancelled',
  'denied',
  'error',
  'timeout',
]
/** As kept among the flags. */
const adverseCode: ReadonlyMap<Outcome, number> = new Map(
  adverse.map((outcome) => [outcome, outcomes.indexOf(outcome) + 1]),
)

/** What can still matter at a state: an offer's spent attempts, a session's proofs. */
export interface Keeps {
  spent(state: number, offer: number): boolean
  session(state: number, profile: number): boolean
}

export interface WalkOptions {
  /** What every word is when nothing is known of it. */
  readonly base: Row
  /**
   * Each row carries the set of whole environments that it stands for behind its words: what is learnt of
   * a word that says what its environment says is learnt of the environment.
   */
  readonly whole: boolean
  /** Whoever names an account names the same one each time; of a whole environment that is so anyway. */
  readonly onePerson?: true
  /** Words that nothing reads any more at a node; absent: all are kept, as a story wants it. */
  readonly dead: ((node: number) => readonly number[]) | undefined
  readonly keeps: Keeps
}

export class Walk {
  readonly model: Model
  readonly options: WalkOptions
  sink: Sink
  /** Words of a row. */
  readonly length: number
  /** How far behind a word its environment lies; 0 where rows carry none. */
  readonly behind: number
  readonly #free: Row[] = []
  readonly #interfered: readonly (readonly [word: number, mask: number])[]
  readonly #worldWords: readonly number[]
  readonly #exists: number
  /** What only an account that exists can have. */
  readonly #ofAccount: readonly number[]
  readonly #opaqueWords: readonly (readonly [word: number, full: number])[]

  constructor(model: Model, options: WalkOptions, sink: Sink) {
    this.model = model
    this.options = options
    this.sink = sink
    this.behind = options.whole ? model.variables.list.length : 0
    this.length = model.width + this.behind
    const words = (kind: string) =>
      model.variables.list
        .filter((variable) => variable.kind === kind)
        .map(({ id }) => firstVariable + id)
    this.#worldWords = words('world')
    this.#exists = model.word('account.exists')
    this.#ofAccount = this.#worldWords.filter((word) => {
      const { name } = model.variables.get(word - firstVariable)
      return name.startsWith('has(') || name.startsWith('association(')
    })
    this.#opaqueWords = words('opaque').map((word) => [
      word,
      model.variables.get(word - firstVariable).full,
    ])
    this.#interfered = model.setup.interference.flatMap(({ atom, uses }) =>
      interfered(model, atom, uses),
    )
  }

  /** A row of which nothing is known. */
  get nothingKnown(): Row {
    const { base, whole } = this.options
    return whole ? Int32Array.of(...base, ...base.subarray(firstVariable)) : base
  }

  /** Of each word behind the steering ones, all values that it can have. */
  get values(): number[] {
    const full = this.model.variables.list.map((variable) => variable.full)
    return this.options.whole ? [...full, ...full] : full
  }

  /** A copy to write into, given back when `use` is done. */
  with(row: Row, use: (copy: Row) => void): void {
    const copy = this.#free.pop() ?? new Int32Array(this.length)
    copy.set(row)
    use(copy)
    this.#free.push(copy)
  }

  /** @returns false where it cannot be */
  narrow(row: Row, word: number, mask: number): boolean {
    if (word === 0) return true
    const before = row[word]!
    const after = before & mask
    if (after === 0) return false
    if (after !== before) {
      row[word] = after
      if (this.behind > 0 && row[word + this.behind] === before) row[word + this.behind] = after
    }
    return true
  }

  /** What a word is when nothing was recorded in it. */
  initially(row: Row, word: number): number {
    return this.behind > 0 ? row[word + this.behind]! : this.options.base[word]!
  }

  /**
   * Calls for each of the two ways that a world or setting word can be. The row is narrowed in place for
   * each call and is as before when all is done.
   */
  split(row: Row, word: number, ifYes: (row: Row) => void, ifNo: (row: Row) => void): void {
    this.with(row, (before) => {
      if (this.narrow(row, word, yes) && this.consistent(row)) ifYes(row)
      row.set(before)
      if (this.narrow(row, word, no) && this.consistent(row)) ifNo(row)
      row.set(before)
    })
  }

  /** What holds of every world: no account, nothing that it has; something that it has, an account. */
  consistent(row: Row): boolean {
    if (row[this.#exists] === no) {
      return this.#ofAccount.every((word) => this.narrow(row, word, no))
    }
    for (const word of this.#ofAccount) {
      if (row[word] === yes) return this.narrow(row, this.#exists, yes)
    }
    return true
  }

  /**
   * Forgets what was known of accounts, for whoever is named next: it can be anybody. Of somebody proven
   * upstream it stays known whether their upstream is linked and their name taken. A whole environment
   * is one person's, who names nobody else.
   */
  forgetAccount(row: Row): void {
    this.model.forgetLearned(row, (word) => this.initially(row, word))
    if (this.options.whole || this.options.onePerson) return
    const upstream = layout.kindOf(row) === layout.passThrough
    const own = upstream ? this.model.ofConnection(row, 'association') : 0
    const name = upstream ? this.model.word('name.taken') : 0
    for (const word of this.#worldWords) {
      if (word !== own && word !== name) row[word] = this.options.base[word]!
    }
  }

  follow(row: Row, transition: CompiledTransition | undefined, label: number, cost: number): void {
    if (!transition) {
      this.arriveAt(row, unwired(this.model), label, cost)
      return
    }
    this.branches(row, transition.branches, transition.state, label, cost, () => {
      this.arriveAt(row, unwired(this.model), label, cost)
    })
  }

  /** Takes the first branch that is true; each condition may also fail. */
  branches(
    row: Row,
    list: readonly CompiledBranch[],
    state: number,
    label: number,
    cost: number,
    otherwise: (row: Row) => void,
    at = 0,
  ): void {
    const branch = list[at]
    if (!branch) {
      otherwise(row)
      return
    }
    const { because } = branch.branch
    const many = list.length > 1 || branch.decider !== undefined || because !== undefined
    const taken = many ? this.model.branchLabel(label, at, because) : label
    if (!branch.decider) {
      this.arrive(row, branch.to, taken, cost)
      return
    }
    const failed = (more: number) => this.#failed(row, branch, state, label, taken, cost + more)
    decide(
      branch.decider,
      row,
      (truth) => {
        this.#assuming(row, () => {
          if (truth === isTrue) this.arrive(row, branch.to, taken, cost)
          else if (truth === isFalse)
            this.branches(row, list, state, label, cost, otherwise, at + 1)
          else failed(0)
        })
      },
      this.behind,
    )
    failed(layout.unusual * 4)
  }

  arrive(row: Row, to: number, label: number, cost: number): void {
    const { state, skip, marks } = this.model.states[to]!
    const phase = state.kind === 'offer' && skip.length === 0 ? layout.offering : layout.entering
    const before = row[layout.flags]!
    row[layout.flags] = before | marks
    this.arriveAt(row, layout.nodeOf(to, phase), label, cost)
    row[layout.flags] = before
  }

  arriveAt(row: Row, node: number, label: number, cost: number): void {
    this.with(row, (out) => {
      out[layout.node] = node
      if (this.model.assume.length === 0) this.#land(out, node, label, cost)
      else {
        this.#assumed(out, 0, () => {
          this.with(out, (last) => this.#land(last, node, label, cost))
        })
      }
    })
  }

  /** The adverse outcome is remembered until a success makes it good. Absent: nothing that counts. */
  ended(row: Row, outcome: Outcome | undefined): void {
    const kept = row[layout.flags]! & ~layout.adverseMask
    if (outcome === 'success') row[layout.flags] = kept
    else {
      const code = outcome && adverseCode.get(outcome)
      if (code) row[layout.flags] = kept | code
    }
  }

  /** Widens what another login may have changed since. */
  interfere(row: Row): void {
    for (const [word, mask] of this.#interfered) row[word] = row[word]! | mask
  }

  #failed(
    row: Row,
    branch: CompiledBranch,
    state: number,
    label: number,
    taken: number,
    cost: number,
  ): void {
    if (!this.model.setup.rules.failsClosed) {
      this.arrive(row, branch.to, taken, cost)
      return
    }
    const transition = this.model.states[state]!.own.error
    const before = row[layout.flags]!
    this.ended(row, 'error')
    const failed = this.model.branchLabel(label, -1, undefined)
    // A condition of the `error` transition itself that fails has nowhere else to go.
    const plain = transition?.branches.every(
      ({ decider }) => !decider || decider === branch.decider,
    )
    if (!transition || transition.branches.includes(branch) || !plain) {
      this.arriveAt(row, unwired(this.model), failed, cost)
    } else this.follow(row, transition, failed, cost)
    row[layout.flags] = before
  }

  /** Notes that the way hangs on a part of a condition that cannot be decided exactly. */
  #assuming(row: Row, go: () => void): void {
    if (this.#opaqueWords.length === 0) {
      go()
      return
    }
    const before = row[layout.flags]!
    if (this.#opaqueWords.some(([word, full]) => row[word] !== full)) {
      row[layout.flags] = before | layout.assumed
    }
    go()
    row[layout.flags] = before
  }

  #assumed(row: Row, at: number, go: () => void): void {
    const decider = this.model.assume[at]
    if (!decider) {
      go()
      return
    }
    decide(decider, row, (truth) => {
      if (truth !== isFalse) this.#assumed(row, at + 1, go)
    })
  }

  #land(row: Row, node: number, label: number, cost: number): void {
    const dead = this.options.dead?.(node)
    if (dead) for (const word of dead) row[word] = this.options.base[word]!
    this.sink.emit(row, label, cost)
  }
}

function interfered(model: Model, atom: string, uses: string | undefined): [number, number][] {
  if (atom === 'account.active') return [[model.word('account.active'), no]]
  if (atom === 'account.has' && uses) return [[model.word(`has(${uses})`), yes]]
  if (atom === 'association.exists') {
    return model.connections.slice(2).map((name) => [model.word(`association(${name})`), yes])
  }
  const word = model.word(atom)
  return word === 0 ? [] : [[word, yes]]
}
