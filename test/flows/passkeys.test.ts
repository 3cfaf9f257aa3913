import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { Authenticator, Behaviour } from '../../src/cli/play/authenticator.ts'
import { hashPassword } from '../../src/steps/password/hash.ts'
import { rowsOf } from '../support/rows.ts'
import { type Place, type Visitor, visitorOf, type Way, ways } from '../support/visitor.ts'
import { cheapHash, type World } from '../support/world.ts'
import { createPasskey, deviceFor, optionsAt, usePasskey } from './passkeys.ts'
import { answerAt, shownSecret, start, typeCode, typePassword } from './people.ts'

/** A password or a passkey, and then a second factor; the vault lets nobody in without adding a passkey. */
const files = {
  'thrift.yaml': `
flow: thrift
title: Sign in to Thrift
applications: [thrift]
start: sign-in
states:
  sign-in:
    offer: [password, webauthn]
    on:
      success: [{ when: proofs.phishingResistant, to: done, because: enough }, { to: second }]
      exhausted: no
  second:
    offer: [totp, webauthn]
    on: { success: done, unavailable: enrol, exhausted: no }
  enrol:
    offer: [enrol-totp, enrol-passkey]
    on: { success: done, conflict: no, exhausted: no }
  done: { end: success }
  no: { end: failure, error: access_denied }
`,
  'vault.yaml': `
flow: vault
title: Another passkey
applications: [vault]
start: sign-in
states:
  sign-in:
    offer: [password]
    on: { success: second, exhausted: no }
  second:
    offer: [webauthn]
    on: { success: add, unavailable: no, exhausted: no }
  add:
    offer: [{ enrol-passkey: { issuer: Vault } }]
    on: { success: done, conflict: taken, unavailable: no, exhausted: no }
  done: { end: success }
  taken: { end: failure, error: passkey_taken }
  no: { end: failure, error: access_denied }
`,
}

