import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Knex } from 'knex'
import { openDatabase } from '../../src/store/open.ts'
import { type SessionWrite, writeSession } from '../../src/store/sessions.ts'
import { createDatabase } from '../support/database.ts'
import { type Postgres, startPostgres } from '../support/postgres.ts'
import { migrationTests } from './conformance/migrations.ts'
import { runStoreConformance } from './conformance/run.ts'

let server: Postgres
before(async () => {
  server = await startPostgres()
})
after(() => server.close())

runStoreConformance('PostgreSQL', () => server.open())
migrationTests(() => createDatabase(server.url, 'template0'))

describe('whoever locks an account on PostgreSQL', () => {
  it('is waited for by whoever signs in: a session of a locked account is never written', async (t) => {
    const { db, close } = await server.open()
    t.after(close)
    await db('accounts').insert({ ...account, status: 'active' })
    const locking = await db.transaction()
    await locking('accounts').where({ id: account.id }).update({ status: 'locked' })
    const signingIn = writeSession(db, newSession(account.id))
    await waitingFor(db)
    await locking.commit()
    await assert.rejects(signingIn, { refusal: 'account' })
    assert.deepEqual(await db('sessions').select(), [])
  })
})

describe('two on PostgreSQL that wait for each other', () => {
  it('security 160: costs one of them its transaction, who is told to come again; the other one goes on', async (t) => {
    const { db, close } = await server.open()
    t.after(close)
    const both = ['acc_1', 'acc_2']
    for (const id of both) {
      const named = { user_name: id, user_name_key: id }
      await db('accounts').insert({ ...account, ...named, id, status: 'active' })
    }
    const lock = (trx: Knex, id: string) =>
      trx('accounts').where({ id }).update({ status: 'locked' })
    const [one, other] = await Promise.all([db.transaction(), db.transaction()])
    await lock(one, 'acc_1')
    await lock(other, 'acc_2')
    const end = async (trx: Knex.Transaction, id: string) => {
      try {
        await lock(trx, id)
        await trx.commit()
        return 'committed'
      } catch (thrown) {
        await trx.rollback()
        return (thrown as { code?: string }).code
      }
    }
    const ends = await Promise.all([end(one, 'acc_2'), end(other, 'acc_1')])
    assert.deepEqual(new Set(ends), new Set(['committed', 'BUSY']))
    const locked = await db('accounts').where({ status: 'locked' })
    assert.equal(locked.length, 2, 'both of one, and none of the other')
  })
})

describe('connections to PostgreSQL', () => {
  it('are ten for a server, and shared out among more of one machine than there is room for', async () => {
    const most = async (servers: number) => {
      const db = openDatabase({ url: server.url, servers })
      const { max } = db.client.pool as { max: number }
      await db.destroy()
      return max
    }
    assert.deepEqual(await Promise.all([1, 9, 16, 64].map(most)), [10, 10, 5, 2])
  })

  it('are refused as busy where the database has as many as it takes', async (t) => {
    const db = openDatabase({ url: server.url })
    await db.raw(`create role guest login password 'guest' connection limit 1`)
    const url = new URL(server.url)
    url.username = url.password = 'guest'
    const [one, other] = [openDatabase({ url: url.href }), openDatabase({ url: url.href })]
    t.after(async () => {
      await Promise.all([one.destroy(), other.destroy()])
      await db.raw('drop role guest')
      await db.destroy()
    })
    await one.raw('select 1')
    const refused = { name: 'KnownError', code: 'BUSY', retryAfterSeconds: 5 }
    await assert.rejects(other.raw('select 1'), refused)
  })
})

const account = {
  id: 'acc_1',
  organisation: 'default',
  directory: 'internal',
  user_name: 'jane',
  user_name_key: 'jane',
  source: 'local',
  claims: '{}',
  created_ms: 0,
}

function newSession(accountId: string): SessionWrite {
  return {
    organisation: account.organisation,
    uid: 'uid_1',
    jti: 'jti_1',
    payload: { accountId },
    expiresAt: 2_000_000_000,
    loaded: undefined,
    browserHash: 'b',
    proofs: [],
    nowMs: 0,
  }
}

/** Until some statement waits for a lock of another's, or it is clear that none will. */
async function waitingFor(db: Knex): Promise<void> {
  for (let round = 0; round < 500; round++) {
    const waiting = await db('pg_locks').where({ granted: false }).first()
    if (waiting) return
  }
}
