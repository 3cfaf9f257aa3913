import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { allRows } from '../support/rows.ts'
import { signInAtGoogle } from '../support/upstreams.ts'
import { type Place, type Visitor, visitorOf, ways } from '../support/visitor.ts'
import type { World } from '../support/world.ts'
import { addApp, assertError, goTo, start } from './people.ts'

const thrift = readFileSync(join(import.meta.dirname, '../../flows/thrift.yaml'), 'utf8')
const provision = '    run: provision\n'
/** Thrift's own flow, but for one line: an account stays only if its login succeeds. */
const files = {
  'thrift.yaml': thrift.replace(
    provision,
    '    run: provision\n    with: { rollbackOnAbort: true }\n',
  ),
}
const tables = ['accounts', 'associations', 'account_groups', 'credentials'] as const

for (const way of ways) {
  describe(`an account that stays only if its login succeeds (D-12), by ${way}`, () => {
    it('is gone, with all that hangs on it, when the person cancels after it was made', async (t) => {
      const { world, visitor } = await start(t, way, { files })
      const before = await held(world)
      const parameters = await world.thrift.parameters()
      const enrol = await enter(world, visitor, parameters)
      assert.equal((await held(world)).accounts?.length, before.accounts!.length + 1)
      assertError(await visitor.act(enrol, 'cancel'), 'access_denied', parameters.state!)
      assert.deepEqual(await held(world), before)
    })

    it('is gone when the second factor fails for good', async (t) => {
      const { world, visitor } = await start(t, way, { files })
      const before = await held(world)
      const parameters = await world.thrift.parameters()
      let place = await enter(world, visitor, parameters)
      for (let attempt = 0; attempt < 5; attempt++) {
        place = await visitor.act(place, 'enrol-totp', { code: '000000' })
      }
      assertError(place, 'access_denied', parameters.state!)
      assert.deepEqual(await held(world), before)
    })

    it('is swept when the login simply stops, after its deadline and not before', async (t) => {
      const { world, visitor } = await start(t, way, { files })
      const before = await held(world)
      await enter(world, visitor)
      world.clock.aheadMs += 15 * 60_000
      assert.equal((await world.app.sweep()).accounts, undefined)
      world.clock.aheadMs += 2 * 60_000
      assert.equal((await world.app.sweep()).accounts, 1)
      assert.deepEqual(await held(world), before)
    })

    it('stays once its login has succeeded', async (t) => {
      const { world, visitor } = await start(t, way, { files })
      const { place } = await addApp(world, visitor, await enter(world, visitor))
      const { claims } = await world.thrift.redeem(place.url)
      world.clock.aheadMs += 60 * 60_000
      await world.app.sweep()
      assert.ok((await world.app.accounts.list()).some(({ id }) => id === claims.sub))
      const ann = (await held(world)).accounts?.find(({ id }) => id === claims.sub)
      assert.deepEqual([ann?.provisional_login, ann?.provisional_until_ms], [null, null])
    })

    it('stays for another login that has come to it, whatever becomes of the first', async (t) => {
      const { world, visitor } = await start(t, way, { files })
      const first = await enter(world, visitor)
      const other = visitorOf(world, way)
      const second = await enter(world, other)
      assert.equal((await visitor.act(first, 'cancel')).kind, 'back')
      const { place } = await addApp(world, other, second)
      const { claims } = await world.thrift.redeem(place.url)
      assert.ok((await world.app.accounts.list()).some(({ id }) => id === claims.sub))
    })

    it('stays once an administrator has had to do with it', async (t) => {
      const { world, visitor } = await start(t, way, { files })
      const enrol = await enter(world, visitor)
      await world.app.accounts.setStatus('ann', 'locked')
      await visitor.act(enrol, 'cancel')
      const ann = (await world.app.accounts.list()).find(({ userName }) => userName === 'ann')
      assert.equal(ann?.status, 'locked')
    })

    it('is made anew by the next login', async (t) => {
      const { world, visitor } = await start(t, way, { files })
      await visitor.act(await enter(world, visitor), 'cancel')
      const { place } = await addApp(world, visitor, await enter(world, visitor))
      assert.ok((await world.thrift.redeem(place.url)).claims.sub)
      assert.deepEqual(world.reports, [])
    })
  })
}

/** Ann comes by Google for the first time, and is asked to add an app. */
async function enter(
  world: World,
  visitor: Visitor,
  parameters?: Readonly<Record<string, string>>,
): Promise<Place> {
  const choice = await visitor.begin(parameters ?? (await world.thrift.parameters()))
  const enrol = await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
  assert.ok('enrol-totp' in enrol.actions, enrol.says)
  return enrol
}

async function held({ database }: World) {
  const all = await allRows(database)
  return Object.fromEntries(tables.map((name) => [name, all[name]]))
}
