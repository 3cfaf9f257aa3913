/** A chain of three domains over a real OpenLDAP: the flow of flows/examples/directories, with its domains in LDAP. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { startFaultyLdap } from '../support/faulty-ldap.ts'
import {
  type Ldap,
  personLdif,
  searcher,
  startOpenldap,
  suffix,
  withoutOpenldap,
} from '../support/openldap.ts'
import { allRows } from '../support/rows.ts'
import { type Visitor, visitorOf, ways } from '../support/visitor.ts'
import type { World } from '../support/world.ts'
import { passwordOf, start } from './people.ts'

const example = join(import.meta.dirname, '../../flows/examples/directories')
const file = (name: string) => readFileSync(join(example, name), 'utf8')
const flow = file('domains.yaml').replaceAll(/\bdomains\b/g, 'thrift')

interface Domain {
  readonly url?: string
  readonly jit?: boolean
  /** Absent: longer than anybody takes. */
  readonly timeoutMs?: number
  readonly more?: string
}

const domain = (
  id: string,
  unit: string,
  kind: string,
  { url, jit = false, timeoutMs = 5000, more }: Domain,
) => `
  ${id}:
    title: ${id}
    kind: ${kind}
    store: ldap
    url: ${url ?? ldap.url}
    startTls: false
    bindDn: ${searcher.dn}
    bindPassword: \${env:LDAP_PASSWORD}
    bases: ['ou=${unit},${suffix}']
    reads: [mail, cn]
    attributes: { email: claims.mail, name: claims.cn }
    jit: ${jit}
    timeoutMs: ${timeoutMs}
${more ?? ''}`

let ldap: Ldap

/** Staff under `ou=people`, partners under `ou=guests`. */
async function open(
  t: TestContext,
  way: (typeof ways)[number],
  { staff = { jit: true }, partners = {} }: { staff?: Domain; partners?: Domain } = {},
) {
  const directories = `directories:
  internal: { title: Ours, kind: local }${domain('staff', 'people', 'enterprise', staff)}${domain('partners', 'guests', 'hybrid', partners)}`
  const files = {
    'thrift.yaml': flow,
    'shared/try-domain.yaml': file('shared/try-domain.yaml'),
    'directories.yaml': directories,
  }
  return start(t, way, { files, env: { LDAP_PASSWORD: searcher.password } })
}

async function tries(world: World, visitor: Visitor, username: string, password: string) {
  const form = await visitor.begin(await world.thrift.parameters())
  return visitor.act(form, 'credentials', { username, password })
}

async function getsIn(world: World, visitor: Visitor, username: string, password: string) {
  const { claims, userinfo } = await world.thrift.redeem(
    (await tries(world, visitor, username, password)).url,
  )
  const account = (await world.app.accounts.list()).find(({ id }) => id === claims.sub)!
  return { claims, userinfo, account }
}

/** What a failed try looks like, without what is new each time. */
async function refusal(world: World, visitor: Visitor, username: string, password: string) {
  const place = await tries(world, visitor, username, password)
  assert.deepEqual(place.actions.credentials, ['username', 'password'], place.says)
  return place.says
}

const accounts = async (world: World) =>
  (await world.app.accounts.list()).map((one) => one.userName)

