/** The catalogue's group of attacks on second factors, and what a session is asked for besides: over HTTP. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { check } from '../../src/checker/check.ts'
import { loadFlows } from '../../src/language/load.ts'
import { stepTypes } from '../../src/steps/index.ts'
import { hashPassword } from '../../src/steps/password/hash.ts'
import type { Parameters, RelyingParty } from '../support/relying-party.ts'
import { rowsOf } from '../support/rows.ts'
import { signInAtGithub, signInAtGoogle } from '../support/upstreams.ts'
import { type Place, type Visitor, visitorOf, type Way, ways } from '../support/visitor.ts'
import { cheapHash, codeFor, shippedFile, type World } from '../support/world.ts'
import { createPasskey, deviceFor, optionsAt, usePasskey } from './passkeys.ts'
import {
  addApp,
  answerAt,
  assertError,
  goTo,
  passTime,
  shownSecret,
  start,
  typeCode,
  typePassword,
} from './people.ts'

/** Thrift is content with a password; the vault wants a passkey besides, and whoever has none adds one. */
const passwordThenPasskey = {
  'thrift.yaml': `flow: thrift
title: Sign in to Thrift
applications: [thrift]
start: sign-in
states:
  sign-in: { offer: [password], on: { success: done, exhausted: no } }
  done: { end: success }
  no: { end: failure, error: access_denied }
`,
  'vault.yaml': `flow: vault
title: Open the vault
applications: [vault]
start: sign-in
states:
  sign-in: { offer: [password], on: { success: second, exhausted: no } }
  second: { offer: [webauthn], on: { success: done, unavailable: add, exhausted: no } }
  add: { offer: [enrol-passkey], on: { success: done, conflict: no, unavailable: no, exhausted: no } }
  done: { end: success }
  no: { end: failure, error: access_denied }
`,
}

/** A password, an app and a passkey, one after the other. */
const threeFactors = {
  'thrift.yaml': `flow: thrift
title: Sign in to Thrift
applications: [thrift]
start: first
states:
  first: { offer: [password], on: { success: second, exhausted: no } }
  second: { offer: [totp], on: { success: third, unavailable: no, exhausted: no } }
  third: { offer: [webauthn], on: { success: done, unavailable: add, exhausted: no } }
  add: { offer: [enrol-passkey], on: { success: done, conflict: no, unavailable: no, exhausted: no } }
  done: { end: success }
  no: { end: failure, error: access_denied }
`,
}

/** @param unavailable where whoever has no app goes on */
const secondFactor = (unavailable: 'done' | 'no') => ({
  'thrift.yaml': `flow: thrift
title: Sign in to Thrift
applications: [thrift]
start: sign-in
states:
  sign-in: { offer: [password], on: { success: second, exhausted: no } }
  second: { offer: [totp], on: { success: done, unavailable: ${unavailable}, exhausted: no } }
  done: { end: success }
  no: { end: failure, error: access_denied }
`,
})

const addingApp = {
  'vault.yaml': `flow: vault
title: Add an app
applications: [vault]
start: sign-in
states:
  sign-in: { offer: [password], on: { success: add, exhausted: no } }
  add: { offer: [enrol-totp], on: { success: done, conflict: no, exhausted: no } }
  done: { end: success }
  no: { end: failure, error: access_denied }
`,
}

/** Whom Google has asked for a second factor is asked for none here. */
const skipping = {
  'thrift.yaml': `flow: thrift
title: Sign in to Thrift
applications: [thrift]
start: sign-in
states:
  sign-in:
    offer: [google]
    on: { success: second, unknown: provision, denied: no, blocked: no, exhausted: no }
  provision:
    run: provision
    on: { success: second, disabled: no, conflict: no, rejected: no }
  second:
    skip:
      - when: "'mfa' in identity.amr"
        to: done
        because: Google has asked for one
    offer: [totp]
    on: { success: done, unavailable: enrol, exhausted: no }
  enrol: { offer: [enrol-totp], on: { success: done, conflict: no, exhausted: no } }
  done: { end: success }
  no: { end: failure, error: access_denied }
`,
}

