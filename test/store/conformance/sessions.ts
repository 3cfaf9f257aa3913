import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Payload } from '../../../src/engine/provider-store.ts'
import {
  addAccount,
  count,
  finishedLogin,
  type OpenDatabase,
  proofOf,
  type Stores,
  sessionOf,
  stored,
} from '../given.ts'
import { opened } from './opened.ts'
import { refusedFor } from './unit.ts'

const fortnight = 14 * 24 * 3600
const browser = 'browser-of-jane'

/** A login of this account has ended well, and its browser gets this session. */
async function signIn(stores: Stores, account: string, jti: string, payload: Payload) {
  const login = await stored(stores, finishedLogin(account))
  const unit = stores.provider.open()
  if (payload.jti) await unit.find('Session', String(payload.jti))
  unit.upsert('Session', jti, payload, fortnight)
  unit.answer(login, { response: '{}', code: undefined })
  return unit.commit()
}

/** Another request of this browser, which has read its session. */
async function request(stores: Stores, jti: string) {
  const unit = stores.provider.open()
  const payload = await unit.find('Session', jti)
  assert.ok(payload, `no session has the id ${jti}`)
  return {
    unit,
    payload,
    /** As the library does: the whole session, and the old id destroyed where it is rotated. */
    save(change: Payload, id = String(payload.jti)) {
      if (id !== payload.jti) unit.destroy('Session', String(payload.jti))
      unit.upsert('Session', id, { ...payload, ...change, jti: id }, fortnight)
      return unit.commit()
    },
  }
}

const find = (stores: Stores, jti: string) => stores.provider.open().find('Session', jti)

