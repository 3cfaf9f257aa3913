import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import * as client from 'openid-client'
import { isPassThrough } from '../../src/engine/subject.ts'
import { allRows, bytesOf, countRows, rowsOf } from '../support/rows.ts'
import { signInAtGithub, signInAtGoogle } from '../support/upstreams.ts'
import { type Visitor, visitorOf, ways } from '../support/visitor.ts'
import { shippedFile, type World } from '../support/world.ts'
import { addApp, answerAt, goTo, start } from './people.ts'

const jitOff = { env: { SALLYPORT_GITHUB_JIT: 'false' } }
const kept = ['accounts', 'associations', 'account_groups', 'credentials'] as const

for (const way of ways) {
  describe(`pass-through by ${way}`, () => {
    it('scenario 2: signs in without an account, and tells what the upstream has told (A-40, A-43, A-44, A-45, A-58)', async (t) => {
      const { world, visitor } = await start(t, way, jitOff)
      const before = await countRows(world.database, kept)
      const { claims, userinfo } = await comeByGithub(world, visitor)
      assert.match(claims.sub, /^pt_[\w-]{43}$/)
      assert.deepEqual(claims.amr, ['fed'])
      assert.equal(claims.acr, 'urn:sallyport:acr:1')
      assert.deepEqual(
        [userinfo.email, userinfo.email_verified, userinfo.name, userinfo.preferred_username],
        ['gil@x.test', true, 'Gil Git', 'gil'],
      )
      assert.deepEqual(await countRows(world.database, kept), before)
      const names = (await world.app.accounts.list()).map(({ userName }) => userName)
      assert.deepEqual(
        names.filter((name) => name.includes('gil')),
        [],
      )
      assert.deepEqual(world.reports, [])
    })

    it('scenario 2: has one subject at every visit, which no account can have', async (t) => {
      const { world, visitor } = await start(t, way, jitOff)
      const first = await comeByGithub(world, visitor)
      const second = await comeByGithub(world, visitorOf(world, way))
      assert.equal(second.claims.sub, first.claims.sub)
      const other = await comeByGithub(world, visitorOf(world, way), 'jane')
      assert.notEqual(other.claims.sub, first.claims.sub)
      const local = (await world.app.accounts.list()).map(({ id }) => id)
      assert.deepEqual(local.filter(isPassThrough), [])
    })

    it('scenario 2: the same subject at another connection is somebody else here', async (t) => {
      const google = shippedFile('connections.yaml').replace(
        '    title: Google\n',
        '    title: Google\n    jit: false\n',
      )
      const files = { 'connections.yaml': google }
      const { world, visitor } = await start(t, way, { ...jitOff, files })
      const gil = await comeByGithub(world, visitor)
      const [id] = [...world.github.people.values()].flatMap(({ id, login }) =>
        login === 'gil' ? [String(id)] : [],
      )
      const namesake = { ...world.google.people.get('g-1')!, subject: id!, name: 'Gil Git' }
      world.google.people.set(id!, namesake)
      const other = visitorOf(world, way)
      const choice = await other.begin(await world.thrift.parameters())
      const end = await goTo(other, choice, 'google', signInAtGoogle('Gil Git'))
      const { claims } = await world.thrift.redeem(end.url)
      assert.ok(isPassThrough(claims.sub))
      assert.notEqual(claims.sub, gil.claims.sub)
    })

    it('scenario 2: tells an application only what its release list has', async (t) => {
      const files = { 'applications.yaml': toldLittle }
      const { world, visitor } = await start(t, way, { ...jitOff, files })
      const { userinfo } = await comeByGithub(world, visitor)
      assert.deepEqual(
        { ...userinfo, sub: 'pt' },
        {
          sub: 'pt',
          email: 'gil@x.test',
          email_verified: true,
        },
      )
    })

    it('scenario 2: leaves other connections as they are', async (t) => {
      const { world, visitor } = await start(t, way, jitOff)
      await comeByGithub(world, visitor)
      const other = visitorOf(world, way)
      const choice = await other.begin(await world.thrift.parameters())
      const enrol = await goTo(other, choice, 'google', signInAtGoogle('Ann Example'))
      assert.ok('enrol-totp' in enrol.actions)
      const sources = (await world.app.accounts.list()).map(({ source }) => source)
      assert.deepEqual(
        sources.filter((source) => source !== 'local'),
        ['google'],
      )
    })

    it('scenario 2: a login under way when the toggle flips keeps what it began with (A-42)', async (t) => {
      const { world, visitor } = await start(t, way)
      const choice = await visitor.begin(await world.thrift.parameters())
      await world.restart(undefined, jitOff.env)
      const enrol = await goTo(visitor, choice, 'github', signInAtGithub('gil'))
      assert.ok('enrol-totp' in enrol.actions, enrol.says)
      const { claims } = await comeByGithub(world, visitorOf(world, way), 'jane')
      assert.ok(isPassThrough(claims.sub))
    })

    it('scenario 4: somebody provisioned before the toggle flipped still has an account and a second factor', async (t) => {
      const { world, visitor } = await start(t, way)
      const choice = await visitor.begin(await world.thrift.parameters())
      const enrol = await goTo(visitor, choice, 'github', signInAtGithub('gil'))
      const { place } = await addApp(world, visitor, enrol)
      const { claims } = await world.thrift.redeem(place.url)
      await world.restart(undefined, jitOff.env)
      const later = visitorOf(world, way)
      const again = await later.begin(await world.thrift.parameters())
      const code = await goTo(later, again, 'github', signInAtGithub('gil'))
      assert.deepEqual(Object.keys(code.actions), ['totp', 'back', 'cancel'])
      assert.match(claims.sub, /^acc_/)
    })

    it('asks again at every visit: there is no account to remember', async (t) => {
      const { world, visitor } = await start(t, way, jitOff)
      await comeByGithub(world, visitor)
      const silent = await visitor.begin(await world.thrift.parameters({ prompt: 'none' }))
      assert.equal(answerAt(silent).error, 'login_required')
      const again = await visitor.begin(await world.thrift.parameters())
      assert.ok('github' in again.actions)
    })
  })
}

