import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { check } from '../../src/checker/check.ts'
import { loadFlows } from '../../src/language/load.ts'
import { missingSecrets } from '../../src/language/settings.ts'
import { stepTypes } from '../../src/steps/index.ts'

const services = `services:
  risk:
    title: Risk
    url: https://risk.example/score
    secret: \${env:RISK_TOKEN}
    sends: [application.id, network.address]
    results: [low, high]
`
const applications = `applications:
  shop: {title: Shop, flow: shop, redirectUris: ['https://shop.example/cb'], auth: none}
`
const flow = `flow: shop
title: Sign in
applications: [shop]
start: sign-in
weaker: [{ ways: [password], because: the service decides }]
states:
  sign-in: { offer: [password], on: { success: risk, exhausted: no } }
  risk:
    run: http
    with: { service: risk }
    on: { success: known, error: second, timeout: second }
  known: { decide: [{ when: service.result == 'low', to: done }, { to: second }], on: { error: second } }
  second: { offer: [totp], on: { success: done, unavailable: no, exhausted: no } }
  done: { end: success }
  no: { end: failure, error: access_denied }
`

function load(changed: { services?: string; flow?: string } = {}) {
  return loadFlows(
    [
      { name: 'services.yaml', text: changed.services ?? services },
      { name: 'applications.yaml', text: applications },
      { name: 'shop.yaml', text: changed.flow ?? flow },
    ],
    stepTypes,
  )
}

function broken(text: string): readonly string[] {
  const { organisation, problems } = load({ flow: text })
  assert.deepEqual(problems, [])
  const declarations = stepTypes.map(({ declaration }) => declaration)
  const [report] = check(organisation!, declarations)
  return report!.verdicts
    .filter(({ verdict }) => verdict !== 'holds')
    .map(({ property }) => property)
}

describe('a service', () => {
  it('is read with its defaults, and its secret is one that must be set', () => {
    const { organisation, problems } = load()
    assert.deepEqual(problems, [])
    const [risk] = organisation!.services
    const { timeoutMs, internal, results, sends } = risk!
    assert.deepEqual(
      { timeoutMs, internal, results, sends },
      {
        timeoutMs: 2000,
        internal: false,
        results: ['low', 'high'],
        sends: ['application.id', 'network.address'],
      },
    )
    assert.deepEqual(missingSecrets(organisation!), ['RISK_TOKEN'])
  })

  const mistakes: readonly [
    what: string,
    changed: { services?: string; flow?: string },
    code: string,
    hint: RegExp,
  ][] = [
    [
      'a service that is not there',
      { flow: flow.replace('service: risk', 'service: rsk') },
      'value-invalid',
      /did you mean `risk`/,
    ],
    [
      'http without a service',
      { flow: flow.replace('    with: { service: risk }\n', '') },
      'key-missing',
      /service/,
    ],
    [
      'a result that it never gives',
      { flow: flow.replace("'low'", "'lo'") },
      'condition-fact',
      /did you mean `low`/,
    ],
    [
      'a fact that is none',
      { services: services.replace('network.address', 'network.adress') },
      'condition-fact',
      /did you mean `network.address`/,
    ],
    [
      'W-22: a secret that stands in the file',
      { services: services.replace(/secret: .*/, 'secret: abc123') },
      'secret-literal',
      /env:/,
    ],
    [
      'a deadline that outlives the claim',
      { services: services.replace('secret:', 'timeoutMs: 3001\n    secret:') },
      'value-invalid',
      /3000/,
    ],
    [
      'an address of a flow instead of a service',
      { flow: flow.replace('service: risk', 'url: https://risk.example') },
      'parameter-unknown',
      /service/,
    ],
  ]
  for (const [what, changed, code, hint] of mistakes) {
    it(`${what} is a problem of the file`, () => {
      const found = load(changed).problems.find((problem) => problem.code === code)
      assert.ok(found, JSON.stringify(load(changed).problems))
      assert.match(found.hint, hint)
    })
  }
})

describe('a flow that asks a service', () => {
  it('W-21: holds where no answer asks for more', () => {
    assert.deepEqual(broken(flow), [])
  })

  it('W-21, I-29: is refused where no answer, or a late one, lets anybody in', () => {
    for (const fault of ['error', 'timeout']) {
      const open = flow.replace(`${fault}: second`, `${fault}: done`)
      assert.ok(broken(open).includes('I-29'), fault)
    }
  })

  it('W-21, I-29: is refused where a condition over an answer that is not there lets anybody in', () => {
    const open = flow.replace(
      '{ to: second }], on: { error: second } }',
      '{ to: second }], on: { error: done } }',
    )
    assert.ok(broken(open).includes('I-29'))
  })
})
