import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { openDatabase } from '../../src/store/open.ts'
import { rowsOf } from '../support/rows.ts'
import { type Place, type Visitor, visitorOf, type Way, ways } from '../support/visitor.ts'
import type { World } from '../support/world.ts'
import { createPasskey, deviceFor, usePasskey } from './passkeys.ts'
import { answerAt, passTime, start, typeCode, typePassword } from './people.ts'

/** An example as it ships, for the application Thrift of this world. */
function example(name: string): Readonly<Record<string, string>> {
  const file = join(import.meta.dirname, '../../flows/examples/factors', `${name}.yaml`)
  const flow = readFileSync(file, 'utf8')
    .replace(/^flow: .*$/m, 'flow: thrift')
    .replace(/^applications: .*$/m, 'applications: [thrift]')
  return { 'thrift.yaml': flow }
}

const begins = (t: TestContext, way: Way, name: string) => start(t, way, { files: example(name) })

/** To where the password has led; nothing is taken from a session. */
async function enter(
  world: World,
  visitor: Visitor,
  userName = 'bo',
  more: Record<string, string> = {},
): Promise<Place> {
  const asked = await visitor.begin(await world.thrift.parameters({ prompt: 'login', ...more }))
  return typePassword(visitor, asked, userName)
}

const actionsOf = ({ actions }: Place) =>
  Object.keys(actions).filter((name) => name !== 'back' && name !== 'cancel')

