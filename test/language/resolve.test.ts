import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FlowDefinition, OfferState, State } from '../../src/language/flow.ts'
import { defined, load, shop } from './small.ts'

const ends = `
  in: { end: success }
  out: { end: failure, error: access_denied }`

/** A state's transitions in short: `key -> target`. */
function ways(definition: FlowDefinition, id: string): readonly string[] {
  const state = definition.states[id] as Exclude<State, { kind: 'end' }>
  return Object.entries(state.on)
    .map(([key, branches]) => `${key} -> ${branches.map(({ to }) => to).join(', ')}`)
    .sort()
}

const codesOf = (text: string, world = {}) => load(text, world).problems.map(({ code }) => code)
const builtIn = ['cancelled -> on:cancelled', 'error -> on:error', 'timeout -> on:timeout']

describe('the outcomes of an offer', () => {
  it('are expanded by option; before anything is proven those that a step hides do not exist', () => {
    const flow = defined(
      shop(`
  door: { offer: [knock, north], on: { success: in, unknown: in, denied: out, exhausted: out } }${ends}`),
    )
    assert.deepEqual(ways(flow, 'door'), [
      'cancelled -> on:cancelled',
      'error -> on:error',
      'exhausted -> out',
      'knock.success -> in',
      'north.denied -> out',
      'north.success -> in',
      'north.unknown -> in',
      'timeout -> on:timeout',
    ])
  })

  it('include what a step hides once somebody can have been proven', () => {
    const text = shop(`
  door: { offer: [knock], on: { success: again, exhausted: out } }
  again: { offer: [knock], on: { success: in, exhausted: out, unavailable: out } }${ends}`)
    const { problems } = load(text)
    assert.deepEqual(
      problems.map(({ message }) => message),
      [
        '`knock` can end with `unknown`, and `again` does not say what happens then',
        '`knock` can end with `blocked`, and `again` does not say what happens then',
      ],
    )
  })

  it('include what a step hides at a first state that a later one leads back to', () => {
    const text = shop(`
  door: { offer: [knock], on: { success: more, exhausted: out } }
  more: { offer: [code], on: { success: in, exhausted: door, unavailable: out } }${ends}`)
    assert.deepEqual(codesOf(text), ['outcome-unwired', 'outcome-unwired', 'outcome-unwired'])
  })

  it('lead one option elsewhere where the flow says so by its name', () => {
    const flow = defined(
      shop(`
  door:
    offer: [knock, north, south]
    on: { success: in, unknown: in, south.unknown: out, denied: out, exhausted: out }${ends}`),
    )
    assert.ok(ways(flow, 'door').includes('north.unknown -> in'))
    assert.ok(ways(flow, 'door').includes('south.unknown -> out'))
  })

  it('stay at the offer for an error of one of several, unless it is wired', () => {
    const on = 'success: in, unknown: in, denied: out, exhausted: out'
    const flow = defined(
      shop(`
  door: { offer: [knock, north], on: { ${on}, north.error: out } }${ends}`),
    )
    const found = ways(flow, 'door')
    assert.ok(found.includes('north.error -> out'))
    assert.ok(!found.some((way) => way.startsWith('knock.error')))
    assert.ok(!found.some((way) => way.startsWith('north.timeout')))
  })

  it("take the flow's transition for an error of the only option", () => {
    const flow = defined(
      shop(`
  door: { offer: [knock], on: { success: in, exhausted: out } }${ends}`),
    )
    assert.deepEqual(ways(flow, 'door'), [
      ...builtIn.slice(0, 2),
      'exhausted -> out',
      'knock.error -> on:error',
      'knock.success -> in',
      'knock.timeout -> on:timeout',
      builtIn[2],
    ])
  })

  it('enter the offer again when one of several options turns out not to be there', () => {
    const flow = defined(
      shop(`
  door: { offer: [knock], on: { success: more, exhausted: out } }
  more:
    offer: [code, enrol]
    on: { success: in, exhausted: out }${ends}`),
    )
    assert.ok(ways(flow, 'more').includes('code.unavailable -> more'))
  })

  it('need `unavailable` exactly where a person may have none of the options', () => {
    const more = (offer: string, on: string) =>
      shop(`
  door: { offer: [knock], on: { success: more, exhausted: out } }
  more: { offer: [${offer}], on: { success: in, exhausted: out${on} } }${ends}`)
    assert.deepEqual(codesOf(more('code', '')), ['outcome-unwired', 'outcome-unwired'].slice(0, 1))
    assert.deepEqual(codesOf(more('code', ', unavailable: out')), [])
    // The engine may refuse an enrolment (I-30): a flow need not say what then, and may.
    assert.deepEqual(codesOf(more('enrol', '')), [])
    assert.deepEqual(codesOf(more('code, enrol', ', unavailable: out')), [])
    const flow = defined(more('enrol', ''))
    assert.ok(ways(flow, 'more').includes('unavailable -> on:error'))
    // Everybody has the first state's steps.
    assert.deepEqual(
      codesOf(
        shop(`
  door: { offer: [knock], on: { success: in, exhausted: out, unavailable: out } }${ends}`),
      ),
      ['outcome-impossible'],
    )
  })
})

