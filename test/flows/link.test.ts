import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { check } from '../../src/checker/check.ts'
import type { OidcPerson } from '../../src/cli/demo/people.ts'
import type { FlowDefinition } from '../../src/language/flow.ts'
import { loadFlows } from '../../src/language/load.ts'
import { stepTypes } from '../../src/steps/index.ts'
import { hashPassword } from '../../src/steps/password/hash.ts'
import { openDatabase } from '../../src/store/open.ts'
import { rowsOf } from '../support/rows.ts'
import { signInAtGoogle } from '../support/upstreams.ts'
import { type Visitor, visitorOf, ways } from '../support/visitor.ts'
import { cheapHash, filesWith, type World } from '../support/world.ts'
import { assertError, goTo, passTime, start, typeCode } from './people.ts'

const flows = join(import.meta.dirname, '../../flows')
const readme = readFileSync(join(flows, 'README.md'), 'utf8')
const [, shown = ''] = /```yaml\n(flow: linking\n[\s\S]*?)```/.exec(readme) ?? []

/** The flow that flows/README.md shows, in place of thrift's. */
const linking = {
  'thrift.yaml': shown.replace('flow: linking', 'flow: thrift\napplications: [thrift]'),
}
const files = { files: linking }

/** By address first, and by employee number where that finds nobody. */
const byNumber = {
  'thrift.yaml': linking['thrift.yaml'].replace(
    '          match: [email]\n',
    `          match: [email]
        - when: identity.connection == 'google'
          match: [employeeNumber]
`,
  ),
  'connections.yaml': readFileSync(join(flows, 'connections.yaml'), 'utf8').replace(
    '    title: Google\n',
    `    title: Google
    attributes: { employeeNumber: claims.preferred_username }
    identifies: [employeeNumber]
`,
  ),
}

/** Whoever is known nowhere is asked first; later logins ask only where nothing is kept. */
const consenting = {
  'thrift.yaml': linking['thrift.yaml']
    .replace('success: second-factor, unknown: find', 'success: agreed, unknown: agree')
    .replace(
      '  find:\n',
      `  agree:
    offer: [consent]
    on: { success: find, denied: refused, exhausted: refused }

  agreed:
    skip: [{ when: account.agreed, to: second-factor, because: they have agreed }]
    offer: [consent]
    on: { success: second-factor, denied: refused, exhausted: refused }

  find:
`,
    )
    .replace(
      'on: { success: done, conflict: account-exists, blocked',
      'on: { success: agreed, conflict: account-exists, blocked',
    ),
}
const janes = { email: 'jane@acme.test', emailVerified: true, preferredUsername: 'jane.g' }

describe('the flow that links', () => {
  it('I-17: holds all that the checker can prove of it', () => {
    const { organisation, problems } = loadFlows(filesWith(linking), stepTypes)
    assert.deepEqual(problems, [])
    const report = reportOf(organisation!.flows)
    const verdictOf = new Map(report.verdicts.map((each) => [each.property, each.verdict]))
    assert.equal(verdictOf.get('I-17'), 'holds')
    // Whether an app that is added elsewhere meanwhile is asked for is for `link` to see, not for a flow.
    verdictOf.delete('security 116')
    assert.deepEqual(new Set(verdictOf.values()), new Set(['holds']))
  })
})

