/** Directories without accounts, and accounts that stand in for a directory for a time: the example flows of both. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { isPassThrough } from '../../src/engine/subject.ts'
import { hashPassword } from '../../src/steps/password/hash.ts'
import { openDatabase } from '../../src/store/open.ts'
import { bytesOf, countRows, rowsOf } from '../support/rows.ts'
import { type Visitor, visitorOf, ways } from '../support/visitor.ts'
import { cheapHash, shippedFile, startWorld, type World } from '../support/world.ts'
import { answerAt } from './people.ts'

const password = 'alice is known elsewhere'
const minuteMs = 60_000
const ofPeople = [
  'accounts',
  'associations',
  'credentials',
  'account_groups',
  'account_attributes',
  'directory_entries',
] as const

/** The example of that name, over a database of others with Alice in it. */
async function start(t: TestContext, example: string, directory: string, more: string) {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-modes-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const url = `sqlite:${join(folder, 'theirs.sqlite')}`
  const theirs = openDatabase({ url })
  t.after(() => theirs.destroy())
  await theirs.schema.createTable('people', (table) => {
    for (const column of ['id', 'name', 'mail', 'hash']) table.string(column)
    table.boolean('gone').defaultTo(false)
  })
  const hash = await hashPassword(password, cheapHash)
  const alice = { id: 'e-1', name: 'alice', mail: 'alice@else.test', hash }
  await theirs('people').insert(alice)
  const directories = `directories:
  internal: { title: Ours, kind: local }
  ${directory}:
    title: Theirs
    kind: enterprise
    store: sql
    url: ${url}
    table: people
    name: name
    id: id
    reads: [mail]
    obsolete: gone
    passwordColumn: hash
    passwordScheme: argon2
    attributes: { email: claims.mail }
${more}`
  const flow = shippedFile(`examples/directories/${example}.yaml`)
  const files = {
    'thrift.yaml': flow
      .replace(`flow: ${example}`, 'flow: thrift')
      .replace(`applications: [${example}]`, 'applications: [thrift]'),
    'directories.yaml': directories,
  }
  return { world: await startWorld(t, { files }), theirs, alice }
}

async function tries(world: World, visitor: Visitor, typed = password) {
  const form = await visitor.begin(await world.thrift.parameters())
  return visitor.act(form, 'credentials', { username: 'alice', password: typed })
}

async function getsIn(world: World, visitor: Visitor) {
  const place = await tries(world, visitor)
  assert.ok(answerAt(place).code, place.says)
  return world.thrift.redeem(place.url)
}

const hourly = `    jit: true
    refreshMinutes: 60
`

/** Comes again in the browser that has a session. @returns what the application is told */
async function comesAgain(world: World, visitor: Visitor) {
  return answerAt(await visitor.begin(await world.thrift.parameters()))
}

const external = (t: TestContext) => start(t, 'external-only', 'visitors', '')
const cached = (t: TestContext) => start(t, 'cached', 'staff', hourly)
const own = async ({ database }: World) =>
  (await rowsOf(database, 'accounts')).filter(({ source }) => source === 'staff')

for (const way of ways) {
  describe(`a directory without accounts, by ${way}`, () => {
    it('scenario 28 (b), O-9, O-10: lets people in, and makes nothing of them in any table of people', async (t) => {
      const { world } = await external(t)
      const before = await countRows(world.database, ofPeople)
      const { claims, userinfo } = await getsIn(world, visitorOf(world, way))
      assert.ok(isPassThrough(claims.sub))
      assert.deepEqual([claims.amr, userinfo.email], [['pwd'], 'alice@else.test'])
      assert.deepEqual(await countRows(world.database, ofPeople), before)
      assert.equal((await bytesOf(world.database)).includes('alice@else.test'), false)
      assert.deepEqual(world.reports, [])
    })
  })

  describe(`an account that stands in for its directory, by ${way}`, () => {
    it('scenario 28 (a), (c), O-12, O-18: who is gone there is gone here with all they have, and comes back as somebody new', async (t) => {
      const { world, theirs, alice } = await cached(t)
      const visitor = visitorOf(world, way)
      const before = await getsIn(world, visitor)
      await theirs('people').delete()
      world.clock.aheadMs += 61 * minuteMs
      const gone = await tries(world, visitor)
      const unknown = await tries(world, visitorOf(world, way), 'a wrong one')
      assert.deepEqual([gone.says, gone.actions], [unknown.says, unknown.actions])
      assert.deepEqual(await own(world), [])
      for (const table of ['associations', 'sessions', 'provider_models', 'credentials']) {
        const left = await rowsOf(world.database, table)
        assert.deepEqual(
          left.filter((row) => row.account_id === before.claims.sub),
          [],
          table,
        )
      }
      const deleted = (await rowsOf(world.database, 'audit_records')).find(
        ({ action }) => action === 'user.delete',
      )
      assert.equal(deleted?.subject, before.claims.sub)
      assert.equal(JSON.parse(String(deleted?.detail)).source, 'staff')
      await theirs('people').insert(alice)
      const after = await getsIn(world, visitorOf(world, way))
      assert.notEqual(after.claims.sub, before.claims.sub)
    })
  })
}