describe('what is seldom', () => {
  it('may be wired and need not be: a connection can be switched off while flows are in force', () => {
    const only = (on: string) =>
      shop(`
  door: { offer: [north], on: { success: in, unknown: in, denied: out, exhausted: out${on} } }${ends}`)
    assert.ok(ways(defined(only('')), 'door').includes('unavailable -> on:error'))
    assert.ok(ways(defined(only(', unavailable: out')), 'door').includes('unavailable -> out'))
  })
})

describe('defaults', () => {
  it('are complete in the definition: parameters, attempts, deadline, policy, built-in ends', () => {
    const flow = defined(
      shop(`
  door: { offer: [knock], on: { success: more, exhausted: out } }
  more: { offer: [code], on: { success: in, exhausted: out, unavailable: out } }${ends}`),
    )
    const more = flow.states.more as OfferState
    assert.deepEqual(more.options[0]!.params, { skew: 1, loud: false, tone: 'low', label: 'Code' })
    assert.deepEqual([more.attempts, more.fresh, flow.withinMs], [5, false, 900_000])
    assert.equal('maxAgeMs' in more, false)
    assert.deepEqual(
      flow.policy.levels.map(({ factors }) => factors),
      [1, 2],
    )
    assert.equal(flow.policy.floor, flow.policy.levels[0]!.acr)
    const built = ['cancelled', 'timeout', 'error'].map((outcome) => flow.states[`on:${outcome}`])
    assert.deepEqual(
      built.map((state) => state?.kind === 'end' && [state.outcome, state.error]),
      [
        ['cancelled', 'access_denied'],
        ['timeout', 'access_denied'],
        ['error', 'server_error'],
      ],
    )
  })

  it("give way to the flow's own, and those to the state's", () => {
    const flow = defined(
      shop(
        `
  door: { offer: [knock], on: { success: more, exhausted: out, cancelled: gone } }
  more: { offer: [code], on: { success: in, exhausted: out, unavailable: out } }
  gone: { end: failure, error: gone }${ends}`,
        'on: { cancelled: out, error: out, timeout: out }',
      ),
    )
    assert.ok(ways(flow, 'door').includes('cancelled -> gone'))
    assert.ok(ways(flow, 'more').includes('cancelled -> out'))
    assert.deepEqual(
      Object.keys(flow.states).filter((id) => id.startsWith('on:')),
      [],
    )
  })

  it('order levels by strength, whatever their order in the file', () => {
    const flow = defined(
      shop(
        `
  door: { offer: [knock], on: { success: in, exhausted: out } }${ends}`,
        'policy: { acr: { high: { factors: 2, phishing-resistant: true }, low: { factors: 1 }, mid: { factors: 2 } }, floor: mid }',
      ),
    )
    assert.deepEqual(
      flow.policy.levels.map(({ acr }) => acr),
      ['low', 'mid', 'high'],
    )
    assert.equal(flow.policy.floor, 'mid')
  })
})

