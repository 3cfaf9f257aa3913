/**
 * What is read off the flow itself: conditions that decide whether a credential step is asked.
 *
 * Of each list of branches the table of its parts is made: what the client controls must not lead around
 * a step (I-11), and with less proven or less known no decision may come nearer to success (I-12).
 */
import { type FactDeclaration, type FactName, factDeclarations } from '../language/facts.ts'
import type { Branch, Place, Transition } from '../language/flow.ts'
import { type Decider, decide } from './condition.ts'
import * as layout from './layout.ts'
import { firstVariable, type Row } from './layout.ts'
import { reachable, successorStates } from './liveness.ts'
import type { Model } from './model.ts'
import { isTrue } from './truth.ts'
import { no, type Variable, yes } from './variables.ts'

export interface GuardFinding {
  readonly property: 'I-11' | 'I-12' | 'I-10'
  readonly state: string
  readonly place: Place
  readonly text: string
  /** The decision that should not lead there; absent where nothing is decided. */
  readonly way?: GuardedWay
}

/** A transition that is taken for what a condition says. */
export interface GuardedWay {
  readonly state: string
  /** The outcome that is decided upon: `password.success`; absent before an offer, and where it only decides. */
  readonly key: string | undefined
  readonly to: string
}

interface List {
  readonly state: string
  readonly key: string | undefined
  readonly branches: readonly { readonly branch: Branch; readonly decider: Decider | undefined }[]
  /** Where none of them is true. */
  readonly otherwise: string
}

const facts: Readonly<Record<FactName, FactDeclaration>> = factDeclarations

export function checkGuards(model: Model): GuardFinding[] {
  const must = credentialsBefore(model)
  const typed = typedFacts(model)
  // Fewer credential steps that no way to success can leave out.
  const nearer = (a: string, b: string) => {
    const [ofA, ofB] = [must.get(a)!, must.get(b)!]
    return ofA !== undefined && ofB !== undefined && ofA.size < ofB.size
  }
  return [
    ...listsOf(model).flatMap((list) => [
      ...clientControls(list, typed, nearer),
      ...lessHelps(model, list, nearer),
    ]),
    ...unreached(model),
  ]
}

/** For each state the credential states without which no success can be reached from it. */
function credentialsBefore(model: Model): ReadonlyMap<string, ReadonlySet<number>> {
  const next = successorStates(model)
  const success = model.states.filter(
    ({ state }) => state.kind === 'end' && state.outcome === 'success',
  )
  const credential = model.states.filter(
    ({ state, options }) =>
      state.kind === 'offer' && options.some(({ declaration }) => declaration.credential),
  )
  const without = new Map(
    credential.map(({ index }) => {
      const open = next.map((to, from) => (from === index ? [] : to))
      const reaches = reachable(open)
      return [
        index,
        (from: number) => from !== index && success.some((end) => reaches[from]!.has(end.index)),
      ] as const
    }),
  )
  return new Map(
    model.states.map(({ state, index }) => [
      state.id,
      new Set([...without].flatMap(([at, avoids]) => (avoids(index) ? [] : [at]))),
    ]),
  )
}

function listsOf(model: Model): List[] {
  return model.states.flatMap(({ state }) => {
    const list = (transition: Transition, otherwise: string, key?: string): List => ({
      state: state.id,
      key,
      otherwise,
      branches: transition.map((branch) => ({
        branch,
        decider: branch.when && model.decider(branch.when),
      })),
    })
    const lists =
      'on' in state ? Object.entries(state.on).map(([key, one]) => list(one, state.id, key)) : []
    if (state.kind === 'offer') lists.push(list(state.skip, state.id))
    if (state.kind === 'decide') lists.push(list(state.branches, state.id))
    return lists.filter(({ branches }) => branches.some(({ decider }) => decider))
  })
}

/**
 * What a person can say of themselves on the way, in place of what an upstream has left unsaid. Who proves
 * an account brings the account's own.
 */
function typedFacts(model: Model): ReadonlySet<FactName> {
  const cases = model.states
    .filter(({ state }) => state.kind === 'offer')
    .flatMap(({ options }) => options.flatMap((option) => option.cases))
    .filter(({ declared, slots }) => declared.by === 'person' && slots.length === 0)
    .flatMap(({ declared }) => declared.records ?? [])
  return new Set(cases.filter((name) => facts[name].from === 'upstream-asserted'))
}

type Nearer = (a: string, b: string) => boolean

/** I-11: what a client sends can ask for more, never for less. */
function clientControls(list: List, typed: ReadonlySet<FactName>, nearer: Nearer): GuardFinding[] {
  return list.branches.flatMap(({ branch, decider }, at) => {
    if (!decider) return []
    const later = [...list.branches.slice(at + 1).map((one) => one.branch.to), list.otherwise]
    if (!later.some((to) => nearer(branch.to, to))) return []
    const client = decider.reads.filter(
      (name) => ['request', 'person'].includes(facts[name].from) || typed.has(name),
    )
    return client
      .filter((name) => helpsWhenPresent(decider, name))
      .map((name) => ({
        property: 'I-11' as const,
        state: list.state,
        place: branch.place,
        way: { state: list.state, key: list.key, to: branch.to },
        text: `the way from ${list.state} to ${branch.to} goes around a credential step when \`${decider.condition.source}\`, and ${name} is what the client says`,
      }))
  })
}

/** A raised level that is asked for is no harm in a condition that it makes false. */
function helpsWhenPresent(decider: Decider, name: FactName): boolean {
  const of = decider.variables.filter((variable) => variable.facts.includes(name))
  return of.some((variable) => {
    if (variable.kind === 'opaque' || variable.values) return true
    return canBeTrue(decider, variable, yes) && !alwaysTrue(decider, variable, no)
  })
}

