/** Watches the first explorer: which properties are broken, and by which cheapest way. */

import type { Outcome } from '../language/declaration.ts'
import { outcomes } from '../language/declaration.ts'
import { type Property, rulesOf, type State } from '../language/flow.ts'
import { inOrderOfText } from '../language/nearest.ts'
import type { CompiledOption, SessionProfile } from './compiled.ts'
import { type Decider, decide } from './condition.ts'
import type { Finding, Observer } from './explore.ts'
import * as layout from './layout.ts'
import { firstVariable, type Row } from './layout.ts'
import { levelsReached } from './levels.ts'
import { secondFactors } from './liveness.ts'
import type { Model } from './model.ts'
import { isTrue } from './truth.ts'
import { no, yes } from './variables.ts'
import { stuck, unwired } from './walk.ts'

/** The best that is known against a property: certain, or hanging on a condition it cannot decide. */
export interface Against {
  certain?: Finding
  possible?: Finding
}

/** How a way in fares: the weakest success by it. */
export interface WayFound {
  readonly factors: number
  readonly finding: Finding
}

interface Asked {
  readonly property: Property
  /** The rule that gives what the property is about, and its own condition: all of them must be true. */
  readonly when: readonly Decider[]
  readonly holds: Decider | undefined
  readonly mark: number
}

export class Watch implements Observer {
  readonly against = new Map<string, Against>()
  readonly ways = new Map<string, WayFound>()
  /** Offers that are made while nobody is known: an option there is a way in. */
  readonly entrances = new Set<string>()
  readonly profiles = new Map<string, SessionProfile>()
  /** Sets of proofs that a profile was made of. */
  readonly #profiled = new Set<number>()
  readonly #model: Model
  readonly #asked: readonly Asked[]
  readonly #secondFactors: readonly CompiledOption[]

  constructor(model: Model) {
    this.#model = model
    this.#asked = askedOf(model)
    this.#secondFactors = secondFactors(model)
  }

  /** What is still read at a state because a property asks for it there. */
  static kept(model: Model): ReadonlyMap<number, readonly Decider[]> {
    const kept = new Map<number, Decider[]>()
    for (const { property, when, holds } of askedOf(model)) {
      if (!('at' in property)) continue
      for (const { index } of model.states.filter(({ state }) => isAt(state, property.at))) {
        const deciders = [...when, ...(holds ? [holds] : [])]
        kept.set(index, [...(kept.get(index) ?? []), ...deciders])
      }
    }
    return kept
  }

  alarm(property: string, finding: Finding): void {
    const against = this.against.get(property) ?? {}
    const sort = this.#assumes(finding.row) ? 'possible' : 'certain'
    const known = against[sort]
    if (!known || finding.cost < known.cost) against[sort] = finding
    this.against.set(property, against)
  }