for (const way of ways) {
  describe(`a second factor, by ${way}`, () => {
    it('scenario 18: a vault that wants a passkey asks for that alone, of the same person, and gives nothing without', async (t) => {
      const { world, visitor: first } = await start(t, way, { files: passwordThenPasskey })
      const device = await addPasskey(world, first, 'bo')

      const visitor = visitorOf(world, way)
      const thrift = await enterThrift(world, visitor, 'bo')
      assertError(await quietly(visitor, world.vault), 'login_required', 's')
      const asked = await visitor.begin(await world.vault.parameters())
      assert.deepEqual(Object.keys(asked.actions), ['webauthn', 'cancel'])
      const { claims } = await world.vault.redeem((await usePasskey(visitor, asked, device)).url)
      assert.equal(claims.sub, thrift.sub)
      assert.deepEqual(claims.amr, ['pwd', 'swk', 'user', 'mfa'])
      for (const application of [world.thrift, world.vault]) {
        const again = await visitor.begin(await application.parameters())
        assert.equal((await application.redeem(again.url)).claims.sub, thrift.sub)
      }
    })

    it("security 120: nobody steps up in somebody else's session: not by a passkey of their own", async (t) => {
      const { world, visitor } = await start(t, way, { files: passwordThenPasskey })
      const device = await addPasskey(world, visitor, 'bo')
      const eve = await evesPasskey(world, way)

      const bos = visitorOf(world, way)
      const { sub } = await enterThrift(world, bos, 'bo')
      let asked = await bos.begin(await world.vault.parameters())
      for (const handle of [eve.passkeys[0]!.userHandle, device.passkeys[0]!.userHandle]) {
        const options = optionsAt(asked, 'webauthn')
        const response = eve.get(options, { userHandle: handle }, eve.passkeys[0])
        asked = await bos.act(asked, 'webauthn', { response })
        assert.match(asked.says, /That passkey cannot be used here/)
      }
      assertError(await quietly(bos, world.vault), 'login_required', 's')
      const { claims } = await world.vault.redeem((await usePasskey(bos, asked, device)).url)
      assert.equal(claims.sub, sub)
    })

    it('A-27: three factors are asked for in turn, and none of them stands in for another', async (t) => {
      const { world, visitor } = await start(t, way, { files: threeFactors })
      const device = deviceFor(world)
      const add = await toThird(world, visitor)
      answerAt(await createPasskey(visitor, add, device))
      passTime(world)

      const later = visitorOf(world, way)
      const first = await later.begin(await world.thrift.parameters())
      assert.deepEqual(Object.keys(first.actions), ['password', 'cancel'])
      const second = await typePassword(later, first, 'jane')
      assert.deepEqual(Object.keys(second.actions), ['totp', 'back', 'cancel'])
      assert.equal((await later.force(second, 'webauthn', { response: '{}' })).status, 409)
      const third = await typeCode(world, later, await later.look(second), 'jane')
      assert.deepEqual(Object.keys(third.actions), ['webauthn', 'back', 'cancel'])
      assertError(await quietly(later, world.thrift), 'login_required', 's')
      const end = await usePasskey(later, third, device)
      const { claims } = await world.thrift.redeem(end.url)
      assert.deepEqual(claims.amr, ['pwd', 'otp', 'swk', 'user', 'mfa'])
    })

    it('security 112: whichever way in is chosen, a second factor comes before the code', async (t) => {
      const { world } = await start(t, way)
      const waysIn: Readonly<Record<string, (visitor: Visitor, choice: Place) => Promise<Place>>> =
        {
          password: (visitor, choice) => typePassword(visitor, choice, 'jane'),
          google: (visitor, choice) =>
            goTo(visitor, choice, 'google', signInAtGoogle('Ann Example')),
          github: (visitor, choice) => goTo(visitor, choice, 'github', signInAtGithub('gil')),
        }
      for (const [chosen, enter] of Object.entries(waysIn)) {
        const visitor = visitorOf(world, way)
        const choice = await visitor.begin(await world.thrift.parameters())
        assert.deepEqual(Object.keys(choice.actions), [...Object.keys(waysIn), 'cancel'])
        const next = await enter(visitor, choice)
        assert.ok('totp' in next.actions || 'enrol-totp' in next.actions, next.says)
        for (const other of [...Object.keys(waysIn), 'second-factor', 'done', 'skip', 'success']) {
          const refused = await visitor.force(next, other, { username: 'jane' })
          assert.deepEqual([refused.status, refused.kind], [409, 'asks'], `${chosen}, ${other}`)
        }
        assertError(await quietly(visitor, world.thrift), 'login_required', 's')
      }
    })

    it('security 115: an app that was added in another tab a moment ago is asked for, where none is needed', async (t) => {
      const files = { ...secondFactor('done'), ...addingApp }
      const { world, visitor } = await start(t, way, { files })
      const before = await visitor.begin(await world.thrift.parameters())
      const first = await enterThrift(world, visitorOf(world, way), 'bo')
      assert.deepEqual(first.amr, ['pwd'], 'there is none yet')

      const other = visitorOf(world, way)
      const choice = await other.begin(await world.vault.parameters())
      const { secret, place } = await addApp(world, other, await typePassword(other, choice, 'bo'))
      answerAt(place)
      const asked = await typePassword(visitor, before, 'bo')
      assert.deepEqual(asked.actions.totp, ['code'], asked.says)
      const end = await visitor.act(asked, 'totp', { code: codeFor(secret, world) })
      assert.deepEqual((await world.thrift.redeem(end.url)).claims.amr, ['pwd', 'otp', 'mfa'])
    })

    it('security 115, I-30: whoever stands at the form for an app and has added one elsewhere is asked for that', async (t) => {
      const { world, visitor } = await start(t, way)
      const stand = async (person: Visitor) =>
        typePassword(person, await person.begin(await world.thrift.parameters()), 'bo')
      const here = await stand(visitor)
      const mine = shownSecret(here)!
      const other = visitorOf(world, way)
      const { secret, place } = await addApp(world, other, await stand(other))
      answerAt(place)

      const asked = await visitor.act(here, 'enrol-totp', { code: codeFor(mine, world) })
      assert.deepEqual(asked.actions.totp, ['code'], asked.says)
      const wrong = await visitor.act(asked, 'totp', { code: codeFor(mine, world) })
      assert.match(wrong.says, /That code is not right/)
      answerAt(await visitor.act(wrong, 'totp', { code: codeFor(secret, world) }))
      const apps = await rowsOf(world.database, 'credentials')
      assert.equal(apps.filter(({ kind }) => kind === 'totp').length, 2, "bo's one and jane's")
    })

    for (const [policy, unavailable] of [
      ['optional', 'done'],
      ['required', 'no'],
    ] as const) {
      it(`security 116: where a second factor is ${policy}, whoever has one is asked for it`, async (t) => {
        const { world, visitor } = await start(t, way, { files: secondFactor(unavailable) })
        const enter = async (visitor: Visitor, userName: string) =>
          typePassword(
            visitor,
            await visitor.begin(await world.thrift.parameters({ state: 's' })),
            userName,
          )
        const janes = await enter(visitor, 'jane')
        assert.deepEqual(Object.keys(janes.actions), ['totp', 'back', 'cancel'])
        const { claims } = await world.thrift.redeem(
          (await typeCode(world, visitor, janes, 'jane')).url,
        )
        assert.deepEqual(claims.amr, ['pwd', 'otp', 'mfa'])

        const bos = await enter(visitorOf(world, way), 'bo')
        if (policy === 'required') return assertError(bos, 'access_denied', 's')
        assert.deepEqual((await world.thrift.redeem(bos.url)).claims.amr, ['pwd'])
      })
    }

    it('security 117: who must add a second factor gets nothing before, wherever they go instead', async (t) => {
      const { world, visitor } = await start(t, way)
      const begin = async (application: RelyingParty) =>
        typePassword(
          visitor,
          await visitor.begin(await application.parameters({ state: 's' })),
          'bo',
        )
      const enrol = await begin(world.thrift)
      assert.deepEqual(Object.keys(enrol.actions), ['enrol-totp', 'back', 'cancel'])
      for (const application of [world.thrift, world.vault])
        assertError(await quietly(visitor, application), 'login_required', 's')
      assertError(await begin(world.vault), 'second_factor_missing', 's')
      assert.ok('enrol-totp' in (await begin(world.thrift)).actions, 'another login, and again')
      const asked = await world.thrift.parameters()
      const answer = new URLSearchParams({
        code: 'made-up',
        state: asked.state!,
        iss: world.issuer.href.replace(/\/$/, ''),
      })
      await assert.rejects(world.thrift.redeem(`${asked.redirect_uri}?${answer}`), {
        error: 'invalid_grant',
      })
      assertError(await visitor.act(enrol, 'cancel'), 'access_denied', 's')
      const sessions = await rowsOf(world.database, 'sessions')
      assert.deepEqual(
        sessions.filter(({ account_id }) => account_id !== null),
        [],
      )
      const { place } = await addApp(world, visitor, await begin(world.thrift))
      await world.thrift.redeem(place.url)
    })

    for (const [trusted, says, isAsked] of [
      [true, ['pwd', 'mfa'], false],
      [true, ['pwd'], true],
      [false, ['pwd', 'mfa'], true],
    ] as const) {
      it(`security 66: an upstream that is ${trusted ? '' : 'not '}believed and says ${says.join(' and ')} ${isAsked ? 'stands in for no' : 'stands in for the'} second factor`, async (t) => {
        const files = trusted ? { ...skipping, ...believing } : skipping
        const { world, visitor } = await start(t, way, { files })
        world.google.people.set('g-1', { ...world.google.people.get('g-1')!, amr: says })
        const choice = await visitor.begin(await world.thrift.parameters())
        const next = await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
        if (isAsked) return assert.ok('enrol-totp' in next.actions, next.says)
        const { claims } = await world.thrift.redeem(next.url)
        assert.deepEqual(claims.amr, ['fed', 'mfa'])
      })
    }
  })
}

