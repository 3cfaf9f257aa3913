import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { digest } from '../../src/language/digest.ts'
import { defined, filesOf, shop, type World } from './small.ts'

const inner = `
flow: shared/inner
start: ask
states:
  ask: { offer: [code], on: { success: yes, unavailable: no, exhausted: no } }
  yes: { end: success }
  no: { end: unavailable }
`
const text = shop(
  `
  door: { offer: [knock, north], on: { success: more, unknown: in, denied: out, exhausted: out } }
  more: { call: shared/inner, on: { success: last, unavailable: last } }
  last: { decide: [{ when: account.new && proofs.factors >= 1, to: out, because: new here }, { to: in }] }
  in: { end: success }
  out: { end: failure, error: access_denied }`,
  'weaker: [{ ways: [knock, north], because: it is only a shop }]',
)
const world: World = { files: { 'shared/inner.yaml': inner } }
const of = (flow: string, given: World = world) => digest(defined(flow, given))
const before = of(text)

describe('a digest', () => {
  it('is a SHA-256', () => assert.match(before, /^sha256:[0-9a-f]{64}$/))

  const same: readonly [string, (flow: string) => string][] = [
    ['comments', (flow) => `# about the shop\n${flow}`.replace('\nstart', ' # where it is\nstart')],
    ['empty lines, and so places', (flow) => flow.replaceAll('\n', '\n\n')],
    [
      'the order of keys',
      (flow) => flow.replace('success: more, unknown: in', 'unknown: in, success: more'),
    ],
    [
      'the order of states',
      (flow) =>
        flow
          .replace('  in: { end: success }\n', '')
          .replace('  door:', '  in: { end: success }\n  door:'),
    ],
    [
      'quotes and brackets of YAML',
      (flow) =>
        flow
          .replace('title: Shop', 'title: "Shop"')
          .replace('offer: [knock, north]', "offer: ['knock', north]"),
    ],
    [
      'spaces and brackets in a condition',
      (flow) =>
        flow.replace(
          'account.new && proofs.factors >= 1',
          '(account.new)  &&  ( proofs.factors>=1 )',
        ),
    ],
    [
      'the order of ways that are weaker',
      (flow) => flow.replace('ways: [knock, north]', 'ways: [north, knock]'),
    ],
    [
      'a default that is written out',
      (flow) => flow.replace('exhausted: out } }', 'exhausted: out }, attempts: 5 }'),
    ],
  ]
  for (const [what, change] of same) {
    it(`does not hang on ${what}`, () => {
      assert.notEqual(change(text), text, 'nothing was changed')
      assert.equal(of(change(text)), before)
    })
  }

  it('does not hang on the files around it, or on the place of the secret in the environment', () => {
    const files = {
      ...world.files,
      'shared/other.yaml': inner.replace('shared/inner', 'shared/other'),
    }
    assert.equal(of(text, { files }), before)
    assert.equal(of(text, { ...world, env: { NORTH: 'a secret' } }), before)
  })

  const different: readonly [string, (flow: string) => string][] = [
    ['a target', (flow) => flow.replace('denied: out', 'denied: in')],
    [
      'the order of options',
      (flow) => flow.replace('offer: [knock, north]', 'offer: [north, knock]'),
    ],
    ['an option', (flow) => flow.replaceAll('[knock, north]', '[knock, south]')],
    ['attempts', (flow) => flow.replace('exhausted: out } }', 'exhausted: out }, attempts: 4 }')],
    ['a condition', (flow) => flow.replace('factors >= 1', 'factors >= 2')],
    ['a reason', (flow) => flow.replace('because: new here', 'because: they are new')],
    ['the deadline', (flow) => flow.replace('start: door', 'start: door\nwithin: 5m')],
    ['the title', (flow) => flow.replace('title: Shop', 'title: Store')],
    ['what is weaker', (flow) => flow.replace('ways: [knock, north]', 'ways: [knock]')],
    [
      'the policy',
      (flow) => flow.replace('start: door', 'start: door\npolicy: { acr: { a: { factors: 1 } } }'),
    ],
    ['fresh', (flow) => flow.replace('exhausted: out } }', 'exhausted: out }, fresh: true }')],
    [
      'a property',
      (flow) =>
        flow.replace('start: door', 'start: door\nproperties: [{ name: p, reachable: in }]'),
    ],
    [
      'an assumption',
      (flow) => flow.replace('start: door', 'start: door\nassume: [identity.emailVerified]'),
    ],
    ['an error that applications are told', (flow) => flow.replace('access_denied', 'go_away')],
  ]
  for (const [what, change] of different) {
    it(`changes with ${what}`, () => {
      assert.notEqual(change(text), text, 'nothing was changed')
      assert.notEqual(of(change(text)), before)
    })
  }

  it('changes with a flow that it calls', () => {
    const files = { 'shared/inner.yaml': inner.replace('[code]', '[{ code: { skew: 2 } }]') }
    assert.notEqual(of(text, { files }), before)
  })

  it('changes with what a connection means: jit, whom it is believed, which client, which secret', () => {
    const connections = filesOf(text, {}).find(({ name }) => name === 'connections.yaml')!.text
    const changes: readonly ((all: string) => string)[] = [
      (all) => all.replace('clientId: c,', 'clientId: c, jit: false,'),
      (all) => all.replace('clientId: c,', 'clientId: c, trustsAmr: [mfa],'),
      (all) => all.replace('clientId: c,', 'clientId: d,'),
      (all) => all.replace('north.test', 'elsewhere.test'),
      (all) => all.replace('{env:NORTH}', '{env:OTHER}'),
    ]
    for (const change of changes) {
      const files = { ...world.files, 'connections.yaml': change(connections) }
      assert.notEqual(of(text, { files }), before, change(connections))
    }
    assert.notEqual(of(text, { ...world, overlays: { north: { jit: false } } }), before)
  })

  it('does not change with what is live, or with a connection that it does not offer', () => {
    assert.equal(of(text, { ...world, overlays: { north: { enabled: false } } }), before)
    assert.equal(of(text, { ...world, overlays: { south: { jit: false } } }), before)
  })
})
