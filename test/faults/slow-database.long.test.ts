import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { noTryLimits } from '../../src/engine/tries.ts'
import { createDatabase } from '../support/database.ts'
import { startPostgres } from '../support/postgres.ts'
import { Wire } from '../support/wire.ts'
import { startWorld } from '../support/world.ts'
import { byPassword } from './journeys.ts'
import { assertNoBug, openBeside } from './rows.ts'
import { checkRows, immortal, trialOf } from './sweep.ts'

const people = 60
const lateMs = 2_000

describe('a PostgreSQL that answers two seconds late', () => {
  it('has whoever waits too long come again, keeps nothing else waiting, and costs nobody their login (security 161)', async (t) => {
    const server = await startPostgres()
    t.after(() => server.close())
    const database = await createDatabase(server.url)
    const wire = await Wire.lay(Number(new URL(database).port))
    t.after(() => wire.close())
    const through = Object.assign(new URL(database), { port: wire.port }).href
    const world = await startWorld(t, { database: through, tries: noTryLimits })
    for (let number = 1; number <= people; number++) await byPassword.settle(world, number)
    const db = openBeside(t, database)
    const trials = Array.from({ length: people }, (_, n) => trialOf(world, db, immortal, n + 1))

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
    for (const trial of trials) {
      await byPassword.ride(trial, async () => {})
      await byPassword.check(trial)
    }
    await checkRows(db)
    t.diagnostic(`${people} faults: ${refused.length} refused, all within ${tookMs} ms`)
  })
})
