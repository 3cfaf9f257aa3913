/**
 * The meaning of a flow, told a second time and as plainly as possible: every world is chosen first, every
 * value where it is recorded, and conditions are asked of the language itself. No packing, no sets of
 * possibilities, nothing forgotten. Slow, and only for small flows.
 */

import { evaluate } from '../../src/language/conditions.ts'
import type { FactName, FactValue } from '../../src/language/facts.ts'
import type { FlowDefinition, Option, State, Transition } from '../../src/language/flow.ts'
import { inOrderOfText } from '../../src/language/nearest.ts'
import type { Case, Outcome, StepDeclaration } from '../../src/language/step.ts'

type Facts = Partial<Record<FactName, FactValue>>
interface Proof {
  state: string
  option: string
  credential: string
  factor: string
  amr: readonly string[]
}
interface Who {
  kind: string
  connection: string
  facts: Facts
}
interface Login {
  at: string
  resting: boolean
  skipped: boolean
  who: Who
  proofs: Proof[]
  stack: { state: string; who: Who; proofs: Proof[] }[]
  wrong: Record<string, number>
  world: Record<string, boolean>
}

export interface NaiveResult {
  /** The fewest moves of a person to each end, by its name. */
  readonly ends: Map<string, number>
  /** The same for each kind of success: identity, methods, factors. */
  readonly successes: Map<string, number>
}

const nobody: Facts = { 'identity.amr': [], 'identity.groups': [], 'identity.emailVerified': false }