describe('a chain of domains', { skip: withoutOpenldap }, () => {
  before(async () => {
    ldap = await startOpenldap(
      [
        personLdif('alice', 'alice-of-staff', { mail: 'alice@staff.test' }),
        personLdif('paul', 'paul-of-partners', { mail: 'paul@partner.test' }, 'guests'),
        personLdif('sam', 'the-same-for-both', {}),
        personLdif('sam', 'the-same-for-both', {}, 'guests'),
      ].join(''),
    )
  })
  after(() => ldap.close())

  for (const way of ways) {
    it(`scenario 19: what is right in the first domain alone is asked there alone, and makes the account there, by ${way} (F-1, F-4, F-11, F-14, F-16)`, async (t) => {
      const { world, visitor } = await open(t, way)
      const { account, userinfo, claims } = await getsIn(world, visitor, 'ALICE', 'alice-of-staff')
      assert.deepEqual([account.userName, account.directory], ['alice', 'staff'])
      assert.deepEqual([userinfo.email, userinfo.email_verified], ['alice@staff.test', false])
      assert.deepEqual(claims.amr, ['pwd'])
      const again = visitorOf(world, way)
      assert.equal((await getsIn(world, again, 'alice', 'alice-of-staff')).account.id, account.id)
    })

    it(`scenario 19: what is right in the second is refused by the first and makes the account in the second, by ${way} (F-12, E-3)`, async (t) => {
      const { world, visitor } = await open(t, way, { partners: { jit: true } })
      const { account } = await getsIn(world, visitor, 'paul', 'paul-of-partners')
      assert.equal(account.directory, 'partners')
    })

    it(`scenario 19: the last domain is our own, by ${way} (F-13)`, async (t) => {
      const { world, visitor } = await open(t, way)
      const { account } = await getsIn(world, visitor, 'jane', passwordOf('jane'))
      assert.equal(account.userName, 'jane')
    })

    it(`scenario 20: what a person sees tells none of the cases apart, by ${way} (F-6..F-10, F-13)`, async (t) => {
      const { world, visitor } = await open(t, way)
      await getsIn(world, visitor, 'alice', 'alice-of-staff')
      await world.app.accounts.setStatus('alice', 'locked')
      const known = await accounts(world)
      const seen = [
        // Nobody anywhere; wrong; right and locked; right, unknown and no accounts made; wrong, and ours.
        await refusal(world, visitorOf(world, way), 'nobody', 'x'),
        await refusal(world, visitorOf(world, way), 'alice', 'wrong'),
        await refusal(world, visitorOf(world, way), 'alice', 'alice-of-staff'),
        await refusal(world, visitorOf(world, way), 'paul', 'paul-of-partners'),
        await refusal(world, visitorOf(world, way), 'jane', 'wrong'),
      ]
      assert.equal(new Set(seen).size, 1, seen.join('\n---\n'))
      assert.deepEqual(await accounts(world), known)
    })

    it(`scenario 20: 19 wrong passwords end with a right one, 20 lock for 30 minutes, by ${way} (E-5)`, async (t) => {
      const { world } = await open(t, way)
      const wrongly = async (times: number) => {
        for (let count = 0; count < times; count++) {
          await refusal(world, visitorOf(world, way), 'alice', 'wrong')
        }
      }
      await wrongly(19)
      await getsIn(world, visitorOf(world, way), 'alice', 'alice-of-staff')
      await wrongly(20)
      await refusal(world, visitorOf(world, way), 'alice', 'alice-of-staff')
      world.clock.aheadMs += 30 * 60_000
      await getsIn(world, visitorOf(world, way), 'alice', 'alice-of-staff')
    })

    it(`D-4: whom one domain has locked gets no account by the next, by ${way} (F-17)`, async (t) => {
      const { world, visitor } = await open(t, way, { partners: { jit: true } })
      await getsIn(world, visitor, 'sam', 'the-same-for-both')
      await world.app.accounts.setStatus('sam', 'locked')
      const known = await accounts(world)
      await refusal(world, visitorOf(world, way), 'sam', 'the-same-for-both')
      assert.deepEqual(await accounts(world), known)
    })

    it(`scenario 25: two of one name and password in two domains are two, and the order decides, by ${way} (E-9)`, async (t) => {
      const { world, visitor } = await open(t, way)
      const { account } = await getsIn(world, visitor, 'sam', 'the-same-for-both')
      assert.equal(account.directory, 'staff')
      const { account: same } = await getsIn(
        world,
        visitorOf(world, way),
        'SAM',
        'the-same-for-both',
      )
      assert.equal(same.id, account.id)
    })

    it(`scenario 25: an account of a hybrid domain has no password here, whatever is typed, by ${way} (F-33, E-1, E-10)`, async (t) => {
      const { world, visitor } = await open(t, way, { partners: { jit: true } })
      const { account } = await getsIn(world, visitor, 'paul', 'paul-of-partners')
      const rows = await allRows(world.database)
      assert.ok(!rows.credentials!.some((row) => row.account_id === account.id))
      // Now only our own accounts could let them in.
      await ldap.stop()
      t.after(() => ldap.start())
      for (const password of ['\0', 'dummy', 'paul-of-partners']) {
        await refusal(world, visitorOf(world, way), 'paul', password)
      }
    })

    for (const fault of ['refused', 'silent', 'cut in mid-search', 'busy'] as const) {
      it(`a first domain that is ${fault} neither lets in nor provisions nor locks, and the next is asked, by ${way}`, async (t) => {
        const faulty = await startFaultyLdap(ldap.port, fault)
        t.after(() => faulty.close())
        const more = '    lockAfter: 1\n'
        const staff = { url: faulty.url, jit: true, timeoutMs: 300, more }
        const { world } = await open(t, way, { staff, partners: { jit: true } })
        const known = await accounts(world)
        await refusal(world, visitorOf(world, way), 'alice', 'alice-of-staff')
        await refusal(world, visitorOf(world, way), 'alice', 'wrong')
        assert.deepEqual(await accounts(world), known)
        const rows = await allRows(world.database)
        const locks = (rows.directory_locks ?? []).filter((row) => row.directory === 'staff')
        assert.ok(locks.every((row) => row.failures === 0))
        const { account } = await getsIn(world, visitorOf(world, way), 'paul', 'paul-of-partners')
        assert.equal(account.directory, 'partners')
      })
    }

    it(`takes nobody's password twice: a session stands for what would be typed, by ${way}`, async (t) => {
      const { world, visitor } = await open(t, way)
      const { account } = await getsIn(world, visitor, 'alice', 'alice-of-staff')
      const end = await visitor.begin(await world.thrift.parameters())
      const { claims } = await world.thrift.redeem(end.url)
      assert.equal(claims.sub, account.id)
    })
  }

  it('stores nothing of what was typed', async (t) => {
    const { world, visitor } = await open(t, ways[0]!)
    await getsIn(world, visitor, 'alice', 'alice-of-staff')
    await refusal(world, visitorOf(world, ways[0]!), 'alice', 'a-wrong-password')
    const all = JSON.stringify(await allRows(world.database))
    for (const typed of ['alice-of-staff', 'a-wrong-password']) assert.ok(!all.includes(typed))
  })
})
