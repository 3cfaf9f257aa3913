import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RelyingParty } from '../support/relying-party.ts'
import { allRows } from '../support/rows.ts'
import { type Place, type Visitor, visitorOf, ways } from '../support/visitor.ts'
import type { World } from '../support/world.ts'
import { answerAt, assertError, start } from './people.ts'

const password = 'seven quiet herons at dusk'

for (const way of ways) {
  describe(`signing up, by ${way}`, () => {
    it('makes an account of ours of an address, a name and a password, and it signs in', async (t) => {
      const { world, visitor } = await start(t, way)
      const application = await applicationOf(world)
      const choose = await untilPassword(world, visitor, 'ann@new.test', application)
      const offered = await visitor.act(choose, 'enrol-password', { password })
      assert.deepEqual(Object.keys(offered.actions).slice(0, 2), ['enrol-passkey', 'postpone'])
      const end = await visitor.act(offered, 'postpone', { decision: 'later' })
      assert.equal(end.kind, 'back', end.says)
      const { claims } = await application.redeem(end.url)
      assert.deepEqual(claims.amr, ['otp', 'pwd'])
      const [ann] = await accountsNamed(world, 'ann@new.test')
      assert.deepEqual(
        [ann?.source, ann?.status, ann?.provisional_login],
        ['local', 'active', null],
      )

      assert.deepEqual(JSON.parse(String(ann?.claims)), {
        email: 'ann@new.test',
        emailVerified: true,
        name: 'Ann Example',
      })

      const other = visitorOf(world, way)
      const first = await other.begin(await world.thrift.parameters())
      const next = await other.act(first, 'password', { username: 'Ann@new.test', password })
      assert.ok('enrol-totp' in next.actions, 'no weaker than any sign-in: a second factor is next')
      assert.deepEqual(world.reports, [])
    })

    it('tells nobody who has an account, but who reads its mail (I-36, security 122)', async (t) => {
      const { world } = await start(t, way)
      const seen = []
      for (const email of ['jane@acme.test', 'nobody@new.test', 'kim@acme.test']) {
        const visitor = visitorOf(world, way)
        const asked = await ask(world, visitor, email)
        const wrong = await visitor.act(asked, 'prove-email', { code: '000000' })
        const again = await visitor.act(wrong, 'prove-email', { again: 'yes' })
        seen.push([asked, wrong, again].map(({ status, actions, says }) => [status, actions, says]))
      }
      assert.deepEqual(seen[1], seen[0])
      assert.deepEqual(seen[2], seen[0])
      await world.app.deliver()
      const told = (email: string) =>
        world.mail.filter(({ to }) => to === email).map(({ subject }) => subject)
      assert.deepEqual(told('jane@acme.test'), Array(2).fill('You have an account already'))
      assert.deepEqual(told('nobody@new.test'), Array(2).fill('Your code'))
      assert.doesNotMatch(world.mail.find(({ to }) => to === 'jane@acme.test')!.body, /\d{6}/)
    })

    it('is where an application sends whoever has no account, also beside a session (prompt=create)', async (t) => {
      const { world, visitor } = await start(t, way)
      const application = await applicationOf(world, 'my-account', '/account/callback')
      const { prompt_values_supported: prompts } = application.configuration.serverMetadata()
      assert.deepEqual(prompts, ['none', 'login', 'select_account', 'consent', 'create'])
      assert.ok('password' in (await visitor.begin(await application.parameters())).actions)
      for (const email of ['ann@new.test', 'bea@new.test']) {
        const first = await visitor.begin(await application.parameters({ prompt: 'create' }))
        assert.deepEqual(Object.keys(first.actions), ['prove-email', 'cancel'])
        const end = await signUp(world, visitor, email, first)
        const { claims } = await application.redeem(end.url)
        assert.deepEqual(claims.amr, ['otp', 'pwd'])
        assert.equal((await accountsNamed(world, email)).length, 1)
      }
      assert.deepEqual(world.reports, [])
    })

    it('is refused, and nobody asked to sign in, where the application names no flow for it', async (t) => {
      const { world, visitor } = await start(t, way)
      const parameters = await world.thrift.parameters({ prompt: 'create' })
      const refused = await visitor.begin(parameters)
      assertError(refused, 'invalid_request', parameters.state!)
    })

    it('leaves nothing of whoever goes before there is a password', async (t) => {
      const { world, visitor } = await start(t, way)
      const choose = await untilPassword(world, visitor, 'ann@new.test')
      assert.equal((await accountsNamed(world, 'ann@new.test')).length, 1)
      const gone = await visitor.act(choose, 'cancel')
      assert.equal(answerAt(gone).error, 'access_denied')
      assert.deepEqual(await accountsNamed(world, 'ann@new.test'), [])
    })

    it('gives an address to one of two who prove it at the same time', async (t) => {
      const { world, visitor } = await start(t, way)
      const other = visitorOf(world, way)
      const [mine, theirs] = [
        await untilName(world, visitor, 'ann@new.test'),
        await untilName(world, other, 'ANN@new.test'),
      ]
      const won = await visitor.act(mine, 'collect', { name: 'Ann' })
      assert.ok('enrol-password' in won.actions)
      const lost = await other.act(theirs, 'collect', { name: 'Eve' })
      assertError(lost, 'account_exists', answerAt(lost).state!)
      assert.equal((await accountsNamed(world, 'ann@new.test')).length, 1)
    })

    it('takes no code of another login, and none twice (I-22)', async (t) => {
      const { world, visitor } = await start(t, way)
      const asked = await ask(world, visitor, 'ann@new.test')
      const code = await codeTo(world, 'ann@new.test')
      const thief = visitorOf(world, way)
      const other = await ask(world, thief, 'ann@new.test')
      const refused = await thief.act(other, 'prove-email', { code })
      assert.deepEqual(refused.actions['prove-email'], ['code', 'again'], 'it stays where it is')
      const next = await visitor.act(asked, 'prove-email', { code })
      assert.ok('collect' in next.actions)
      assert.equal((await visitor.force(next, 'prove-email', { code }, asked.seq)).status, 409)
    })

    it('writes to no address more often than the window allows, over all logins (I-23)', async (t) => {
      const { world } = await start(t, way)
      for (const email of ['ann@new.test', 'ANN@new.test', 'Ann@new.test']) {
        for (let count = 0; count < 3; count++) {
          const asked = await ask(world, visitorOf(world, way), email)
          assert.deepEqual(asked.actions['prove-email'], ['code', 'again'])
        }
      }
      await world.app.deliver()
      assert.equal(world.mail.length, 5)
      world.clock.aheadMs += 16 * 60_000
      await ask(world, visitorOf(world, way), 'ann@new.test')
      await world.app.deliver()
      assert.equal(world.mail.length, 6)
    })

    it('security 97: keeps the code and the address out of what waits and of every event', async (t) => {
      const { world, visitor } = await start(t, way)
      const asked = await ask(world, visitor, 'ann@new.test')
      const before = JSON.stringify(await allRows(world.database))
      assert.ok(!before.includes('ann@new.test'))
      const code = await codeTo(world, 'ann@new.test')
      const next = await visitor.act(asked, 'prove-email', { code })
      for (const { body, url } of [asked, next]) assert.ok(!`${body}${url}`.includes(code))
    })
  })
}

