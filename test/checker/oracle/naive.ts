/**
 * The engine's rules told again, plainly, in at most 200 lines (a test counts them): whole environments are
 * chosen first, values where they are recorded; conditions are the language's. For small flows only.
 */
import { evaluate } from '../../../src/language/conditions.ts'
import type { Outcome, StepDeclaration } from '../../../src/language/declaration.ts'
import type * as language from '../../../src/language/flow.ts'
import { Environment, type Finding, type Who, type World } from './environment.ts'
import { isGiven, Meaning } from './meaning.ts'
import { factors, factsOf, heldIn, isMet, levelsReached, type Proof } from './worth.ts'

interface Login {
  at: string
  phase: 'entered' | 'inside' | 'resting'
  who: Who
  proofs: readonly Proof[]
  back: readonly { at: string; who: Who; proofs: readonly Proof[] }[]
  wrong: Readonly<Record<string, number>>
  bad: Outcome | undefined // and not made good since
  passed: readonly string[]
  world: World
  acr: readonly string[]
}
type Logins = Generator<Login>
type Leaving = Pick<language.OfferState, 'on'>
const bad = 'rejected conflict blocked exhausted cancelled denied error timeout'.split(' ')
const is = (login: Login, when: language.Condition | boolean) =>
  typeof when === 'boolean' ? when : evaluate(when, factsOf(login)) === 'true'
const nobody: Who = { kind: 'none', connection: 'none', isNew: false, facts: {} }

