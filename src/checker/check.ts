/**
 * Checks the flows of an organisation: every built-in property and every one that an author wrote.
 *
 * Safety is explored twice: alone, and then with everything that other logins may change meanwhile. What
 * only breaks the second way is possible, and said to be.
 */

import type { StepDeclaration } from '../language/declaration.ts'
import type { FlowDefinition } from '../language/flow.ts'
import { inOrderOfText } from '../language/nearest.ts'
import type { SessionProfile, Setup } from './compiled.ts'
import { credentialsOf } from './credentials.ts'
import type { Limits } from './explore.ts'
import { effectsOfOthers } from './others.ts'
import type { Report } from './report.ts'
import { allRules, type EngineRules } from './rules.ts'
import { type Searched, search } from './search.ts'
import { exploreTogether } from './two-logins.ts'
import { judge } from './verdicts.ts'

export interface CheckOptions {
  /** Engine rules to switch off, for the corpus. */
  readonly rules?: Partial<EngineRules>
  /** Try connections with every setting, not only as configured. */
  readonly anyConfiguration?: boolean
  /** States followed for one flow before the answer is "not decided". Default 400,000. */
  readonly statesMax?: number
  /**
   * False: two logins at the same time are not explored. What only others can break is possibly broken then, also
   * where another login of the same person would certainly do it; what holds is the same. Default true.
   */
  readonly twoLogins?: boolean
}

export function check(
  organisation: { readonly flows: readonly FlowDefinition[] },
  steps: readonly StepDeclaration[],
  options: CheckOptions = {},
): Report[] {
  const rules = { ...allRules, ...options.rules }
  const limits = { states: options.statesMax ?? 400_000 }
  const setup: Setup = {
    steps,
    rules,
    anyConfiguration: options.anyConfiguration ?? false,
    interference: [],
    sessions: [],
    credentials: credentialsOf(organisation.flows, steps),
  }
  const { sessions, searched, complete } = sessionsOf(organisation.flows, setup, limits)
  return organisation.flows.map((flow, at) => {
    const alone = searched[at]!
    const crowd = search(flow, { ...setup, sessions, interference: effectsOfOthers(steps) }, limits)
    const together = once(() =>
      options.twoLogins === false
        ? undefined
        : exploreTogether(alone.model, alone.starts, alone.explored.options, limits),
    )
    return judge({ flow, alone, crowd, together, limits, sessionsComplete: complete })
  })
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** All that a session can have proven, also what is a part of something else: for who watches a server. */
export function sessionProfiles(
  flows: readonly FlowDefinition[],
  steps: readonly StepDeclaration[],
): SessionProfile[] {
  const limits = { states: 400_000 }
  const setup: Setup = {
    steps,
    rules: allRules,
    anyConfiguration: false,
    interference: [],
    sessions: [],
    credentials: credentialsOf(flows, steps),
  }
  return sessionsOf(flows, setup, limits).all
}

const roundsMax = 8

/**
 * What a session can have proven: whatever any flow of the organisation can have proven at success, also
 * where it began with such a session itself. A set that is part of another is not needed: each proof may
 * be too old.
 */
function sessionsOf(
  flows: readonly FlowDefinition[],
  setup: Setup,
  limits: Limits,
): {
  readonly sessions: SessionProfile[]
  readonly all: SessionProfile[]
  /** Each flow with these sessions, or nearly these where it is not complete. */
  readonly searched: readonly Searched[]
  readonly complete: boolean
} {
  let sessions: SessionProfile[] = []
  let complete = true
  for (let round = 1; ; round++) {
    const searched = flows.map((flow) => search(flow, { ...setup, sessions }, limits))
    const found = new Map<string, SessionProfile>()
    for (const { watch, explored } of searched) {
      complete &&= explored.complete
      for (const [key, profile] of watch.profiles) {
        const { moves = 1 } = found.get(key) ?? profile
        found.set(key, { ...profile, moves: Math.min(moves, profile.moves ?? 1) })
      }
    }
    const all = [...found.values()]
    const greatest = maximal(all)
    const settled = sameProfiles(greatest, sessions)
    if (settled || round === roundsMax) {
      return { sessions, all, searched, complete: complete && settled }
    }
    sessions = greatest
  }
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
  const name = (profile: SessionProfile) => [...keysOf(profile)].sort(inOrderOfText).join()
  return a.map(name).sort(inOrderOfText).join('|') === b.map(name).sort(inOrderOfText).join('|')
}

function keysOf({ proofs }: SessionProfile): ReadonlySet<string> {
  return new Set(proofs.map((slot) => JSON.stringify(slot)))
}
