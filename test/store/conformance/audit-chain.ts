import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Knex } from 'knex'
import { insertAudit } from '../../../src/store/audit.ts'
import { type AuditChain, openAuditChain } from '../../../src/store/audit-chain.ts'
import type { OpenDatabase } from '../given.ts'
import { organisation, startMs } from '../given.ts'
import { opened } from './opened.ts'

const key = new Uint8Array(32).fill(3)
const by = { account: 'root', application: 'console' }

export function auditChainTests(open: OpenDatabase): void {
  describe('the audit', () => {
    const world = opened(open)

    it('is sealed in order, once, and whole afterwards', async () => {
      const { db, chain } = at(world().db, 'whole')
      await write(db, 'whole', 3)
      assert.equal(await chain.seal(), 3)
      assert.equal(await chain.seal(), 0)
      await write(db, 'whole', 2)
      assert.deepEqual((await chain.verify()).unsealed, 2)
      assert.equal(await chain.seal(), 2)
      const { head, unsealed, broken } = await chain.verify()
      assert.deepEqual([head.number, unsealed, broken], [5, 0, undefined])
      const read = await chain.read(2)
      assert.deepEqual(
        read.map(({ number }) => number),
        [3, 4, 5],
      )
    })

    it('is sealed by one of several nodes that try at once', async () => {
      const { db, chain } = at(world().db, 'nodes')
      for (let round = 0; round < 3; round++) {
        await write(db, 'nodes', 4)
        const sealed = await Promise.all(Array.from({ length: 8 }, () => chain.seal()))
        assert.equal(
          sealed.reduce((sum, count) => sum + count, 0),
          4,
        )
      }
      assert.deepEqual((await chain.verify()).broken, undefined)
    })

    it('of another organisation, or by another key, is another chain', async () => {
      const { db, chain } = at(world().db, 'own')
      await write(db, 'own', 1)
      await chain.seal()
      const other = openAuditChain(db, 'own', new Uint8Array(32).fill(4))
      assert.deepEqual((await other.verify()).broken, { number: 1, what: 'changed' })
      assert.equal((await openAuditChain(db, `${organisation}-none`, key).verify()).head.number, 0)
    })

    const tampered: readonly (readonly [
      what: string,
      tamper: (db: Knex, its: string) => Promise<unknown>,
      broken: object,
    ])[] = [
      [
        'a record that is changed',
        (db, its) =>
          db('audit_records').where({ organisation: its, number: 2 }).update({ detail: '{"x":1}' }),
        { number: 2, what: 'changed' },
      ],
      [
        'a record that is taken out',
        (db, its) => db('audit_records').where({ organisation: its, number: 2 }).delete(),
        { number: 2, what: 'missing' },
      ],
      [
        'the last record taken out',
        (db, its) => db('audit_records').where({ organisation: its, number: 3 }).delete(),
        { number: 3, what: 'missing' },
      ],
      [
        'two records that change places',
        async (db, its) => {
          const place = (number: number, to: number) =>
            db('audit_records').where({ organisation: its, number }).update({ number: to })
          await place(1, 9)
          await place(2, 1)
          await place(9, 2)
        },
        { number: 1, what: 'changed' },
      ],
    ]
    for (const [index, [what, tamper, broken]] of tampered.entries()) {
      it(`shows ${what}`, async () => {
        const its = `tampered-${index}`
        const { db, chain } = at(world().db, its)
        await write(db, its, 3)
        await chain.seal()
        await tamper(db, its)
        assert.deepEqual((await chain.verify()).broken, broken)
      })
    }

    it('forgets its beginning when that is old, and is whole without it', async () => {
      const { db, chain } = at(world().db, 'old')
      await write(db, 'old', 5)
      await chain.seal()
      const [first, , third] = await chain.read(0)
      assert.equal(await chain.forget(startMs + 3, 500), 3, 'those of 0, 1 and 2 ms')
      assert.equal(await chain.forget(startMs + 3, 500), 0)
      assert.deepEqual(await numbers(chain), [4, 5])
      for (const known of [undefined, first, third]) {
        const { head, taken, unsealed, broken } = await chain.verify(known)
        assert.deepEqual([head.number, taken, unsealed, broken], [5, 3, 0, undefined])
      }
      const another = { number: 3, seal: first!.seal }
      assert.deepEqual((await chain.verify(another)).broken, { number: 3, what: 'head' })
    })

    it('forgets no more at once than it is told, and all of it in the end; then it goes on', async () => {
      const { db, chain } = at(world().db, 'all')
      await write(db, 'all', 5)
      await chain.seal()
      const { head } = await chain.verify()
      for (const many of [2, 2, 1, 0]) assert.equal(await chain.forget(startMs + 9, 2), many)
      assert.deepEqual(await chain.verify(head), { head, taken: 5, unsealed: 0, broken: undefined })
      await write(db, 'all', 2)
      assert.equal(await chain.seal(), 2)
      assert.deepEqual((await chain.verify(head)).broken, undefined)
      assert.deepEqual(await numbers(chain), [6, 7])
    })

    it('forgets nothing too young, also behind what is too young, and nothing without a seal', async () => {
      const { db, chain } = at(world().db, 'young')
      for (const afterMs of [0, 7, 1]) {
        await write(db, 'young', 1, startMs + afterMs)
        await chain.seal()
      }
      await write(db, 'young', 1)
      assert.equal(await chain.forget(startMs + 5, 500), 1)
      assert.deepEqual(await numbers(chain), [2, 3])
      assert.equal(await chain.forget(startMs + 99, 500), 2)
      assert.deepEqual(await numbers(chain), [])
      assert.equal((await chain.verify()).unsealed, 1)
      assert.equal(await chain.seal(), 1)
      assert.equal((await chain.verify()).broken, undefined)
    })

    it('forgets nothing from where it is not whole: it is what shows that', async () => {
      for (const [its, tamper, what] of [
        ['marked', (rows: Knex.QueryBuilder) => rows.update({ actor: 'nobody' }), 'changed'],
        ['torn', (rows: Knex.QueryBuilder) => rows.delete(), 'missing'],
      ] as const) {
        const { db, chain } = at(world().db, its)
        await write(db, its, 4)
        await chain.seal()
        await tamper(db('audit_records').where({ organisation: its, number: 2 }))
        assert.equal(await chain.forget(startMs + 9, 500), 1)
        assert.equal(await chain.forget(startMs + 9, 500), 0)
        assert.deepEqual((await chain.verify()).broken, { number: 2, what })
      }
    })

    it('has its beginning cut off by nobody without the key', async () => {
      const { db, chain } = at(world().db, 'forged')
      await write(db, 'forged', 4)
      await chain.seal()
      const other = openAuditChain(db, 'forged', new Uint8Array(32).fill(4))
      assert.equal(await other.forget(startMs + 9, 500), 0)
      assert.equal(await chain.forget(startMs + 1, 500), 1)
      const [second] = await chain.read(0)
      await db('audit_records').where({ organisation: 'forged', number: 2 }).delete()
      const taken = { taken_number: 2, taken_seal: second!.seal }
      await db('audit_heads').where({ organisation: 'forged' }).update(taken)
      assert.deepEqual((await chain.verify()).broken, { number: 2, what: 'beginning' })
      assert.equal(await chain.forget(startMs + 9, 500), 0)
    })

    it('is forgotten once by several nodes that try at once, while others seal', async () => {
      const { db, chain } = at(world().db, 'several')
      await write(db, 'several', 6)
      await chain.seal()
      await write(db, 'several', 3)
      const forgotten = await Promise.all(
        Array.from({ length: 8 }, async (_, node) => {
          if (node % 2 === 0) await chain.seal()
          return chain.forget(startMs + 4, 500)
        }),
      )
      assert.equal(
        forgotten.reduce((sum, count) => sum + count, 0),
        4,
      )
      assert.equal((await chain.verify()).broken, undefined)
      assert.deepEqual(await numbers(chain), [5, 6, 7, 8, 9])
    })

    it('that is cut short together with its head is known by a head that was noted down', async () => {
      const { db, chain } = at(world().db, 'cut')
      await write(db, 'cut', 3)
      await chain.seal()
      const { head } = await chain.verify()
      const [, second] = await chain.read(0)
      await db('audit_records').where({ organisation: 'cut', number: 3 }).delete()
      const { number, seal } = second!
      await db('audit_heads').where({ organisation: 'cut' }).update({ number, seal })
      assert.equal((await chain.verify()).broken, undefined)
      assert.deepEqual((await chain.verify(head)).broken, { number: 3, what: 'head' })
    })
  })
}

function at(db: Knex, its: string): { db: Knex; chain: AuditChain } {
  return { db, chain: openAuditChain(db, its, key) }
}

async function numbers(chain: AuditChain): Promise<readonly number[]> {
  return (await chain.read(0)).map(({ number }) => number)
}

async function write(db: Knex, its: string, count: number, fromMs = startMs): Promise<void> {
  for (let index = 0; index < count; index++) {
    const done = { action: 'user.lock', subject: `account-${index}`, detail: { because: 'a test' } }
    await insertAudit(db, its, by, done, fromMs + index)
  }
}
