import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { openDatabase } from '../../src/store/open.ts'
import { command } from '../support/command.ts'
import { rowsOf } from '../support/rows.ts'

/** People of another database, in one table. */
interface Entry {
  readonly id: string
  readonly name: string
  readonly mail?: string
  readonly gone?: boolean
  readonly changedMs?: number
}

async function start(
  t: Pick<TestContext, 'after'>,
  kind: 'enterprise' | 'hybrid' = 'enterprise',
  mode = 'sync: preserve',
) {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-directory-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const theirs = `sqlite:${join(folder, 'theirs.sqlite')}`
  const database = `sqlite:${join(folder, 'ours.sqlite')}`
  const directories = (url: string) => `directories:
  staff:
    title: Staff
    kind: ${kind}
    store: sql
    url: ${url}
    table: people
    name: name
    id: id
    reads: [mail]
    passwordColumn: hash
    passwordScheme: argon2
    obsolete: gone
    changed: changed
    attributes: { email: claims.mail, nickname: "claims.mail" }
    ${mode}
`
  writeFileSync(join(folder, 'directories.yaml'), directories(theirs))
  const other = openDatabase({ url: theirs })
  t.after(() => other.destroy())
  await other.schema.createTable('people', (table) => {
    table.string('id').primary()
    table.string('name')
    table.string('mail')
    table.string('hash')
    table.boolean('gone')
    table.bigInteger('changed')
  })
  const put = async (...entries: readonly Entry[]) => {
    for (const { id, name, mail = null, gone = false, changedMs = 0 } of entries) {
      const row = { id, name, mail, hash: '', gone, changed: changedMs }
      await other('people').insert(row).onConflict('id').merge()
    }
  }
  const sync = async (...args: readonly string[]) => {
    const flags = ['--flows', '.', '--database', database, '--json']
    const { code, out, err } = await command(folder, [
      'directory',
      'sync',
      'staff',
      ...args,
      ...flags,
    ])
    return { code, err, counts: out === '' ? {} : countsIn(out) }
  }
  const ours = () => openDatabase({ url: database })
  return {
    folder,
    database,
    put,
    sync,
    async plan(kind: string) {
      const runs = await rowsOf(database, 'directory_runs').catch(() => [])
      const flags = ['--flows', '.', '--database', database, '--json']
      const { code, out } = await command(folder, ['directory', 'plan', 'staff', kind, ...flags])
      const rows = out === '' ? [] : (JSON.parse(out) as Record<string, unknown>[])
      const withoutNone = (row: Record<string, unknown>) =>
        Object.fromEntries(Object.entries(row).filter(([, value]) => value !== 0))
      return { code, runs, rows: rows.map(withoutNone) }
    },
    /** As an administrator, in the one account that there is. */
    async writeNickname(nickname: string) {
      const db = ours()
      const [row] = (await db('accounts')) as { id: string; claims: string }[]
      const claims = { ...JSON.parse(row!.claims), other: { nickname } }
      await db('accounts').update({
        claims: JSON.stringify(claims),
        provenance: JSON.stringify({ 'other.nickname': 'local' }),
      })
      await db.destroy()
    },
    take: (...ids: readonly string[]) => other('people').whereIn('id', ids).delete(),
    breakIt: () => other.schema.renameTable('people', 'elsewhere'),
    mendIt: () => other.schema.renameTable('elsewhere', 'people'),
    rows: (name: string) => rowsOf(database, name),
    ours,
  }
}

/** Those that are not 0. */
function countsIn(out: string): Record<string, number> {
  const { result: _, ...counts } = JSON.parse(out) as Record<string, number>
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
}

const ann = { id: 's-1', name: 'Ann', mail: 'ann@staff.example' }
const bob = { id: 's-2', name: 'bob', mail: 'bob@staff.example' }

