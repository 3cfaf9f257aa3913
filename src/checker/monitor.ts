/**
 * Whether what a server did is what the model can do: each event of a login must be a move that the model
 * has, from where the login can be after the events before.
 *
 * The model knows sets of what may be true, so it follows all of them at once: as long as one is left the
 * server has done nothing that the checker has not seen.
 */

import type { StepDeclaration } from '../language/declaration.ts'
import type { FlowDefinition } from '../language/flow.ts'
import { answer } from './answer.ts'
import { startsFrom } from './apply.ts'
import type { CompiledOption, Label, SessionProfile } from './compiled.ts'
import { Labels } from './labels.ts'
import type { Row } from './layout.ts'
import * as layout from './layout.ts'
import { fits } from './leave.ts'
import { reachable, successorStates, whatMatters } from './liveness.ts'
import { Model } from './model.ts'
import { effectsOfOthers } from './others.ts'
import { allRules } from './rules.ts'
import { baseOf, startOf } from './search.ts'
import { settle } from './settle.ts'
import { no, yes } from './variables.ts'
import { blocked, stuck, unmet, Walk } from './walk.ts'

/** One line of a login's story, as the engine records it. */
export interface SeenEvent {
  /** A position: `<state>?` is an offer whose `skip` is being decided. */
  readonly state: string
  readonly option: string | undefined
  readonly outcome: string
  readonly caseIndex: number | undefined
  readonly to: string | undefined
  readonly decided: readonly { readonly result: 'true' | 'false' | 'error' }[]
  readonly reason: string | undefined
}

/** How the engine has ended a login. */
export interface SeenEnd {
  readonly outcome: string
  readonly error: string | undefined
  readonly amr: readonly string[]
}

export interface Violation {
  readonly flow: string
  readonly text: string
}

/** Where a login can be, as far as it was seen. Opaque. */
export interface Track {
  readonly rows: readonly Row[]
}

/**
 * @param events all of one login, in order
 * @returns what the model has not; after the first there is nothing to compare with
 */
export function conforms(
  flow: FlowDefinition,
  steps: readonly StepDeclaration[],
  events: readonly SeenEvent[],
  sessions: readonly SessionProfile[] = [],
): Violation[] {
  const monitor = new Monitor(flow, steps, sessions)
  const { violation } = monitor.follow(monitor.begin(), events)
  return violation ? [violation] : []
}

export class Monitor {
  readonly #model: Model
  readonly #walk: Walk
  readonly #labels: Labels
  readonly #base: Row
  #reached: { readonly row: Row; readonly label: Label }[] = []

  /** @param sessions what a login's session may have proven, of any flow of the organisation */
  constructor(
    flow: FlowDefinition,
    steps: readonly StepDeclaration[],
    sessions: readonly SessionProfile[] = [],
  ) {
    const interference = effectsOfOthers(steps)
    const setup = { steps, rules: allRules, anyConfiguration: false, interference, sessions }
    this.#model = new Model(flow, setup)
    this.#base = baseOf(this.#model)
    this.#labels = new Labels(this.#model)
    const keeps = whatMatters(this.#model)
    this.#walk = new Walk(
      this.#model,
      { base: this.#base, whole: false, dead: undefined, keeps },
      {
        emit: (row, label) =>
          this.#reached.push({ row: row.slice(), label: this.#model.labels[label]! }),
        alarm: () => {},
      },
    )
  }

  begin(): Track {
    const plain = startOf(this.#model, this.#base)
    const others = this.#model.setup.sessions.map((_, at) => {
      const row = plain.slice()
      row[layout.session] = at + 1
      return row
    })
    return { rows: [plain, ...others] }
  }

