/** People of another database, whose accounts here hold what is made of it: the two databases of OpenASelect. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { hashPassword } from '../../src/steps/password/hash.ts'
import { openDatabase } from '../../src/store/open.ts'
import { command } from '../support/command.ts'
import { allRows, rowsOf } from '../support/rows.ts'
import { visitorOf, type Way, ways } from '../support/visitor.ts'
import { cheapHash, shippedFile, startWorld, type World } from '../support/world.ts'
import { answerAt } from './people.ts'

const flow = `flow: thrift
title: Sign in
applications: [thrift]
start: sign-in
states:
  sign-in:
    offer: [credentials]
    on:
      success: [{ when: identity.kind == 'account', to: done, because: the session has it }, { to: staff }]
      exhausted: no
  staff:
    call: shared/try-domain
    with: { directory: staff }
    on: { success: sync, rejected: sign-in }
  sync: { run: sync, on: { success: done } }
  done: { end: success }
  no: { end: failure, error: access_denied }
`
const number = '31600000001'
const password = 'alice is at the staff'

async function start(t: TestContext, sync = 'override') {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-external-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const theirs = `sqlite:${join(folder, 'theirs.sqlite')}`
  const other = openDatabase({ url: theirs })
  t.after(() => other.destroy())
  await other.schema.createTable('people', (table) => {
    for (const column of ['id', 'name', 'mail', 'phone', 'grade', 'hash']) table.string(column)
  })
  const directories = `directories:
  internal: { title: Ours, kind: local }
  staff:
    title: Staff
    kind: enterprise
    store: sql
    url: ${theirs}
    table: people
    name: name
    id: id
    reads: [mail, phone, grade]
    passwordColumn: hash
    passwordScheme: argon2
    jit: true
    sync: ${sync}
    attributes:
      email: claims.mail
      sms: { from: "has(claims.phone) && claims.phone != ''", type: bool }
      senior: { from: "claims.grade == 'A'", type: bool }
      grade: { from: claims.grade, type: int }
`
  const files = {
    'thrift.yaml': flow,
    'directories.yaml': directories,
    'shared/try-domain.yaml': shippedFile('examples/directories/shared/try-domain.yaml'),
  }
  const world = await startWorld(t, { files })
  const hash = await hashPassword(password, cheapHash)
  const alice = {
    id: 'e-1',
    name: 'alice',
    mail: 'alice@staff.test',
    phone: number,
    grade: 'A',
    hash,
  }
  await other('people').insert(alice)
  return {
    world,
    other,
    async synchronise(...args: readonly string[]) {
      writeFileSync(join(folder, 'directories.yaml'), directories)
      const flags = ['--flows', '.', '--database', world.database]
      return command(folder, ['directory', 'sync', 'staff', ...args, ...flags])
    },
  }
}

async function tries(world: World, way: Way, username = 'alice', typed = password) {
  const visitor = visitorOf(world, way)
  const form = await visitor.begin(await world.thrift.parameters())
  return visitor.act(form, 'credentials', { username, password: typed })
}

async function getsIn(world: World, way: Way): Promise<Readonly<Record<string, unknown>>> {
  const place = await tries(world, way)
  assert.ok(answerAt(place).code, place.says)
  return (await world.thrift.redeem(place.url)).claims
}

const own = async ({ database }: World) =>
  (await rowsOf(database, 'accounts')).filter(({ source }) => source === 'staff')

for (const way of ways) {
  describe(`an external database and ours, by ${way}`, () => {
    it('O-11, O-16, O-19, O-31, O-32: who is there alone is read once the password is right, mapped, and stored', async (t) => {
      const { world } = await start(t)
      const before = await rowsOf(world.database, 'accounts')
      const wrong = await tries(world, way, 'alice', 'a wrong one')
      assert.ok('credentials' in wrong.actions)
      assert.deepEqual(await rowsOf(world.database, 'accounts'), before)
      await getsIn(world, way)
      const [alice, ...others] = await own(world)
      assert.equal(others.length, 0)
      assert.deepEqual([alice?.user_name, alice?.directory], ['alice', 'staff'])
    })

    it('O-17, O-22, O-23, O-24, O-36, P-4, P-5: a number is mapped to whether there is one, and stands in no table', async (t) => {
      const { world, other } = await start(t)
      await getsIn(world, way)
      const mapped = async () => JSON.parse(String((await own(world))[0]?.claims)).other
      assert.deepEqual(await mapped(), { sms: true, senior: true })
      assert.doesNotMatch(JSON.stringify(await allRows(world.database)), new RegExp(number))
      await other('people').update({ phone: null })
      await getsIn(world, way)
      assert.deepEqual(await mapped(), { sms: false, senior: true })
    })

    it('O-13, O-14, O-15, P-8, P-9: of who is in both ours counts, brought up to date as the directory says', async (t) => {
      for (const [sync, mail, nickname] of [
        ['override', 'new@staff.test', undefined],
        ['preserve', 'new@staff.test', 'Al'],
        ['none', 'alice@staff.test', 'Al'],
      ] as const) {
        const { world, other } = await start(t, sync)
        await getsIn(world, way)
        const [alice] = await own(world)
        const by = { account: 'command-line', application: '' }
        const attributes = { 'other.nickname': 'Al' }
        const asked = { change: 'profile', attributes } as const
        const id = String(alice!.id)
        await world.app.administration.changeUser(by, id, asked, () => true, Date.now())
        await other('people').update({ mail: 'new@staff.test' })
        const claims = await getsIn(world, way)
        assert.equal(claims.sub, id, sync)
        const held = JSON.parse(String((await own(world))[0]?.claims))
        assert.deepEqual([held.email, held.other.nickname], [mail, nickname], sync)
      }
    })

    it('O-12, O-18, scenario 28 (a): who is gone there is nobody, and once synchronised nothing of them is here', async (t) => {
      const { world, other, synchronise } = await start(t)
      await getsIn(world, way)
      const unknown = await tries(world, way, 'nobody', 'a wrong one')
      await other('people').insert({ id: 'e-2', name: 'bob', hash: '' })
      await other('people').where({ id: 'e-1' }).delete()
      const gone = await tries(world, way)
      assert.equal(gone.says, unknown.says)
      assert.equal((await own(world)).length, 1)

      const { code, out } = await synchronise('--remove')
      assert.equal(code, 0, out)
      assert.deepEqual(
        (await own(world)).map((row) => row.user_name),
        ['bob'],
      )
      for (const table of ['associations', 'sessions', 'provider_models', 'credentials']) {
        const left = (await rowsOf(world.database, table)).filter((row) => row.subject === 'e-1')
        assert.deepEqual(left, [], table)
      }
      const audit = (await rowsOf(world.database, 'audit_records')).map(({ action }) => action)
      assert.ok(audit.includes('user.delete'))
    })

    it('O-7, O-12: a database that is down is no absence: nothing is made, deleted or let in', async (t) => {
      const { world, other, synchronise } = await start(t)
      await getsIn(world, way)
      await other.schema.renameTable('people', 'elsewhere')
      const place = await tries(world, way)
      assert.ok('credentials' in place.actions, place.says)
      assert.equal((await synchronise('--remove')).code, 1)
      assert.equal((await own(world)).length, 1)
      await other.schema.renameTable('elsewhere', 'people')
      await getsIn(world, way)
    })
  })
}
