import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { addAccount, type OpenDatabase, startMs, storesOn } from '../given.ts'
import { opened } from './opened.ts'

export function peopleTests(open: OpenDatabase): void {
  describe('people', () => {
    const world = opened(open)

    it('are found with all that hangs on them, by id and by every spelling of the name', async () => {
      const { stores } = world()
      const id = await addAccount(stores, 'Ada')
      const byId = await stores.engine.people().findAccount(id)
      assert.equal(byId?.userName, 'Ada')
      assert.equal(byId.status, 'active')
      assert.equal(byId.source, 'local')
      assert.deepEqual(byId.claims, { email: 'Ada@thrift.example', emailVerified: true })
      assert.deepEqual(byId.groups, ['staff'])
      assert.deepEqual(byId.grants, [{ group: 'staff', source: 'manual' }])
      assert.deepEqual(byId.credentials.map(({ kind }) => kind).sort(), ['password', 'totp'])
      assert.deepEqual(await stores.engine.people().findByUserName('aDA'), byId)
    })

    it('are found by connection and subject together, and by neither alone', async () => {
      const { stores } = world()
      const { engine } = stores
      const account = await addAccount(stores)
      const writes = [
        { write: 'associate', account, connection: 'google', subject: '42', otherwise: 'again' },
      ] as const
      await engine.transaction((tx) => tx.apply(writes, startMs))
      const found = await engine.people().findAssociated('google', '42')
      assert.equal(found?.id, account)
      assert.ok(
        found.credentials.some(
          ({ id, kind }) => id === 'connection:google:42' && kind === 'connection:google',
        ),
      )
      assert.equal(await engine.people().findAssociated('github', '42'), undefined)
      assert.equal(await engine.people().findAssociated('google', '43'), undefined)
    })

    it('name a group once, however many sources grant it', async () => {
      const { stores } = world()
      const account = await addAccount(stores)
      const writes = [
        {
          write: 'grant-groups',
          account,
          groups: ['staff', 'board'],
          source: 'flow:thrift',
          otherwise: 'conflict',
        },
      ] as const
      await stores.engine.transaction((tx) => tx.apply(writes, startMs))
      const person = await stores.engine.people().findAccount(account)
      assert.deepEqual(person?.groups, ['board', 'staff'])
      assert.equal(person.grants.length, 3)
    })

    it('keep their secrets sealed in the row, and open them for their own account only', async () => {
      const { db, stores } = world()
      const account = await addAccount(stores, 'sealed')
      const read = await stores.engine.people().readCredential(account, 'totp')
      assert.equal(read?.secret, 'secret of sealed')
      const row = await db('credentials').first().where({ id: read.id })
      assert.ok(!JSON.stringify(row).includes('secret of'))

      const other = await addAccount(stores)
      const moved = { sealed_secret: row.sealed_secret }
      await db('credentials').where({ account_id: other, kind: 'totp' }).update(moved)
      await assert.rejects(stores.engine.people().readCredential(other, 'totp'))
    })

    it('are read once by one reader, until it is told that something was written', async () => {
      const { stores } = world()
      const account = await addAccount(stores, 'remembered')
      const reader = stores.engine.people()
      await reader.findAccount(account)
      await stores.accounts.setStatus('remembered', 'locked')
      assert.equal((await reader.findByUserName('REMEMBERED'))?.status, 'active')
      reader.forget()
      assert.equal((await reader.findAccount(account))?.status, 'locked')
    })

    it('of another organisation are nobody here', async () => {
      const { db, stores } = world()
      const id = await addAccount(stores, 'tenant')
      const people = storesOn(db, 'other').engine.people()
      assert.equal(await people.findAccount(id), undefined)
      assert.equal(await people.findByUserName('tenant'), undefined)
      assert.equal(await people.readCredential(id, 'totp'), undefined)
    })
  })
}
