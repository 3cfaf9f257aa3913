import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import type { Knex } from 'knex'
import { listActivity } from '../../src/store/activity.ts'
import { migrate, openDatabase } from '../../src/store/open.ts'

const folder = join(import.meta.dirname, '../../migrations')
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace(/\.ts$/, ''))
  .sort()

async function tables(db: Knex): Promise<string[]> {
  const rows = await db('sqlite_master')
    .where({ type: 'table' })
    .whereNot('name', 'like', 'sqlite_%')
  return rows.map(({ name }) => name).sort()
}

describe('migrations', () => {
  const db = openDatabase({ url: 'sqlite::memory:' })
  after(() => db.destroy())

  it('are numbered without a gap, and named for what they do', () => {
    const numbers = names.map((name) => Number(/^(\d{4})_[a-z]+(_[a-z]+)+$/.exec(name)?.[1]))
    assert.deepEqual(
      numbers,
      names.map((_, index) => index + 1),
    )
  })

  it('run once, and tell which were run', async () => {
    assert.deepEqual(await migrate(db), names)
    assert.deepEqual(await migrate(db), [])
  })

  it('give every table an organisation, so that no row belongs to everyone', async () => {
    for (const table of await tables(db)) {
      if (table.startsWith('knex_')) continue
      const columns = await db(table).columnInfo()
      assert.ok('organisation' in columns, `${table} has no organisation`)
    }
  })

  it('keep every unique key within an organisation, or to what is drawn at random here (A-11)', async () => {
    // Of passkeys the device has a say in the id.
    const drawn = (table: string) =>
      table === 'credentials'
        ? /^account_id$/
        : /^(?:id|uid|jti|account_id|login_id|interaction_uid|awaited_hash)$/
    for (const table of await tables(db)) {
      if (table.startsWith('knex_')) continue
      const indexes: { name: string; unique: number }[] = await db.raw(
        `pragma index_list(${table})`,
      )
      for (const { name } of indexes.filter(({ unique }) => unique === 1)) {
        const columns: { name: string }[] = await db.raw(`pragma index_info(${name})`)
        const key = columns.map((column) => column.name)
        const isApart =
          key.includes('organisation') || key.some((column) => drawn(table).test(column))
        assert.ok(isApart, `${table}: (${key.join(', ')}) is shared by organisations`)
      }
    }
  })

  it('go back to nothing, and forth again', async () => {
    const files = await Promise.all(
      names.map((name) => import(join(folder, `${name}.ts`)) as Promise<Knex.Migration>),
    )
    for (const file of files.toReversed()) await file.down!(db)
    const left = (await tables(db)).filter((table) => !table.startsWith('knex_'))
    assert.deepEqual(left, [])
    for (const file of files) await file.up(db)
    assert.ok((await tables(db)).includes('logins'))
  })
})

describe('the migration of attributes', () => {
  it('finds people who were there before by what their profiles say (W-7)', async () => {
    const db = openDatabase({ url: 'sqlite::memory:' })
    try {
      for (const name of names) {
        const file: Knex.Migration = await import(join(folder, `${name}.ts`))
        if (name.startsWith('0013')) {
          const other = { employeeNumber: '0042', floor: 3, teams: ['a'], long: 'x'.repeat(257) }
          for (const id of ['acc_1', 'acc_2']) {
            await db('accounts').insert({
              id,
              organisation: 'default',
              directory: 'internal',
              user_name: id,
              user_name_key: id,
              status: 'active',
              source: 'local',
              claims: JSON.stringify(id === 'acc_1' ? { other } : {}),
              provenance: '{}',
              created_ms: 0,
            })
          }
        }
        await file.up(db)
      }
      const kept = await db('account_attributes').orderBy('name')
      assert.deepEqual(
        kept.map(({ account_id, name, value }) => [account_id, name, value]),
        [
          ['acc_1', 'employeeNumber', '0042'],
          ['acc_1', 'floor', '3'],
        ],
      )
    } finally {
      await db.destroy()
    }
  })
})

describe('the migration of activity', () => {
  it('keeps in the audit what people have seen of their own sign-ins', async () => {
    const db = openDatabase({ url: 'sqlite::memory:' })
    try {
      for (const name of names) {
        const file: Knex.Migration = await import(join(folder, `${name}.ts`))
        if (name.startsWith('0023')) await insertActivity(db, 250)
        await file.up(db)
      }
      const { items, next } = await listActivity(db, 'default', { account: 'acc_1', limit: 249 })
      assert.deepEqual(items[0], {
        atMs: 249,
        application: 'thrift',
        outcome: 'success',
        amr: ['pwd'],
      })
      assert.deepEqual([items.length, next?.ms], [249, 1])
    } finally {
      await db.destroy()
    }
  })
})

async function insertActivity(db: Knex, count: number): Promise<void> {
  const account = { id: 'acc_1', directory: 'internal', user_name: 'a', user_name_key: 'a' }
  const more = { organisation: 'default', status: 'active', source: 'local', claims: '{}' }
  await db('accounts').insert({ ...account, ...more, provenance: '{}', created_ms: 0 })
  for (let n = 0; n < count; n++) {
    const [organisation, application, outcome] = ['default', 'thrift', 'success']
    const login = { organisation, login_id: `lg_${n}`, account_id: 'acc_1', at_ms: n }
    await db('activity').insert({ ...login, application, outcome, amr: '["pwd"]' })
  }
}

describe('a database', () => {
  it('of a kind that is not known is refused without repeating what its address holds', () => {
    const url = 'mysql://jane:canary@db.example/x'
    assert.throws(
      () => openDatabase({ url }),
      (thrown: Error) => /mysql:/.test(thrown.message) && !/canary/.test(thrown.message),
    )
  })

  it('says what went wrong without what was written (I-29)', async () => {
    const db = openDatabase({ url: 'sqlite::memory:' })
    try {
      await assert.rejects(
        db('nowhere').insert({ token: 'canary' }),
        (thrown: Error) => /nowhere/.test(thrown.message) && !/canary/.test(thrown.message),
      )
    } finally {
      await db.destroy()
    }
  })

  it('survives the loss of power unless told otherwise', async () => {
    for (const [durability, synchronous] of [
      ['full', 2],
      ['normal', 1],
    ] as const) {
      const db = openDatabase({ url: 'sqlite::memory:', durability })
      assert.deepEqual(await db.raw('pragma synchronous'), [{ synchronous }])
      assert.deepEqual(await db.raw('pragma foreign_keys'), [{ foreign_keys: 1 }])
      await db.destroy()
    }
  })
})