export function exploreNaively(
  flow: FlowDefinition,
  steps: readonly StepDeclaration[],
  pool: Partial<Record<FactName, readonly (FactValue | undefined)[]>>,
): NaiveResult {
  const declared = new Map(steps.map((step) => [step.type, step]))
  const ends = new Map<string, number>()
  const successes = new Map<string, number>()
  const worlds = worldsOf(flow, declared)
  const note = (map: Map<string, number>, name: string, moves: number) =>
    map.set(name, Math.min(moves, map.get(name) ?? moves))

  const followed = (login: Login, branches: Transition | undefined, key: string): Login[] => {
    if (!branches) return [{ ...login, at: '!nowhere' }]
    const facts = factsOf(login)
    for (const { when, to } of branches) {
      const truth = when ? evaluate(when, facts) : 'true'
      const state = flow.states[login.at]!
      const failed =
        when && key !== 'error'
          ? followed(login, 'on' in state ? state.on.error : undefined, 'error')
          : []
      if (truth === 'error') return failed
      const rest =
        truth === 'true'
          ? [{ ...login, at: to, resting: false, skipped: false }]
          : followed(
              login,
              branches.slice(branches.findIndex((b) => b.to === to && b.when === when) + 1),
              key,
            )
      return [...rest, ...failed]
    }
    return [{ ...login, at: '!nowhere' }]
  }

  const canUse = (login: Login, option: Option): boolean => {
    const step = declared.get(option.step)!
    if (!step.needs.includes(login.who.kind as 'none')) return false
    if (login.who.kind !== 'account') return true
    if (step.enrols) {
      const held = [...declared.values()].filter(
        (one) => one.uses && !one.byConnection && !one.enrols && login.world[`has ${one.uses}`],
      )
      return (
        factors(login.proofs) >=
        factors(
          held.flatMap((one) =>
            (one.outcomes.success?.[0].proves ?? []).map((p) => ({
              factor: p.factor,
              credential: one.uses!,
            })),
          ),
        )
      )
    }
    return step.uses === undefined || login.world[worldName('account.has', step, option)] === true
  }

  const happens = (login: Login, option: Option, one: Case, outcome: string): Login[] => {
    const step = declared.get(option.step)!
    if (one.from && !one.from.includes(login.who.kind as 'none')) return []
    const connection = option.connection ?? login.who.connection
    const { setting = {}, ...when } = one.when ?? {}
    const facts = flow.connections[connection]
    for (const [name, on] of Object.entries(setting))
      if (({ jit: facts?.jit, ...facts?.settings } as Record<string, boolean>)[name] !== on)
        return []
    for (const [atom, is] of Object.entries(when))
      if ((login.world[worldName(atom, step, { ...option, connection })] ?? false) !== is) return []
    const world = { ...login.world }
    if (one.effects?.['account.exists'])
      for (const name of Object.keys(world))
        if (name.startsWith('has ') || name.startsWith('linked ')) world[name] = false
    for (const [atom, is] of Object.entries(one.effects ?? {}))
      world[worldName(atom, step, { ...option, connection })] = is
    const first = login.who.kind === 'none' && one.identity
    const proven = (one.proves ?? []).map((p) => ({
      state: login.at,
      option: option.id,
      credential: [step.uses ?? step.type, p.credential, option.connection].join(),
      factor: p.factor,
      amr: p.amr,
    }))
    const kept = (first ? [] : login.proofs).filter(
      (old) =>
        !proven.some(
          (p) =>
            p.state === old.state && p.option === old.option && p.credential === old.credential,
        ),
    )
    const who = one.identity
      ? {
          ...login.who,
          kind: one.identity,
          connection: first ? (option.connection ?? 'local') : login.who.connection,
        }
      : login.who
    const fresh = one.where?.['account.new']
    if (one.identity === 'account')
      who.facts = {
        ...who.facts,
        'account.new': fresh && 'is' in fresh ? fresh.is : (who.facts['account.new'] ?? false),
      }
    const key = `${option.id}.${outcome}`
    const state = flow.states[login.at]!
    const on = 'on' in state ? (state.on as Record<string, Transition>) : {}
    return recorded(who.facts, one, pool).flatMap((values) => {
      const stack = one.effects
        ? []
        : state.kind === 'offer'
          ? [...login.stack, { state: login.at, who: login.who, proofs: login.proofs }]
          : login.stack
      const next = {
        ...login,
        world,
        who: { ...who, facts: values },
        proofs: [...kept, ...proven],
        stack,
      }
      return followed(next, on[key] ?? on[outcome], key)
    })
  }

  const free = (login: Login): Login[] => {
    const state = flow.states[login.at]
    if (!state || state.kind === 'end') return []
    if (state.kind === 'decide') return followed(login, state.branches, 'decided')
    const failing = (outcome: Outcome) =>
      followed(login, (state.on as Record<string, Transition>)[outcome], outcome)
    if (state.kind === 'run') {
      const step = declared.get(state.option.step)!
      if (!step.needs.includes(login.who.kind as 'none')) return [{ ...login, at: '!stuck' }]
      return [
        ...failing('error'),
        ...failing('timeout'),
        ...Object.entries(step.outcomes).flatMap(([outcome, cases]) =>
          cases.flatMap((one) => happens(login, state.option, one, outcome)),
        ),
      ]
    }
    if (!login.skipped && state.skip.length > 0) {
      const rest = followed(login, [...state.skip, { to: '!offer', place: state.place }], 'skip')
      return rest.map((next) =>
        next.at === '!offer' ? { ...next, at: login.at, skipped: true } : next,
      )
    }
    const again = login.stack.findIndex((entry) => entry.state === login.at)
    const entered = {
      ...login,
      proofs: login.proofs.filter((p) => p.state !== login.at),
      stack: again < 0 ? login.stack : login.stack.slice(0, again),
    }
    if (!state.options.some((option) => canUse(entered, option)))
      return followed(entered, state.on.unavailable, 'unavailable')
    if ((entered.wrong[login.at] ?? 0) >= state.attempts)
      return followed(entered, state.on.exhausted, 'exhausted')
    return [{ ...entered, resting: true }]
  }

  const moves = (login: Login): Login[] => {
    const state = flow.states[login.at] as State & { kind: 'offer' }
    const usable = state.options.filter((option) => canUse(login, option))
    const next = followed(login, state.on.cancelled, 'cancelled')
    next.push({ ...login, at: '!expired' })
    const top = login.stack.at(-1)
    if (top) {
      const dropped = JSON.stringify(top.who) !== JSON.stringify(login.who)
      const forgotten = dropped ? worlds : [login.world]
      for (const world of forgotten)
        next.push({
          ...login,
          at: top.state,
          resting: false,
          skipped: true,
          who: top.who,
          proofs: top.proofs,
          stack: login.stack.slice(0, -1),
          world,
        })
    }
    let wrong = false
    for (const option of usable) {
      const step = declared.get(option.step)!
      for (const [outcome, cases] of Object.entries(step.outcomes)) {
        for (const one of cases) {
          const came = happens(login, option, one, outcome)
          const hidden =
            outcome === 'invalid' ||
            (login.proofs.length === 0 && step.hides.includes(outcome as 'unknown'))
          if (hidden) wrong ||= came.length > 0
          else if (outcome === 'unavailable' && !state.on[`${option.id}.unavailable`]) {
            if (came.length > 0 && usable.length === 1)
              next.push(...followed(login, state.on.unavailable, 'unavailable'))
          } else next.push(...came)
        }
      }
      for (const outcome of ['error', 'timeout'] as const) {
        const wired = state.on[`${option.id}.${outcome}`]
        if (wired || usable.length === 1)
          next.push(...followed(login, wired ?? state.on[outcome], outcome))
      }
    }
    if (wrong) {
      const times = (login.wrong[login.at] ?? 0) + 1
      const spent = { ...login, wrong: { ...login.wrong, [login.at]: times } }
      next.push(
        ...(times >= state.attempts ? followed(spent, state.on.exhausted, 'exhausted') : [spent]),
      )
    }
    return next
  }

  const seen = new Set<string>()
  let layer: Login[] = worlds.map((world) => ({
    at: flow.start,
    resting: false,
    skipped: false,
    who: { kind: 'none', connection: 'none', facts: nobody },
    proofs: [],
    stack: [],
    wrong: {},
    world,
  }))
  for (let count = 0; layer.length > 0; count++) {
    const later: Login[] = []
    for (const login of layer) {
      const key = JSON.stringify(login)
      if (seen.has(key)) continue
      seen.add(key)
      if (seen.size > 2_500) throw new Error('too large for the naive explorer')
      const state = flow.states[login.at]
      if (!state || state.kind === 'end') finish(login, state, count)
      else if (login.resting) later.push(...moves(login))
      else layer.push(...free(login))
    }
    layer = later
  }
  return { ends, successes }

  function finish(login: Login, state: State | undefined, count: number): void {
    if (state?.kind !== 'end' || state.outcome !== 'success')
      return void note(ends, login.at, count)
    const active = login.who.kind !== 'account' || login.world['account.active']
    const floor = flow.policy.levels.find(({ acr }) => acr === flow.policy.floor)!
    if (login.who.kind === 'none' || login.proofs.length === 0)
      return void note(ends, '!unmet', count)
    if (!active) return void note(ends, '!blocked', count)
    const higher = flow.policy.levels.some(({ factors: wanted }) => factors(login.proofs) < wanted)
    if (higher) note(ends, '!unmet', count)
    if (factors(login.proofs) < floor.factors) return
    const amr = [...new Set(login.proofs.flatMap((p) => p.amr))].sort(inOrderOfText)
    note(ends, login.at, count)
    note(
      successes,
      [login.who.kind, login.who.connection, amr, factors(login.proofs)].join(' '),
      count,
    )
  }
}