  state(row: Row, id: number, cost: number): void {
    const at = layout.stateOf(row)
    const finding = (): Finding => ({ state: id, label: undefined, cost, row: row.slice() })
    if (row[layout.node] === unwired(this.#model)) {
      this.alarm('I-06', finding())
      return
    }
    if (row[layout.node] === stuck(this.#model)) return
    const { state } = this.#model.states[at] ?? {}
    if (!state) return
    if (layout.kindOf(row) === layout.none) this.entrances.add(state.id)
    const success = state.kind === 'end' && state.outcome === 'success'
    const inside = success && layout.phaseOf(row) === layout.resting
    if (success && !inside) this.#claims(row, finding)
    if (inside) this.#succeeds(row, finding)
    const arrives = success ? inside : layout.phaseOf(row) !== layout.resting
    if (arrives) for (const asked of this.#asked) this.#ask(asked, row, finding)
  }

  /** A flow that leads here says that this person may enter; what the engine checks comes after. */
  #claims(row: Row, finding: () => Finding): void {
    const { proofSets, definition } = this.#model
    const all = proofSets.slots(row[layout.proofs]!)
    const genuine = proofSets.genuine(row[layout.proofs]!)
    const primary = proofSets
      .slots(genuine)
      .some(
        ({ step, source }) =>
          source !== 'new' && this.#model.declarationOf(step).needs.includes('none'),
      )
    const { levels, floor } = definition.policy
    const floorReached = levelsReached(this.#model, proofSets.trueWorth(genuine))[
      levels.findIndex(({ acr }) => acr === floor)
    ]
    const outcome: Outcome | undefined = outcomes[(row[layout.flags]! & layout.adverseMask) - 1]
    const broken: Record<string, boolean> = {
      'I-01': !primary,
      'I-02': floorReached === false,
      'I-14': all.some(({ foreign }) => foreign),
      'I-16': all.some(({ foreign }) => foreign),
      'I-29': outcome === 'error' || outcome === 'timeout',
      'I-06': outcome !== undefined && outcome !== 'error' && outcome !== 'timeout',
    }
    for (const [id, is] of Object.entries(broken)) if (is) this.alarm(id, finding())
  }

  #succeeds(row: Row, finding: () => Finding): void {
    const ghost = row[layout.ghost]!
    const { ghosts } = layout
    const active = row[this.#model.word('account.active')]!
    const isAccount = layout.kindOf(row) === layout.account
    const all = this.#model.proofSets.slots(row[layout.proofs]!)
    const broken: Record<string, boolean> = {
      'I-03': all.some(({ genuine }) => !genuine),
      'I-13': all.some(({ genuine }) => !genuine),
      'I-18': (ghost & ghosts.nameAdopted) !== 0,
      'I-20': isAccount && (active & no) !== 0,
      'I-25': (ghost & ghosts.otherBrowser) !== 0,
      'I-27': this.#belowDemand(row),
      'I-35': (ghost & ghosts.afterTheEnd) !== 0,
      'I-37': (ghost & ghosts.foreignSession) !== 0,
    }
    for (const [id, is] of Object.entries(broken)) if (is) this.alarm(id, finding())
    this.#secondFactor(row, finding)
    this.#note(row, finding)
  }

  #belowDemand(row: Row): boolean {
    const { levels } = this.#model.definition.policy
    const reached = levelsReached(this.#model, this.#model.proofSets.trueWorth(row[layout.proofs]!))
    const word = (at: number) => row[this.#model.word(`request.acr has ${levels[at]!.acr}`)]!
    const asks = levels.some((_, at) => !reached[at] && (word(at) & yes) !== 0)
    return asks && levels.every((_, at) => !reached[at] || (word(at) & no) !== 0)
  }

  /** Attack 116: somebody with a second factor got in by one. */
  #secondFactor(row: Row, finding: () => Finding): void {
    if (layout.kindOf(row) !== layout.account) return
    const { proofSets } = this.#model
    if (proofSets.trueWorth(row[layout.proofs]!).factors > 1) return
    const proven = proofSets.slots(row[layout.proofs]!).map(({ credential }) => credential)
    const owned = this.#secondFactors.find(({ usesWord, cases }) => {
      const slots = cases.flatMap((one) => one.slots)
      return (row[usesWord]! & yes) !== 0 && !slots.some((slot) => proven.includes(slot.credential))
    })
    const way = this.#model.ways[layout.wayOf(row)]!
    const declared = this.#model.definition.weaker.some(({ ways }) => ways.includes(way))
    if (!owned || declared) return
    const found = finding()
    found.row[owned.usesWord] = yes
    this.alarm('security 116', found)
  }

  #note(row: Row, finding: () => Finding): void {
    const { proofSets, ways } = this.#model
    const way = ways[layout.wayOf(row)]!
    const { factors } = proofSets.trueWorth(row[layout.proofs]!)
    const known = this.ways.get(way)
    if (!known || factors < known.factors) this.ways.set(way, { factors, finding: finding() })
    const set = row[layout.proofs]!
    // The cheapest comes first.
    if (layout.kindOf(row) !== layout.account || this.#profiled.has(set)) return
    this.#profiled.add(set)
    const all = proofSets.slots(set).map((slot) => ({ ...slot, state: '' }))
    const slots = new Map(all.map((slot) => [JSON.stringify(slot), slot]))
    const key = [...slots.keys()].sort(inOrderOfText).join()
    const moves = Math.floor(finding().cost / layout.oneMove)
    if (!this.profiles.has(key)) this.profiles.set(key, { proofs: [...slots.values()], moves })
  }

  #ask({ property, when, holds, mark }: Asked, row: Row, finding: () => Finding): void {
    if (!('at' in property)) return
    const { state } = this.#model.states[layout.stateOf(row)]!
    if (!isAt(state, property.at)) return
    if (property.kind === 'never' && property.without && row[layout.flags]! & mark) return
    const found = () => this.alarm(keyOf(property), finding())
    const held = () => {
      if (!holds) return found()
      decide(holds, row, (truth) => {
        if (truth !== isTrue) found()
      })
    }
    const ask = (at: number): void => {
      const one = when[at]
      if (!one) {
        held()
        return
      }
      decide(one, row, (truth) => {
        if (truth === isTrue) ask(at + 1)
      })
    }
    ask(0)
  }

  #assumes(row: Row): boolean {
    if (row[layout.flags]! & layout.assumed) return true
    return this.#model.variables.list.some(
      ({ kind, id, full }) => kind === 'opaque' && row[firstVariable + id] !== full,
    )
  }
}

/** An author may give a property the name of one that is built in. */
export const keyOf = ({ name }: Property): string => `own ${name}`

function askedOf(model: Model): Asked[] {
  let marked = 0
  return model.definition.properties.flatMap((property) => {
    const when = 'when' in property && property.when ? [model.decider(property.when)] : []
    const holds = 'holds' in property ? model.decider(property.holds) : undefined
    const isMarked = property.kind === 'never' && property.without
    const asked = { property, when, holds, mark: isMarked ? 1 << (layout.firstMark + marked++) : 0 }
    if (property.kind !== 'at' || property.gives === undefined) return [asked]
    return rulesGiving(model, property.at, property.gives).map((rule) => ({
      ...asked,
      when: [rule, ...when],
    }))
  })
}

function rulesGiving(model: Model, at: string, given: string): Decider[] {
  const options = model.states.filter(({ state }) => state.id === at).flatMap((of) => of.options)
  return options
    .flatMap(({ option }) => rulesOf(option))
    .flatMap(({ when, gives }) => (gives.includes(given) ? model.decider(when) : []))
}

/** `at` names a state, or the outcome of an end, also of one of a called flow. */
export function isAt(state: State, at: string): boolean {
  if (state.id === at) return true
  return state.kind === 'end' ? state.outcome === at : state.kind === 'decide' && state.ended === at
}
