/** What a directory in a database promises, whichever database it is. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { hash as hashArgon2 } from '@node-rs/argon2'
import { hash as hashBcrypt } from '@node-rs/bcrypt'
import type { Knex } from 'knex'
import type { Directory } from '../../src/language/directory.ts'
import { openDirectory } from '../../src/steps/verify/directory.ts'
import { matchesScheme } from '../../src/steps/verify/password-schemes.ts'
import { openSqlDirectory } from '../../src/store/directory-sql.ts'
import { directory, memoryCount, typed } from '../support/directories.ts'

export interface PeopleDatabase {
  readonly url: string
  readonly db: Knex
}

/** `pbkdf2` of RFC 7914's second test vector of PBKDF2-HMAC-SHA-256 (section 11), cut to 32 bytes. */
const fromRfc7914 = 'pbkdf2_sha256$80000$NaCl$TdzY9guYviGDDO5e8icB+WQaRBjQTAQUrv8Ih2s0q1Y='

export async function fillPeople(db: Knex): Promise<void> {
  await db.schema.createTable('people', (t) => {
    t.integer('n')
    t.string('login')
    t.string('mail')
    t.string('kept')
    t.boolean('is_locked')
    t.boolean('has_left')
    t.bigInteger('changed_ms')
  })
  const bcrypt = await hashBcrypt('alice-knows', { cost: 4 })
  const rows = ['Alice', 'held', 'gone', "o'hara", 'a%', 'a_', 'ab', 'twice', 'TWICE'].map(
    (login, n) => ({
      n,
      login,
      mail: `${n}@staff.test`,
      kept: bcrypt,
      is_locked: login === 'held',
      has_left: login === 'gone',
      changed_ms: n * 1000,
    }),
  )
  await db('people').insert(rows)
  await db('people').insert({
    n: 20,
    login: 'empty',
    kept: null,
    is_locked: false,
    has_left: false,
  })
}

export function sqlDirectorySuite(what: string, open: () => PeopleDatabase): void {
  const opened = (t: TestContext, more: object = {}): Directory => {
    const settings = directory('staff', {
      store: 'sql',
      url: open().url,
      table: 'people',
      idColumn: 'n',
      name: 'login',
      reads: ['mail'],
      passwordColumn: 'kept',
      passwordScheme: 'bcrypt',
      locked: 'is_locked',
      obsolete: 'has_left',
      changed: 'changed_ms',
      lockAfter: 0,
      ...more,
    })
    const made = openDirectory(settings, openSqlDirectory(settings, matchesScheme), memoryCount())
    t.after(() => made.close())
    return made
  }

  describe(`a directory in ${what}`, () => {
    for (const [how, more] of [
      ['a table', {}],
      ['a query', { table: undefined, query: 'select p.* from people p where p.n < 100' }],
    ] as const) {
      it(`finds and compares by ${how}`, async (t) => {
        const staff = opened(t, more)
        const found = await staff.verify(typed('ALICE', 'alice-knows'))
        assert.ok(found.verdict === 'right')
        assert.deepEqual(found.entry, {
          id: '0',
          name: 'Alice',
          status: 'current',
          attributes: { mail: ['0@staff.test'] },
          claims: { preferredUsername: 'Alice', email: '0@staff.test', emailVerified: false },
        })
        assert.deepEqual(await staff.verify(typed('alice', 'wrong')), { verdict: 'wrong' })
        assert.deepEqual(await staff.verify(typed('nobody', 'alice-knows')), { verdict: 'absent' })
        assert.equal((await staff.findById('0')).sought, 'found')
        assert.equal((await staff.findById('0 or 1=1')).sought, 'absent')
      })
    }

    it('knows who is locked and who is not current', async (t) => {
      const staff = opened(t)
      for (const [name, status] of [
        ['held', 'locked'],
        ['gone', 'obsolete'],
        ['alice', 'current'],
      ]) {
        const found = await staff.findByName(name!)
        assert.equal(found.sought === 'found' && found.entry.status, status)
      }
    })

    for (const name of [
      "' or '1'='1",
      "alice'--",
      'alice; drop table people',
      'a%%',
      '%',
      '_lice',
    ]) {
      it(`finds nobody by ${name}`, async (t) => {
        assert.deepEqual(await opened(t).findByName(name), { sought: 'absent' })
      })
    }
    for (const name of ["o'hara", 'a%', 'a_']) {
      it(`finds ${name} alone by that name`, async (t) => {
        const found = await opened(t).findByName(name)
        assert.equal(found.sought === 'found' && found.entry.name, name)
      })
    }

    it('does not choose between two of one name', async (t) => {
      await assert.rejects(opened(t).verify(typed('twice', 'alice-knows')), /UPSTREAM_UNTRUSTED/)
    })

    it('lets nobody in without a password', async (t) => {
      for (const password of ['', 'x', '\0']) {
        assert.deepEqual(await opened(t).verify(typed('empty', password)), { verdict: 'wrong' })
      }
    })

    it('writes nothing, whatever its query says', async (t) => {
      const query = 'with gone as (delete from people returning *) select * from gone'
      await assert.rejects(opened(t, { table: undefined, query }).findByName('alice'), /UPSTREAM_/)
      const [row] = await open().db('people').count({ count: '*' })
      assert.equal(Number(row!.count), 10)
    })

    it('is an error where the database does not answer', async (t) => {
      await assert.rejects(opened(t, { table: 'nowhere' }).findByName('alice'), /UPSTREAM_/)
    })

    it('lists everybody once, page by page, or only what has changed', async (t) => {
      const staff = opened(t)
      const names: string[] = []
      let after: string | undefined
      do {
        const page = await staff.list({ limit: 3, ...(after !== undefined && { after }) })
        names.push(...page.entries.map(({ name }) => name))
        after = page.next
      } while (after !== undefined)
      assert.equal(names.length, 10)
      assert.equal(new Set(names).size, 10)
      const { entries } = await staff.list({ limit: 100, changedSinceMs: 7000 })
      assert.deepEqual(entries.map(({ name }) => name).sort(), ['TWICE', 'twice'])
    })

    for (const [scheme, kept, password] of [
      ['argon2', () => hashArgon2('secret', { memoryCost: 64, timeCost: 1 }), 'secret'],
      ['bcrypt', () => hashBcrypt('secret', { cost: 4 }), 'secret'],
      ['pbkdf2-sha256', async () => fromRfc7914, 'Password'],
      // Made by OpenLDAP's slappasswd, and by Python's hashlib.
      ['ssha', async () => '{SSHA}klL0WTTF4A4X8D2SmTkiAci2HvhWXg2P', 'secret'],
      [
        'ssha256',
        async () => '{SSHA256}MAOMK1B/a8wcQ/vzSmzItKxCKxSxfmF+pSWq6vrg4LVzYWx0OGJ5dA==',
        'secret',
      ],
    ] as const) {
      it(`compares by ${scheme}`, async () => {
        const stored = await kept()
        assert.equal(await matchesScheme(scheme, stored, password), true)
        assert.equal(await matchesScheme(scheme, stored, `${password}x`), false)
        assert.equal(await matchesScheme(scheme, undefined, password), false)
        assert.equal(await matchesScheme(scheme, '', password), false)
        assert.equal(await matchesScheme(scheme, 'nonsense', password), false)
      })
    }
  })
}
