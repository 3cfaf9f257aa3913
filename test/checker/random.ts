/** Small random flows: every transition leads anywhere, some with a condition. */
import fc from 'fast-check'
import type {
  FlowDefinition,
  OfferState,
  Option,
  State,
  Transition,
} from '../../src/language/flow.ts'
import type { StepDeclaration } from '../../src/language/step.ts'
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

export const randomFlows = fc
  .record({
    seeds: fc.array(fc.nat(1_000_000), { minLength: 120, maxLength: 120 }),
    size: fc.integer({ min: 2, max: 5 }),
    jit: fc.boolean(),
  })
  .map(({ seeds, size, jit }) => build(seeds, size, jit))

function build(seeds: readonly number[], size: number, jit: boolean): FlowDefinition {
  let at = 0
  const draw = (below: number) => seeds[at++ % seeds.length]! % below
  const ids = ['start', ...Array.from({ length: size }, (_, n) => `s${n}`), 'done', 'no']
  const target = () => ids[draw(ids.length)]!
  const branch = () => {
    const [source, reads] = conditions[draw(conditions.length)]!
    return { when: { source, reads, place }, to: target(), place }
  }
  const transition = (): Transition =>
    draw(5) === 0 ? [branch(), { to: target(), place }] : [{ to: target(), place }]
  const option = (name: string): Option =>
    ['google', 'github'].includes(name)
      ? { id: name, step: 'federated', connection: name, params: {}, place }
      : { id: name, step: name, params: {}, place }
  const wired = (options: readonly Option[]): OfferState['on'] => {
    const on: Record<string, Transition> = {}
    for (const one of options) {
      const declaration = randomSteps.find(({ type }) => type === one.step) as StepDeclaration
      for (const outcome of Object.keys(declaration.outcomes)) {
        if (outcome !== 'invalid' && outcome !== 'unavailable')
          on[`${one.id}.${outcome}`] = transition()
      }
      if (draw(6) === 0) on[`${one.id}.error`] = transition()
    }
    for (const own of ['exhausted', 'unavailable', 'cancelled', 'error', 'timeout']) {
      on[own] = [{ to: draw(4) === 0 ? target() : 'no', place }]
    }
    return on as OfferState['on']
  }
  const offer = (id: string, choices: readonly string[]): State => {
    const options = choices.filter(() => draw(2) === 0)
    const used = (options.length > 0 ? options : [choices[0]!]).map(option)
    const skip = draw(4) === 0 ? [branch()] : []
    return {
      id,
      place,
      kind: 'offer',
      options: used,
      skip,
      attempts: 1 + draw(2),
      fresh: false,
      on: wired(used),
    }
  }
  const any = (id: string): State => {
    const kind = draw(6)
    if (kind < 2) return offer(id, ['totp', 'otp', 'passkey'])
    if (kind === 2) return offer(id, ['enrol-totp', 'totp'])
    if (kind === 3) {
      const branches = [branch(), { to: target(), place }]
      return { id, place, kind: 'decide', branches, on: { error: [{ to: 'no', place }] } as never }
    }
    const used = option(kind === 4 ? 'provision' : 'assign')
    return { id, place, kind: 'run', option: used, on: wired([used]) }
  }
  const states = Object.fromEntries<State>([
    ['start', offer('start', ['password', 'google', 'github'])],
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
    properties: [],
    connections: { google: facts, github: facts },
  }
}