describe('the checker', () => {
  const application = `applications:
  shop: { title: Shop, flow: shop, redirectUris: ['https://shop.test/'], auth: none, release: [] }
`
  const overtaken = (to: string) => {
    const flow = `flow: shop
title: Sign in
applications: [shop]
start: sign-in
states:
  sign-in: { offer: [password], on: { success: second, exhausted: no } }
  second: { offer: [totp], on: { success: done, unavailable: enrol, exhausted: no } }
  enrol: { offer: [enrol-totp], on: { success: done, conflict: ${to}, exhausted: no } }
  done: { end: success }
  no: { end: failure, error: access_denied }
properties:
  - { name: two factors, at: success, holds: proofs.factors >= 2 }
`
    const files = Object.entries({ 'applications.yaml': application, 'shop.yaml': flow })
    const { organisation, problems } = loadFlows(
      files.map(([name, text]) => ({ name, text })),
      stepTypes,
    )
    assert.deepEqual(problems, [])
    const [report] = check(
      organisation!,
      stepTypes.map(({ declaration }) => declaration),
    )
    return report!.verdicts.find(({ property }) => property === 'two factors')
  }

  it('security 115, I-30: finds a flow that lets whoever has added an app elsewhere in without it', () => {
    assert.equal(overtaken('second')?.verdict, 'holds')
    const { verdict, story } = overtaken('done')!
    assert.equal(verdict, 'possibly broken')
    assert.ok(
      story?.moves.some(({ option, outcome }) => option === 'enrol-totp' && outcome === 'conflict'),
    )
  })
})