/** @param most logins that are looked at @returns nothing where there are more */
export function exploreNaively(
  flow: language.FlowDefinition,
  steps: readonly StepDeclaration[],
  most: number,
): Meaning | undefined {
  const found = new Meaning()
  const around = new Environment(flow, steps)
  const asked = flow.properties.flatMap((one) => ('without' in one && one.without) || [])

  const passing = (login: Login, place: string): Login =>
    asked.includes(place) ? { ...login, passed: [...new Set([...login.passed, place])] } : login
  const fits = ({ who }: Login, one: language.Option) => around.step(one).needs.includes(who.kind)

  /** The first condition that is true leads on; each of them may also fail. */
  function* follow(login: Login, list: language.Transition, past?: Login): Logins {
    const { on } = flow.states[login.at] as Leaving
    for (const { when, to } of list) {
      if (when) yield* follow({ ...login, bad: 'error' }, on.error)
      const truth = when ? evaluate(when, factsOf(login)) : 'true'
      if (truth === 'true') yield passing({ ...login, at: to, phase: 'entered' }, to)
      if (truth !== 'false') return
    }
    if (past) yield past
  }

  /** A transition for what the state itself came to. */
  function* leave(login: Login, { on }: Leaving, outcome: Outcome, by = ''): Logins {
    const next = bad.includes(outcome) ? { ...login, bad: outcome } : login
    yield* follow(next, on[`${by}.${outcome}`] ?? on[outcome])
  }

  /** What a step has found, and what the engine makes of it. */
  function* take(login: Login, option: language.Option, { outcome, one }: Finding): Logins {
    const state = flow.states[login.at] as language.OfferState | language.RunState
    const proven: Proof[] = around.proofs(option, one).map((p) => ({ ...p, state: state.id }))
    const key = (proof: Proof) => [proof.state, proof.option, proof.credential].join()
    for (const who of around.whoAfter(login.who, option, one)) {
      const isOurs = who.kind === 'account' && login.who.kind === 'pass-through'
      const unlinked = isOurs && around.step(option).credential
      const kept = login.proofs.filter(
        (old) =>
          !proven.map(key).includes(key(old)) &&
          !(unlinked && old.source === 'upstream' && old.factor !== 'knowledge'),
      )
      const done = one.effects !== undefined || who.kind !== login.who.kind
      const good = proven.length > 0 || (outcome === 'success' && done)
      const over = state.kind !== 'offer' || (outcome === 'conflict' && around.step(option).enrols)
      const left = { at: login.at, who: login.who, proofs: login.proofs }
      const next = {
        ...{ ...login, who, proofs: [...kept, ...proven] },
        world: around.worldAfter(login, option, one),
        back: one.effects ? [] : over ? login.back : [...login.back, left],
        bad: good ? undefined : bad.includes(outcome) ? outcome : login.bad,
      }
      const to = state.on[`${option.id}.${outcome}`] ?? state.on[outcome]
      yield* follow(passing(next, `${state.id}.${option.id}.${outcome}`), to)
    }
  }

  const usable = (login: Login, { options }: language.OfferState) =>
    options.filter((option) => {
      const { enrols, uses } = around.step(option)
      if (!fits(login, option) || login.who.kind !== 'account') return fits(login, option)
      if (enrols) return factors(login.proofs) >= factors(heldIn(login.world, steps))
      return uses === undefined || login.world[around.has(option)] === true
    })

  /** What the engine does by itself. */
  function* settle(login: Login, state: language.State, moves: number): Logins {
    if (state.kind === 'end') return
    if (state.kind === 'decide') return yield* follow(login, state.branches)
    if (state.kind === 'run') {
      const { option } = state
      if (!fits(login, option)) return found.breaks('I-04', moves)
      for (const failed of ['error', 'timeout'] as const) yield* leave(login, state, failed)
      if (around.rules(option).some(({ when }) => evaluate(when, factsOf(login)) === 'error'))
        return
      for (const found of around.findings(option, login)) yield* take(login, option, found)
      return
    }
    if (login.phase === 'entered')
      return yield* follow(login, state.skip, { ...login, phase: 'inside' })
    const again = login.back.findIndex(({ at }) => at === state.id)
    const proofs = login.proofs.filter((proof) => proof.state !== state.id)
    const inside = { ...login, proofs, back: login.back.slice(0, again < 0 ? undefined : again) }
    const tried = login.wrong[state.id] ?? 0
    if (tried >= state.attempts) return yield* leave(inside, state, 'exhausted')
    if (!state.options.some((option) => fits(inside, option))) found.breaks('I-04', moves)
    if (usable(inside, state).length > 0) yield { ...inside, phase: 'resting' }
    else yield* leave(inside, state, 'unavailable')
  }

  /** What a person, or chance, makes of an offer. Whoever is not known yet can be anybody. */
  function* move(login: Login, state: language.OfferState): Logins {
    yield* leave(login, state, 'cancelled')
    yield { ...login, at: '!expired' }
    for (const last of login.back.slice(-1))
      yield { ...login, ...last, back: login.back.slice(0, -1), phase: 'inside', bad: undefined }
    const options = usable(login, state)
    let wrong = false
    for (const option of options) {
      const hidden = login.proofs.length === 0 ? around.step(option).hides : []
      for (const world of around.peopleLike(login)) {
        const as = { ...login, world }
        for (const finding of around.findings(option, as)) {
          const { outcome } = finding
          if (outcome === 'invalid' || hidden.includes(outcome)) wrong = true
          else yield* take(as, option, finding)
        }
      }
      for (const failed of ['error', 'timeout'] as const)
        if (state.on[`${option.id}.${failed}`] || options.length === 1)
          yield* leave(login, state, failed, option.id)
    }
    if (!wrong) return
    const times = (login.wrong[state.id] ?? 0) + 1
    const spent = { ...login, wrong: { ...login.wrong, [state.id]: times } }
    yield* times < state.attempts ? [spent] : leave(spent, state, 'exhausted')
  }

  /** What leads to a success, and what the engine makes of it. */
  function finish(login: Login, moves: number): string {
    const { who, proofs, acr, world, at: end } = login
    const reached = levelsReached(flow.policy, proofs)
    if (!proofs.some(({ primary }) => primary)) found.breaks('I-01', moves)
    if (!reached.includes(flow.policy.floor)) found.breaks('I-02', moves)
    if (login.bad) found.breaks(/error|timeout/.test(login.bad) ? 'I-29' : 'I-06', moves)
    if (who.kind === 'none' || proofs.length === 0) return '!unmet'
    if (who.kind === 'account' && !world['account.active']) return '!blocked'
    if (!isMet(flow.policy, acr, reached)) return '!unmet'
    found.success({ ...who, end, proofs, world }, moves)
    return end
  }

  function judge(login: Login, outcome: string, moves: number): void {
    for (const property of flow.properties) {
      if (!('at' in property) || (property.at !== login.at && property.at !== outcome)) continue
      const { when, holds, without } = { when: true, holds: false, without: [], ...property }
      if (!isGiven(property, flow.states[login.at], (rule) => is(login, rule))) continue
      if (!is(login, when) || is(login, holds)) continue
      if (!without.some((place) => login.passed.includes(place))) found.breaks(property.name, moves)
    }
  }

  const seen = new Set<string>()
  const start = { at: flow.start, phase: 'entered', who: nobody, world: around.worlds[0]! } as const
  const blank = { proofs: [], back: [], wrong: {}, bad: undefined, passed: [] }
  let layer: Login[] = around
    .demands()
    .map((acr) => passing({ ...start, ...blank, acr }, flow.start))
  for (let moves = 0; layer.length > 0; moves++) {
    const later: Login[] = []
    for (const login of layer) {
      const state = flow.states[login.at]
      const key = JSON.stringify({ ...login, ...(login.who.kind === 'none' && { world: 0 }) })
      if (seen.has(key)) continue
      if (seen.add(key).size > most) return undefined
      const succeeds = state?.kind === 'end' && state.outcome === 'success'
      const end = succeeds ? finish(login, moves) : login.at
      const rests = login.phase === 'resting'
      if (state === undefined || state.kind === 'end') found.end(end, moves)
      if (end === login.at && !rests) judge(login, succeeds ? 'success' : '', moves)
      if (rests && state?.kind === 'offer') later.push(...move(login, state))
      else if (state !== undefined) layer.push(...settle(login, state, moves))
    }
    layer = later
  }
  return found
}