async function applicationOf(
  world: World,
  clientId = 'sign-up',
  callback = '/sign-up/callback',
): Promise<RelyingParty> {
  const redirectUri = `${world.env.THRIFT_URL}${callback}`
  return RelyingParty.discover({ issuer: world.issuer.href, clientId, redirectUri })
}

/** From the page that asks for the address to the application. */
async function signUp(world: World, visitor: Visitor, email: string, first: Place): Promise<Place> {
  await visitor.act(first, 'prove-email', { email })
  const asked = await visitor.look(first)
  const code = await codeTo(world, email)
  const next = await visitor.act(asked, 'prove-email', { code })
  const choose = await visitor.act(next, 'collect', { name: 'Ann Example' })
  const offered = await visitor.act(choose, 'enrol-password', { password })
  return visitor.act(offered, 'postpone', { decision: 'later' })
}

async function ask(
  world: World,
  visitor: Visitor,
  email: string,
  given?: RelyingParty,
): Promise<Place> {
  const application = given ?? (await applicationOf(world))
  const first = await visitor.begin(await application.parameters())
  assert.deepEqual(first.actions['prove-email'], ['email'])
  return visitor.act(first, 'prove-email', { email })
}

async function untilName(
  world: World,
  visitor: Visitor,
  email: string,
  application?: RelyingParty,
): Promise<Place> {
  const asked = await ask(world, visitor, email, application)
  const about = await visitor.act(asked, 'prove-email', { code: await codeTo(world, email) })
  assert.deepEqual(about.actions.collect, ['name'])
  return about
}

async function untilPassword(
  world: World,
  visitor: Visitor,
  email: string,
  application?: RelyingParty,
): Promise<Place> {
  const about = await untilName(world, visitor, email, application)
  return visitor.act(about, 'collect', { name: 'Ann Example' })
}

async function codeTo(world: World, address: string): Promise<string> {
  await world.app.deliver()
  const body = world.mail.findLast(({ to }) => to === address)?.body ?? ''
  return /\b[0-9]{6}\b/.exec(body)?.[0] ?? 'nothing came'
}

async function accountsNamed(world: World, name: string) {
  const { accounts = [] } = await allRows(world.database)
  return accounts.filter(({ user_name: own }) => own === name)
}