describe('what was asserted of a pass-through person', () => {
  it('is nowhere readable in the database', async (t) => {
    const { world, visitor } = await start(t, 'pages', jitOff)
    await comeByGithub(world, visitor)
    const bytes = await bytesOf(world.database)
    for (const word of ['gil@x.test', 'Gil Git']) assert.equal(bytes.includes(word), false, word)
    assert.equal(await assertions(world), 1)
  })

  it('lives as long as its grant: refreshed with it, and gone when the token is revoked', async (t) => {
    const { world, visitor } = await start(t, 'pages', jitOff)
    const { tokens, claims } = await comeByGithub(world, visitor, 'gil', {
      scope: 'openid profile email offline_access',
      prompt: 'consent',
    })
    const { configuration } = world.thrift
    const fresh = await client.refreshTokenGrant(configuration, tokens.refresh_token!)
    const userinfo = await world.thrift.userinfo(fresh.access_token, claims.sub)
    assert.equal(userinfo.email, 'gil@x.test')
    assert.equal(await assertions(world), 1)

    await client.tokenRevocation(configuration, fresh.refresh_token!)
    assert.equal(await assertions(world), 0)
    await assert.rejects(world.thrift.userinfo(fresh.access_token, claims.sub))
    await assert.rejects(client.refreshTokenGrant(configuration, fresh.refresh_token!), {
      error: 'invalid_grant',
    })
  })

  it('is gone after signing out', async (t) => {
    const { world, visitor } = await start(t, 'pages', jitOff)
    const { tokens, claims } = await comeByGithub(world, visitor)
    const question = await visitor.browser.open(world.thrift.logout(tokens))
    await visitor.browser.submit(question.form('Yes, sign out'))
    assert.equal(await assertions(world), 0)
    await assert.rejects(world.thrift.userinfo(tokens.access_token, claims.sub))
    const { sessions } = await allRows(world.database)
    assert.deepEqual(sessions, [])
  })
})

async function comeByGithub(
  world: World,
  visitor: Visitor,
  login = 'gil',
  more: Readonly<Record<string, string>> = {},
) {
  const choice = await visitor.begin(await world.thrift.parameters(more))
  const end = await goTo(visitor, choice, 'github', signInAtGithub(login))
  answerAt(end)
  return world.thrift.redeem(end.url)
}

/** How many grants hold an assertion. */
async function assertions({ database }: World): Promise<number> {
  const models = await rowsOf(database, 'provider_models')
  return models.filter(({ sealed_assertion }) => sealed_assertion !== null).length
}

const applications = join(import.meta.dirname, '../../flows/applications.yaml')
const toldLittle = readFileSync(applications, 'utf8').replace(
  "release: ['*']",
  'release: [email, email_verified]',
)