describe('what may be so on the way', () => {
  const federated = (after: string) =>
    shop(`
  door: { offer: [north], on: { success: in, unknown: after, denied: out, exhausted: out } }
  after: ${after}
  more: { offer: [code], on: { success: in, exhausted: out, unavailable: out } }${ends}`)

  it('follows a condition on the kind of identity', () => {
    const decide = (when: string) =>
      federated(`{ decide: [{ when: "${when}", to: in }, { to: more }] }`)
    assert.deepEqual(codesOf(decide("identity.kind == 'pass-through'")), ['state-unreachable'])
    assert.deepEqual(codesOf(decide("identity.kind != 'pass-through'")), ['state-impossible'])
    assert.deepEqual(codesOf(decide("identity.kind == 'account' || identity.emailVerified")), [
      'state-impossible',
    ])
  })

  it('leads an error of a condition on with whoever has been proven by then', () => {
    const asked = (success: string) =>
      shop(`
  door: { offer: [knock], on: { success: ${success}, error: late, exhausted: out } }
  late: { offer: [knock], on: { success: in, exhausted: out } }${ends}`)
    assert.deepEqual(codesOf(asked('in')), [])
    assert.deepEqual(codesOf(asked('[{ when: account.new, to: out }, { to: in }]')), [
      'outcome-unwired',
      'outcome-unwired',
      'outcome-unwired',
    ])
  })

  it('finds a second factor for somebody who can have no account', () => {
    const { problems } = load(federated('{ decide: [{ to: more }] }'))
    assert.deepEqual(
      problems.map(({ message }) => message),
      [
        '`more` is only ever entered with someone proven elsewhere who has no account, and needs an account',
      ],
    )
  })

  it('lets a run state have the outcomes that its step declares, and its own error', () => {
    const flow = defined(
      shop(`
  door: { offer: [north], on: { success: in, unknown: settle, denied: out, exhausted: out } }
  settle: { run: settle, on: { success: in, disabled: in, settle.error: out } }${ends}`),
    )
    assert.deepEqual(ways(flow, 'settle'), [
      'error -> out',
      'settle.disabled -> in',
      'settle.success -> in',
      'timeout -> on:timeout',
    ])
  })

  it('keeps an outcome that only a setting forbids today: it may be switched on tomorrow', () => {
    const text = shop(`
  door: { offer: [north], on: { success: in, unknown: settle, denied: out, exhausted: out } }
  settle: { run: settle, on: { success: in, disabled: in } }${ends}`)
    for (const jit of [true, false]) {
      const flow = defined(text, { overlays: { north: { jit } } })
      assert.equal(flow.connections.north!.jit, jit)
      assert.ok(ways(flow, 'settle').includes('settle.disabled -> in'))
    }
  })
})

