import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { openDatabase } from '../../src/store/open.ts'

describe('a database of SQLite', () => {
  it('is busy as a refusal, and commits again when it is not (I-32)', async (t) => {
    const { own, other } = await open(t)
    await own.raw('PRAGMA busy_timeout = 1')
    await other.raw('BEGIN IMMEDIATE')
    const write = () => own('things').where({ id: 1 }).update({ name: 'a' })
    await assert.rejects(write(), { name: 'KnownError', code: 'BUSY', retryAfterSeconds: 1 })
    await other.raw('ROLLBACK')

    // Another statement than the one that was refused.
    await own.transaction((trx) => trx('things').insert({ id: 2, name: 'b' }))
    assert.deepEqual(await other('things').select('id'), [{ id: 1 }, { id: 2 }])
  })

  it('is in no transaction after one that could not be committed (I-32)', async (t) => {
    const { own, other } = await open(t)
    const broken = own.transaction(async (trx) => {
      await trx.raw('PRAGMA defer_foreign_keys = ON')
      await trx('parts').insert({ thing: 99 })
    })
    await assert.rejects(broken, { code: 'SQLITE_CONSTRAINT' })
    await own('things').insert({ id: 2, name: 'b' })
    assert.deepEqual(await other('things').select('id'), [{ id: 1 }, { id: 2 }])
    assert.deepEqual(await own('parts').select(), [])
  })

  it('says that its disk is full, and not that there was nothing to roll back', async (t) => {
    const { own, other } = await open(t)
    await own.raw('PRAGMA max_page_count = 1')
    const big = 'x'.repeat(100_000)
    const write = own.transaction((trx) => trx('things').insert({ id: 2, name: big }))
    await assert.rejects(write, { code: 'SQLITE_FULL' })
    await own.raw('PRAGMA max_page_count = 100000')
    await own.transaction((trx) => trx('things').insert({ id: 3, name: big }))
    assert.deepEqual(await other('things').select('id'), [{ id: 1 }, { id: 3 }])
  })
})

/** Two connections of two processes, as far as SQLite can tell. */
async function open(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-'))
  const url = `sqlite:${join(folder, 'own.sqlite')}`
  const own = openDatabase({ url, durability: 'normal' })
  const other = openDatabase({ url, durability: 'normal' })
  t.after(async () => {
    await own.destroy()
    await other.destroy()
    rmSync(folder, { recursive: true })
  })
  await own.schema.createTable('things', (table) => {
    table.integer('id').primary()
    table.text('name')
  })
  await own.schema.createTable('parts', (table) => {
    table.integer('thing').references('things.id')
  })
  await own('things').insert({ id: 1, name: '' })
  return { own, other }
}