for (const way of ways) {
  describe(`linking by ${way}`, () => {
    it('scenario 8 (a): jane proves her account by password and app, once; from then on Google leads to it (W-7)', async (t) => {
      const { world, visitor } = await start(t, way, files)
      const proves = await comeAs(world, visitor, janes)
      assert.deepEqual(proves.actions.password, ['password'], 'no name is asked for')
      assert.equal((await rowsOf(world.database, 'associations')).length, 0)
      const app = await visitor.act(proves, 'password', { password: 'paper lantern quartz' })
      assert.ok('totp' in app.actions, app.says)
      assert.equal((await rowsOf(world.database, 'associations')).length, 0)
      const end = await typeCode(world, visitor, app, 'jane')
      const { claims, userinfo } = await world.thrift.redeem(end.url)
      const jane = await idOf(world, 'jane')
      assert.equal(claims.sub, jane)
      assert.deepEqual(claims.amr, ['fed', 'pwd', 'otp', 'mfa'])
      assert.deepEqual([userinfo.name, userinfo.groups], ['Jane Doe', ['admin']])
      assert.deepEqual(await links(world), [['google', 'g-1', jane]])

      passTime(world)
      const later = visitorOf(world, way)
      const second = await comeAs(world, later, janes)
      assert.deepEqual(Object.keys(second.actions), ['totp', 'back', 'cancel'])
      const again = await world.thrift.redeem((await typeCode(world, later, second, 'jane')).url)
      assert.equal(again.claims.sub, jane)
      assert.deepEqual(await links(world), [['google', 'g-1', jane]])
      assert.deepEqual(world.reports, [])
    })

    it('scenario 8 (a): an account with a password alone is proven by that', async (t) => {
      const { world, visitor } = await start(t, way, files)
      const proves = await comeAs(world, visitor, { ...janes, email: 'BO@acme.test' })
      const end = await visitor.act(proves, 'password', { password: 'seven quiet herons' })
      const { claims } = await world.thrift.redeem(end.url)
      assert.equal(claims.sub, await idOf(world, 'bo'))
      assert.deepEqual(await links(world), [['google', 'g-1', claims.sub]])
    })

    it('scenario 8 (a): a second factor of the upstream stands in for none of the account (I-30, security 75)', async (t) => {
      const connections = readFileSync(join(flows, 'connections.yaml'), 'utf8').replace(
        '    title: Google\n',
        '    title: Google\n    trustsAmr: [mfa]\n',
      )
      const enrolling = linking['thrift.yaml']
        .replace('success: prove-more, unavailable', 'success: more, unavailable')
        .replace(
          '  prove-more:',
          `  more:
    offer: [enrol-passkey]
    on: { success: join, conflict: refused, unavailable: join, exhausted: refused }

  prove-more:`,
        )
        .replace(/ {2}prove-more:\n[\s\S]*?\n\n/, '')
      const trusting = { 'thrift.yaml': enrolling, 'connections.yaml': connections }
      const { world, visitor } = await start(t, way, { files: trusting })
      const parameters = await world.thrift.parameters()
      const said = { ...janes, amr: ['pwd', 'otp', 'mfa'] }
      const proves = await comeAs(world, visitor, said, parameters)
      const end = await visitor.act(proves, 'password', { password: 'paper lantern quartz' })
      // Neither may a passkey be added without her app, nor is she linked without it.
      assertError(end, 'access_denied', parameters.state!)
      assert.deepEqual(await links(world), [])
    })

    it('scenario 8 (a): whoever cannot prove the account is linked with nobody (security 75)', async (t) => {
      const { world, visitor } = await start(t, way, files)
      const parameters = await world.thrift.parameters()
      let place = await comeAs(world, visitor, janes, parameters)
      for (let attempt = 0; attempt < 5; attempt++) {
        assert.ok('password' in place.actions, place.says)
        // Somebody else's right password is a wrong one here, and a name that is sent along is nothing.
        const typed = { password: 'seven quiet herons', username: 'bo' }
        place = await visitor.force(place, 'password', typed)
      }
      assertError(place, 'access_denied', parameters.state!)
      assert.deepEqual(await links(world), [])
    })

    it('scenario 8 (a): the password without the second factor links nothing (security 75)', async (t) => {
      const { world, visitor } = await start(t, way, files)
      const parameters = await world.thrift.parameters()
      const proves = await comeAs(world, visitor, janes, parameters)
      const app = await visitor.act(proves, 'password', { password: 'paper lantern quartz' })
      assertError(await visitor.act(app, 'cancel'), 'access_denied', parameters.state!)
      assert.deepEqual(await links(world), [])
    })

    for (const [what, said] of [
      ['is not verified upstream', { ...janes, emailVerified: false }],
      ['is said to be nothing upstream', { ...janes, emailVerified: undefined }],
      ['is verified upstream by a text and not by a yes', { ...janes, emailVerified: 'true' }],
      ['is another', { ...janes, email: 'jane@elsewhere.test' }],
    ] as const) {
      it(`scenario 8 (b): no link where the address ${what} (security 69)`, async (t) => {
        const { world, visitor } = await start(t, way, files)
        const end = await comeAs(world, visitor, said)
        const { claims } = await world.thrift.redeem(end.url)
        assert.notEqual(claims.sub, await idOf(world, 'jane'))
        assert.deepEqual(await links(world), [['google', 'g-1', claims.sub]])
      })
    }

    it('W-7: an employee number that both sides are believed in finds the account where no address does', async (t) => {
      const { world, visitor } = await start(t, way, { files: byNumber })
      const walt = await addNumbered(world, 'walt', 'E-0042')
      const proves = await comeAs(world, visitor, { preferredUsername: 'E-0042' })
      const end = await visitor.act(proves, 'password', { password: bos })
      assert.equal((await world.thrift.redeem(end.url)).claims.sub, walt)
      assert.deepEqual(await links(world), [['google', 'g-1', walt]])
      const later = await comeAs(world, visitorOf(world, way), {})
      assert.equal((await world.thrift.redeem(later.url)).claims.sub, walt)
    })

    it('W-7: rules in order: the address decides where it finds somebody', async (t) => {
      const { world, visitor } = await start(t, way, { files: byNumber })
      await addNumbered(world, 'walt', 'E-0042')
      const proves = await comeAs(world, visitor, {
        email: 'bo@acme.test',
        preferredUsername: 'E-0042',
      })
      const end = await visitor.act(proves, 'password', { password: bos })
      assert.equal((await world.thrift.redeem(end.url)).claims.sub, await idOf(world, 'bo'))
    })

    it('scenario 8 (c): two accounts of one number are a conflict (W-7)', async (t) => {
      const { world, visitor } = await start(t, way, { files: byNumber })
      for (const name of ['walt', 'wilma']) await addNumbered(world, name, 'E-0042')
      const parameters = await world.thrift.parameters()
      const end = await comeAs(world, visitor, { preferredUsername: 'E-0042' }, parameters)
      assertError(end, 'account_exists', parameters.state!)
      assert.deepEqual(await links(world), [])
    })

    it('W-8: a number is nobody that came here by a connection that is not believed in it', async (t) => {
      const untrusted = byNumber['connections.yaml'].replace(
        '    title: GitHub\n',
        '    title: GitHub\n    attributes: { employeeNumber: claims.login }\n',
      )
      const { world, visitor } = await start(t, way, {
        files: { ...byNumber, 'connections.yaml': untrusted },
      })
      const planted = await addNumbered(world, 'walt', 'E-0042')
      const db = openDatabase({ url: world.database, durability: 'normal' })
      t.after(() => db.destroy())
      await db('accounts').where({ id: planted }).update({ source: 'github' })
      const end = await comeAs(world, visitor, { preferredUsername: 'E-0042' })
      const { claims } = await world.thrift.redeem(end.url)
      assert.notEqual(claims.sub, planted)
    })

    it('what was agreed to before the account was proven is kept with it, and not asked again', async (t) => {
      const { world, visitor } = await start(t, way, { files: consenting })
      const asked = await comeAs(world, visitor, { ...janes, email: 'bo@acme.test' })
      assert.deepEqual(asked.actions.consent, ['decision'], asked.says)
      const proves = await visitor.act(asked, 'consent', { decision: 'yes' })
      assert.deepEqual(await rowsOf(world.database, 'consents'), [])
      const end = await visitor.act(proves, 'password', { password: bos })
      const { claims } = await world.thrift.redeem(end.url)
      const [kept, ...others] = await rowsOf(world.database, 'consents')
      assert.deepEqual([kept?.account_id, kept?.connection, others], [claims.sub, 'google', []])
      assert.ok(JSON.parse(String(kept?.attributes)).includes('email'))
      const later = await comeAs(world, visitorOf(world, way), {})
      assert.equal((await world.thrift.redeem(later.url)).claims.sub, claims.sub)
    })

    it('nothing that was agreed to is kept with an account that was not proven', async (t) => {
      const { world, visitor } = await start(t, way, { files: consenting })
      const parameters = await world.thrift.parameters()
      const asked = await comeAs(world, visitor, janes, parameters)
      const proves = await visitor.act(asked, 'consent', { decision: 'yes' })
      assertError(await visitor.act(proves, 'cancel'), 'access_denied', parameters.state!)
      assert.deepEqual(await rowsOf(world.database, 'consents'), [])
    })

    it('scenario 8 (c): two accounts of that address are a conflict, and not the first that is found', async (t) => {
      const { world, visitor } = await start(t, way, files)
      const claims = { email: 'Jane@acme.test', emailVerified: true }
      const other = { userName: 'janet', claims, groups: [], directory: 'customers' }
      await world.app.accounts.add({ ...other, credentials: [] }, Date.now())
      const parameters = await world.thrift.parameters()
      const end = await comeAs(world, visitor, janes, parameters)
      assertError(end, 'account_exists', parameters.state!)
      assert.deepEqual(await links(world), [])
    })

    it('scenario 8 (d): an account whose own address is not verified is nobody, also with a password (security 71)', async (t) => {
      const { world, visitor } = await start(t, way, files)
      const secret = await hashPassword('planted by somebody else', cheapHash)
      const credentials = [{ kind: 'password', secret }]
      const claims = { email: 'ann@x.test', emailVerified: false }
      const planted = { userName: 'planted', claims, groups: [], credentials }
      const id = await world.app.accounts.add(planted, Date.now())
      const end = await comeAs(world, visitor, {})
      const { claims: told } = await world.thrift.redeem(end.url)
      assert.notEqual(told.sub, id)
      assert.deepEqual(await links(world), [['google', 'g-1', told.sub]])
    })

    it('scenario 8 (e): who matches nobody passes through where the flow says so, and no account is made', async (t) => {
      const { 'thrift.yaml': text } = linking
      const flow = text
        .replace('unknown: provision  ', 'unknown: done       ')
        .replace(/ {2}provision:\n[^\n]*\n[^\n]*\n\n/, '')
      const { world, visitor } = await start(t, way, { files: { 'thrift.yaml': flow } })
      const before = (await world.app.accounts.list()).length
      const { claims } = await world.thrift.redeem((await comeAs(world, visitor, {})).url)
      assert.match(claims.sub, /^pt_/)
      assert.equal((await world.app.accounts.list()).length, before)
      assert.deepEqual(await links(world), [])
    })

    it('refuses where the account is locked, and makes no other (W-10, D-4)', async (t) => {
      const { world, visitor } = await start(t, way, files)
      const before = (await world.app.accounts.list()).length
      const parameters = await world.thrift.parameters()
      const end = await comeAs(world, visitor, { ...janes, email: 'kim@acme.test' }, parameters)
      assertError(end, 'access_denied', parameters.state!)
      assert.equal((await world.app.accounts.list()).length, before)
    })

    it('refuses where the account is locked while its owner proves it (I-20)', async (t) => {
      const { world, visitor } = await start(t, way, files)
      const parameters = await world.thrift.parameters()
      const proves = await comeAs(world, visitor, janes, parameters)
      await world.app.accounts.setStatus('jane', 'locked')
      const end = await visitor.act(proves, 'password', { password: 'paper lantern quartz' })
      assertError(end, 'access_denied', parameters.state!)
      assert.deepEqual(await links(world), [])
    })

    it('never points an association elsewhere: who is somebody here already is not asked (I-18)', async (t) => {
      const { world, visitor } = await start(t, way, files)
      const first = await world.thrift.redeem((await comeAs(world, visitor, {})).url)
      const end = await comeAs(world, visitorOf(world, way), janes)
      const { claims } = await world.thrift.redeem(end.url)
      assert.equal(claims.sub, first.claims.sub)
      assert.deepEqual(await links(world), [['google', 'g-1', first.claims.sub]])
    })

    it('security 71: an account that somebody else has registered for the address first is nobody, with its password and all', async (t) => {
      const { world, visitor } = await start(t, way, files)
      const victim = 'victim@x.test'
      const trap = {
        userName: 'trap',
        claims: { email: victim, emailVerified: false },
        groups: [],
        credentials: [{ kind: 'password', secret: await hashPassword(attackers, cheapHash) }],
      }
      await world.app.accounts.add(trap, Date.now())
      const theirs = { email: victim, emailVerified: true, preferredUsername: 'victim' }
      const { claims } = await world.thrift.redeem((await comeAs(world, visitor, theirs)).url)
      assert.notEqual(claims.sub, await idOf(world, 'trap'))
      assert.deepEqual(await links(world), [['google', 'g-1', claims.sub]])
      assert.deepEqual(
        await passwordsOf(world, claims.sub),
        [],
        "the attacker's opens nothing of hers",
      )
    })

    it('security 71: the other way round, a password registered for the address later opens nothing of who came by the upstream', async (t) => {
      const { world, visitor } = await start(t, way, files)
      const theirs = { email: 'victim@x.test', preferredUsername: 'victim' }
      const { claims } = await world.thrift.redeem((await comeAs(world, visitor, theirs)).url)
      const late = { userName: 'victim', claims: {}, groups: [], credentials: [] }
      assert.equal(await world.app.accounts.add(late, Date.now()), undefined, 'the name is taken')
      assert.deepEqual(await passwordsOf(world, claims.sub), [])
    })

    it("security 72: an unexpired session of the attacker's is none of the victim's account", async (t) => {
      const { world, visitor } = await start(t, way, files)
      const choice = await visitor.begin(await world.thrift.parameters())
      const bo = await visitor.act(choice, 'password', { username: 'bo', password: bos })
      const attacker = await world.thrift.redeem(bo.url)
      const theirs = { email: 'victim@x.test', preferredUsername: 'victim' }
      const victim = await comeAs(world, visitorOf(world, way), theirs)
      const { claims } = await world.thrift.redeem(victim.url)
      const again = await visitor.begin(await world.thrift.parameters())
      assert.equal((await world.thrift.redeem(again.url)).claims.sub, attacker.claims.sub)
      assert.notEqual(claims.sub, attacker.claims.sub)
    })

    it("security 72: a trojan identity that was linked with the attacker's account never comes to the victim's", async (t) => {
      const { world, visitor } = await start(t, way, files)
      const attacker = { email: 'eve@x.test', preferredUsername: 'eve' }
      const eve = await world.thrift.redeem((await comeAs(world, visitor, attacker)).url)
      // The same upstream subject says from now on that it is called what the victim is called.
      const trojan = { email: 'jane@acme.test', preferredUsername: 'jane' }
      const end = await comeAs(world, visitorOf(world, way), trojan)
      assert.equal((await world.thrift.redeem(end.url)).claims.sub, eve.claims.sub)
      assert.deepEqual(await links(world), [['google', 'g-1', eve.claims.sub]])
    })

    it('security 72: an upstream that verifies no address finds nobody by one, whatever it says (pending change, non-verifying IdP)', async (t) => {
      const connections = readFileSync(join(flows, 'connections.yaml'), 'utf8')
      const never = connections.replace(
        '    title: Google\n',
        '    title: Google\n    emailVerified: never\n',
      )
      const lying = { ...linking, 'connections.yaml': never }
      const { world, visitor } = await start(t, way, { files: lying })
      const end = await comeAs(world, visitor, janes)
      const { claims } = await world.thrift.redeem(end.url)
      assert.notEqual(claims.sub, await idOf(world, 'jane'))
    })

    it('unlinks on request, takes back what was given, and never the last way in', async (t) => {
      const { world, visitor } = await start(t, way, files)
      const proves = await comeAs(world, visitor, { ...janes, email: 'bo@acme.test' })
      const end = await visitor.act(proves, 'password', { password: bos })
      const { claims } = await world.thrift.redeem(end.url)
      assert.equal(await world.app.accounts.unlink('bo', 'google'), 'changed')
      assert.deepEqual(await links(world), [])
      const sessions = await rowsOf(world.database, 'sessions')
      assert.equal(sessions.filter(({ account_id }) => account_id === claims.sub).length, 0)
      assert.equal(await world.app.accounts.unlink('bo', 'google'), 'not-linked')

      // Proven again, it may be linked again; nothing of the old link is left to come by.
      const again = await comeAs(world, visitorOf(world, way), { email: 'bo@acme.test' })
      assert.ok('password' in again.actions, again.says)

      const own = visitorOf(world, way)
      await comeAs(world, own, { email: 'new@x.test', preferredUsername: 'newcomer' })
      assert.equal(await world.app.accounts.unlink('newcomer', 'google'), 'last-way-in')
      assert.equal((await links(world)).length, 1)
    })
  })
}

