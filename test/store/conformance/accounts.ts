import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  addAccount,
  count,
  finishedLogin,
  type OpenDatabase,
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

    for (const status of ['locked', 'disabled'] as const) {
      it(`${status}, lose sessions, grants, codes and tokens in one transaction (security 35)`, async () => {
        const { db, stores } = world()
        const account = await addAccount(stores, status)
        const other = await addAccount(stores, `not ${status}`)
        for (const id of [account, other]) {
          const unit = stores.provider.open()
          unit.upsert('Session', `jti-${id}`, sessionOf(`uid-${id}`, id), 600)
          for (const model of ['Grant', 'AccessToken', 'RefreshToken', 'AuthorizationCode']) {
            unit.upsert(model, `${model}-${id}`, { accountId: id, grantId: `Grant-${id}` }, 600)
          }
          unit.answer(await answerable(id), () => ({ response: '{}', code: undefined }))
          await unit.commit()
        }

        assert.equal(await stores.accounts.setStatus(status, status), true)
        assert.equal(await count(db, 'sessions', { account_id: account }), 0)
        assert.equal(await count(db, 'provider_models', { account_id: account }), 0)
        assert.equal(await count(db, 'sessions', { account_id: other }), 1)
        assert.equal(await count(db, 'provider_models', { account_id: other }), 4)
        assert.equal((await stores.engine.people().findAccount(account))?.status, status)
      })
    }

    it('active again keep what they have', async () => {
      const { stores } = world()
      const account = await addAccount(stores, 'back')
      await stores.accounts.setStatus('back', 'locked')
      assert.equal(await stores.accounts.setStatus('back', 'active'), true)
      const person = await stores.engine.people().findAccount(account)
      assert.equal(person?.status, 'active')
      assert.equal(person.credentials.length, 2)
    })

    it('that do not exist change nothing', async () => {
      assert.equal(await world().stores.accounts.setStatus('nobody', 'locked'), false)
    })

    async function answerable(account: string) {
      const login = finishedLogin(account)
      await world().stores.engine.transaction((tx) => tx.create(login, []))
      return login
    }
  })
}
