/** LDAP directories against a real OpenLDAP, and what may go wrong with one. */
import assert from 'node:assert/strict'
import { after, before, describe, it, type TestContext } from 'node:test'
import fc from 'fast-check'
import { BerWriter, type Filter, FilterParser } from 'ldapts'
import { Secret } from '../../src/kit/secret.ts'
import type { Directory } from '../../src/language/directory.ts'
import { openDirectory } from '../../src/steps/verify/directory.ts'
import { isCalled, openLdap, personFilter } from '../../src/steps/verify/ldap.ts'
import type { LdapSettings } from '../../src/steps/verify/ldap-connections.ts'
import { directory, memoryCount, typed } from '../support/directories.ts'
import { startFaultyLdap } from '../support/faulty-ldap.ts'
import { loopbackCertificate } from '../support/loopback-certificate.ts'
import {
  type Ldap,
  personLdif,
  searcher,
  startOpenldap,
  suffix,
  withoutOpenldap,
} from '../support/openldap.ts'

const odd = ['a*b', 'a(b)', 'a\\b', 'a,b', 'a=b', 'a+b', 'ünïcödé', '*', 'a b']
const people = [
  personLdif('alice', 'alice-knows', {
    mail: 'alice@staff.test',
    telephoneNumber: '+31600000001',
    description: ['one', 'two'],
  }),
  personLdif('bob', 'bob-knows'),
  personLdif('nopassword', ''),
  personLdif('guest', 'guest-knows', {}, 'guests'),
  personLdif('twice', 'twice-knows'),
  personLdif('twice', 'twice-knows', {}, 'guests'),
  personLdif('gone', 'gone-knows', { title: 'left' }),
  personLdif('held', 'held-knows', { employeeType: 'locked' }),
  ...odd.map((name) => personLdif(name, `password of ${name}`)),
].join('')

let ldap: Ldap

const settingsOf = (more: Partial<LdapSettings> = {}): LdapSettings =>
  directory('staff', {
    store: 'ldap',
    url: ldap.secureUrl,
    certificate: loopbackCertificate,
    startTls: true,
    bindDn: searcher.dn,
    bindPassword: { reference: 'LDAP', value: new Secret(searcher.password) },
    bases: [`ou=people,${suffix}`, `ou=guests,${suffix}`],
    filter: '(objectClass=person)',
    name: 'uid',
    idAttribute: 'entryUUID',
    reads: ['mail', 'telephoneNumber', 'description'],
    locked: 'employeeType',
    obsolete: 'title',
    connections: 2,
    lockAfter: 0,
    timeoutMs: 2000,
    ...more,
  })

function open(t: TestContext, more: Partial<LdapSettings> = {}): Directory {
  const settings = settingsOf(more)
  const opened = openDirectory(settings, openLdap(settings), memoryCount())
  t.after(() => opened.close())
  return opened
}

