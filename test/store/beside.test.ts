import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openDatabase } from '../../src/store/open.ts'
import { addApp, goTo, signIn, start } from '../flows/people.ts'
import { guardAll, guardTransactions, QueryBesideTransaction } from '../support/database.ts'
import { signInAtGoogle } from '../support/upstreams.ts'
import { visitorOf, ways } from '../support/visitor.ts'

/** What every database's client is made of. */
function clientPrototype(): Parameters<typeof guardAll>[0] {
  return Object.getPrototypeOf(openDatabase({ url: 'sqlite::memory:' }).client)
}

describe('the guard of transactions', () => {
  it('finds a query that is made beside the open transaction, and lets others wait', async () => {
    const db = openDatabase({ url: 'sqlite::memory:' })
    guardTransactions(db)
    try {
      const beside = db.transaction(async (trx) => {
        await trx.raw('select 1')
        return db.raw('select 2')
      })
      await assert.rejects(beside, QueryBesideTransaction)
      const [inside, waiting] = await Promise.all([
        db.transaction((trx) => trx.raw('select 1 as one')),
        db.raw('select 2 as two'),
      ])
      assert.deepEqual([inside, waiting], [[{ one: 1 }], [{ two: 2 }]])
    } finally {
      await db.destroy()
    }
  })
})

describe('no query is made beside the transaction that is open', () => {
  for (const way of ways) {
    it(`in whole logins by ${way}, known and provisioned, and at the provider`, async (t) => {
      const guarded = guardAll(clientPrototype())
      t.after(() => guarded.undo())
      const { world, visitor } = await start(t, way)
      const { tokens } = await world.thrift.redeem((await signIn(world, visitor)).url)
      const again = await visitor.browser.open(await world.thrift.authorize({ prompt: 'none' }))
      await world.thrift.redeem(again.url)
      const leave = await visitor.browser.open(world.thrift.logout(tokens))
      await visitor.browser.submit(leave.form('Yes, sign out'))

      const newcomer = visitorOf(world, way)
      const choice = await newcomer.begin(await world.thrift.parameters())
      const enrol = await goTo(newcomer, choice, 'google', signInAtGoogle('Sam Staff'))
      const { place } = await addApp(world, newcomer, enrol)
      await world.thrift.redeem(place.url)
      await world.app.accounts.setStatus('jane', 'locked')
      assert.deepEqual(world.reports, [])
    })
  }
})
