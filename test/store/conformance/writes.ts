import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Write } from '../../../src/language/write.ts'
import { addAccount, count, type OpenDatabase, type Stores, startMs } from '../given.ts'
import { opened } from './opened.ts'

const applyTo = ({ engine }: Stores, writes: readonly Write[]) =>
  engine.transaction((tx) => tx.apply(writes, startMs))

const newAccount = (id: string, userName: string): Write => ({
  write: 'create-account',
  id,
  userName,
  source: 'google',
  directory: 'internal',
  claims: { email: `${userName}@example.com` },
  otherwise: 'conflict',
})

export function writeTests(open: OpenDatabase): void {
  describe('a write', () => {
    const world = opened(open)

    it('makes an account, and refuses a name that differs in case only', async () => {
      const { db, stores } = world()
      assert.equal(await applyTo(stores, [newAccount('acc_1', 'grace')]), 'applied')
      assert.equal(await applyTo(stores, [newAccount('acc_2', 'GRACE')]), 'conflict')
      assert.equal(await count(db, 'accounts', { user_name_key: 'grace' }), 1)
    })

    it('associates a connection and subject once, with whomever was first (I-18)', async () => {
      const { stores } = world()
      const [first, second] = [await addAccount(stores), await addAccount(stores)]
      const to = (account: string): Write => ({
        write: 'associate',
        account,
        connection: 'google',
        subject: '1',
        otherwise: 'again',
      })
      assert.equal(await applyTo(stores, [to(first)]), 'applied')
      assert.equal(await applyTo(stores, [to(second)]), 'again')
      const found = await stores.engine.people().findAssociated('google', '1')
      assert.equal(found?.id, first)
    })

    it('keeps when a directory has confirmed somebody, and knows nothing of it once another entry is theirs (O-3)', async () => {
      const { stores } = world()
      const account = await addAccount(stores)
      const to = (subject: string) =>
        ({ write: 'associate', account, connection: 'staff', subject, otherwise: 'again' }) as const
      const confirm = {
        write: 'keep-confirmation',
        account,
        directory: 'staff',
        otherwise: 'conflict',
      } as const
      const confirmedMs = () => stores.engine.people().confirmedMs(account, 'staff')
      assert.equal(await applyTo(stores, [confirm]), 'conflict')
      assert.equal(await applyTo(stores, [to('e-1')]), 'applied')
      assert.equal(await confirmedMs(), undefined)
      assert.equal(await applyTo(stores, [confirm]), 'applied')
      assert.equal(await confirmedMs(), startMs)
      assert.equal(await applyTo(stores, [to('e-2')]), 'applied')
      assert.equal(await confirmedMs(), undefined)
    })

    it('drops who is gone from a directory with their account, and parts one that was only linked (O-12)', async () => {
      const { db, stores } = world()
      const made = { ...newAccount('acc_theirs', 'theirs'), source: 'staff' } as Write
      const linked = await addAccount(stores)
      const entry = (account: string, subject: string) =>
        ({ write: 'associate', account, connection: 'staff', subject, otherwise: 'again' }) as const
      const mapped = {
        write: 'grant-groups',
        account: linked,
        groups: ['mapped'],
        source: 'map:staff',
        otherwise: 'skip',
      } as const
      const begun = [made, entry('acc_theirs', 'gone-1'), entry(linked, 'gone-2'), mapped]
      assert.equal(await applyTo(stores, begun), 'applied')
      const gone = (account: string) =>
        ({ write: 'delete-account', account, source: 'staff', otherwise: 'conflict' }) as const
      const part = {
        write: 'remove-associations',
        account: linked,
        connection: 'staff',
        otherwise: 'conflict',
      } as const
      assert.equal(await applyTo(stores, [gone(linked)]), 'conflict')
      assert.equal(await applyTo(stores, [gone('acc_theirs'), part]), 'applied')
      assert.equal(await applyTo(stores, [part]), 'conflict')
      assert.equal(await count(db, 'accounts', { id: 'acc_theirs' }), 0)
      assert.equal(await count(db, 'associations', { account_id: linked }), 0)
      const person = await stores.engine.people().findAccount(linked)
      assert.deepEqual(person?.groups, ['staff'])
    })

    it('grants what a source grants now, takes away what it granted before, and leaves what others granted (security 81)', async () => {
      const { stores } = world()
      const account = await addAccount(stores)
      const grant = (groups: readonly string[]): Write => ({
        write: 'grant-groups',
        account,
        groups,
        source: 'flow:thrift',
        otherwise: 'conflict',
      })
      for (const groups of [['a', 'b'], ['b', 'c'], ['b', 'c'], []]) {
        assert.equal(await applyTo(stores, [grant(groups)]), 'applied')
        const person = await stores.engine.people().findAccount(account)
        assert.deepEqual(person?.groups, [...groups, 'staff'])
      }
    })

    it('adds a credential once a kind, but as many passkeys as there are', async () => {
      const { stores } = world()
      const account = await addAccount(stores)
      const add = (kind: string, id: string): Write => ({
        write: 'add-credential',
        account,
        id,
        kind,
        secret: `secret ${id}`,
        counter: 0,
        otherwise: 'conflict',
      })
      assert.equal(await applyTo(stores, [add('otp', 'cred_a')]), 'applied')
      assert.equal(await applyTo(stores, [add('otp', 'cred_b')]), 'conflict')
      const kept = await stores.engine.people().readCredential(account, 'otp')
      assert.deepEqual(kept, { id: 'cred_a', secret: 'secret cred_a', counter: 0 })

      for (const id of ['pk_a', 'pk_b']) {
        assert.equal(await applyTo(stores, [add('webauthn', id)]), 'applied')
      }
      for (const id of ['pk_a', 'pk_b']) {
        const passkey = await stores.engine.people().readCredential(account, 'webauthn', id)
        assert.equal(passkey?.secret, `secret ${id}`)
      }
      const none = await stores.engine.people().readCredential(account, 'webauthn', 'cred_a')
      assert.equal(none, undefined, 'of another kind')
    })

    it('adds a passkey once, whoever it is for', async () => {
      const { stores } = world()
      const [one, other] = [await addAccount(stores, 'one'), await addAccount(stores, 'other')]
      const add = (account: string): Write => ({
        write: 'add-credential',
        account,
        id: 'pk_same',
        kind: 'webauthn',
        secret: 'secret',
        counter: 0,
        otherwise: 'conflict',
      })
      assert.equal(await applyTo(stores, [add(one)]), 'applied')
      assert.equal(await applyTo(stores, [add(other)]), 'conflict')
    })

    it('replaces a secret only where it finds the one that it read', async () => {
      const { stores } = world()
      const account = await addAccount(stores, 'rehashed')
      const { id } = (await stores.engine.people().readCredential(account, 'password'))!
      const replace = (from: string, to: string): Write => ({
        write: 'replace-secret',
        credential: id,
        from,
        to,
        otherwise: 'invalid',
      })
      assert.equal(await applyTo(stores, [replace('another', 'stronger')]), 'invalid')
      assert.equal(await applyTo(stores, [replace('hash of rehashed', 'stronger')]), 'applied')
      assert.equal(await applyTo(stores, [replace('hash of rehashed', 'weaker')]), 'invalid')
      const kept = await stores.engine.people().readCredential(account, 'password')
      assert.equal(kept?.secret, 'stronger')
    })

    it('advances a counter once of forty that read the same (security 92)', async () => {
      const { stores } = world()
      const account = await addAccount(stores)
      const { id } = (await stores.engine.people().readCredential(account, 'totp'))!
      const spend: Write = {
        write: 'advance-counter',
        credential: id,
        from: 0,
        to: 7,
        otherwise: 'invalid',
      }
      const ends = await Promise.all(Array.from({ length: 40 }, () => applyTo(stores, [spend])))
      assert.equal(ends.filter((end) => end === 'applied').length, 1)
      assert.equal(ends.filter((end) => end === 'invalid').length, 39)
    })
  })

  describe('writes together', () => {
    const world = opened(open)

    it('are all written or none, and what came before them in the transaction stays', async () => {
      const { db, stores } = world()
      await applyTo(stores, [newAccount('acc_1', 'taken')])
      const ends = await stores.engine.transaction(async (tx) => [
        await tx.apply([newAccount('acc_2', 'before')], startMs),
        await tx.apply([newAccount('acc_3', 'lost'), newAccount('acc_4', 'taken')], startMs),
        await tx.apply([newAccount('acc_5', 'after')], startMs),
      ])
      assert.deepEqual(ends, ['applied', 'conflict', 'applied'])
      assert.deepEqual(
        (await db('accounts').orderBy('id')).map(({ id }) => id),
        ['acc_1', 'acc_2', 'acc_5'],
      )
    })

    it('leave nothing behind when the whole move fails, and the database goes on', async () => {
      const { db, stores } = world()
      const failing = stores.engine.transaction(async (tx) => {
        await tx.apply([newAccount('acc_6', 'gone'), newAccount('acc_7', 'gone too')], startMs)
        throw new Error('later in the same move')
      })
      await assert.rejects(failing, /later in the same move/)
      assert.equal(await count(db, 'accounts', { id: 'acc_6' }), 0)
    })

    it('that break a rule of the database take the move with them, and leave no savepoint open', async () => {
      const { db, stores } = world()
      const nobodys: Write = {
        write: 'associate',
        account: 'acc_nobody',
        connection: 'google',
        subject: '9',
        otherwise: 'again',
      }
      await assert.rejects(applyTo(stores, [newAccount('acc_8', 'eight'), nobodys]))
      assert.equal(await count(db, 'accounts', { id: 'acc_8' }), 0)
      assert.equal(await applyTo(stores, [newAccount('acc_8', 'eight')]), 'applied')
    })

    it('make one account of forty first logins of one person (I-31, security 67)', async () => {
      const { db, stores } = world()
      const first = (n: number) =>
        applyTo(stores, [
          { ...newAccount(`acc_f${n}`, `jit-${n}`), otherwise: 'again' },
          {
            write: 'associate',
            account: `acc_f${n}`,
            connection: 'github',
            subject: '583231',
            otherwise: 'again',
          },
        ])
      const ends = await Promise.all(Array.from({ length: 40 }, (_, n) => first(n)))
      assert.equal(ends.filter((end) => end === 'applied').length, 1)
      assert.equal(ends.filter((end) => end === 'again').length, 39)
      const [row] = await db('accounts').where('id', 'like', 'acc_f%').count({ n: '*' })
      assert.equal(Number(row?.n), 1)
    })
  })
}
