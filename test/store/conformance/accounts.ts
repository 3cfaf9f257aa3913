import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  addAccount,
  count,
  finishedLogin,
  type OpenDatabase,
  organisation,
  type Stores,
  sessionOf,
  startMs,
} from '../given.ts'
import { opened } from './opened.ts'

export function accountTests(open: OpenDatabase): void {
  describe('accounts', () => {
    const world = opened(open)

    it('are added whole, and a taken name adds nothing', async () => {
      const { db, stores } = world()
      await addAccount(stores, 'jane')
      const credentials = await count(db, 'credentials')
      const again = { userName: 'JANE', claims: {}, groups: ['admins'], credentials: [] }
      assert.equal(await stores.accounts.add(again, startMs), undefined)
      assert.equal(await count(db, 'credentials'), credentials)
      const [jane] = await stores.accounts.list()
      assert.deepEqual(jane?.groups, ['staff'])
      assert.deepEqual(jane?.factors, ['password', 'totp'])
      assert.equal(jane?.email, 'jane@thrift.example')
    })

    const left: Record<string, number> = {
      ...{ locked: 2, disabled: 2, 'signed out': 2 },
      ...{ deleted: 0, reset: 1 },
    }
    const reasons = {
      locked: (accounts: Stores['accounts']) => accounts.setStatus('locked', 'locked'),
      disabled: (accounts: Stores['accounts']) => accounts.setStatus('disabled', 'disabled'),
      deleted: (accounts: Stores['accounts']) => accounts.remove('deleted'),
      'signed out': (accounts: Stores['accounts']) => accounts.signOut('signed out'),
      reset: (accounts: Stores['accounts']) => accounts.resetFactor('reset', 'totp'),
    }
    for (const [status, why] of Object.entries(reasons)) {
      it(`${status}, lose sessions, grants, codes, tokens and devices in one transaction (security 35)`, async () => {
        const { db, stores } = world()
        const account = await addAccount(stores, status)
        const other = await addAccount(stores, `not ${status}`)
        for (const id of [account, other]) {
          const unit = stores.provider.open()
          unit.upsert('Session', `jti-${id}`, sessionOf(`uid-${id}`, id), 600)
          for (const model of ['Grant', 'AccessToken', 'RefreshToken', 'AuthorizationCode']) {
            unit.upsert(model, `${model}-${id}`, { accountId: id, grantId: `Grant-${id}` }, 600)
          }
          unit.answer(await answerable(id), { response: '{}', code: undefined })
          await unit.commit()
          await db('devices').insert({
            organisation,
            account_id: id,
            application: 'thrift',
            secret_hash: id,
            created_ms: startMs,
            used_ms: startMs,
            expires_ms: startMs + 1000,
          })
        }

        assert.equal(await why(stores.accounts), 'changed')
        assert.equal(await count(db, 'sessions', { account_id: account }), 0)
        assert.equal(await count(db, 'provider_models', { account_id: account }), 0)
        assert.equal(await count(db, 'sessions', { account_id: other }), 1)
        assert.equal(await count(db, 'provider_models', { account_id: other }), 4)
        assert.equal(await count(db, 'devices', { account_id: account }), 0)
        assert.equal(await count(db, 'devices', { account_id: other }), 1)
        const person = await stores.engine.people().findAccount(account)
        const isThere = { deleted: undefined, 'signed out': 'active', reset: 'active' }
        assert.equal(person?.status, status in isThere ? isThere[status as 'reset'] : status)
        assert.equal(await count(db, 'credentials', { account_id: account }), left[status])
      })
    }

    it('active again keep what they have', async () => {
      const { stores } = world()
      const account = await addAccount(stores, 'back')
      await stores.accounts.setStatus('back', 'locked')
      assert.equal(await stores.accounts.setStatus('back', 'active'), 'changed')
      const person = await stores.engine.people().findAccount(account)
      assert.equal(person?.status, 'active')
      assert.deepEqual(person.credentials.map(({ kind }) => kind).sort(), [
        'email',
        'password',
        'totp',
      ])
    })

    it('that do not exist change nothing', async () => {
      assert.equal(await world().stores.accounts.setStatus('nobody', 'locked'), 'unknown')
    })

    async function answerable(account: string) {
      const login = finishedLogin(account)
      await world().stores.engine.transaction((tx) => tx.create(login, []))
      return login
    }
  })
}