describe('directory sync', () => {
  it('E-1, E-6, P-8: adds who is there, changes what has changed, and marks as obsolete who is gone', async (t) => {
    const world = await start(t)
    await world.put(ann, bob)
    assert.deepEqual((await world.sync()).counts, { read: 2, added: 2 })
    const [first] = (await world.rows('accounts')).filter((row) => row.user_name === 'ann')
    assert.deepEqual([first?.source, first?.directory, first?.status], ['staff', 'staff', 'active'])
    assert.equal(JSON.parse(String(first?.claims)).email, ann.mail)
    assert.deepEqual((await world.sync()).counts, { read: 2, same: 2 })

    await world.put({ ...ann, mail: 'a@staff.example' })
    await world.take('s-2')
    assert.deepEqual((await world.sync()).counts, { read: 1, updated: 1, obsolete: 1 })
    const accounts = await world.rows('accounts')
    assert.deepEqual(
      new Set(accounts.map((row) => `${row.user_name} ${row.status}`)),
      new Set(['ann active', 'bob disabled']),
    )
    assert.deepEqual((await world.sync()).counts, { read: 1, same: 1 })

    await world.put(bob)
    assert.deepEqual((await world.sync()).counts, { read: 2, same: 1, restored: 1 })
    const told = (await world.rows('audit_records')).map(({ action }) => action)
    assert.deepEqual(
      new Set(told),
      new Set(['user.add', 'user.update', 'user.obsolete', 'user.restore']),
    )
  })

  it('E-6: who is there and no longer current is obsolete as well', async (t) => {
    const world = await start(t)
    await world.put(ann, { ...bob, gone: true })
    assert.deepEqual((await world.sync()).counts, { read: 2, added: 1 })
    await world.put({ ...ann, gone: true })
    assert.deepEqual((await world.sync()).counts, { read: 2, obsolete: 1 })
  })

  it('E-7, scenario 28 (a): removes who is gone with all that hangs on them where it is told to; an equal name is a fresh account', async (t) => {
    const world = await start(t)
    await world.put(ann, bob)
    await world.sync()
    const [before] = (await world.rows('accounts')).filter((row) => row.user_name === 'ann')
    await world.take('s-1')
    assert.deepEqual((await world.sync('--remove')).counts, { read: 1, same: 1, removed: 1 })
    assert.equal((await world.rows('associations')).length, 1)
    await world.put({ ...ann, id: 's-9' })
    await world.sync()
    const [after] = (await world.rows('accounts')).filter((row) => row.user_name === 'ann')
    assert.notEqual(after?.id, before?.id)
  })

  it('says what would be and writes nothing with --dry-run', async (t) => {
    const world = await start(t)
    await world.put(ann, bob)
    assert.deepEqual((await world.sync('--dry-run')).counts, { read: 2, added: 2 })
    assert.deepEqual(await world.rows('accounts'), [])
    await world.sync()
    await world.put({ ...ann, mail: 'a@staff.example' })
    await world.take('s-2')
    assert.deepEqual((await world.sync('--dry-run')).counts, { read: 1, updated: 1, obsolete: 1 })
    const runs = await world.rows('directory_runs')
    assert.equal(runs.length, 1)
    assert.deepEqual((await world.sync()).counts, { read: 1, updated: 1, obsolete: 1 })
  })

  it('E-6: a delta reads what has changed, and takes nobody for gone', async (t) => {
    const world = await start(t)
    await world.put(ann, bob)
    await world.sync()
    const later = Date.now() + 60_000
    await world.put({ ...ann, mail: 'a@staff.example', changedMs: later })
    await world.take('s-2')
    assert.deepEqual((await world.sync('--delta')).counts, { read: 1, updated: 1 })
    assert.deepEqual((await world.sync()).counts, { read: 1, same: 1, obsolete: 1 })
  })

  for (const [mode, then] of [
    ['', { kind: 'hybrid', sync: 'preserve', read: 2, same: 1 }],
    ['sync: override', { kind: 'hybrid', sync: 'override', read: 2, updated: 1 }],
    ['sync: none', { kind: 'hybrid', sync: 'none', read: 2, same: 1 }],
  ] as const) {
    it(`E-8: says what another kind would do to accounts, and writes nothing (${mode || 'as usual'})`, async (t) => {
      const world = await start(t, 'enterprise', mode)
      await world.put(ann)
      await world.sync()
      await world.writeNickname('Boss')
      await world.put(bob)
      const before = await world.rows('accounts')
      const planned = await world.plan('hybrid')
      const updated = mode === 'sync: none' ? { same: 1 } : { updated: 1 }
      const sync = mode === 'sync: none' ? 'none' : 'override'
      assert.deepEqual(planned.rows, [
        { kind: 'enterprise', sync, read: 2, added: 1, ...updated },
        then,
      ])
      assert.deepEqual(await world.rows('accounts'), before)
      assert.deepEqual(await world.rows('directory_runs'), planned.runs)
    })
  }

  it('E-8: plans nothing for a kind that it is, or that has no directory', async (t) => {
    const world = await start(t)
    for (const kind of ['enterprise', 'local', 'elsewhere']) {
      assert.equal((await world.plan(kind)).code, 2, kind)
    }
  })

  it('P-9: an administrator`s own setting wins over what the directory says', async (t) => {
    const world = await start(t)
    await world.put(ann)
    await world.sync()
    await world.writeNickname('Boss')
    const db = world.ours()
    await db('accounts').update({ status: 'locked' })
    await db.destroy()
    await world.put({ ...ann, mail: 'a@staff.example' })
    await world.sync()
    const [now] = await world.rows('accounts')
    assert.equal(JSON.parse(String(now?.claims)).email, 'a@staff.example')
    assert.equal(JSON.parse(String(now?.claims)).other.nickname, 'Boss')
    assert.equal(now?.status, 'locked')
  })

  it('E-6: whom an administrator keeps out, before or after they were gone, no directory lets in again', async (t) => {
    const world = await start(t)
    const set = async (name: string, status: string) => {
      const flags = ['--flows', '.', '--database', world.database]
      const { code, err } = await command(world.folder, ['user', status, name, ...flags])
      assert.equal(code, 0, err)
    }
    const statuses = async () =>
      Object.fromEntries((await world.rows('accounts')).map((row) => [row.user_name, row.status]))
    const eve = { id: 's-3', name: 'eve' }
    await world.put(ann, bob, eve)
    await world.sync()
    await set('ann', 'disable')
    await world.take('s-1', 's-2', 's-3')
    await world.sync('--force')
    await set('bob', 'disable')
    await world.put(ann, bob, eve)
    await world.sync()
    assert.deepEqual(await statuses(), { ann: 'disabled', bob: 'disabled', eve: 'active' })
  })

  it('W-12: who waits for an administrator waits for one still when they are back', async (t) => {
    const world = await start(t)
    await world.put(ann)
    await world.sync()
    const db = world.ours()
    await db('accounts').update({ status: 'pending' })
    await db.destroy()
    await world.take('s-1')
    assert.deepEqual((await world.sync('--force')).counts, { obsolete: 1 })
    assert.deepEqual((await world.sync('--force')).counts, {})
    await world.put(ann)
    await world.sync()
    const [now] = await world.rows('accounts')
    assert.equal(now?.status, 'disabled')
  })

  it('what people can be found by is what the directory says now', async (t) => {
    const world = await start(t)
    const known = async () =>
      (await world.rows('account_attributes')).map(({ name, value }) => [name, value])
    await world.put(ann)
    await world.sync()
    assert.deepEqual(await known(), [['nickname', ann.mail]])
    await world.put({ ...ann, mail: 'a@staff.example' })
    await world.sync()
    assert.deepEqual(await known(), [['nickname', 'a@staff.example']])
  })

  it('a directory that is down ends the run where it stands: nobody is taken for gone', async (t) => {
    const world = await start(t)
    await world.put(ann, bob)
    await world.sync()
    await world.breakIt()
    const { code, err } = await world.sync()
    assert.equal(code, 1)
    assert.match(err, /nobody was taken for gone/)
    await world.mendIt()
    assert.deepEqual((await world.sync()).counts, { read: 2, same: 2 })
    const states = (await world.rows('accounts')).map(({ status }) => status)
    assert.deepEqual(states, ['active', 'active'])
  })

  it('one that says that nobody is left is not believed without --force', async (t) => {
    const world = await start(t)
    await world.put(ann, bob)
    await world.sync()
    await world.take('s-1', 's-2')
    const { code, err } = await world.sync()
    assert.equal(code, 1)
    assert.match(err, /--force/)
    assert.ok((await world.rows('accounts')).every(({ status }) => status === 'active'))
    assert.deepEqual((await world.sync('--force')).counts, { obsolete: 2 })
  })

  it('E-9: nobody gets the name of somebody else, and an equal name is nobody`s link', async (t) => {
    const world = await start(t)
    await world.put(ann)
    await world.sync()
    await world.put({ id: 's-3', name: 'ANN' })
    assert.deepEqual((await world.sync()).counts, { read: 2, same: 1, conflicts: 1 })
    assert.equal((await world.rows('associations')).length, 1)
  })

  it('of a hybrid directory nobody is made who has not come', async (t) => {
    const world = await start(t, 'hybrid')
    await world.put(ann, bob)
    assert.deepEqual((await world.sync()).counts, { read: 2 })
    assert.deepEqual(await world.rows('accounts'), [])
  })

  it('knows its directories and its words', async (t) => {
    const world = await start(t)
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-directory-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    assert.ok(world)
    writeFileSync(join(folder, 'directories.yaml'), 'directories: {}\n')
    const none = await command(folder, ['directory', 'sync', 'staff', '--flows', '.'])
    assert.deepEqual([none.code, /no directory/.test(none.err)], [2, true])
    const wrong = await command(folder, ['directory', 'turn', '--flows', '.'])
    assert.equal(wrong.code, 2)
  })
})