const believing = {
  'connections.yaml': shippedFile('connections.yaml').replace(
    '    title: Google\n',
    '    title: Google\n    trustsAmr: [mfa]\n',
  ),
}

/** Without anything shown: what the application is told at once. */
async function quietly(visitor: Visitor, application: RelyingParty): Promise<Place> {
  const parameters: Parameters = { prompt: 'none', state: 's' }
  return visitor.begin(await application.parameters(parameters))
}

async function enterThrift(world: World, visitor: Visitor, userName: string) {
  const choice = await visitor.begin(await world.thrift.parameters())
  const { claims } = await world.thrift.redeem((await typePassword(visitor, choice, userName)).url)
  return claims
}

/** By way of the vault. @returns the device that holds it */
async function addPasskey(world: World, visitor: Visitor, userName: string, password?: string) {
  const device = deviceFor(world)
  const choice = await visitor.begin(await world.vault.parameters())
  const add = await typePassword(visitor, choice, userName, password)
  answerAt(await createPasskey(visitor, add, device))
  return device
}

async function evesPasskey(world: World, way: Way) {
  const password = 'three brass owls'
  const credentials = [{ kind: 'password', secret: await hashPassword(password, cheapHash) }]
  await world.app.accounts.add({ userName: 'eve', claims: {}, groups: [], credentials }, Date.now())
  return addPasskey(world, visitorOf(world, way), 'eve', password)
}

/** With a password and an app behind. */
async function toThird(world: World, visitor: Visitor): Promise<Place> {
  const first = await visitor.begin(await world.thrift.parameters())
  return typeCode(world, visitor, await typePassword(visitor, first, 'jane'), 'jane')
}