  follow(
    track: Track,
    events: readonly SeenEvent[],
  ): { readonly track: Track; readonly violation: Violation | undefined } {
    let { rows } = track
    for (const event of events) {
      const next = this.#after(rows, event)
      if (next.length === 0) {
        return { track: { rows: [] }, violation: this.#violation(describe(event)) }
      }
      rows = next
    }
    return { track: { rows }, violation: undefined }
  }

  /** Whether a login that has come to an end may have come to this one. */
  end(track: Track, { outcome, error, amr }: SeenEnd): Violation | undefined {
    const model = this.#model
    const ends = this.#silently(track.rows).filter(
      ({ row }) => layout.stateOf(row) >= model.states.length || this.#restsAtEnd(row),
    )
    const at = (node: number) => ends.some(({ row }) => row[layout.node] === node)
    // An application's own floor, and a level that only it knows, ask for more than the model does.
    if (error === 'unmet_authentication_requirements') {
      const asked = ends.some(({ row }) => this.#isSuccess(row)) || at(unmet(model))
      return asked ? undefined : this.#violation('it ends for want of a level at no success')
    }
    if (outcome === 'success') {
      const proven = ends.filter(({ row }) => this.#isSuccess(row))
      const says = proven.map(({ row }) => model.proofSets.worth(row[layout.proofs]!).amr)
      if (says.some((words) => sameWords(words, amr))) return undefined
      const could = says.map((words) => words.join(' ')).join(', or ') || 'no success'
      return this.#violation(`it ends in success by ${amr.join(' ')}, and the model has ${could}`)
    }
    if (outcome === 'blocked' && at(blocked(model))) return undefined
    if (error === 'server_error' && at(stuck(model))) return undefined
    const fails = ends.some(({ row }) => {
      const state = model.states[layout.stateOf(row)]?.state
      return state?.kind === 'end' && state.outcome === outcome
    })
    return fails ? undefined : this.#violation(`it ends with ${outcome}, which the model has not`)
  }

  #after(rows: readonly Row[], event: SeenEvent): Row[] {
    const found: Row[] = []
    for (const { row, moves } of this.#silently(rows)) {
      if (this.#stays(row, event)) found.push(row)
      if (this.#isLocked(row, event)) found.push(this.#at(row, blocked(this.#model)))
      if (this.#goesRound(row, event)) found.push(this.#at(row, stuck(this.#model)))
      for (const move of moves) if (this.#matches(row, move, event)) found.push(move.row)
    }
    return distinct(found)
  }

  /** These rows and all that follow without an event, each with its moves that make one. */
  #silently(rows: readonly Row[]) {
    const open = [...rows]
    const seen = new Set(open.map(String))
    const found: { row: Row; moves: readonly { row: Row; label: Label }[] }[] = []
    for (const row of open) {
      const all = this.#movesOf(row)
      const moves = all.filter(({ label }) => !isSilent(label))
      found.push({ row, moves })
      for (const silent of all) {
        if (!isSilent(silent.label) || seen.has(String(silent.row))) continue
        seen.add(String(silent.row))
        open.push(silent.row)
      }
    }
    return found
  }

  #movesOf(row: Row) {
    this.#reached = []
    const state = this.#model.states[layout.stateOf(row)]
    const rests = state?.state.kind === 'offer' && layout.phaseOf(row) === layout.resting
    const free = this.#meanwhile(row)
    if (rests) answer(this.#walk, this.#labels, free)
    else if (!this.#restsAtEnd(row)) settle(this.#walk, this.#labels, free)
    return this.#reached
  }

  /** Anything may happen to an account between two requests, and beside one until it is written. */
  #meanwhile(row: Row): Row {
    const free = row.slice()
    for (const { id, kind } of this.#model.variables.list) {
      if (kind === 'world') free[layout.firstVariable + id] = no | yes
    }
    return free
  }

  #matches(from: Row, { row, label }: { row: Row; label: Label }, event: SeenEvent): boolean {
    const at = this.#model.states[label.state]?.state.id
    if (label.kind === 'expire' || label.kind === 'attack' || at !== plain(event.state))
      return false
    if (plain(event.to ?? '') !== this.#model.states[layout.stateOf(row)]?.state.id) return false
    return isEventOf(label, event) && this.#branchFits(from, label, event)
  }

  #branchFits(from: Row, label: Label, { decided, outcome }: SeenEvent): boolean {
    // What the rules of a `run` have decided is recorded only where it fails.
    const rules = this.#model.states[layout.stateOf(from)]?.state.kind === 'run'
    if (rules && (outcome === 'error' || outcome === 'timeout')) return true
    const first = decided.findIndex(({ result }) => result !== 'false')
    if (label.failed) return decided[first]?.result === 'error'
    if (label.branch === undefined) return label.kind !== 'around' || first < 0
    return label.branch === (first < 0 ? decided.length : first)
  }

  /** An answer that changes nothing but the attempts left; or a dependency that fails, which spends none. */
  #stays(row: Row, event: SeenEvent): boolean {
    const state = this.#model.states[layout.stateOf(row)]
    if (state?.state.kind !== 'offer' || layout.phaseOf(row) !== layout.resting) return false
    if (state.state.id !== event.state || event.to !== event.state) return false
    const option = state.options.find((one) => one.option.id === event.option)
    if (!option || !fits(row, option)) return false
    if (event.outcome === 'error' || event.outcome === 'timeout') {
      return !this.#model.wired(state.index, `${option.option.id}.${event.outcome}`)
    }
    const hidden =
      row[layout.proofs] === 0 && option.declaration.hides.some((name) => name === event.outcome)
    return (event.outcome === 'invalid' || hidden) && hasCase(option, row, event)
  }

  /** An account that is locked meanwhile ends its login at the next answer, wherever that is. */
  #isLocked(row: Row, { state, option, outcome, to }: SeenEvent): boolean {
    const at = this.#model.states[layout.stateOf(row)]?.state
    if (at?.id !== state || at.kind !== 'offer' || layout.phaseOf(row) !== layout.resting)
      return false
    const locked = outcome === 'blocked' && option === undefined && to === undefined
    return locked && layout.kindOf(row) === layout.account
  }

  /** A flow that leads back to where it was without asking anybody is broken off by the engine. */
  #goesRound(row: Row, { state, option, outcome, to }: SeenEvent): boolean {
    const at = layout.stateOf(row)
    if (this.#model.states[at]?.state.id !== plain(state)) return false
    if (outcome !== 'error' || option !== undefined || to !== undefined) return false
    const next = successorStates(this.#model)
    const reaches = reachable(next)
    return next[at]!.some((one) => reaches[one]!.has(at))
  }

  #at(row: Row, node: number): Row {
    const out = row.slice()
    out[layout.node] = node
    return out
  }

  #isSuccess(row: Row): boolean {
    const state = this.#model.states[layout.stateOf(row)]?.state
    return state?.kind === 'end' && state.outcome === 'success' && this.#restsAtEnd(row)
  }

