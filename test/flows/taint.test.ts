import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { factDeclarations } from '../../src/language/facts.ts'
import { Browser } from '../support/browser.ts'
import { rowsOf } from '../support/rows.ts'
import { visitorOf, type Way, ways } from '../support/visitor.ts'
import type { World } from '../support/world.ts'
import { password, template, textOf } from './templates.ts'

const values = [
  '192.0.2.77',
  '::ffff:192.0.2.77',
  'off',
  'true',
  '1',
  '9',
  'finance',
  'low',
  'google',
  'mfa',
]

/** Headers that somebody, somewhere, has taken for the truth. */
const headers = [
  'x-forwarded-for',
  'forwarded',
  'x-real-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-original-forwarded-for',
  'x-forwarded-user',
  'x-remote-user',
  'x-mfa',
  'x-skip-mfa',
  'x-groups',
  'x-acr',
  'x-device-id',
  'x-requested-with',
  'user-agent',
  'accept-language',
  'x-http-method-override',
  'date',
  'via',
] as const
const parameters = [
  ...Object.keys(factDeclarations),
  'skip',
  'mfa',
  'amr',
  'acr',
  'step',
  'state_id',
  'groups',
  'roles',
  'ip',
  'connection',
  'login_hint',
  'ui_locales',
  'device',
]

const some = (names: readonly string[]) =>
  fc.dictionary(fc.constantFrom(...names), fc.constantFrom(...values), { maxKeys: 8 })
const requests = fc.record({
  headers: some(headers),
  query: some(parameters),
  body: some(parameters),
})

/** A password, with all of that around it. @returns every state that the login has gone through, and why */
async function pathOf(
  world: World,
  way: Way,
  given: { headers: object; query: object; body: object },
): Promise<string> {
  const browser = new Browser({
    stopAt: ['http://localhost:3001/'],
    headers: given.headers as Record<string, string>,
  })
  try {
    const visitor = visitorOf(world, way, browser)
    const place = await visitor.begin({ ...given.query, ...(await world.thrift.parameters()) })
    const fields = { ...given.body, username: 'pat', password }
    const next = await visitor.force(place, 'password', fields)
    assert.deepEqual(Object.keys(next.actions), ['totp', 'back', 'cancel'], next.says)
    const events = await rowsOf(world.database, 'login_events')
    return events
      .filter((event) => event.login_id === place.loginId)
      .map(({ state, option_id, outcome, to_state, reason }) =>
        JSON.stringify([state, option_id, outcome, to_state, reason]),
      )
      .join('\n')
  } finally {
    browser.close()
  }
}

const nothing = { headers: {}, query: {}, body: {} }
/** A place where it is night all day. */
const night = textOf('by-time.yaml').replaceAll(
  /hour\('Europe\/Zurich'\) (>= 8|< 18)/g,
  "hour('UTC') > 23",
)

for (const way of ways) {
  describe(`a way around a credential step, by ${way}`, () => {
    for (const [name, text] of [
      ['by-network', textOf('by-network.yaml')],
      ['by-group', textOf('by-group.yaml')],
      ['by-time', night],
      ['by-risk', textOf('by-risk.yaml')],
    ] as const) {
      it(`security 114, I-11: no header and no parameter changes the path of ${name}`, async (t) => {
        const env = { RISK_URL: 'http://127.0.0.1:1/', RISK_TOKEN: 'risk-token-of-sixteen' }
        const world = await template(t, name, { groups: ['finance'] }, { env }, text)
        const plain = await pathOf(world, way, nothing)
        assert.match(plain, /second-factor/)
        const all = { headers: asOne(headers), query: asOne(parameters), body: asOne(parameters) }
        assert.equal(await pathOf(world, way, all), plain)
        await fc.assert(
          fc.asyncProperty(requests, async (given) => {
            assert.equal(await pathOf(world, way, given), plain)
          }),
          { numRuns: 12, endOnFailure: true },
        )
      })
    }
  })
}

function asOne(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, '192.0.2.77']))
}
