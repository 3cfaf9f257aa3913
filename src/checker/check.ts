/**
 * Checks the flows of an organisation: every built-in property and every one that an author wrote.
 *
 * Safety is explored twice: alone, and then with everything that other logins may change meanwhile. What
 * only breaks the second way is possible, and said to be.
 */
import type { FlowDefinition } from '../language/flow.ts'
import type { StepDeclaration, WorldAtom } from '../language/step.ts'
import { firstVariable, type Row } from './condition.ts'
import { type Explored, explore } from './explore.ts'
import { blank } from './guards.ts'
import * as layout from './layout.ts'
import { deadWords, entryOf, keepsSpent } from './liveness.ts'
import { Model, type SessionProfile, type Setup } from './model.ts'
import { Watch } from './properties.ts'
import type { Report } from './report.ts'
import { allRules, type EngineRules } from './rules.ts'
import { no, yes } from './variables.ts'
import { judge } from './verdicts.ts'

export interface CheckOptions {
  /** Engine rules to switch off, for the corpus. */
  readonly rules?: Partial<EngineRules>
  /** Try connections with every setting, not only as configured. */
  readonly anyConfiguration?: boolean
  /** States followed for one flow before the answer is "not decided". Default 400,000. */
  readonly statesMax?: number
  /** Whole environments of one flow. Default 3,000. */
  readonly environmentsMax?: number
}

export interface Limits {
  readonly states: number
  readonly environments: number
}

/** One exploration, with what it has found. */
export interface Searched {
  readonly model: Model
  readonly explored: Explored
  readonly watch: Watch
  readonly base: Row
  readonly starts: readonly Row[]
}

export function check(
  organisation: { readonly flows: readonly FlowDefinition[] },
  steps: readonly StepDeclaration[],
  options: CheckOptions = {},
): Report[] {
  const rules = { ...allRules, ...options.rules }
  const limits = {
    states: options.statesMax ?? 400_000,
    environments: options.environmentsMax ?? 3000,
  }
  const setup: Setup = {
    steps,
    rules,
    anyConfiguration: options.anyConfiguration ?? false,
    interference: [],
    sessions: [],
  }
  const { sessions, complete } = sessionsOf(organisation.flows, setup, limits)
  return organisation.flows.map((flow) => {
    const alone = search(flow, { ...setup, sessions }, limits)
    const crowd = search(flow, { ...setup, sessions, interference: effectsOf(steps) }, limits)
    return judge({ flow, alone, crowd, limits, sessionsComplete: complete })
  })
}

export function search(flow: FlowDefinition, setup: Setup, limits: Limits): Searched {
  const model = new Model(flow, setup)
  const base = baseOf(model)
  const watch = new Watch(model)
  const dead = deadWords(model, Watch.kept(model))
  const starts = startsOf(model, base)
  const explored = explore(
    model,
    starts,
    { base, whole: false, dead, keeps: keepsSpent(model) },
    { states: limits.states },
    watch,
  )
  return { model, explored, watch, base, starts }
}

/** Nothing is known but how the connections are set. */
export function baseOf(model: Model): Row {
  const base = blank(model)
  if (model.setup.anyConfiguration) return base
  for (const [id, { jit, settings }] of Object.entries(model.definition.connections)) {
    for (const [name, on] of Object.entries({ ...settings, jit })) {
      base[model.word(`${id}.${name}`)] = on ? yes : no
    }
  }
  return base
}

export function startOf(model: Model, base: Row): Row {
  const start = base.slice()
  start.fill(0, 0, firstVariable)
  start[layout.node] = entryOf(model)
  const state = model.states[model.indexOf(model.definition.start)]!
  if (state.state.kind === 'offer' && state.skip.length === 0) {
    start[layout.node] = layout.nodeOf(state.index, layout.offering)
  }
  start[layout.flags] = state.marks
  model.forgetClaims(start, base)
  return start
}

function startsOf(model: Model, base: Row): Row[] {
  const plain = startOf(model, base)
  const others = model.setup.sessions.map((_, at) => {
    const start = plain.slice()
    start[layout.session] = at + 1
    return start
  })
  return [plain, ...others]
}

/**
 * What a session can have proven: whatever any flow of the organisation can have proven at success, also
 * where it began with such a session itself. A set that is part of another is not needed: each proof may
 * be too old.
 */
function sessionsOf(
  flows: readonly FlowDefinition[],
  setup: Setup,
  limits: Limits,
): { sessions: SessionProfile[]; complete: boolean } {
  let sessions: SessionProfile[] = []
  let complete = true
  for (let round = 0; round < 8; round++) {
    const found = new Map<string, SessionProfile>()
    for (const flow of flows) {
      const { watch, explored } = search(flow, { ...setup, sessions }, limits)
      complete &&= explored.complete
      for (const [key, profile] of watch.profiles) found.set(key, profile)
    }
    const greatest = maximal([...found.values()])
    if (sameProfiles(greatest, sessions)) return { sessions, complete }
    sessions = greatest
  }
  return { sessions, complete: false }
}

function maximal(profiles: readonly SessionProfile[]): SessionProfile[] {
  const keys = profiles.map(keysOf)
  return profiles.filter((_, at) =>
    keys.every((other, index) => index === at || !isPart(keys[at]!, other)),
  )
}

function isPart(part: ReadonlySet<string>, whole: ReadonlySet<string>): boolean {
  return part.size < whole.size && [...part].every((key) => whole.has(key))
}

function sameProfiles(a: readonly SessionProfile[], b: readonly SessionProfile[]): boolean {
  const name = (profile: SessionProfile) => [...keysOf(profile)].sort().join()
  return a.map(name).sort().join('|') === b.map(name).sort().join('|')
}

function keysOf({ proofs }: SessionProfile): ReadonlySet<string> {
  return new Set(proofs.map((slot) => JSON.stringify(slot)))
}

/** What another login, or an administrator, may change between two moves. */
function effectsOf(steps: readonly StepDeclaration[]) {
  const effects = steps.flatMap(({ outcomes, uses }) =>
    Object.values(outcomes)
      .flat()
      .flatMap((one) => Object.entries(one?.effects ?? {}))
      .filter(([, value]) => value)
      .map(([atom]) => ({ atom: atom as WorldAtom, ...(uses ? { uses } : {}) })),
  )
  return [...effects, { atom: 'account.active' as const }]
}
