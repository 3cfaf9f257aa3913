import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Knex } from 'knex'
import { insertAudit } from '../../../src/store/audit.ts'
import { openAuditChain } from '../../../src/store/audit-chain.ts'
import { enqueue, openOutbox } from '../../../src/store/outbox.ts'
import { defaultRetention, sweepLimits } from '../../../src/store/sweep.ts'
import {
  addAccount,
  auditKeyOf,
  count,
  eventOf,
  finishedLogin,
  loginOf,
  type OpenDatabase,
  organisation,
  type Stores,
  sessionOf,
  startMs,
  sweepAt,
} from '../given.ts'
import { opened } from './opened.ts'

const dayMs = 86_400_000
const forEver = Number.POSITIVE_INFINITY
const passing = ['logins', 'sessions', 'provider_models', 'guesses', 'devices', 'outbox']

export function sweepTests(open: OpenDatabase): void {
  describe('a sweep', () => {
    const world = opened(open)

    it('takes what has expired, and leaves nothing but accounts and stories (I-41)', async () => {
      const { db, stores } = world()
      const account = await addAccount(stores, 'jane')
      await fill(stores, db, account)
      for (const table of passing) assert.ok((await count(db, table)) > 0, table)
      const kept = ['accounts', 'credentials', 'account_groups', 'login_events']
      const before = await Promise.all(kept.map((table) => count(db, table)))

      assert.deepEqual(await sweepAt(db, startMs), {}, 'nothing has expired yet')
      const gone = await sweepAt(db, startMs + 30 * dayMs)
      assert.deepEqual(new Set(Object.keys(gone)), new Set(passing))
      for (const table of passing) assert.equal(await count(db, table), 0, table)
      assert.deepEqual(await Promise.all(kept.map((table) => count(db, table))), before)
    })

    it('leaves a login that can still be answered, and a message that is still to be sent', async () => {
      const { db, stores } = world()
      const login = loginOf()
      await stores.engine.transaction((tx) => tx.create(login, []))
      await enqueue(db, organisation, [{ kind: 'k', idempotencyKey: 'k', payload: '' }])
      assert.deepEqual(await sweepAt(db, login.deadlineMs + 3_600_000), {})
      assert.deepEqual(await sweepAt(db, login.deadlineMs + 2 * 3_600_000 + 1), { logins: 1 })
      assert.equal(await count(db, 'outbox', { status: 'waiting' }), 1)
    })

    it('of two at once takes each row once, and a login that is being answered is answered or gone, never half (security 175)', async () => {
      const { db, stores } = world()
      const account = await addAccount(stores)
      const logins = Array.from({ length: 20 }, () => finishedLogin(account))
      for (const login of logins) await stores.engine.transaction((tx) => tx.create(login, []))
      const lateMs = logins[0]!.deadlineMs + 3 * 3_600_000
      const answering = logins.map(async (login, n) => {
        const unit = stores.provider.open()
        unit.upsert('Session', `jti-${n}`, sessionOf(`uid-${n}`, account), 600)
        unit.answer(login, { response: '{}', code: undefined })
        return unit.commit().then(
          () => true,
          () => false,
        )
      })
      const sweeps = await Promise.all([sweepAt(db, lateMs), sweepAt(db, lateMs)])
      const answered = (await Promise.all(answering)).filter(Boolean).length
      const swept = sweeps.reduce((sum, { logins: some = 0 }) => sum + some, 0)
      assert.equal(swept + (await count(db, 'logins')), logins.length)
      const ends = await count(db, 'audit_records', { action: 'login.end', subject: account })
      assert.equal(ends, answered, 'whoever was too late has written nothing')
    })

    it('takes events of logins when their time is over, and none that is a moment younger', async () => {
      const { db, stores } = world()
      const login = loginOf()
      const times = [0, 1, 2].map((ms) => startMs + ms)
      await stores.engine.transaction((tx) =>
        tx.create(
          login,
          times.map((atMs) => ({ ...eventOf(), atMs })),
        ),
      )
      const left = () => count(db, 'login_events', { login_id: login.id })
      await sweepAt(db, startMs + 90 * dayMs)
      assert.equal(await left(), 3)
      await sweepAt(db, startMs + 90 * dayMs + 2)
      assert.equal(await left(), 1)
      await sweepAt(db, startMs + 9_000 * dayMs, { ...defaultRetention, events: forEver })
      assert.equal(await left(), 1)
      await sweepAt(db, startMs + 30 * dayMs + 3, { ...defaultRetention, events: 30 })
      assert.equal(await left(), 0)
    })

    it('takes the audit of every organisation when its time is over, if it has one, and leaves it whole', async () => {
      const { db } = world()
      const names = ['swept-one', 'swept-two']
      const chains = names.map((name) => openAuditChain(db, name, auditKeyOf(name)))
      for (const name of names) {
        for (const atMs of [startMs, startMs + 1]) {
          const done = { action: 'user.lock', subject: 'a', detail: {} }
          await insertAudit(db, name, { account: 'root', application: 'console' }, done, atMs)
        }
      }
      for (const chain of chains) assert.equal(await chain.seal(), 2)
      const verify = () => Promise.all(chains.map((chain) => chain.verify()))

      assert.equal((await sweepAt(db, startMs + 9_000 * dayMs)).audit_records, undefined)
      const month = { ...defaultRetention, audit: 30 }
      assert.equal((await sweepAt(db, startMs + 30 * dayMs, month)).audit_records, undefined)
      assert.equal((await sweepAt(db, startMs + 30 * dayMs + 1, month)).audit_records, 2)
      for (const { head, taken, broken } of await verify()) {
        assert.deepEqual([head.number, taken, broken], [2, 1, undefined])
      }
    })

    it('takes more than one batch, and no more than its share at once', async () => {
      const { db } = world()
      const rows = Array.from({ length: sweepLimits.batch * 2 + 1 }, (_, at) => ({
        organisation,
        model: 'AccessToken',
        id: `token ${at}`,
        payload: '{}',
        expires_at: startMs / 1000,
      }))
      for (let at = 0; at < rows.length; at += 100) {
        await db('provider_models').insert(rows.slice(at, at + 100))
      }
      assert.deepEqual(await sweepAt(db, startMs + 1000), { provider_models: rows.length })
    })
  })
}

/** Something of everything that passes. */
async function fill(stores: Stores, db: Knex, account: string): Promise<void> {
  const login = finishedLogin(account)
  const event = {
    atMs: startMs,
    state: 'sign-in',
    option: 'password',
    outcome: 'success',
    caseIndex: 0,
    to: 'done',
    decided: [],
    reason: undefined,
  }
  await stores.engine.transaction((tx) => tx.create(login, [event]))
  const unit = stores.provider.open()
  unit.upsert('Session', 'jti', sessionOf('uid', account), 600)
  unit.upsert('Grant', 'grant', { accountId: account }, 600)
  unit.answer(login, { response: '{}', code: undefined })
  await unit.commit()
  await db('guesses').insert({
    account_id: account,
    organisation,
    factor: 'totp',
    count: 1,
    since_ms: startMs,
  })
  await db('devices').insert({
    organisation,
    account_id: account,
    application: 'thrift',
    secret_hash: 'hash',
    created_ms: startMs,
    used_ms: startMs,
    expires_ms: startMs + dayMs,
  })
  await enqueue(db, organisation, [{ kind: 'test', idempotencyKey: 'sent', payload: '' }])
  const outbox = openOutbox(db, organisation)
  const [message] = await outbox.take(1, startMs, startMs + 1)
  await outbox.close(message!, 'sent', startMs)
}