for (const way of ways) {
  describe(`passkeys, by ${way}`, () => {
    it('A-26: a passkey is added in mid-flow, and is all that is asked for from then on', async (t) => {
      const { world, visitor, device, place } = await boAdds(t, way)
      const first = await world.thrift.redeem(place.url)
      assert.deepEqual(first.claims.amr, ['pwd', 'swk', 'mfa'])

      const later = visitorOf(world, way)
      const asked = await later.begin(await world.thrift.parameters())
      assert.deepEqual(Object.keys(asked.actions), ['password', 'webauthn', 'cancel'])
      const end = await usePasskey(later, asked, device)
      const { claims } = await world.thrift.redeem(end.url)
      assert.equal(claims.sub, first.claims.sub)
      assert.deepEqual(claims.amr, ['swk', 'user'])
      assert.equal(visitor.way, way)
    })

    it('is offered after a password to whoever has one, and its challenge is there at once', async (t) => {
      const { world, device } = await boAdds(t, way)
      const later = visitorOf(world, way)
      const second = await typePassword(
        later,
        await later.begin(await world.thrift.parameters()),
        'bo',
      )
      assert.deepEqual(Object.keys(second.actions), ['webauthn', 'back', 'cancel'])
      const { allowCredentials } = optionsAt(second, 'webauthn')
      assert.deepEqual(
        allowCredentials?.map(({ id }) => id),
        [device.passkeys[0]!.id],
      )
      answerAt(await usePasskey(later, second, device))
    })

    it('an account has several passkeys, and each of them lets in', async (t) => {
      const { world, device } = await boAdds(t, way)
      const later = visitorOf(world, way)
      const add = await toAdding(world, later, device)
      const { excludeCredentials, rp } = optionsAt(add, 'enrol-passkey')
      assert.equal(rp?.id, 'localhost')
      assert.equal(excludeCredentials?.length, 1)
      const other = deviceFor(world)
      const end = await createPasskey(later, add, other)
      assert.equal(answerAt(end).error, undefined)

      for (const own of [device, other]) {
        const again = visitorOf(world, way)
        answerAt(await usePasskey(again, await again.begin(await world.thrift.parameters()), own))
      }
      const kept = await rowsOf(world.database, 'credentials')
      assert.equal(kept.filter(({ kind }) => kind === 'webauthn').length, 2)
    })

    it('a passkey that is on file is a conflict, for whomever it is added', async (t) => {
      const { world, device } = await boAdds(t, way)
      const later = visitorOf(world, way)
      const add = await toAdding(world, later, device)
      const copy = deviceFor(world)
      const { id } = device.passkeys[0]!
      const response = copy.create(optionsAt(add, 'enrol-passkey'), { id })
      const end = await later.act(add, 'enrol-passkey', { name: '', response })
      assert.equal(answerAt(end).error, 'passkey_taken')
    })

    it('security 102: a challenge is good for one answer, in one login', async (t) => {
      const { world, device } = await boAdds(t, way)
      const [one, other] = [visitorOf(world, way), visitorOf(world, way)]
      const here = await one.begin(await world.thrift.parameters())
      const there = await other.begin(await world.thrift.parameters())
      const options = optionsAt(here, 'webauthn')

      const elsewhere = await other.act(there, 'webauthn', { response: device.get(options) })
      assertInvalid(elsewhere)

      const broken = await one.act(here, 'webauthn', {
        response: device.get(options, { breaksSignature: true }),
      })
      assertInvalid(broken)
      assert.notEqual(optionsAt(broken, 'webauthn').challenge, options.challenge)
      const late = await one.act(broken, 'webauthn', { response: device.get(options) })
      assertInvalid(late)

      const response = device.get(optionsAt(late, 'webauthn'))
      answerAt(await one.act(late, 'webauthn', { response }))
      const third = visitorOf(world, way)
      const replayed = await third.act(
        await third.begin(await world.thrift.parameters()),
        'webauthn',
        { response },
      )
      assertInvalid(replayed)
    })

    it('I-22: of eight that send the same answer at once one gets in', async (t) => {
      const { world, device } = await boAdds(t, way)
      const visitor = visitorOf(world, way)
      const asked = await visitor.begin(await world.thrift.parameters())
      const response = device.get(optionsAt(asked, 'webauthn'))
      const eight = await Promise.all(
        Array.from({ length: 8 }, () => visitor.force(asked, 'webauthn', { response })),
      )
      const codes = new Set(
        eight.flatMap(({ kind, url }) =>
          kind === 'back' ? [new URL(url).searchParams.get('code')] : [],
        ),
      )
      assert.equal(codes.size, 1)
      const events = await rowsOf(world.database, 'login_events')
      const passed = events.filter(
        ({ option_id, outcome, login_id }) =>
          option_id === 'webauthn' && outcome === 'success' && login_id === asked.loginId,
      )
      assert.equal(passed.length, 1)
    })

    const attacks: Readonly<Record<string, Behaviour>> = {
      'security 104: another origin': { origin: 'http://localhost:1' },
      'security 104: another RP ID': { rpId: 'evil.example' },
      'security 104: a frame of another origin': { clientData: { crossOrigin: true } },
      'security 107: nobody verified': { isVerified: false },
      'security 106: a counter that is behind': { counter: 1 },
      'security 111: a passkey that names somebody else': {
        userHandle: Buffer.from('acc_somebody').toString('base64url'),
      },
    }
    it(`${Object.keys(attacks).join('; ')}: all look like a wrong passkey, and spend an attempt`, async (t) => {
      const { world, device } = await boAdds(t, way)
      const shown = []
      for (const told of Object.values(attacks)) {
        const visitor = visitorOf(world, way)
        const asked = await visitor.begin(await world.thrift.parameters())
        const after = await usePasskey(visitor, asked, device, told)
        assertInvalid(after)
        shown.push(after.says)
      }
      assert.equal(new Set(shown).size, 1)
    })

    it('a wrong password leaves the challenge as it was, and what is chosen gives way to what is chosen next', async (t) => {
      const { world, visitor } = await start(t, way, { files })
      const asked = await visitor.begin(await world.thrift.parameters())
      const { challenge } = optionsAt(asked, 'webauthn')
      const wrong = await typePassword(visitor, asked, 'bo', 'not this one')
      assert.equal(optionsAt(wrong, 'webauthn').challenge, challenge)

      const enrol = await typePassword(visitor, wrong, 'bo')
      const app = await visitor.act(enrol, 'enrol-totp')
      const secret = shownSecret(app)
      const passkey = await visitor.act(app, 'enrol-passkey')
      assert.ok(secret && optionsAt(passkey, 'enrol-passkey').challenge)
      assert.equal(shownSecret(passkey), undefined)
      assert.notEqual(shownSecret(await visitor.act(passkey, 'enrol-totp')), secret)
    })

    it("security 105: another person's passkey is no second factor", async (t) => {
      const { world, device } = await boAdds(t, way)
      const visitor = visitorOf(world, way)
      const eve = await eveAdds(world, way)
      const second = await typePassword(
        visitor,
        await visitor.begin(await world.thrift.parameters()),
        'bo',
      )
      const options = optionsAt(second, 'webauthn')
      for (const userHandle of [eve.passkeys[0]!.userHandle, device.passkeys[0]!.userHandle]) {
        const response = eve.get(options, { userHandle }, eve.passkeys[0])
        assertInvalid(await visitor.act(await visitor.look(second), 'webauthn', { response }))
      }
      answerAt(await usePasskey(visitor, await visitor.look(second), device))
    })

    for (const status of ['locked', 'disabled', 'deleted'] as const) {
      it(`security 84: a passkey does not open an account that is ${status}, nor tells that it is`, async (t) => {
        const { world, device } = await boAdds(t, way)
        const { accounts } = world.app
        await (status === 'deleted' ? accounts.remove('bo') : accounts.setStatus('bo', status))
        const visitor = visitorOf(world, way)
        const asked = await visitor.begin(await world.thrift.parameters())
        const after = await usePasskey(visitor, asked, device)
        assertInvalid(after)
        const broken = await usePasskey(visitor, after, device, { breaksSignature: true })
        const [one, other] = [broken, after].map(({ says }) => says.replaceAll(/\d/g, '*'))
        assert.equal(one, other, 'but for the tries that are left')
      })
    }

    it('security 87: whoever cannot guess the password keeps nobody from their passkey', async (t) => {
      const { world, device } = await boAdds(t, way)
      for (let wrong = 0; wrong < 7; wrong++) {
        const visitor = visitorOf(world, way)
        const asked = await visitor.begin(await world.thrift.parameters())
        await typePassword(visitor, asked, 'bo', 'not this one')
      }
      const visitor = visitorOf(world, way)
      answerAt(
        await usePasskey(visitor, await visitor.begin(await world.thrift.parameters()), device),
      )
    })

    it('I-30: a stolen password adds no passkey beside an authenticator app', async (t) => {
      const { world, visitor } = await start(t, way, { files })
      const second = await typePassword(
        visitor,
        await visitor.begin(await world.thrift.parameters()),
        'jane',
      )
      assert.deepEqual(Object.keys(second.actions), ['totp', 'back', 'cancel'])
      const forced = await visitor.force(second, 'enrol-passkey', { response: '{}' })
      assert.equal(forced.status, 409)
      answerAt(await typeCode(world, visitor, await visitor.look(second), 'jane'))
    })
  })
}