describe('a directory without accounts', () => {
  const way = 'pages'

  it('O-10, P-21: has one subject for each at every visit, and asks at every visit', async (t) => {
    const { world, theirs, alice } = await external(t)
    const visitor = visitorOf(world, way)
    const { claims } = await getsIn(world, visitor)
    const silent = await visitor.begin(await world.thrift.parameters({ prompt: 'none' }))
    assert.equal(answerAt(silent).error, 'login_required')
    assert.equal((await getsIn(world, visitor)).claims.sub, claims.sub)
    await theirs('people').update({ id: 'e-2' }).where({ id: alice.id })
    assert.notEqual((await getsIn(world, visitorOf(world, way))).claims.sub, claims.sub)
  })

  it('O-10, O-12: lets nobody in who is wrong, gone or no longer current there', async (t) => {
    const { world, theirs } = await external(t)
    const visitor = visitorOf(world, way)
    const wrong = await tries(world, visitor, 'a wrong one')
    assert.ok('credentials' in wrong.actions)
    await theirs('people').update({ gone: true })
    assert.equal((await tries(world, visitorOf(world, way))).says, wrong.says)
    await theirs('people').delete()
    assert.equal((await tries(world, visitorOf(world, way))).says, wrong.says)
  })
})

describe('an account that stands in for its directory', () => {
  const way = 'API'

  it('scenario 28 (c), O-3: asks nobody within its time; who is locked here stays out all the same', async (t) => {
    const { world, theirs } = await cached(t)
    const visitor = visitorOf(world, way)
    await getsIn(world, visitor)
    // Who types their password there has been looked at, and not only who is asked for.
    await getsIn(world, visitorOf(world, way))
    await theirs.schema.renameTable('people', 'elsewhere')
    world.clock.aheadMs += 59 * minuteMs
    assert.ok((await comesAgain(world, visitor)).code)
    await world.app.accounts.setStatus('alice', 'locked')
    const shut = await visitor.begin(await world.thrift.parameters())
    assert.ok('credentials' in shut.actions, shut.says)
  })

  it('scenario 28 (c), O-3, O-13: asks after its time, and brings the account up to date', async (t) => {
    const { world, theirs } = await cached(t)
    const visitor = visitorOf(world, way)
    await getsIn(world, visitor)
    await theirs('people').update({ mail: 'married@else.test' })
    world.clock.aheadMs += 61 * minuteMs
    assert.ok((await comesAgain(world, visitor)).code)
    const [alice] = await own(world)
    assert.equal(JSON.parse(String(alice?.claims)).email, 'married@else.test')
    await theirs('people').update({ mail: 'again@else.test' })
    assert.ok((await comesAgain(world, visitor)).code)
    assert.match(String((await own(world))[0]?.claims), /married/)
  })

  it('scenario 28 (c), O-7: a directory that is down is no absence, and its time over lets nobody in', async (t) => {
    const { world, theirs } = await cached(t)
    const visitor = visitorOf(world, way)
    await getsIn(world, visitor)
    await theirs.schema.renameTable('people', 'elsewhere')
    world.clock.aheadMs += 61 * minuteMs
    assert.equal((await comesAgain(world, visitor)).error, 'temporarily_unavailable')
    assert.equal((await own(world)).length, 1)
    await theirs.schema.renameTable('elsewhere', 'people')
    assert.ok((await comesAgain(world, visitor)).code)
  })

  it('O-3: who is no longer current there loses their session, and no account', async (t) => {
    const { world, theirs } = await cached(t)
    const visitor = visitorOf(world, way)
    await getsIn(world, visitor)
    await theirs('people').update({ gone: true })
    world.clock.aheadMs += 61 * minuteMs
    const silent = await visitor.begin(await world.thrift.parameters({ prompt: 'none' }))
    assert.equal(answerAt(silent).error, 'login_required')
    assert.equal((await own(world)).length, 1)
    assert.deepEqual(await rowsOf(world.database, 'sessions'), [])
    await theirs('people').update({ gone: false })
    await getsIn(world, visitor)
  })
})
