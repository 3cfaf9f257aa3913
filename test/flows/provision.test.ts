import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { allRows, type Rows } from '../support/rows.ts'
import { signInAtGoogle } from '../support/upstreams.ts'
import { visitorOf, ways } from '../support/visitor.ts'
import type { World } from '../support/world.ts'
import { addApp, assertError, goTo, start } from './people.ts'

const flows = join(import.meta.dirname, '../../flows')
const connections = readFileSync(join(flows, 'connections.yaml'), 'utf8')

/** Google's people in a directory of their own, beside `internal`. */
const customers = {
  'connections.yaml': connections.replace(
    '    title: Google\n',
    '    title: Google\n    directory: customers\n',
  ),
  'directories.yaml': `directories:
  internal: { title: People of this organisation, kind: local }
  customers: { title: Customers, kind: local }
`,
}

for (const way of ways) {
  describe(`provisioning by ${way}`, () => {
    it('scenario 1: makes the account in the directory that the connection names, and only there (A-7, W-2)', async (t) => {
      const { world, visitor } = await start(t, way, { files: customers })
      const choice = await visitor.begin(await world.thrift.parameters())
      await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
      const people = await world.app.accounts.list()
      assert.deepEqual(
        people.filter(({ directory }) => directory === 'customers').map((each) => each.userName),
        ['ann'],
      )
      assert.ok(
        people.every(({ userName, directory }) => userName === 'ann' || directory === 'internal'),
      )
      const again = visitorOf(world, way)
      const second = await again.begin(await world.thrift.parameters())
      await goTo(again, second, 'google', signInAtGoogle('Ann Example'))
      assert.equal((await world.app.accounts.list()).length, people.length)
    })

    for (const preferredUsername of ['jane', 'JANE', 'Ｊａｎｅ']) {
      it(`scenario 7: nobody becomes jane for being called ${preferredUsername} elsewhere, in whatever directory, and nothing of hers changes (CVE-2024-1524, CVE-2024-1248, CVE-2025-11850)`, async (t) => {
        const { world, visitor } = await start(t, way, { files: customers })
        const before = await janesRows(world)
        comesAs(world, { preferredUsername, email: 'jane@elsewhere.test' })
        const parameters = await world.thrift.parameters()
        const choice = await visitor.begin(parameters)
        const end = await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
        assertError(end, 'account_exists', parameters.state!)
        assert.deepEqual(await janesRows(world), before)
        assert.deepEqual((await allRows(world.database)).associations, [])
      })
    }

    it("scenario 7: whoever has jane's address gets an account of their own, and nothing of hers (security 69, 70)", async (t) => {
      const { world, visitor } = await start(t, way, { files: customers })
      const before = await janesRows(world)
      comesAs(world, { preferredUsername: 'jane.too', email: 'JANE@acme.test' })
      const choice = await visitor.begin(await world.thrift.parameters())
      const enrol = await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
      const { claims, userinfo } = await world.thrift.redeem(
        (await addApp(world, visitor, enrol)).place.url,
      )
      const { id: jane, groups } = (await world.app.accounts.list()).find(
        ({ userName }) => userName === 'jane',
      )!
      assert.notEqual(claims.sub, jane)
      assert.notDeepEqual(userinfo.groups, groups)
      assert.deepEqual(await janesRows(world), before)
    })

    it('scenario 7: jane of another directory than the target keeps her name to herself', async (t) => {
      const { world, visitor } = await start(t, way, { files: customers })
      const name = { userName: 'mia', directory: 'customers', claims: {}, groups: ['admin'] }
      await world.app.accounts.add({ ...name, credentials: [] }, Date.now())
      await world.restart({})
      const before = await allRows(world.database)
      comesAs(world, { preferredUsername: 'Mia', email: 'mia@x.test' })
      const parameters = await world.thrift.parameters()
      const choice = await visitor.begin(parameters)
      const end = await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
      assertError(end, 'account_exists', parameters.state!)
      const after = await allRows(world.database)
      for (const table of ['accounts', 'account_groups', 'associations', 'credentials']) {
        assert.deepEqual(after[table], before[table], table)
      }
    })
  })
}

/** What Google says of Ann from now on. */
function comesAs({ google }: World, said: { preferredUsername: string; email: string }): void {
  google.people.set('g-1', { ...google.people.get('g-1')!, ...said })
}

/** Every row that is hers, as it stands in the database. */
async function janesRows({ database }: World): Promise<Readonly<Record<string, Rows>>> {
  const { accounts = [], ...all } = await allRows(database)
  const jane = accounts.filter(({ user_name }) => user_name === 'jane')
  const tables = ['account_groups', 'associations', 'credentials', 'guesses']
  const hers = (table: string) =>
    (all[table] ?? []).filter(({ account_id }) => account_id === jane[0]?.id)
  return { accounts: jane, ...Object.fromEntries(tables.map((name) => [name, hers(name)])) }
}
