import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startBehindWire } from './behind-wire.ts'
import { byPassword } from './journeys.ts'
import { assertNoBug } from './rows.ts'

const people = 60
const lateMs = 2_000

describe('a PostgreSQL that answers two seconds late', () => {
  it('has whoever waits too long come again, keeps nothing else waiting, and costs nobody their login (security 161)', async (t) => {
    const { wire, world, trials, check } = await startBehindWire(t, { people })

    wire.delayMs = lateMs
    const asked = await Promise.all(trials.map(() => world.thrift.authorize()))
    const begun = Date.now()
    const asking = trials.map(({ browser }, n) => browser.send(asked[n]!))
    const alive = await fetch(new URL('/healthz', world.issuer))
    assert.ok(alive.ok && Date.now() - begun < lateMs, 'it lives')
    assert.equal((await fetch(new URL('/readyz', world.issuer))).status, 503)
    const answers = await Promise.all(asking)
    const tookMs = Date.now() - begun
    assertNoBug(world.reports)
    const refused = answers.filter(({ status }) => status === 503)
    assert.ok(refused.length > 0 && refused.length < people, `${refused.length} were refused`)
    for (const { status, headers } of answers) {
      if (status === 503) assert.equal(headers['retry-after'], '5')
      else assert.equal(status, 303)
    }

    wire.delayMs = 0
    for (const trial of trials) await byPassword.ride(trial, async () => {})
    await check()
    t.diagnostic(`${people} faults: ${refused.length} refused, all within ${tookMs} ms`)
  })
})
