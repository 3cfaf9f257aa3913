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
      assert.deepEqual(byId.credentials.map(({ kind }) => kind).sort(), [
        'email',
        'password',
        'totp',
      ])
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

    it('are found by an address only where it is verified, in either case of its letters, two at most (scenario 8)', async () => {
      const { stores } = world()
      const add = (userName: string, email: string, emailVerified: boolean) =>
        stores.accounts.add(
          { userName, claims: { email, emailVerified }, groups: [], credentials: [] },
          startMs,
        )
      const find = async (email: string) =>
        (await stores.engine.people().findByVerifiedEmail(email)).map(({ id }) => id)
      const one = await add('mail-one', 'Pat@mail.test', true)
      await add('mail-none', 'pat@mail.test', false)
      await add('mail-like', 'pát@mail.test', true)
      assert.deepEqual(await find('pat@MAIL.test'), [one])
      await add('mail-two', 'PAT@mail.test', true)
      await add('mail-three', 'pat@mail.test', true)
      assert.equal((await find('pat@mail.test')).length, 2)
      assert.deepEqual(await find('nobody@mail.test'), [])
    })

    it('have a profile that follows what is written, by whom, and whether its address is verified (scenario 9)', async () => {
      const { stores } = world()
      const from = { email: 'una@mail.test', emailVerified: false, name: 'Una' }
      const given = { userName: 'una', claims: from, groups: [], credentials: [] }
      const account = (await stores.accounts.add(given, startMs))!
      const write = {
        write: 'update-profile',
        account,
        from,
        claims: { ...from, emailVerified: true },
        provenance: { email: 'corp' },
        otherwise: 'again',
      } as const
      const apply = () => stores.engine.transaction((tx) => tx.apply([write], startMs))
      assert.equal(await apply(), 'applied')
      assert.equal(await apply(), 'again', 'it is not what was read any more')
      const [found] = await stores.engine.people().findByVerifiedEmail('una@mail.test')
      assert.deepEqual([found?.id, found?.provenance], [account, { email: 'corp' }])

      assert.equal(await stores.accounts.edit('una', { name: 'U.', nickname: 'U' }), 'changed')
      assert.equal(await stores.accounts.edit('nobody', { name: 'N.' }), 'unknown')
      const edited = await stores.engine.people().findAccount(account)
      assert.deepEqual(edited?.claims, { ...write.claims, name: 'U.', other: { nickname: 'U' } })
      const byHand = { name: 'local', 'other.nickname': 'local' }
      assert.deepEqual(edited.provenance, { email: 'corp', ...byHand })
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