describe('passkeys on a page', () => {
  it('are listed by the browser where the user name is asked for, and are hidden without script', async (t) => {
    const { world, visitor } = await start(t, 'pages', { files })
    const { page } = await visitor.begin(await world.thrift.parameters())
    const { $, headers } = page!
    assert.equal($('input[name=username]').attr('autocomplete'), 'username webauthn')
    const section = $('[data-ceremony=get]')
    assert.equal(section.is('[hidden]'), true)
    assert.match($('noscript').text(), /JavaScript/)
    const [script] = $('script').toArray()
    assert.equal($('script').length, 1)
    const nonce = $(script).attr('nonce')
    assert.ok(String(headers['content-security-policy']).includes(`script-src 'nonce-${nonce}';`))
    assert.doesNotMatch(page!.body, /\son[a-z]+=|javascript:/i)
  })

  it('bring no script to a page without them', async (t) => {
    const { world, visitor } = await start(t, 'pages')
    const { page } = await visitor.begin(await world.vault.parameters())
    assert.equal(page!.$('script').length, 0)
    assert.equal(page!.$('input[name=username]').attr('autocomplete'), 'username')
  })
})

/** Bo has a password alone, and adds a passkey at the first login. */
async function boAdds(t: Pick<TestContext, 'after'>, way: Way) {
  const { world, visitor } = await start(t, way, { files })
  return { world, visitor, ...(await adds(world, visitor, 'bo')) }
}

/** Eve as well: somebody who is known here, with a passkey of her own on file. */
async function eveAdds(world: World, way: Way): Promise<Authenticator> {
  const secret = await hashPassword('three brass owls', cheapHash)
  const eve = {
    userName: 'eve',
    claims: {},
    groups: [],
    credentials: [{ kind: 'password', secret }],
  }
  await world.app.accounts.add(eve, Date.now())
  return (await adds(world, visitorOf(world, way), 'eve', 'three brass owls')).device
}

async function adds(world: World, visitor: Visitor, userName: string, password?: string) {
  const first = await visitor.begin(await world.thrift.parameters())
  const enrol = await typePassword(visitor, first, userName, password)
  const device = deviceFor(world)
  const place = await createPasskey(visitor, await visitor.act(enrol, 'enrol-passkey'), device)
  assert.equal(answerAt(place).error, undefined)
  return { device, place }
}

/** I-30: a further passkey takes the password and the one that there is. */
async function toAdding(world: World, visitor: Visitor, device: Authenticator): Promise<Place> {
  const first = await visitor.begin(await world.vault.parameters())
  return usePasskey(visitor, await typePassword(visitor, first, 'bo'), device)
}

function assertInvalid({ kind, says }: Place): void {
  assert.equal(kind, 'asks')
  assert.match(says, /That passkey cannot be used here/)
}
