/** The silent move of flows/examples/directories, from an old store in a database. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { hash } from '@node-rs/bcrypt'
import { openDatabase } from '../../src/store/open.ts'
import { allRows } from '../support/rows.ts'
import { visitorOf, ways } from '../support/visitor.ts'
import { startWorld } from '../support/world.ts'

const example = join(import.meta.dirname, '../../flows/examples/directories')
const flow = readFileSync(join(example, 'password-migration.yaml'), 'utf8')

/** An old site with Rose, who is known by a bcrypt of her password. */
async function oldSite(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'old-site-'))
  const url = `sqlite:${join(folder, 'old.sqlite')}`
  const db = openDatabase({ url })
  await db.schema.createTable('users', (table) => {
    table.integer('n')
    table.string('login')
    table.string('password')
  })
  const password = await hash('rose-as-it-was', { cost: 4 })
  await db('users').insert({ n: 1, login: 'rose', password })
  t.after(async () => {
    await db.destroy()
    rmSync(folder, { recursive: true })
  })
  return { url, db }
}

describe('a silent move from an old store', () => {
  for (const way of ways) {
    it(`W-25: keeps the password that was right there, and asks there no more, by ${way}`, async (t) => {
      const old = await oldSite(t)
      const world = await startWorld(t, {
        files: {
          'thrift.yaml': flow.replaceAll('password-migration', 'thrift'),
          'directories.yaml': `directories:
  internal: { title: Ours, kind: local }
  old-site:
    title: The old site
    kind: hybrid
    store: sql
    url: ${old.url}
    table: users
    id: n
    name: login
    passwordColumn: password
    passwordScheme: bcrypt
    accounts: internal
    jit: true
`,
        },
      })
      const tries = async (username: string, password: string) => {
        const visitor = visitorOf(world, way)
        const form = await visitor.begin(await world.thrift.parameters())
        return visitor.act(form, 'credentials', { username, password })
      }
      const refused = async (username: string, password: string) => {
        const { actions, says } = await tries(username, password)
        assert.deepEqual(actions.credentials, ['username', 'password'], says)
      }
      const getsIn = async (username: string, password: string) => {
        const { claims } = await world.thrift.redeem((await tries(username, password)).url)
        return (await world.app.accounts.list()).find(({ id }) => id === claims.sub)!
      }

      const known = await world.app.accounts.list()
      await refused('rose', 'wrong')
      assert.deepEqual(await world.app.accounts.list(), known)

      const rose = await getsIn('rose', 'rose-as-it-was')
      assert.deepEqual([rose.userName, rose.directory], ['rose', 'internal'])
      const rows = await allRows(world.database)
      assert.ok(!JSON.stringify(rows).includes('rose-as-it-was'))
      assert.equal(rows.credentials!.filter((row) => row.account_id === rose.id).length, 1)

      // The old store says otherwise now, and then nothing at all.
      await old.db('users').update({ password: await hash('another', { cost: 4 }) })
      await refused('rose', 'another')
      await old.db.schema.dropTable('users')
      assert.equal((await getsIn('Rose', 'rose-as-it-was')).id, rose.id)
      await refused('rose', 'another')
    })
  }
})
