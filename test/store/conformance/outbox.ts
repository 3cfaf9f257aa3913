import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { logoutMessages } from '../../../src/engine/session-end.ts'
import { endSessions } from '../../../src/store/ended-sessions.ts'
import { enqueue, openOutbox } from '../../../src/store/outbox.ts'
import {
  addAccount,
  count,
  finishedLogin,
  type OpenDatabase,
  organisation,
  sessionOf,
  startMs,
} from '../given.ts'
import { opened } from './opened.ts'

const message = (key: string) => ({ kind: 'test', idempotencyKey: key, payload: `of ${key}` })
const minute = 60_000

export function outboxTests(open: OpenDatabase): void {
  describe('the outbox', () => {
    const world = opened(open)

    it('keeps one of several that are the same, and nothing of what is rolled back', async () => {
      const { db } = world()
      await enqueue(db, organisation, [message('once')])
      await enqueue(db, organisation, [message('once')])
      await assert.rejects(
        db.transaction(async (trx) => {
          await enqueue(trx, organisation, [message('undone')])
          throw new Error('no')
        }),
      )
      const rows = await db('outbox').select('idempotency_key').where({ kind: 'test' })
      assert.deepEqual(rows, [{ idempotency_key: 'once' }])
      await db('outbox').delete()
    })

    it('gives each message to one of forty that ask at once (I-39)', async () => {
      const { db } = world()
      const keys = Array.from({ length: 30 }, (_, at) => `key ${at}`)
      await enqueue(db, organisation, keys.map(message))
      const outbox = openOutbox(db, organisation)
      const takes = Array.from({ length: 40 }, () => outbox.take(5, startMs, startMs + minute))
      const taken = (await Promise.all(takes)).flat()
      const given = taken.map(({ idempotencyKey }) => idempotencyKey)
      assert.equal(given.length, keys.length)
      assert.deepEqual(new Set(given), new Set(keys))
      assert.deepEqual(await outbox.take(50, startMs, startMs + minute), [])
      await db('outbox').delete()
    })

    it('gives a message again when whoever took it was lost, and the lost one changes nothing then', async () => {
      const { db } = world()
      await enqueue(db, organisation, [message('lost')])
      const outbox = openOutbox(db, organisation)
      const [first] = await outbox.take(1, startMs, startMs + minute)
      const [second] = await outbox.take(1, startMs + minute, startMs + 2 * minute)
      assert.equal(second?.id, first?.id)
      assert.deepEqual([first?.attempts, second?.attempts], [1, 2])
      await outbox.close(first!, 'failed', startMs)
      assert.equal(await count(db, 'outbox', { status: 'waiting' }), 1)
      await outbox.retry(second!, startMs + 9 * minute)
      assert.deepEqual(await outbox.take(1, startMs + 8 * minute, startMs + 9 * minute), [])
      const [third] = await outbox.take(1, startMs + 9 * minute, startMs + 10 * minute)
      await outbox.close(third!, 'sent', startMs)
      assert.deepEqual(await outbox.take(1, startMs + 99 * minute, startMs + 99 * minute), [])
      await db('outbox').delete()
    })

    it('is one for each organisation', async () => {
      const { db } = world()
      await enqueue(db, 'acme', [message('theirs')])
      assert.deepEqual(await openOutbox(db, organisation).take(9, startMs, startMs), [])
      assert.equal((await openOutbox(db, 'acme').take(9, startMs, startMs)).length, 1)
      await db('outbox').delete()
    })

    it('has word for each application of a session that ends, however it ends, once', async () => {
      const { db, stores } = world()
      const account = await addAccount(stores)
      const entered = {
        ...sessionOf('uid-1', account),
        authorizations: { thrift: { sid: 's1', grantId: 'g1' }, vault: { sid: 's2' } },
      }
      const unit = stores.provider.open()
      unit.upsert('Session', 'jti-1', entered, 600)
      const login = finishedLogin(account)
      await stores.engine.transaction((tx) => tx.create(login, []))
      unit.answer(login, { response: '{}', code: undefined })
      await unit.commit()

      await enqueue(db, organisation, logoutMessages(entered).slice(0, 1))
      assert.equal(await endSessions(db, organisation, 'uid = ?', ['uid-1']), 1)
      assert.equal(await endSessions(db, organisation, 'uid = ?', ['uid-1']), 0)
      const rows = await db('outbox').select('payload').orderBy('payload')
      assert.deepEqual(
        rows.map(({ payload }) => JSON.parse(payload)),
        [
          { application: 'thrift', subject: account, sessionId: 's1' },
          { application: 'vault', subject: account, sessionId: 's2' },
        ],
      )
    })
  })
}