describe('calling a shared flow', () => {
  const inner = `
flow: shared/inner
start: ask
parameters: { skew: 1, tries: 4 }
states:
  ask: { offer: [{ code: { skew: $skew } }], attempts: $tries, on: { success: yes, unavailable: no, exhausted: no } }
  yes: { end: success }
  no: { end: unavailable }
`
  const caller = (call: string) =>
    shop(`
  door: { offer: [knock], on: { success: more, exhausted: out } }
  more: ${call}${ends}`)
  const world = { files: { 'shared/inner.yaml': inner } }

  it('puts its states in the place of the call, with the parameters put in', () => {
    const flow = defined(
      caller('{ call: shared/inner, with: { skew: 2 }, on: { success: in, unavailable: out } }'),
      world,
    )
    const ask = flow.states['more/ask'] as OfferState
    assert.deepEqual([ask.options[0]!.params.skew, ask.attempts], [2, 4])
    assert.deepEqual(ways(flow, 'more/ask'), [
      'cancelled -> on:cancelled',
      'code.error -> on:error',
      'code.success -> in',
      'code.timeout -> on:timeout',
      'code.unavailable -> out',
      'error -> on:error',
      'exhausted -> out',
      'timeout -> on:timeout',
      'unavailable -> out',
    ])
    assert.ok(ways(flow, 'door').includes('knock.success -> more/ask'))
    assert.equal(ask.place.file, 'shared/inner.yaml')
  })

  it("gives its cancellation and errors to the caller's", () => {
    const flow = defined(
      caller(
        '{ call: shared/inner, on: { success: in, unavailable: out, cancelled: out, error: out } }',
      ),
      world,
    )
    assert.ok(ways(flow, 'more/ask').includes('cancelled -> out'))
    assert.ok(ways(flow, 'more/ask').includes('code.error -> out'))
    assert.ok(ways(flow, 'more/ask').includes('timeout -> on:timeout'))
  })

  it('keeps budgets apart: two calls are two states', () => {
    const flow = defined(
      shop(`
  door: { offer: [knock], on: { success: one, exhausted: out } }
  one: { call: shared/inner, with: { tries: 2 }, on: { success: two, unavailable: out } }
  two: { call: shared/inner, on: { success: in, unavailable: out } }${ends}`),
      world,
    )
    assert.deepEqual(
      ['one/ask', 'two/ask'].map((id) => (flow.states[id] as OfferState).attempts),
      [2, 4],
    )
    assert.ok(ways(flow, 'one/ask').includes('code.success -> two/ask'))
  })

  it('makes what it assumes and promises properties of the caller, at its own states', () => {
    const promising = `${inner.replace('parameters', "assumes: [identity.kind == 'account']\nparameters")}
properties:
  - { name: proven, at: success, holds: proofs.factors >= 1 }
  - { name: asked, never: yes, without: [ask.code.success] }
  - { name: a way out, from: ask, to: no, is: always-possible }
`
    const flow = defined(caller('{ call: shared/inner, on: { success: in, unavailable: out } }'), {
      files: { 'shared/inner.yaml': promising },
    })
    assert.deepEqual(
      flow.properties.map((property) => ({ ...property, place: undefined, holds: undefined })),
      [
        { kind: 'at', name: "more: assumes identity.kind == 'account'", at: 'more/ask' },
        { kind: 'at', name: 'more: proven', at: 'more/success' },
        { kind: 'never', name: 'more: asked', at: 'more/yes', without: ['more/ask.code.success'] },
        { kind: 'always-possible', name: 'more: a way out', from: 'more/ask', to: 'more/no' },
      ].map((property) => ({ ...property, place: undefined, holds: undefined })),
    )
    // An end of which a property speaks is a place in the caller; another is not.
    const yes = flow.states['more/yes']!
    assert.equal(yes.kind === 'decide' && yes.ended, 'more/success')
    assert.ok(ways(flow, 'more/ask').includes('code.success -> more/yes'))
  })

  it('goes on by conditions of the caller', () => {
    const flow = defined(
      caller(`
    call: shared/inner
    on:
      success: [{ when: account.new, to: out, because: new here }, { to: in }]
      unavailable: out`),
      world,
    )
    const yes = flow.states['more/yes']!
    assert.equal(yes.kind, 'decide')
    assert.deepEqual(yes.kind === 'decide' && yes.branches.map(({ to }) => to), ['out', 'in'])
    assert.ok(ways(flow, 'more/ask').includes('code.success -> more/yes'))
  })

  it('keeps the reason of a caller that goes on without a condition', () => {
    const flow = defined(
      caller(`
    call: shared/inner
    on: { success: [{ to: in, because: that will do }], unavailable: out }`),
      world,
    )
    const ask = flow.states['more/ask'] as OfferState
    assert.equal(ask.on['code.success']![0]!.because, 'that will do')
  })

  it('reaches through calls of calls, to ends that are the calls of others', () => {
    const flow = defined(caller('{ call: shared/outer, on: { success: in, unavailable: out } }'), {
      files: {
        ...world.files,
        'shared/outer.yaml': `
flow: shared/outer
start: first
states:
  first: { call: shared/inner, on: { success: second, unavailable: none } }
  second: { call: shared/inner, on: { success: fine, unavailable: none } }
  fine: { end: success }
  none: { end: unavailable }
`,
      },
    })
    assert.ok(ways(flow, 'door').includes('knock.success -> more/first/ask'))
    assert.ok(ways(flow, 'more/first/ask').includes('code.success -> more/second/ask'))
    assert.ok(ways(flow, 'more/second/ask').includes('code.success -> in'))
  })

  it('must wire every end of it, with the parameters that it has, of their types', () => {
    const call = caller(
      '{ call: shared/inner, with: { skwe: 1, tries: many }, on: { success: in, denied: out } }',
    )
    assert.deepEqual(codesOf(call, world), [
      'outcome-unwired',
      'parameter-unknown',
      'value-invalid',
      'outcome-impossible',
    ])
  })

  it('is judged by all its callers: what one of them never needs another may', () => {
    const both = {
      ...world.files,
      'applications.yaml': `
applications:
  shop: { title: Shop, flow: shop, redirectUris: ['https://shop.test/'], auth: none }
  kiosk: { title: Kiosk, flow: kiosk, redirectUris: ['https://kiosk.test/'], auth: none }
`,
      'shared/inner.yaml': `
flow: shared/inner
start: ask
states:
  ask: { offer: [knock], on: { success: yes, exhausted: no, unknown: no, blocked: no, unavailable: no } }
  yes: { end: success }
  no: { end: rejected }
`,
    }
    const early = `
  door: { call: shared/inner, on: { success: in, rejected: out } }${ends}`
    assert.deepEqual(
      codesOf(shop(early), {
        files: {
          ...both,
          'applications.yaml': both['applications.yaml'].replace(/.*kiosk.*\n/g, ''),
        },
      }),
      ['outcome-impossible', 'outcome-impossible', 'outcome-impossible'],
    )
    const kiosk = shop(`
  door: { offer: [north], on: { success: again, unknown: out, denied: out, exhausted: out } }
  again: { call: shared/inner, on: { success: in, rejected: out } }${ends}`).replaceAll(
      'shop',
      'kiosk',
    )
    assert.deepEqual(codesOf(shop(early), { files: { ...both, 'kiosk.yaml': kiosk } }), [])
  })

  it('cannot be started by itself unless it says so', () => {
    assert.deepEqual(
      load(
        caller('{ call: shared/inner, on: { success: in, unavailable: out } }'),
        world,
      ).organisation?.flows.map(({ name }) => name),
      ['shop'],
    )
    const entry = inner
      .replace('start: ask', 'title: Inner\nentry: true\nstart: ask')
      .replace('[{ code: { skew: $skew } }]', '[knock]')
      .replace(' unavailable: no,', '')
      .replace('{ end: unavailable }', '{ end: unavailable, error: spent }')
      .replace('parameters: { skew: 1, tries: 4 }', 'parameters: { tries: 4 }')
    const { organisation, problems } = load(
      shop(`
  door: { offer: [knock], on: { success: in, exhausted: out } }${ends}`),
      {
        files: { 'shared/inner.yaml': entry },
      },
    )
    assert.deepEqual(problems, [])
    assert.deepEqual(organisation?.flows.map(({ name }) => name).sort(), ['shared/inner', 'shop'])
  })
})