describe('an LDAP directory', { skip: withoutOpenldap }, () => {
  before(async () => {
    ldap = await startOpenldap(people)
  })
  after(() => ldap.close())

  for (const [how, more] of [
    ['LDAPS', () => ({})],
    ['StartTLS', () => ({ url: ldap.url.replace('127.0.0.1', 'localhost') })],
    ['nothing, on loopback', () => ({ url: ldap.url, startTls: false })],
  ] as const) {
    it(`finds and compares by ${how}`, async (t) => {
      const staff = open(t, more())
      const found = await staff.verify(typed('Alice', 'alice-knows'))
      assert.ok(found.verdict === 'right')
      assert.equal(found.entry.name, 'alice')
      assert.match(found.entry.id, /^[0-9a-f-]{36}$/)
      assert.deepEqual(found.entry.attributes, {
        mail: ['alice@staff.test'],
        telephoneNumber: ['+31600000001'],
        description: ['one', 'two'],
      })
      assert.deepEqual(found.entry.claims, {
        preferredUsername: 'alice',
        email: 'alice@staff.test',
        emailVerified: false,
      })
      assert.deepEqual(await staff.verify(typed('alice', 'bob-knows')), { verdict: 'wrong' })
      assert.deepEqual(await staff.verify(typed('nobody', 'x')), { verdict: 'absent' })
      assert.deepEqual((await staff.findById(found.entry.id)).sought, 'found')
    })
  }

  it('looks in every base', async (t) => {
    assert.equal((await open(t).verify(typed('guest', 'guest-knows'))).verdict, 'right')
  })

  it('knows who is locked and who is no longer current there', async (t) => {
    const staff = open(t)
    for (const [name, status] of [
      ['held', 'locked'],
      ['gone', 'obsolete'],
      ['bob', 'current'],
    ]) {
      const found = await staff.findByName(name!)
      assert.equal(found.sought === 'found' && found.entry.status, status, name)
    }
  })

  for (const password of ['', '\0', 'alice-knows\0']) {
    it(`takes ${JSON.stringify(password)} for no password: an unauthenticated bind would succeed`, async (t) => {
      assert.deepEqual(await open(t).verify(typed('alice', password)), { verdict: 'wrong' })
    })
  }

  it('lets nobody in who has no password there', async (t) => {
    assert.deepEqual(await open(t).verify(typed('nopassword', 'anything')), { verdict: 'wrong' })
  })

  it('does not choose between two of one name', async (t) => {
    await assert.rejects(open(t).verify(typed('twice', 'twice-knows')), /UPSTREAM_UNTRUSTED/)
  })

  for (const name of odd.filter((each) => each !== 'a b')) {
    it(`finds ${name} and nobody else by that name`, async (t) => {
      const staff = open(t)
      const found = await staff.findByName(name)
      assert.equal(found.sought === 'found' && found.entry.name, name)
      assert.equal((await staff.verify(typed(name, `password of ${name}`))).verdict, 'right')
    })
  }

  for (const name of [
    '*)(uid=*',
    'alice)(|(uid=*',
    'ali*',
    'alice,ou=people',
    'uid=alice',
    'alice\0',
    'al\u0000ice',
    '\\61lice',
    ')(objectClass=*',
    '\ud800',
    'a'.repeat(257),
  ]) {
    it(`finds nobody by ${JSON.stringify(name).slice(0, 30)}`, async (t) => {
      const staff = open(t)
      assert.deepEqual(await staff.findByName(name), { sought: 'absent' })
      assert.deepEqual(await staff.verify(typed(name, 'alice-knows')), { verdict: 'absent' })
    })
  }

  for (const name of ['ALICE', 'ａｌｉｃｅ', ' alice ', 'Ⓐlice']) {
    it(`takes ${name} for alice (RFC 8265: case and width)`, async (t) => {
      const found = await open(t).verify(typed(name, 'alice-knows'))
      assert.equal(found.verdict === 'right' && found.entry.name, 'alice')
    })
  }

  it('E-9: takes letters that only look alike for other ones', async (t) => {
    assert.deepEqual(await open(t).findByName('аlice'), { sought: 'absent' })
  })

  it('is an error where the server takes another name for the same (RFC 4518, 2.6.1: spaces)', async (t) => {
    assert.equal((await open(t).findByName('a b')).sought, 'found')
    await assert.rejects(open(t).findByName('a  b'), /an entry of another name/)
    await assert.rejects(
      open(t).verify(typed('a  b', 'password of a b')),
      /an entry of another name/,
    )
  })

  it('is an error where it refers to another server: nobody is absent from that (RFC 4511, 4.5.3)', async (t) => {
    const other = await startOpenldap(`${people}dn: ou=moved,ou=people,${suffix}
objectClass: referral
objectClass: extensibleObject
ou: moved
ref: ldap://ldap.example/ou=people
`)
    t.after(() => other.close())
    const staff = open(t, { url: other.secureUrl })
    await assert.rejects(staff.findByName('nobody'), /it refers to another server/)
    await assert.rejects(staff.verify(typed('alice', 'alice-knows')), /it refers to another server/)
  })

  it('lists everybody once, page by page, and goes on from any page', async (t) => {
    const staff = open(t, { bases: [suffix] })
    const names: string[] = []
    let next: string | undefined
    let pages = 0
    do {
      // As another process would go on.
      const page = await open(t, { bases: [suffix] }).list({
        limit: 100,
        ...(next !== undefined && { after: next }),
      })
      names.push(...page.entries.map((entry) => entry.name))
      next = page.next
      pages += 1
    } while (next !== undefined && pages < 300)
    assert.equal(pages, 256)
    assert.equal(names.length, 8 + odd.length)
    assert.ok(staff.tellsChanges)
  })

  it('lists what has changed since', async (t) => {
    const staff = open(t, { bases: [suffix] })
    const found = await staff.findByName('bob')
    assert.ok(found.sought === 'found')
    const after = String(Number.parseInt(found.entry.id.slice(0, 2), 16))
    const names = async (changedSinceMs: number) => {
      const { entries } = await staff.list({ after, limit: 100, changedSinceMs })
      return entries.map(({ name }) => name)
    }
    assert.ok((await names(0)).includes('bob'))
    assert.deepEqual(await names(Date.now() + 3_600_000), [])
  })

  it('trusts no certificate that it was not told of', async (t) => {
    const { certificate: _, ...unknown } = settingsOf()
    const asked = openDirectory(unknown, openLdap(unknown), memoryCount())
    t.after(() => asked.close())
    await assert.rejects(asked.findByName('alice'), /UPSTREAM_UNREACHABLE/)
  })

  it('is an error where the searching account cannot sign in', async (t) => {
    const bindPassword = { reference: 'LDAP', value: new Secret('wrong') }
    await assert.rejects(
      open(t, { bindPassword }).verify(typed('alice', 'alice-knows')),
      /UPSTREAM_/,
    )
    await assert.rejects(
      open(t, { bindPassword: { reference: 'LDAP', value: undefined } }).findByName('alice'),
      /UPSTREAM_UNTRUSTED/,
    )
  })

  it('is an error where a base is not there: nobody is absent from it', async (t) => {
    const bases = [`ou=nowhere,${suffix}`]
    await assert.rejects(open(t, { bases }).findByName('alice'), /UPSTREAM_/)
  })

  it('asks again on a new connection where the one that was kept has gone', async (t) => {
    const staff = open(t)
    assert.equal((await staff.findByName('alice')).sought, 'found')
    await ldap.stop()
    await assert.rejects(staff.findByName('alice'), /UPSTREAM_UNREACHABLE/)
    await ldap.start()
    assert.equal((await staff.findByName('alice')).sought, 'found')
  })

  describe('whose server is faulty', () => {
    for (const [fault, expected] of [
      ['refused', /UPSTREAM_UNREACHABLE/],
      ['silent', /UPSTREAM_TIMEOUT/],
      ['slow', /UPSTREAM_TIMEOUT/],
      ['cut in mid-search', /UPSTREAM_UNREACHABLE/],
      ['answers nonsense', /UPSTREAM_/],
      ['busy', /UPSTREAM_/],
    ] as const) {
      it(`is an error, and counts nothing: ${fault}`, async (t) => {
        const faulty = await startFaultyLdap(ldap.port, fault)
        t.after(() => faulty.close())
        const settings = settingsOf({
          url: faulty.url,
          startTls: false,
          timeoutMs: 300,
          lockAfter: 1,
        })
        const staff = openDirectory(settings, openLdap(settings), memoryCount())
        t.after(() => staff.close())
        await assert.rejects(staff.verify(typed('alice', 'wrong')), expected)
        await assert.rejects(staff.findByName('nobody'), expected)
        // Not locked: a wrong one would have been enough.
        await assert.rejects(staff.verify(typed('alice', 'alice-knows')), expected)
      })
    }
  })
})