const bos = 'seven quiet herons'
const attackers = 'a trap that was laid early'

async function passwordsOf({ database }: World, account: string) {
  const credentials = await rowsOf(database, 'credentials')
  return credentials.filter((each) => each.account_id === account && each.kind === 'password')
}

function reportOf(flows: readonly FlowDefinition[]) {
  const declarations = stepTypes.map(({ declaration }) => declaration)
  return check({ flows }, declarations).find(({ flow }) => flow === 'thrift')!
}

/** Ann of Google comes, and Google says this of her. */
async function comeAs(
  world: World,
  visitor: Visitor,
  said: { readonly [K in keyof OidcPerson]?: unknown },
  parameters?: Readonly<Record<string, string>>,
) {
  world.google.people.set('g-1', { ...world.google.people.get('g-1')!, ...said } as OidcPerson)
  const choice = await visitor.begin(parameters ?? (await world.thrift.parameters()))
  return goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
}

async function addNumbered(world: World, userName: string, employeeNumber: string) {
  const credentials = [{ kind: 'password', secret: await hashPassword(bos, cheapHash) }]
  const claims = { other: { employeeNumber } }
  const id = await world.app.accounts.add({ userName, claims, groups: [], credentials }, Date.now())
  return id!
}

async function idOf(world: World, name: string): Promise<string> {
  return (await world.app.accounts.list()).find(({ userName }) => userName === name)!.id
}

async function links({ database }: World): Promise<unknown[][]> {
  const rows = await rowsOf(database, 'associations')
  return rows.map(({ connection, subject, account_id }) => [connection, subject, account_id])
}