function lessHelps(model: Model, list: List, nearer: Nearer): GuardFinding[] {
  const pairs = [...lessKnown(model, list), ...lessProven(model, list)]
  return pairs.flatMap(({ less, more, text, place }) =>
    nearer(less, more)
      ? [
          {
            property: 'I-12' as const,
            state: list.state,
            place,
            way: { state: list.state, key: list.key, to: less },
            text: `at ${list.state}, ${text}: it leads to ${less} instead of ${more}, which is nearer to success`,
          },
        ]
      : [],
  )
}

interface Pair {
  readonly less: string
  readonly more: string
  readonly text: string
  readonly place: Place
}

/** What is missing, or what an upstream leaves unsaid, against what it might have said. */
function lessKnown(model: Model, list: List): Pair[] {
  const variables = new Set(list.branches.flatMap(({ decider }) => decider?.variables ?? []))
  return [...variables].flatMap((variable) => {
    const missing = missingOf(variable)
    if (missing === 0) return []
    const present = variable.full & ~missing
    return targets(model, list, (row) => {
      row[firstVariable + variable.id] = missing
    }).flatMap((less) =>
      targets(model, list, (row) => {
        row[firstVariable + variable.id] = present
      }).map((more) => ({
        less: less.to,
        more: more.to,
        place: less.place,
        text: `when ${variable.facts[0]} is not said`,
      })),
    )
  })
}

function missingOf(variable: Variable): number {
  if (variable.kind !== 'fact') return 0
  const [fact] = variable.facts
  if (variable.values) {
    const at = variable.values.indexOf(undefined)
    const unsaid = facts[fact!].type === 'bool' ? variable.values.indexOf(false) : -1
    return (at < 0 ? 0 : 1 << at) | (unsaid < 0 ? 0 : 1 << unsaid)
  }
  return facts[fact!].from === 'upstream-asserted' ? no : 0
}

/** Fewer proofs against more, for the same identity. */
function lessProven(model: Model, list: List): Pair[] {
  const reads = list.branches.flatMap(({ decider }) => decider?.reads ?? [])
  if (!reads.some((name) => name.startsWith('proofs.'))) return []
  const slots = [
    ...new Map(
      model.states
        .flatMap(({ options }) => options)
        .flatMap(({ cases }) => cases)
        .flatMap((chosen) => chosen.slots)
        .map((slot) => [`${slot.step} ${slot.factor} ${slot.credential}`, slot]),
    ).values(),
  ].slice(0, 8)
  const sets = [0]
  for (const slot of slots) sets.push(...sets.map((set) => model.proofSets.add(set, slot)))
  const at = (set: number) =>
    targets(model, list, (row) => {
      row[layout.proofs] = set
    })
  return sets.flatMap((set) =>
    slots.flatMap((slot) => {
      const more = model.proofSets.add(set, slot)
      if (more === set) return []
      return at(set).flatMap((less) =>
        at(more).map((other) => ({
          less: less.to,
          more: other.to,
          place: less.place,
          text: `when ${slot.option} has not been proven`,
        })),
      )
    }),
  )
}

/** Where a list can lead for some row that is as `set` says. */
function targets(
  model: Model,
  list: List,
  set: (row: Row) => void,
): { to: string; place: Place }[] {
  const found = new Map<string, Place>()
  const row = blank(model)
  const at = (index: number) => {
    const one = list.branches[index]
    if (!one) return void found.set(list.otherwise, list.branches[0]!.branch.place)
    if (!one.decider) return void found.set(one.branch.to, one.branch.place)
    decide(one.decider, row, (truth) => {
      if (truth === isTrue) found.set(one.branch.to, one.branch.place)
      else if (truth !== 4) at(index + 1)
    })
  }
  for (const kind of [layout.account, layout.passThrough]) {
    for (const connection of model.connections.keys()) {
      if (connection === 0) continue
      row.set(blank(model))
      row[layout.identity] = layout.packIdentity(kind, false, connection, 0)
      set(row)
      at(0)
    }
  }
  return [...found].map(([to, place]) => ({ to, place }))
}

function canBeTrue(decider: Decider, variable: Variable, mask: number): boolean {
  let can = false
  each(decider, variable, mask, (truth) => {
    can ||= truth === isTrue
  })
  return can
}

function alwaysTrue(decider: Decider, variable: Variable, mask: number): boolean {
  let always = true
  each(decider, variable, mask, (truth) => {
    always &&= truth === isTrue
  })
  return always
}

function each(
  decider: Decider,
  variable: Variable,
  mask: number,
  told: (truth: number) => void,
): void {
  const words = Math.max(...decider.variables.map(({ id }) => id)) + 1
  const row = new Int32Array(firstVariable + words)
  for (const { id, full } of decider.variables) row[firstVariable + id] = full
  row[firstVariable + variable.id] = mask
  row[layout.identity] = layout.packIdentity(layout.account, false, 1, 0)
  decide(decider, row, told)
}

export function blank(model: Model): Row {
  const row = new Int32Array(model.width)
  for (const { id, full } of model.variables.list) row[firstVariable + id] = full
  return row
}

/** I-10, by the names alone; a state that a setting keeps out of reach is not meant. */
function unreached(model: Model): GuardFinding[] {
  const reaches = reachable(successorStates(model))[model.indexOf(model.definition.start)]!
  return model.states
    .filter(({ index, state }) => !reaches.has(index) && !state.id.startsWith('on:'))
    .map(({ state }) => ({
      property: 'I-10' as const,
      state: state.id,
      place: state.place,
      text: `nothing leads to ${state.id}`,
    }))
}
