import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UnitRefused } from '../../../src/engine/provider-store.ts'
import {
  addAccount,
  claimOf,
  count,
  eventOf,
  finishedLogin,
  loginOf,
  type OpenDatabase,
  type Stores,
  sessionOf,
  startMs,
  stored,
  storesOn,
} from '../given.ts'
import { opened } from './opened.ts'
import { statements } from './statements.ts'

export const refusedFor = (refusal: string) => (thrown: unknown) =>
  thrown instanceof UnitRefused && thrown.refusal === refusal

async function write(stores: Stores, model: string, id: string, payload = {}): Promise<void> {
  const unit = stores.provider.open()
  unit.upsert(model, id, payload, 600)
  await unit.commit()
}

export function unitTests(open: OpenDatabase): void {
  describe('a unit of work', () => {
    const world = opened(open)

    it('reads each thing once', async () => {
      const { db, stores } = world()
      await write(stores, 'AccessToken', 'at-once', { scope: 'openid' })
      const unit = stores.provider.open()
      const seen = await statements(db, async () => {
        await Promise.all([
          unit.find('AccessToken', 'at-once'),
          unit.find('AccessToken', 'at-once'),
        ])
        assert.deepEqual(await unit.find('AccessToken', 'at-once'), { scope: 'openid' })
        await unit.find('AccessToken', 'nothing')
        await unit.find('AccessToken', 'nothing')
      })
      assert.equal(seen.length, 2)
    })

    it('writes nothing before its commit, and nothing at all without one', async () => {
      const { db, stores } = world()
      await write(stores, 'AccessToken', 'kept')
      const unit = stores.provider.open()
      const seen = await statements(db, async () => {
        unit.upsert('AccessToken', 'dropped', {}, 600)
        unit.consume('AccessToken', 'kept')
        unit.destroy('AccessToken', 'kept')
        unit.revokeByGrantId('AccessToken', 'grant')
        unit.endSession('uid')
      })
      assert.deepEqual(seen, [])
    })

    it('finds what it has written, and not what it has destroyed', async () => {
      const { stores } = world()
      await write(stores, 'RefreshToken', 'before')
      const unit = stores.provider.open()
      unit.upsert('RefreshToken', 'new', { scope: 'a' }, 600)
      unit.destroy('RefreshToken', 'before')
      assert.deepEqual(await unit.find('RefreshToken', 'new'), { scope: 'a' })
      assert.equal(await unit.find('RefreshToken', 'before'), undefined)
      unit.upsert('RefreshToken', 'before', { scope: 'b' }, 600)
      await unit.commit()
      const later = stores.provider.open()
      assert.deepEqual(await later.find('RefreshToken', 'before'), { scope: 'b' })
      assert.deepEqual(await later.find('RefreshToken', 'new'), { scope: 'a' })
    })

    it('writes everything that it issues in one statement', async () => {
      const { db, stores } = world()
      const unit = stores.provider.open()
      for (const model of ['Grant', 'AccessToken', 'RefreshToken', 'AuthorizationCode']) {
        unit.upsert(model, `${model}-batch`, { grantId: 'Grant-batch' }, 600)
      }
      const seen = await statements(db, () => unit.commit())
      assert.equal(seen.length, 1)
      assert.equal(await count(db, 'provider_models', { grant_id: 'Grant-batch' }), 4)
    })

    it('opens no transaction where there is nothing to write', async () => {
      const { db, stores } = world()
      const seen: string[] = []
      db.on('query', ({ sql }) => seen.push(sql))
      await stores.provider.open().commit()
      assert.deepEqual(seen, [])
    })

    it('consumes a code once of forty, and a loser has written nothing (security 37)', async () => {
      const { db, stores } = world()
      await write(stores, 'AuthorizationCode', 'code')
      const redeem = async (n: number) => {
        const unit = stores.provider.open()
        unit.consume('AuthorizationCode', 'code')
        unit.upsert('AccessToken', `race-${n}`, {}, 600)
        return unit.commit()
      }
      const ends = await Promise.allSettled(Array.from({ length: 40 }, (_, n) => redeem(n)))
      const lost = ends.filter((end) => end.status === 'rejected')
      assert.equal(lost.length, 39)
      assert.ok(lost.every(({ reason }) => refusedFor('consumed')(reason)))
      const [row] = await db('provider_models').where('id', 'like', 'race-%').count({ n: '*' })
      assert.equal(Number(row?.n), 1)
      assert.equal(await stores.provider.isCodeUnused('code'), false)
      assert.ok((await stores.provider.open().find('AuthorizationCode', 'code'))?.consumed)
    })

    it('takes back what was issued under a grant, of one model, and leaves other grants', async () => {
      const { stores } = world()
      await write(stores, 'AccessToken', 'one', { grantId: 'g1' })
      await write(stores, 'RefreshToken', 'two', { grantId: 'g1' })
      await write(stores, 'AccessToken', 'three', { grantId: 'g2' })
      await write(stores, 'Grant', 'g1')
      const unit = stores.provider.open()
      unit.revokeByGrantId('AccessToken', 'g1')
      unit.revokeByGrantId('Grant', 'g1')
      await unit.commit()
      const after = stores.provider.open()
      assert.equal(await after.find('AccessToken', 'one'), undefined)
      assert.equal(await after.find('Grant', 'g1'), undefined)
      assert.ok(await after.find('RefreshToken', 'two'))
      assert.ok(await after.find('AccessToken', 'three'))
    })

    it('of another organisation finds nothing of this one', async () => {
      const { db, stores } = world()
      await write(stores, 'AccessToken', 'tenant')
      const other = storesOn(db, 'other').provider.open()
      assert.equal(await other.find('AccessToken', 'tenant'), undefined)
    })

    it('seals what was asserted of a person with the grant, and loses it with the grant', async () => {
      const { db, stores } = world()
      const grant = (assertion: string | undefined) => {
        const unit = stores.provider.open()
        unit.upsert('Grant', 'asserted', { accountId: 'pt_1' }, 600)
        if (assertion) unit.assert('asserted', assertion)
        return unit.commit()
      }
      await grant('{"email":"canary@example.com"}')
      const rows = JSON.stringify(await db('provider_models').where({ id: 'asserted' }))
      assert.ok(!rows.includes('canary'))
      await grant(undefined)
      assert.match((await stores.provider.open().readAssertion('asserted')) ?? '', /canary/)
      await grant('{"email":"newer@example.com"}')
      assert.match((await stores.provider.open().readAssertion('asserted')) ?? '', /newer/)
      const unit = stores.provider.open()
      unit.destroy('Grant', 'asserted')
      await unit.commit()
      assert.equal(await stores.provider.open().readAssertion('asserted'), undefined)
    })

    it('stores a login that has begun with the rest, and ties it to its interaction', async () => {
      const { stores } = world()
      const blank = loginOf({ interactionUid: 'interaction-1' })
      const login = { ...blank, facts: { ...blank.facts, events: 1 } }
      const unit = stores.provider.open()
      unit.begin(login, [eventOf()])
      unit.upsert('Interaction', 'interaction-1', {}, 600)
      await unit.commit()
      assert.equal(
        (await stores.provider.findLoginByInteraction('interaction-1'))?.login.id,
        login.id,
      )
      const tying = stores.provider.open()
      tying.tie(login, 'interaction-2')
      await tying.commit()
      assert.equal(
        (await stores.provider.findLoginByInteraction('interaction-2'))?.login.id,
        login.id,
      )
    })
  })

  describe('what speaks for an account', () => {
    const world = opened(open)

    for (const model of ['AuthorizationCode', 'AccessToken', 'RefreshToken', 'Grant']) {
      it(`is not written once it is locked: ${model}, and nothing beside it (I-20)`, async () => {
        const { db, stores } = world()
        const account = await addAccount(stores, `locked ${model}`)
        await db('accounts').where({ id: account }).update({ status: 'locked' })
        const unit = stores.provider.open()
        unit.upsert('Interaction', `beside-${model}`, {}, 600)
        unit.upsert(model, `${model}-locked`, { accountId: account }, 600)
        await assert.rejects(unit.commit(), refusedFor('account'))
        assert.equal(await count(db, 'provider_models', { id: `${model}-locked` }), 0)
        assert.equal(await count(db, 'provider_models', { id: `beside-${model}` }), 0)
      })
    }

    it('is not written for an account that is gone or of another organisation', async () => {
      const { db, stores } = world()
      const foreign = await addAccount(storesOn(db, 'other'))
      for (const accountId of ['acc_gone', foreign]) {
        const unit = stores.provider.open()
        unit.upsert('AccessToken', `of-${accountId}`, { accountId }, 600)
        await assert.rejects(unit.commit(), refusedFor('account'))
      }
    })

    it('is written for an active one, and for a person without one', async () => {
      const { stores } = world()
      const accountId = await addAccount(stores)
      await write(stores, 'AccessToken', 'active', { accountId })
      await write(stores, 'AccessToken', 'passing', { accountId: 'pt_someone' })
      const unit = stores.provider.open()
      assert.ok(await unit.find('AccessToken', 'active'))
      assert.ok(await unit.find('AccessToken', 'passing'))
    })
  })

  describe('an answer to an application', () => {
    const world = opened(open)

    it('is given once of forty, and every loser has written nothing (I-31)', async () => {
      const { db, stores } = world()
      const account = await addAccount(stores)
      const login = await stored(stores, finishedLogin(account, { interactionUid: 'once' }))
      const give = (n: number) => {
        const unit = stores.provider.open()
        unit.upsert('AuthorizationCode', `code-${n}`, { accountId: account }, 60)
        unit.answer(login, { response: `to ${n}`, code: `code-${n}` })
        return unit.commit()
      }
      const ends = await Promise.allSettled(Array.from({ length: 40 }, (_, n) => give(n)))
      const lost = ends.filter((end) => end.status === 'rejected')
      assert.equal(lost.length, 39)
      assert.ok(lost.every(({ reason }) => refusedFor('answered')(reason)))
      assert.equal(await count(db, 'provider_models', { model: 'AuthorizationCode' }), 1)
      const finished = await stores.provider.findLoginByInteraction('once')
      assert.equal(finished?.login.status, 'answered')
      assert.equal(finished.answer?.response.replace('to ', 'code-'), finished.answer?.code)
      assert.equal(await stores.provider.isCodeUnused(finished.answer?.code ?? ''), true)
    })

    it('goes with the move that ends its login, in one commit', async () => {
      const { db, stores } = world()
      const account = await addAccount(stores)
      const { login, move, unit } = await ending(stores, account)
      unit.upsert('AuthorizationCode', 'code-with', { accountId: account }, 60)
      assert.equal(await stores.engine.commit({ ...move, answer: unit }), 'committed')
      const finished = await stores.provider.findLoginByInteraction(login.interactionUid)
      assert.deepEqual(
        [finished?.login.status, finished?.login.revision, finished?.login.interaction],
        ['answered', 1, undefined],
      )
      assert.deepEqual(finished?.answer, { response: 'told', code: 'code-with' })
      assert.equal(await count(db, 'provider_models', { id: 'code-with' }), 1)
      assert.equal(await count(db, 'login_events', { login_id: login.id }), 1)
      assert.equal(await stores.engine.commit({ ...move, answer: unit }), 'stale')
    })

    it('that is refused leaves the move to be written without it (I-20, I-32)', async () => {
      const { db, stores } = world()
      const account = await addAccount(stores, 'between')
      const { login, move, unit } = await ending(stores, account)
      unit.upsert('Session', 'jti-between', sessionOf('uid-between', account), 600)
      await stores.accounts.setStatus('between', 'locked')
      assert.equal(await stores.engine.commit({ ...move, answer: unit }), 'refused')
      assert.equal((await stores.engine.findLogin(login.id))?.status, 'running')
      assert.equal(await count(db, 'sessions'), 0)
      assert.equal(await count(db, 'login_events', { login_id: login.id }), 0)
      const ended = { ...move.login, status: 'ended' } as const
      assert.equal(await stores.engine.commit({ ...move, login: ended }), 'committed')
      assert.equal((await stores.engine.findLogin(login.id))?.status, 'ended')
    })

    it('is kept sealed', async () => {
      const { db, stores } = world()
      const login = await stored(stores, finishedLogin(await addAccount(stores)))
      const unit = stores.provider.open()
      unit.answer(login, { response: 'canary cookie', code: undefined })
      await unit.commit()
      assert.ok(!JSON.stringify(await db('logins').where({ id: login.id })).includes('canary'))
    })

    it('is not given where the account was locked meanwhile: the login can still be ended (I-32)', async () => {
      const { db, stores } = world()
      const account = await addAccount(stores, 'late')
      const login = await stored(stores, finishedLogin(account, { interactionUid: 'late' }))
      await stores.accounts.setStatus('late', 'locked')
      const unit = stores.provider.open()
      unit.upsert('Session', 'jti-late', sessionOf('uid-late', account), 600)
      unit.answer(login, { response: 'never', code: undefined })
      await assert.rejects(unit.commit(), refusedFor('account'))
      assert.equal(await count(db, 'sessions'), 0)

      await stores.provider.endWithError(login, 'access_denied')
      const finished = await stores.provider.findLoginByInteraction('late')
      assert.equal(finished?.answer, undefined)
      assert.equal(finished?.login.facts.end?.error, 'access_denied')
    })

    it('once given is not ended with an error afterwards', async () => {
      const { stores } = world()
      const login = await stored(
        stores,
        finishedLogin(await addAccount(stores), { interactionUid: 'given' }),
      )
      const unit = stores.provider.open()
      unit.answer(login, { response: 'given', code: undefined })
      await unit.commit()
      await stores.provider.endWithError(login, 'access_denied')
      const finished = await stores.provider.findLoginByInteraction('given')
      assert.equal(finished?.login.status, 'answered')
      assert.equal(finished.login.facts.end?.outcome, 'success')
    })
  })
}

/** A login whose last move is decided, and the unit of work that would answer its application. */
async function ending(stores: Stores, account: string) {
  const login = await stored(stores, loginOf({ interaction: '{}' }))
  await stores.engine.claim(claimOf(login, 'mine'))
  const ended = finishedLogin(account, { ...login, revision: 1 })
  const unit = stores.provider.open()
  const moved = { ...ended, facts: { ...ended.facts, events: 1 } }
  unit.answer(moved, { response: 'told', code: 'code-with' })
  const move = {
    login: { ...moved, status: 'answered', position: 'done' } as const,
    ...{ claim: 'mine', from: 0, writes: [], forget: undefined },
    ...{ events: [eventOf()], wrong: undefined, nowMs: startMs },
  }
  return { login, move, unit }
}