describe('the filter of a name', () => {
  const bytesOf = (filter: Filter) => {
    const writer = new BerWriter()
    filter.write(writer)
    return writer.buffer
  }

  it('is one equality with the name as it is, for 10,000 names', () => {
    const special = fc.constantFrom('*', '(', ')', '\\', '\0', '|', '&', '!', '=', '/', ',', '\\2a')
    const name = fc
      .array(fc.oneof(special, fc.string({ unit: 'binary', minLength: 1, maxLength: 4 })), {
        minLength: 1,
        maxLength: 8,
      })
      .map((parts) => parts.join('').toWellFormed())
    fc.assert(
      fc.property(name, (typed) => {
        const built = personFilter(
          { filter: '(objectClass=person)' },
          isCalled({ name: 'uid' }, typed),
        )
        // RFC 4515, section 3: what must be escaped.
        const hex = typed.replaceAll(
          /[*()\\\0]/g,
          (each) => `\\${each.charCodeAt(0).toString(16).padStart(2, '0')}`,
        )
        const escaped = FilterParser.parseString(`(&(objectClass=person)(uid=${hex}))`)
        assert.ok(bytesOf(built).equals(bytesOf(escaped)), JSON.stringify(typed))
      }),
      { numRuns: 10_000, seed: 20261122 },
    )
  })
})