  #restsAtEnd(row: Row): boolean {
    const state = this.#model.states[layout.stateOf(row)]?.state
    if (state === undefined) return true
    if (state.kind !== 'end') return false
    return state.outcome !== 'success' || layout.phaseOf(row) === layout.resting
  }

  #violation(text: string): Violation {
    return { flow: this.#model.definition.name, text }
  }
}

function isSilent({ kind }: Label): boolean {
  return kind === 'offered' || kind === 'finish' || kind === 'start'
}

function isEventOf(label: Label, event: SeenEvent): boolean {
  const option = label.option?.option.id
  const same = option === event.option && label.outcome === event.outcome
  switch (label.kind) {
    case 'answer':
      return same && label.caseIndex === event.caseIndex && event.reason !== 'session'
    case 'run':
      // A step that fails has no case.
      return same && label.caseIndex === event.caseIndex
    case 'fault':
      return same
    case 'session':
      return same && event.reason === 'session'
    case 'none-left':
      return event.outcome === 'unavailable'
    case 'wrong':
      return event.outcome === 'exhausted'
    case 'around':
    case 'decided':
      return event.outcome === 'decided'
    case 'back':
      return event.outcome === 'back'
    case 'cancel':
      return event.outcome === 'cancelled'
    default:
      return false
  }
}

function hasCase({ cases }: CompiledOption, row: Row, { outcome, caseIndex }: SeenEvent): boolean {
  return cases.some(
    (one) => one.outcome === outcome && one.index === caseIndex && startsFrom(row, one),
  )
}

function describe({ state, option, outcome, caseIndex, to, reason }: SeenEvent): string {
  const by = option === undefined ? '' : `${option}.`
  const more = [
    ...(caseIndex === undefined ? [] : [`case ${caseIndex}`]),
    ...(reason === undefined ? [] : [`"${reason}"`]),
  ].join(', ')
  return `${state}: ${by}${outcome}${more ? ` (${more})` : ''} -> ${to} is no move of the model`
}

function plain(position: string): string {
  return position.replace(/\?$/, '')
}

function sameWords(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word) => b.includes(word))
}

function distinct(rows: readonly Row[]): Row[] {
  return [...new Map(rows.map((row) => [String(row), row])).values()]
}