export function sessionTests(open: OpenDatabase): void {
  describe('a session', () => {
    const world = opened(open)
    let made = 0

    async function signedIn() {
      const { db, stores } = world()
      const account = await addAccount(stores)
      const [uid, jti] = [`uid-${++made}`, `jti-${made}`]
      await signIn(stores, account, jti, sessionOf(uid, account))
      return { db, stores, account, uid, jti }
    }

    it('is one row, however often it is written', async () => {
      const { db, stores, uid, jti } = await signedIn()
      await (await request(stores, jti)).save({ loginTs: 1 })
      await (await request(stores, jti)).save({ loginTs: 2 }, `${jti}-b`)
      assert.equal(await count(db, 'sessions', { uid }), 1)
      assert.equal((await find(stores, `${jti}-b`))?.loginTs, 2)
    })

    it('is found by the id before for a minute and no longer, under its present one', async () => {
      const { stores, jti } = await signedIn()
      await (await request(stores, jti)).save({}, `${jti}-b`)
      assert.equal((await find(stores, jti))?.jti, `${jti}-b`)
      stores.clock.nowMs += 59_999
      assert.equal((await find(stores, jti))?.jti, `${jti}-b`)
      stores.clock.nowMs += 1
      assert.equal(await find(stores, jti), undefined)
      assert.ok(await find(stores, `${jti}-b`))
    })

    it('is not found by an id from before somebody signed in (I-26, security 21)', async () => {
      const { stores } = world()
      const planting = stores.provider.open()
      const nobody = sessionOf('uid-planted', undefined, { state: { secret: 'form' } })
      planting.upsert('Session', 'planted', nobody, fortnight)
      await planting.commit()
      const account = await addAccount(stores)
      const login = await stored(stores, finishedLogin(account))
      const victim = await request(stores, 'planted')
      victim.unit.answer(login, { response: '{}', code: undefined })
      await victim.save({ accountId: account }, 'fresh')
      assert.equal(await find(stores, 'planted'), undefined)
      assert.equal((await find(stores, 'fresh'))?.accountId, account)
    })

    it('keeps what two tabs have added that both read it before', async () => {
      const { stores, jti } = await signedIn()
      await (await request(stores, jti)).save({ authorizations: { old: { sid: '0' } } })
      const [one, other] = [await request(stores, jti), await request(stores, jti)]
      const added = (client: string) => ({
        ...(one.payload.authorizations as object),
        [client]: {},
      })
      await one.save({ authorizations: added('thrift') }, `${jti}-b`)
      await other.save({ authorizations: added('vault') })
      const kept = (await find(stores, `${jti}-b`))?.authorizations as object
      assert.deepEqual(new Set(Object.keys(kept)), new Set(['old', 'thrift', 'vault']))
    })

    it('does not bring back what another tab has taken out', async () => {
      const { stores, jti } = await signedIn()
      const authorizations = { thrift: { sid: '1' }, vault: { sid: '2' } }
      await (await request(stores, jti)).save({ authorizations })
      const [one, other] = [await request(stores, jti), await request(stores, jti)]
      await one.save({ authorizations: { vault: { sid: '2' } } })
      await other.save({ loginTs: 3 })
      const session = await find(stores, jti)
      assert.deepEqual(session?.authorizations, { vault: { sid: '2' } })
      assert.equal(session.loginTs, 3)
    })

    it('lets the first of two tabs have it that both sign in to one application', async () => {
      const { stores, jti } = await signedIn()
      const [one, other] = [await request(stores, jti), await request(stores, jti)]
      await one.save({ authorizations: { thrift: { grantId: 'g1' } } })
      const second = other.save({ authorizations: { thrift: { grantId: 'g2' } } })
      await assert.rejects(second, refusedFor('session-raced'))
      assert.deepEqual((await find(stores, jti))?.authorizations, { thrift: { grantId: 'g1' } })
    })

    it('stays rotated where a slower request knew only the old id', async () => {
      const { stores, jti } = await signedIn()
      const slow = await request(stores, jti)
      await (await request(stores, jti)).save({}, `${jti}-b`)
      await slow.save({ loginTs: 9 })
      stores.clock.nowMs += 60_000
      assert.equal(await find(stores, jti), undefined)
      assert.equal((await find(stores, `${jti}-b`))?.loginTs, 9)
    })

    it('stays signed in where a slower request knew nobody', async () => {
      const { stores } = world()
      const before = stores.provider.open()
      const nobody = sessionOf('uid-slow', undefined, { state: { secret: 'form' } })
      before.upsert('Session', 'slow', nobody, fortnight)
      await before.commit()
      const slow = await request(stores, 'slow')
      const account = await addAccount(stores)
      await (await request(stores, 'slow')).save({ accountId: account }, 'quick')
      await assert.rejects(slow.save({ state: { secret: 'other' } }), refusedFor('session-raced'))
      assert.equal((await find(stores, 'quick'))?.accountId, account)
    })

    it('once ended cannot be written back (security 35)', async () => {
      const { db, stores, uid, jti } = await signedIn()
      const slow = await request(stores, jti)
      const leaving = await request(stores, jti)
      leaving.unit.destroy('Session', jti)
      await leaving.unit.commit()
      await assert.rejects(slow.save({}, `${jti}-b`), refusedFor('session-ended'))
      assert.equal(await count(db, 'sessions', { uid }), 0)
    })

    it('ends with its uid, also where another tab has rotated it twice meanwhile', async () => {
      const { db, stores, uid, jti } = await signedIn()
      const leaving = await request(stores, jti)
      await (await request(stores, jti)).save({}, `${jti}-b`)
      await (await request(stores, `${jti}-b`)).save({}, `${jti}-c`)
      leaving.unit.destroy('Session', jti)
      await leaving.unit.commit()
      assert.equal(await count(db, 'sessions', { uid }), 0)
    })

    it('is not found once it has expired', async () => {
      const { stores, jti, uid } = await signedIn()
      stores.clock.nowMs += fortnight * 1000
      assert.equal(await find(stores, jti), undefined)
      assert.equal(await stores.provider.open().findByUid('Session', uid), undefined)
    })

    it('of nobody is no row, unless a form waits for its token', async () => {
      const { db, stores } = world()
      for (const [jti, more] of [
        ['none', {}],
        ['form', { state: { secret: 's' } }],
      ] as const) {
        const unit = stores.provider.open()
        unit.upsert('Session', jti, sessionOf(`uid-${jti}`, undefined, more), fortnight)
        await unit.commit()
      }
      assert.equal(await count(db, 'sessions', { jti: 'none' }), 0)
      assert.equal(await count(db, 'sessions', { jti: 'form' }), 1)
    })

    it('is neither made nor renewed for a locked account (I-20)', async () => {
      const { db, stores, account, jti } = await signedIn()
      const renewal = await request(stores, jti)
      await db('accounts').where({ id: account }).update({ status: 'locked' })
      await assert.rejects(renewal.save({ loginTs: 1 }), refusedFor('account'))
      const again = signIn(stores, account, 'jti-locked', sessionOf('uid-locked', account))
      await assert.rejects(again, refusedFor('account'))
      assert.equal(await count(db, 'sessions', { jti: 'jti-locked' }), 0)
    })

    it('as this request has changed it, is what this request finds by its uid', async () => {
      const { stores, uid, jti } = await signedIn()
      const { unit, payload } = await request(stores, jti)
      unit.destroy('Session', jti)
      assert.equal(await unit.findByUid('Session', uid), undefined)
      unit.upsert('Session', `${jti}-b`, { ...payload, loginTs: 4 }, fortnight)
      assert.equal((await unit.findByUid('Session', uid))?.loginTs, 4)
    })
  })

  describe('two tabs of one browser', () => {
    const world = opened(open)

    it('that sign in together share one session: the second is told, and takes it up', async () => {
      const { db, stores } = world()
      const account = await addAccount(stores)
      await signIn(stores, account, 'tab-1', sessionOf('uid-1', account))
      const second = signIn(stores, account, 'tab-2', sessionOf('uid-2', account))
      await assert.rejects(second, refusedFor('session-raced'))
      assert.equal(await count(db, 'sessions', { account_id: account }), 1)
      const beside = await stores.provider.open().findSessionOf(browser, account)
      assert.equal(beside?.id, 'tab-1')
      assert.equal(await stores.provider.open().findSessionOf('another', account), undefined)
    })

    it('that have a session of nobody each end with one of somebody', async () => {
      const { db, stores } = world()
      const account = await addAccount(stores)
      for (const tab of ['a', 'b']) {
        const unit = stores.provider.open()
        const nobody = sessionOf(`uid-${tab}`, undefined, { state: { secret: tab } })
        unit.upsert('Session', `of-${tab}`, nobody, fortnight)
        await unit.commit()
      }
      const finish = async (tab: string) => {
        const login = await stored(stores, finishedLogin(account))
        const tabs = await request(stores, `of-${tab}`)
        tabs.unit.answer(login, { response: '{}', code: undefined })
        return tabs.save({ accountId: account }, `new-${tab}`)
      }
      await finish('a')
      await assert.rejects(finish('b'), refusedFor('session-raced'))
      assert.equal(await count(db, 'sessions', { account_id: account }), 1)
    })

    it('share what both have proven, the newest of each credential', async () => {
      const { stores } = world()
      const account = await addAccount(stores)
      const proven = async (jti: string | undefined, ...proofs: ReturnType<typeof proofOf>[]) => {
        const blank = finishedLogin(account)
        const login = await stored(stores, { ...blank, facts: { ...blank.facts, proofs } })
        const unit = stores.provider.open()
        const known = jti && (await unit.find('Session', jti))
        unit.upsert('Session', 'proofs', known || sessionOf('uid-proofs', account), fortnight)
        unit.answer(login, { response: '{}', code: undefined })
        await unit.commit()
      }
      await proven(undefined, proofOf({ atMs: 1 }))
      await proven('proofs', proofOf({ option: 'totp', credential: 'cred_2', source: 'new' }))
      await proven('proofs', proofOf({ atMs: 3 }))
      const facts = await stores.provider.open().sessionFacts('proofs')
      assert.equal(facts?.account, account)
      assert.deepEqual(
        facts.proofs.map(({ option, atMs, source }) => [option, source, atMs > 3 ? 'now' : atMs]),
        [
          ['password', 'registered', 3],
          ['totp', 'registered', 'now'],
        ],
      )
    })

    it('do not take up a session whose cookie is long lost: it makes room (I-27)', async () => {
      const { db, stores } = world()
      const account = await addAccount(stores)
      await signIn(stores, account, 'lost', sessionOf('uid-lost', account))
      stores.clock.nowMs += 60_001
      assert.equal(await stores.provider.open().findSessionOf(browser, account), undefined)
      await signIn(stores, account, 'found', sessionOf('uid-found', account))
      const rows = await db('sessions').where({ account_id: account })
      assert.deepEqual(
        rows.map(({ jti }) => jti),
        ['found'],
      )
    })

    it('of which one signs in as another person: the former session ends, its proofs with it', async () => {
      const { db, stores } = world()
      const [jane, omar] = [await addAccount(stores), await addAccount(stores)]
      await signIn(stores, jane, 'janes', sessionOf('uid-jane', jane))
      const login = await stored(stores, finishedLogin(omar))
      const unit = stores.provider.open()
      await unit.find('Session', 'janes')
      unit.endSession('uid-jane')
      unit.pretend('Session', 'janes', undefined)
      unit.upsert('Session', 'omars', sessionOf('uid-omar', omar), fortnight)
      unit.answer(login, { response: '{}', code: undefined })
      await unit.commit()
      assert.equal(await find(stores, 'janes'), undefined)
      assert.equal(await count(db, 'sessions', { account_id: jane }), 0)
      assert.equal((await stores.provider.open().sessionFacts('omars'))?.account, omar)
    })
  })
}