for (const way of ways) {
  describe(`a passkey that is offered after a password, by ${way}`, () => {
    it('W-25: is added by whoever wants one, and lets them in by itself from then on', async (t) => {
      const { world, visitor } = await begins(t, way, 'passkey-enrolment')
      const device = deviceFor(world)
      const offer = await enter(world, visitor)
      assert.deepEqual(actionsOf(offer), ['enrol-passkey', 'postpone'], offer.says)
      const chosen = await visitor.act(offer, 'enrol-passkey')
      const first = await world.thrift.redeem((await createPasskey(visitor, chosen, device)).url)

      const later = visitorOf(world, way)
      const asked = await later.begin(await world.thrift.parameters())
      const end = await usePasskey(later, asked, device)
      const { claims } = await world.thrift.redeem(end.url)
      assert.equal(claims.sub, first.claims.sub)
      assert.deepEqual(claims.amr, ['swk', 'user'])
      assert.deepEqual(actionsOf(await enter(world, visitorOf(world, way))), ['webauthn'])
    })

    it('W-25: is left by whoever wants none now, and offered again after a while', async (t) => {
      const { world, visitor } = await begins(t, way, 'passkey-enrolment')
      const offer = await enter(world, visitor)
      answerAt(await visitor.act(offer, 'postpone', { decision: 'later' }))
      const [row] = await rowsOf(world.database, 'preferences')
      const leftMs = Number(row?.until_ms) - Date.now()
      assert.ok(Math.abs(leftMs - 30 * 86_400_000) < 10_000, String(leftMs))
      // On another device as well: it is the account's.
      answerAt(await enter(world, visitorOf(world, way)))
      const db = openDatabase({ url: world.database, durability: 'normal' })
      t.after(() => db.destroy())
      await db('preferences').update({ until_ms: Date.now() })
      assert.ok('enrol-passkey' in (await enter(world, visitorOf(world, way))).actions)
    })

    it('W-25: is not offered again to whoever declined it, but where two factors are asked for', async (t) => {
      const { world, visitor } = await begins(t, way, 'passkey-enrolment')
      const offer = await enter(world, visitor)
      answerAt(await visitor.act(offer, 'postpone', { decision: 'never' }))
      const [row] = await rowsOf(world.database, 'preferences')
      assert.equal(row?.until_ms, null)
      answerAt(await enter(world, visitorOf(world, way)))
      const strict = await enter(world, visitorOf(world, way), 'bo', {
        acr_values: 'urn:sallyport:acr:2',
      })
      assert.ok('enrol-passkey' in strict.actions, strict.says)
    })

    it('I-30: is added to an account with an app only after the code', async (t) => {
      const { world, visitor } = await begins(t, way, 'passkey-enrolment')
      const code = await enter(world, visitor, 'jane')
      assert.deepEqual(actionsOf(code), ['totp'])
      const offer = await typeCode(world, visitor, code, 'jane')
      assert.deepEqual(actionsOf(offer), ['enrol-passkey', 'postpone'])
      const eve = visitorOf(world, way)
      const forced = await eve.force(await enter(world, eve, 'jane'), 'postpone', {
        decision: 'never',
      })
      assert.equal(forced.status, 409)
      assert.deepEqual(await rowsOf(world.database, 'preferences'), [])
    })

    it('is put off for as long as there is the account', async (t) => {
      const { world, visitor } = await begins(t, way, 'passkey-enrolment')
      const offer = await enter(world, visitor)
      answerAt(await visitor.act(offer, 'postpone', { decision: 'later' }))
      assert.equal((await rowsOf(world.database, 'preferences')).length, 1)
      await world.app.accounts.remove('bo')
      assert.deepEqual(await rowsOf(world.database, 'preferences'), [])
    })
  })

  describe(`the factor that one prefers, by ${way}`, () => {
    /** Jane has an app from the start; a passkey she adds at the vault. */
    async function janeHasBoth(t: TestContext) {
      const files = { ...example('preferred-factor'), 'vault.yaml': adding }
      const { world, visitor } = await start(t, way, { files })
      const device = deviceFor(world)
      const asked = await visitor.begin(await world.vault.parameters())
      const code = await typePassword(visitor, asked, 'jane')
      const add = await typeCode(world, visitor, code, 'jane')
      passTime(world)
      answerAt(await createPasskey(visitor, add, device))
      return { world, device }
    }

    it('W-25: what was said to come first comes first, on every device, and another may be chosen', async (t) => {
      const { world, device } = await janeHasBoth(t)
      const visitor = visitorOf(world, way)
      const first = await enter(world, visitor, 'jane')
      assert.deepEqual(actionsOf(first), ['totp', 'webauthn'])
      const asked = await usePasskey(visitor, first, device)
      assert.deepEqual(actionsOf(asked), ['prefer', 'postpone'], asked.says)
      const end = await visitor.act(asked, 'prefer', { decision: 'yes' })
      const told = await world.thrift.redeem(end.url)
      assert.deepEqual(told.claims.amr, ['pwd', 'swk', 'user', 'mfa'])

      const elsewhere = visitorOf(world, way)
      const again = await enter(world, elsewhere, 'jane')
      assert.deepEqual(actionsOf(again), ['webauthn', 'totp'])
      answerAt(await usePasskey(elsewhere, again, device))

      const other = await typeCode(world, visitor, await enter(world, visitor, 'jane'), 'jane')
      passTime(world)
      assert.deepEqual(actionsOf(other), ['prefer', 'postpone'])
      answerAt(await visitor.act(other, 'prefer', { decision: 'yes' }))
      assert.deepEqual(actionsOf(await enter(world, elsewhere, 'jane')), ['totp', 'webauthn'])
      assert.equal((await rowsOf(world.database, 'preferences')).length, 1)
    })

    it('W-25: the question can be left, and a preferred factor that is gone leaves the others', async (t) => {
      const { world, device } = await janeHasBoth(t)
      const visitor = visitorOf(world, way)
      const asked = await usePasskey(visitor, await enter(world, visitor, 'jane'), device)
      answerAt(await visitor.act(asked, 'postpone', { decision: 'never' }))
      answerAt(await usePasskey(visitor, await enter(world, visitor, 'jane'), device))

      const code = await typeCode(world, visitor, await enter(world, visitor, 'jane'), 'jane')
      passTime(world)
      answerAt(await visitor.act(code, 'prefer', { decision: 'yes' }))
      await world.app.accounts.resetFactor('jane', 'totp')
      assert.deepEqual(actionsOf(await enter(world, visitorOf(world, way), 'jane')), ['webauthn'])
    })

    it('is said by nobody who has proven one factor', async (t) => {
      const { world } = await janeHasBoth(t)
      const eve = visitorOf(world, way)
      const forced = await eve.force(await enter(world, eve, 'jane'), 'prefer', { decision: 'yes' })
      assert.equal(forced.status, 409)
      assert.deepEqual(await rowsOf(world.database, 'preferences'), [])
    })
  })
}

const adding = `
flow: vault
title: A passkey beside the app
applications: [vault]
start: sign-in
states:
  sign-in: { offer: [password], on: { success: second, exhausted: no } }
  second: { offer: [totp], on: { success: add, unavailable: no, exhausted: no } }
  add:
    offer: [enrol-passkey]
    on: { success: done, conflict: no, unavailable: no, exhausted: no }
  done: { end: success }
  no: { end: failure, error: access_denied }
`