function factsOf({ who, proofs }: Login): Facts {
  const amr = [...new Set(proofs.flatMap((p) => p.amr))]
  const {
    'account.groups': groups,
    'account.source': source,
    'account.new': made,
    ...rest
  } = who.facts
  const ofAccount =
    who.kind === 'account'
      ? {
          'account.groups': groups ?? [],
          'account.source': source ?? 'local',
          'account.new': made ?? false,
        }
      : {}
  return {
    ...rest,
    ...ofAccount,
    'identity.kind': who.kind,
    'identity.connection': who.connection,
    'proofs.factors': factors(proofs),
    'proofs.amr': factors(proofs) > 1 ? [...amr, 'mfa'] : amr,
    'proofs.phishingResistant': amr.includes('hwk'),
    'request.acr': [],
  }
}

/** Every way in which the values that a case records can turn out. */
function recorded(
  before: Facts,
  one: Case,
  pool: Partial<Record<FactName, readonly (FactValue | undefined)[]>>,
): Facts[] {
  let all: Facts[] = [before]
  for (const fact of one.records ?? []) {
    if (fact === 'account.new') continue
    const known = one.where?.[fact]
    const open =
      pool[fact] ??
      (fact === 'identity.emailVerified'
        ? [true, false]
        : fact.endsWith('groups') || fact.endsWith('amr')
          ? [[]]
          : ['x'])
    const values =
      known === undefined
        ? open
        : 'is' in known
          ? [known.is]
          : open.map((list) => [
              ...new Set([
                ...(list as string[]).filter((x) => !known.lacks?.includes(x)),
                ...(known.has ?? []),
              ]),
            ])
    all = all.flatMap((facts) =>
      values.map((value) => {
        const { [fact]: _, ...rest } = facts
        return value === undefined ? rest : { ...rest, [fact]: value }
      }),
    )
  }
  return all
}

