/** Small random flows: every transition leads anywhere, some with a condition. */
import fc from 'fast-check'
import type { StepDeclaration } from '../../src/language/declaration.ts'
import type {
  Condition,
  FlowDefinition,
  OfferState,
  Option,
  Property,
  State,
  Transition,
} from '../../src/language/flow.ts'
import { testSteps } from '../support/declarations.ts'

const place = { file: 'random.yaml', line: 1, column: 1 }
const names = [
  'password',
  'federated',
  'totp',
  'otp',
  'provision',
  'assign',
  'enrol-totp',
  'passkey',
]
/** The declarations that random flows use. */
export const randomSteps = testSteps.filter(({ type }) => names.includes(type))
const conditions = [
  ["identity.kind == 'account'", ['identity.kind']],
  ["identity.connection == 'github'", ['identity.connection']],
  ['proofs.factors >= 2', ['proofs.factors']],
  ["'staff' in account.groups", ['account.groups']],
  ['identity.emailVerified', ['identity.emailVerified']],
  ["identity.?email.orValue('').endsWith('@x.example')", ['identity.email']],
  ['!account.new', ['account.new']],
] as const

function reading(at: number): Condition {
  const [source, reads] = conditions[at]!
  return { source, reads, place }
}

/** What an author may have written; most of it does not hold. */
const own: readonly Property[] = [
  { kind: 'at', name: 'two factors', at: 'success', holds: reading(2), place },
  { kind: 'at', name: 'staff only', at: 'success', when: reading(0), holds: reading(3), place },
  { kind: 'at', name: 'staff at s0', at: 's0', when: reading(0), holds: reading(3), place },
  { kind: 'never', name: 'never s1', at: 's1', when: reading(0), place },
  {
    kind: 'never',
    name: 'not around',
    at: 'success',
    without: ['start.google.success', 's0'],
    place,
  },
  { kind: 'reachable', name: 'reaches s1', at: 's1', place },
]

export const randomFlows = flowsOf(2, 5, conditions.length)
/** For an oracle that is slow. */
export const smallFlows = flowsOf(1, 3, 4)

function flowsOf(min: number, max: number, asking: number) {
  return fc
    .record({
      seeds: fc.array(fc.nat(1_000_000), { minLength: 120, maxLength: 120 }),
      size: fc.integer({ min, max }),
      jit: fc.boolean(),
    })
    .map(({ seeds, size, jit }) => build(seeds, size, jit, asking))
}

function build(
  seeds: readonly number[],
  size: number,
  jit: boolean,
  asking: number,
): FlowDefinition {
  let at = 0
  const draw = (below: number) => seeds[at++ % seeds.length]! % below
  const ids = ['start', ...Array.from({ length: size }, (_, n) => `s${n}`), 'done', 'no']
  const target = () => ids[draw(ids.length)]!
  const branch = () => {
    return { when: reading(draw(asking)), to: target(), place }
  }
  const transition = (): Transition =>
    draw(5) === 0 ? [branch(), { to: target(), place }] : [{ to: target(), place }]
  const option = (name: string): Option =>
    ['google', 'github'].includes(name)
      ? { id: name, step: 'federated', connection: name, params: {}, place }
      : { id: name, step: name, params: {}, place }
  const wired = (id: string, options: readonly Option[]): OfferState['on'] => {
    const on: Record<string, Transition> = {}
    for (const one of options) {
      const declaration = randomSteps.find(({ type }) => type === one.step) as StepDeclaration
      for (const outcome of Object.keys(declaration.outcomes)) {
        if (outcome !== 'invalid' && outcome !== 'unavailable')
          on[`${one.id}.${outcome}`] = transition()
      }
      if (draw(6) === 0) on[`${one.id}.error`] = transition()
      // As a file has it that says nothing of it: the offer is entered again without this option.
      const left = options.length > 1 ? id : 'no'
      if (declaration.outcomes.unavailable) on[`${one.id}.unavailable`] = [{ to: left, place }]
    }
    for (const own of ['exhausted', 'unavailable', 'cancelled', 'error', 'timeout']) {
      on[own] = [{ to: draw(4) === 0 ? target() : 'no', place }]
    }
    return on as OfferState['on']
  }
  // Two of each sort in one flow: what can be so in the world doubles with every credential.
  const two = (of: readonly string[]) => {
    const without = draw(of.length)
    return of.filter((_, at) => at !== without)
  }
  const [ways, seconds] = [two(['password', 'google', 'github']), two(['totp', 'otp', 'passkey'])]
  const offer = (id: string, choices: readonly string[]): State => {
    const options = choices.filter(() => draw(2) === 0)
    const used = (options.length > 0 ? options : [choices[0]!]).map(option)
    // Around an offer to itself is no way around.
    const skip = (draw(4) === 0 ? [branch()] : []).filter(({ to }) => to !== id)
    return {
      id,
      place,
      kind: 'offer',
      options: used,
      skip,
      attempts: 1 + draw(2),
      fresh: false,
      on: wired(id, used),
    }
  }
  const any = (id: string): State => {
    const kind = draw(6)
    if (kind < 2) return offer(id, seconds)
    if (kind === 2) return offer(id, ['enrol-totp', 'totp'])
    if (kind === 3) {
      const branches = [branch(), { to: target(), place }]
      return { id, place, kind: 'decide', branches, on: { error: [{ to: 'no', place }] } as never }
    }
    const used = option(kind === 4 ? 'provision' : 'assign')
    return { id, place, kind: 'run', option: used, on: wired(id, [used]) }
  }
  const states = Object.fromEntries<State>([
    ['start', offer('start', ways)],
    ...ids.slice(1, -2).map((id) => [id, any(id)] as const),
    ['done', { id: 'done', place, kind: 'end', outcome: 'success' }],
    ['no', { id: 'no', place, kind: 'end', outcome: 'denied', error: 'access_denied' }],
  ])
  const levels = [
    { acr: 'one', factors: 1, phishingResistant: false },
    { acr: 'two', factors: 2, phishingResistant: false },
  ]
  const facts = { jit, trustsAmr: [], settings: { trustsMfa: false }, origin: '' }
  return {
    name: 'random',
    title: 'random',
    file: 'random.yaml',
    applications: ['a'],
    start: 'start',
    withinMs: 60_000,
    policy: { levels, floor: draw(2) === 0 ? 'one' : 'two' },
    weaker: [],
    assume: [],
    states,
    properties: own,
    connections: { google: facts, github: facts },
  }
}