describe('properties', () => {
  const door = `
  door: { offer: [knock], on: { success: in, exhausted: out } }${ends}`
  const property = (text: string) => shop(door, `properties: [{ name: p, ${text} }]`)

  it('are kept with their conditions, and name states, ends, or steps on the way', () => {
    const flow = defined(
      shop(
        door,
        `properties:
  - { name: a, at: success, when: account.new, holds: proofs.factors >= 1 }
  - { name: b, never: success, without: [door.knock.success] }
  - { name: c, reachable: in }
  - { name: d, from: door, to: success, is: always-possible }`,
      ),
    )
    assert.deepEqual(
      flow.properties.map(({ kind }) => kind),
      ['at', 'never', 'reachable', 'always-possible'],
    )
  })

  const wrong: readonly [string, string][] = [
    ['at: dor, holds: proofs.factors >= 1', 'state-unknown'],
    ['never: success, without: [door.knock.sucess]', 'state-unknown'],
    ['from: door, to: nowhere, is: inevitable', 'state-unknown'],
    ['from: door, to: in, is: likely', 'value-invalid'],
    ['at: success', 'key-missing'],
    ['at: door, gives: keys, holds: proofs.factors >= 1', 'value-invalid'],
    ['reachable: in, gives: keys', 'key-unknown'],
    ['holds: proofs.factors >= 1', 'shape-invalid'],
    ['reachable: in, holds: account.new', 'key-unknown'],
    ['at: success, holds: proofs.factor >= 1', 'condition-fact'],
  ]
  for (const [text, code] of wrong) {
    it(`refuses ${text}`, () => assert.deepEqual(codesOf(property(text)), [code]))
  }

  it('name a called flow by its caller', () => {
    const flow = defined(
      shop(
        `
  door: { call: shared/inner, on: { success: in, rejected: out } }${ends}`,
        'properties: [{ name: p, from: door, to: success, is: always-possible }]',
      ),
      {
        files: {
          'shared/inner.yaml': `
flow: shared/inner
start: ask
states:
  ask: { offer: [knock], on: { success: yes, exhausted: no } }
  yes: { end: success }
  no: { end: rejected }
`,
        },
      },
    )
    assert.deepEqual(
      flow.properties.map((each) => 'from' in each && each.from),
      ['door/ask'],
    )
  })
})

describe('a definition', () => {
  it('is inert: it survives JSON unchanged', () => {
    const flow = defined(
      shop(`
  door: { offer: [knock, north], on: { success: in, unknown: in, denied: out, exhausted: out } }${ends}`),
    )
    assert.deepEqual(JSON.parse(JSON.stringify(flow)), flow)
  })

  it('cannot have a state whose name is a property of every object', () => {
    for (const name of ['constructor', '__proto__', 'toString']) {
      assert.deepEqual(
        codesOf(
          shop(`
  door: { offer: [knock], on: { success: in, exhausted: out } }
  ${name}: { end: success }${ends}`),
        ),
        ['name-invalid'],
      )
    }
  })
})