function worldName(atom: string, step: StepDeclaration, option: Option): string {
  if (atom === 'association.exists' || (atom === 'account.has' && step.byConnection))
    return `linked ${option.connection}`
  return atom === 'account.has' ? `has ${step.uses}` : atom
}

/** All worlds over what the flow's steps ask; who has no account has nothing that belongs to one. */
function worldsOf(
  flow: FlowDefinition,
  declared: ReadonlyMap<string, StepDeclaration>,
): Record<string, boolean>[] {
  const options = Object.values(flow.states).flatMap((state) =>
    state.kind === 'offer' ? state.options : state.kind === 'run' ? [state.option] : [],
  )
  const enrols = options.some(({ step }) => declared.get(step)!.enrols)
  const ofAll = enrols
    ? [...declared.values()]
        .filter(({ uses, byConnection }) => uses && !byConnection)
        .map(({ uses }) => `has ${uses}`)
    : []
  const names = new Set(['account.exists', 'account.active', 'name.taken', ...ofAll])
  for (const option of options) {
    const step = declared.get(option.step)!
    if (option.connection) names.add(`linked ${option.connection}`)
    if (step.uses && !step.byConnection) names.add(`has ${step.uses}`)
  }
  const all = [...names].reduce<Record<string, boolean>[]>(
    (worlds, name) =>
      worlds.flatMap((world) => [
        { ...world, [name]: true },
        { ...world, [name]: false },
      ]),
    [{}],
  )
  return all.filter(
    (world) =>
      world['account.exists'] ||
      !Object.entries(world).some(([name, is]) => is && /^(has|linked) /.test(name)),
  )
}

/** Kinds of factor over different credentials, by trying every choice of one credential for each kind. */
function factors(proofs: readonly { factor: string; credential: string }[]): number {
  let best = 0
  for (let mask = 0; mask < 1 << Math.min(proofs.length, 12); mask++) {
    const chosen = proofs.filter((_, at) => (mask >> at) & 1)
    const kinds = new Set(chosen.map(({ factor }) => factor)).size
    const credentials = new Set(chosen.map(({ credential }) => credential)).size
    if (kinds === chosen.length && credentials === chosen.length) best = Math.max(best, kinds)
  }
  return best
}
