import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ApiClient } from '../support/api-client.ts'
import { allRows, rowsOf } from '../support/rows.ts'
import { agreeAtGithub, signInAtGoogle } from '../support/upstreams.ts'
import { type Place, type Visitor, visitorOf, type Way, ways } from '../support/visitor.ts'
import { codeOf, type World } from '../support/world.ts'
import { answerAt, assertError, goTo, passTime, start, typeCode, typePassword } from './people.ts'

const jane = { username: 'jane', password: 'paper lantern quartz' }

for (const way of ways) {
  describe(`a login out of order, by ${way}`, () => {
    it('security 1, scenario 14: what is not offered here is refused, and nothing of it is kept (A-18)', async (t) => {
      const { world, visitor } = await start(t, way)
      const choice = await visitor.begin(await world.thrift.parameters())
      const before = await allRows(world.database)
      const code = codeOf('jane', world)
      for (const action of [
        'totp',
        'enrol-totp',
        'provision',
        'assign',
        'done',
        'back',
        'nope',
        'corp',
      ]) {
        const refused = await visitor.force(choice, action, { ...jane, code })
        assert.equal(refused.status, 409, action)
        assert.deepEqual(refused.actions, choice.actions, action)
      }
      assert.deepEqual(await allRows(world.database), before)
      const second = await typePassword(visitor, await visitor.look(choice), 'jane')
      const later = await allRows(world.database)
      for (const action of ['password', 'google', 'enrol-totp', 'assign', 'done'])
        assert.equal((await visitor.force(second, action, jane)).status, 409, action)
      assert.deepEqual(await allRows(world.database), later)
      answerAt(await typeCode(world, visitor, second, 'jane'))
    })

    it('security 2: an empty answer completes no step', async (t) => {
      const { world, visitor } = await start(t, way)
      const choice = await visitor.begin(await world.thrift.parameters())
      const empty = await visitor.force(choice, 'password', {})
      assert.deepEqual(Object.keys(empty.actions), ['password', 'google', 'github', 'cancel'])
      const away = await visitor.force(empty, 'google', {})
      const back = await visitor.look(away.kind === 'away' ? away : empty)
      assert.deepEqual(Object.keys(back.actions), ['password', 'google', 'github', 'cancel'])
      const second = await typePassword(visitor, back, 'jane')
      for (const fields of [{}, { code: '' }, { code: '      ' }] as Record<string, string>[]) {
        const still = await visitor.force(await visitor.look(second), 'totp', fields)
        assert.deepEqual(Object.keys(still.actions), ['totp', 'back', 'cancel'])
      }
      assert.deepEqual(await sessionsOfSomebody(world), [])
    })

    it('security 4: an answer that was accepted is refused the second time, and charges nobody', async (t) => {
      const { world, visitor } = await start(t, way)
      const choice = await visitor.begin(await world.thrift.parameters())
      const second = await typePassword(visitor, choice, 'jane')
      const before = await allRows(world.database)
      const replayed = await visitor.force(choice, 'password', jane)
      assert.equal(replayed.status, 409)
      assert.deepEqual(replayed.actions, second.actions)
      assert.deepEqual(await allRows(world.database), before)
      answerAt(await typeCode(world, visitor, second, 'jane'))
    })

    it('security 5: a login that is over takes nothing, from nobody', async (t) => {
      const { world, visitor } = await start(t, way)
      const choice = await visitor.begin(await world.thrift.parameters())
      const second = await typePassword(visitor, choice, 'jane')
      const code = codeOf('jane', world)
      const end = await visitor.act(second, 'totp', { code })
      await world.thrift.redeem(end.url)
      const before = await allRows(world.database)
      for (const place of [choice, second])
        for (const [action, fields] of [
          ['password', jane],
          ['totp', { code }],
          ['cancel', {}],
        ] as const) {
          const refused = await visitor.force(place, action, fields)
          assert.ok([409, 410].includes(refused.status), `${action}: ${refused.status}`)
        }
      const thief = visitorOf(world, way)
      assert.equal((await thief.force(second, 'totp', { code })).status, 403)
      assert.deepEqual(await allRows(world.database), before)
      await assert.rejects(world.thrift.redeem(end.url), { error: 'invalid_grant' })
    })

    it('security 6: of two tabs at one login the second is told where it stands', async (t) => {
      const { world, visitor } = await start(t, way)
      const one = await visitor.begin(await world.thrift.parameters())
      const other = await visitor.look(one)
      const second = await typePassword(visitor, one, 'jane')
      const late = await typePassword(visitor, other, 'bo')
      assert.equal(late.status, 409)
      assert.deepEqual(late.actions, second.actions)
      assert.match(late.body, /Jane Doe/)
      const end = await typeCode(world, visitor, late, 'jane')
      const { userinfo } = await world.thrift.redeem(end.url)
      assert.equal(userinfo.email, 'jane@acme.test')
    })

    it('features 2, two tabs: two logins of one browser do not disturb each other', async (t) => {
      const { world, visitor } = await start(t, way)
      const one = await visitor.begin(await world.thrift.parameters())
      const two = await visitor.begin(await world.thrift.parameters())
      const oneOn = await typePassword(visitor, one, 'jane')
      const twoOn = await typePassword(visitor, two, 'jane')
      const first = await world.thrift.redeem((await typeCode(world, visitor, oneOn, 'jane')).url)
      passTime(world)
      const second = await world.thrift.redeem((await typeCode(world, visitor, twoOn, 'jane')).url)
      assert.equal(first.claims.sub, second.claims.sub)
      assert.equal((await sessionsOfSomebody(world)).length, 1)
      const silent = await visitor.begin(await world.thrift.parameters({ prompt: 'none' }))
      answerAt(silent)
    })

    it('security 9: the page of before, answered again after Back, changes nothing and shows the step', async (t) => {
      const { world, visitor } = await start(t, way)
      const choice = await visitor.begin(await world.thrift.parameters())
      const second = await typePassword(visitor, choice, 'jane')
      const third = await typePassword(visitor, choice, 'bo')
      assert.equal(third.status, 409)
      assert.deepEqual(third.actions, second.actions)
      const end = await typeCode(world, visitor, third, 'jane')
      const again = await visitor.force(second, 'totp', { code: codeOf('jane', world) })
      assert.ok(again.status === 410 || again.url === end.url, 'by pages the same answer again')
      await world.thrift.redeem(end.url)
    })

    it('security 9: the offered way back drops what was proven, and who', async (t) => {
      const { world, visitor } = await start(t, way)
      const choice = await visitor.begin(await world.thrift.parameters())
      const second = await typePassword(visitor, choice, 'jane')
      const first = await visitor.act(second, 'back')
      assert.deepEqual(first.actions, choice.actions)
      assert.doesNotMatch(first.body, /Jane Doe/)
      const forced = await visitor.force(first, 'totp', { code: codeOf('jane', world) })
      assert.equal(forced.status, 409)
      const enrol = await typePassword(visitor, forced, 'bo')
      assert.match(enrol.body, /Bo Lind/)
      assert.ok('enrol-totp' in enrol.actions)
    })

    it('security 9: there is no way back over something that was written', async (t) => {
      const { world, visitor } = await start(t, way)
      const choice = await visitor.begin(await world.thrift.parameters())
      const enrol = await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
      assert.equal('back' in enrol.actions, false)
      assert.equal((await visitor.force(enrol, 'back', {})).status, 409)
    })

    it('security 10: Back out of an upstream and another way: the answer of the first is refused', async (t) => {
      const { world, visitor } = await start(t, way)
      const choice = await visitor.begin(await world.thrift.parameters())
      const away = await visitor.act(choice, 'github')
      const callback = await agreeAtGithub(away.page!, visitor.browser, 'gil')
      const again = await visitor.look(away)
      assert.deepEqual(Object.keys(again.actions).sort(), [
        'cancel',
        'github',
        'google',
        'password',
      ])
      const second = await typePassword(visitor, again, 'jane')
      const before = await allRows(world.database)
      assert.equal((await visitor.browser.open(callback)).status, 400)
      assert.deepEqual(await allRows(world.database), before)
      const end = await typeCode(world, visitor, second, 'jane')
      const { claims } = await world.thrift.redeem(end.url)
      assert.deepEqual(claims.amr, ['pwd', 'otp', 'mfa'])
    })

    it('security 11: who cancels is sent back with access_denied, and the login is over', async (t) => {
      const { world, visitor } = await start(t, way)
      const choice = await visitor.begin(await world.thrift.parameters({ state: 's' }))
      const second = await typePassword(visitor, choice, 'jane')
      const end = await visitor.act(second, 'cancel')
      assertError(end, 'access_denied', 's')
      const late = await visitor.force(second, 'totp', { code: codeOf('jane', world) })
      assert.ok(late.status === 410 || late.url === end.url, 'by pages the same answer again')
      assert.deepEqual(await sessionsOfSomebody(world), [])
      const again = await visitor.begin(await world.thrift.parameters())
      assert.ok('password' in again.actions, 'everything is asked again')
    })

    it('security 12: a login ends on the definition that it began with, before and after a restart (I-21)', async (t) => {
      const { world, visitor } = await start(t, way, { files: { 'thrift.yaml': passwordOnly } })
      const choice = await visitor.begin(await world.thrift.parameters())
      await world.restart({})
      const end = await typePassword(visitor, choice, 'jane')
      const old = await world.thrift.redeem(end.url)
      assert.deepEqual(old.claims.amr, ['pwd'])
      const fresh = visitorOf(world, way)
      const second = await typePassword(
        fresh,
        await fresh.begin(await world.thrift.parameters()),
        'jane',
      )
      assert.ok('totp' in second.actions, 'a new one follows the new file')
      await world.restart({ 'thrift.yaml': passwordOnly })
      const finished = await world.thrift.redeem((await typeCode(world, fresh, second, 'jane')).url)
      assert.deepEqual(finished.claims.amr, ['pwd', 'otp', 'mfa'])
      const [one, two] = await rowsOf(world.database, 'logins')
      assert.notEqual(one?.digest, two?.digest)
    })

    it('I-33: a login goes on where it stood after the server was started again', async (t) => {
      const { world, visitor } = await start(t, way)
      const choice = await visitor.begin(await world.thrift.parameters())
      await world.restart()
      const second = await typePassword(visitor, choice, 'jane')
      await world.restart()
      const end = await typeCode(world, visitor, second, 'jane')
      await world.thrift.redeem(end.url)
    })

    it('security 20: the id alone is worth nothing: without the cookie or with that of another browser (I-25)', async (t) => {
      const { world, visitor } = await start(t, way)
      const choice = await visitor.begin(await world.thrift.parameters())
      const second = await typePassword(visitor, choice, 'jane')
      const before = await allRows(world.database)
      const stranger = visitorOf(world, way)
      const neighbour = visitorOf(world, way)
      await neighbour.begin(await world.thrift.parameters())
      const rows = await allRows(world.database)
      for (const thief of [stranger, neighbour]) {
        assert.equal((await thief.look(second)).status, 403)
        const forced = await thief.force(second, 'totp', { code: codeOf('jane', world) })
        assert.equal(forced.status, 403)
        assert.equal((await thief.force(second, 'cancel', {})).status, 403)
        const callback = `${world.issuer.origin}/auth/${interactionOf(rows, second)}`
        assert.ok((await thief.browser.open(callback)).status >= 400)
      }
      const after = await allRows(world.database)
      assert.deepEqual(after, rows)
      assert.deepEqual(
        after.logins?.find(({ id }) => id === second.loginId),
        before.logins?.find(({ id }) => id === second.loginId),
      )
      answerAt(await typeCode(world, visitor, second, 'jane'))
    })

    it('features 2, timeout: a login past its deadline takes nothing more, and a fresh one keeps the request (I-34)', async (t) => {
      const { world, visitor } = await start(t, way)
      const request = await world.thrift.parameters({ state: 'kept', login_hint: 'jane' })
      const second = await typePassword(visitor, await visitor.begin(request), 'jane')
      world.clock.aheadMs += 15 * 60_000 + 1000
      const before = await allRows(world.database)
      const late = await visitor.force(second, 'totp', { code: codeOf('jane', world) })
      assert.equal(late.status, 410)
      const looked = await visitor.look(second)
      assert.equal(looked.status, 410)
      assert.deepEqual(await allRows(world.database), before)

      const fresh = await visitor.restart(looked)
      assert.equal(fresh.kind, 'asks', fresh.says)
      assert.notEqual(fresh.loginId, second.loginId)
      const end = await typeCode(world, visitor, await typePassword(visitor, fresh, 'jane'), 'jane')
      assert.equal(answerAt(end).state, 'kept')
      assert.ok(end.url.startsWith('http://localhost:3001/callback?'))
      const { claims } = await world.thrift.redeem(end.url)
      assert.equal(claims.nonce, request.nonce)
    })

    it('features 2, timeout: the application of an expired login is told when its answer is asked for', async (t) => {
      const { world, visitor } = await start(t, way)
      const choice = await visitor.begin(await world.thrift.parameters({ state: 'kept' }))
      world.clock.aheadMs += 15 * 60_000 + 1000
      const uid = interactionOf(await allRows(world.database), choice)
      const page = await visitor.browser.open(`${world.issuer.origin}/auth/${uid}`)
      assert.ok(page.left, `${page.status} ${page.text}`)
      const told = new URL(page.url).searchParams
      assert.deepEqual([told.get('error'), told.get('state')], ['access_denied', 'kept'])
    })

    it('the attempts of a state are spent once, and then the application is told', async (t) => {
      const { world, visitor } = await start(t, way)
      let place = await visitor.begin(await world.thrift.parameters({ state: 's' }))
      for (let tries = 4; tries >= 1; tries--) {
        place = await typePassword(visitor, place, 'nobody', 'wrong')
        assert.match(place.says, new RegExp(tries === 1 ? 'One try left' : `${tries} tries left`))
      }
      assertError(await typePassword(visitor, place, 'nobody', 'wrong'), 'access_denied', 's')
    })
  })

  describe(`forty at once, by ${way}`, () => {
    it('security 7: of forty right passwords at the same moment exactly one moves the login', async (t) => {
      const { world, visitor } = await start(t, way)
      const choice = await visitor.begin(await world.thrift.parameters())
      const statuses = await together(world, visitor, choice, 'password', jane, way)
      assertOneWinner(statuses, way)
      const events = await rowsOf(world.database, 'login_events')
      assert.equal(events.filter(({ option_id }) => option_id === 'password').length, 1)
      answerAt(await typeCode(world, visitor, await visitor.look(choice), 'jane'))
    })

    it('security 7: of forty right codes at the same moment exactly one signs in (security 92)', async (t) => {
      const { world, visitor } = await start(t, way)
      const choice = await visitor.begin(await world.thrift.parameters())
      const second = await typePassword(visitor, choice, 'jane')
      const fields = { code: codeOf('jane', world) }
      const statuses = await together(world, visitor, second, 'totp', fields, way)
      assertOneWinner(statuses, way)
      const events = await rowsOf(world.database, 'login_events')
      assert.equal(events.filter(({ option_id }) => option_id === 'totp').length, 1)
      const end = await visitor.look(second)
      assert.equal(end.kind, way === 'API' ? 'back' : 'refused')
    })

    it('security 7: of eight logins with one right code at the same moment one passes (security 91)', async (t) => {
      const { world } = await start(t, way)
      const places: { visitor: Visitor; place: Place }[] = []
      for (let i = 0; i < 8; i++) {
        const visitor = visitorOf(world, way)
        const choice = await visitor.begin(await world.thrift.parameters())
        places.push({ visitor, place: await typePassword(visitor, choice, 'jane') })
      }
      const code = codeOf('jane', world)
      const ends = await Promise.all(
        places.map(({ visitor, place }) => visitor.act(place, 'totp', { code })),
      )
      assert.equal(ends.filter(({ kind }) => kind === 'back').length, 1)
      assert.equal((await sessionsOfSomebody(world)).length, 1)
    })
  })
}

describe('one seq, one answer (JSON API)', () => {
  it('gives the same answer to the same key, and does the work once', async (t) => {
    const { world, visitor } = await start(t, 'API')
    const api = new ApiClient(world.issuer.origin, visitor.browser)
    const choice = await visitor.begin(await world.thrift.parameters())
    const first = await api.act(choice.login!, 'password', jane, 'key-1')
    const before = await allRows(world.database)
    const again = await api.act(choice.login!, 'password', jane, 'key-1')
    assert.equal(again.status, 200)
    assert.deepEqual(again.json(), first.json())
    const otherInput = await api.act(
      choice.login!,
      'password',
      { username: 'bo', password: 'x' },
      'key-1',
    )
    assert.deepEqual(otherInput.json(), first.json(), 'nothing typed is stored or compared')
    const otherKey = await api.act(choice.login!, 'password', jane, 'key-2')
    assert.equal(otherKey.status, 409)
    assert.deepEqual(otherKey.json<{ login: object }>().login, first.json())
    assert.deepEqual(await allRows(world.database), before)
  })

  it('gives forty of the same key the same answer or 409, and moves the login once', async (t) => {
    const { world, visitor } = await start(t, 'API')
    const choice = await visitor.begin(await world.thrift.parameters())
    const { href } = choice.login!.actions.find(({ name }) => name === 'password')!
    const request = {
      url: href,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'one' },
      body: JSON.stringify({ seq: choice.seq, input: jane }),
    }
    const answers = await visitor.browser.sendTogether(Array.from({ length: 40 }, () => request))
    const good = answers.filter(({ status }) => status === 200)
    assert.ok(good.length >= 1)
    assert.deepEqual(
      answers.filter(({ status }) => status !== 200 && status !== 409).map(({ status }) => status),
      [],
    )
    assert.equal(new Set(good.map(({ body }) => body)).size, 1)
    const events = await rowsOf(world.database, 'login_events')
    assert.equal(events.filter(({ option_id }) => option_id === 'password').length, 1)
  })
})

const passwordOnly = `flow: thrift
title: A password will do
applications: [thrift]
start: sign-in
within: 15m
policy:
  acr:
    urn:sallyport:acr:1: { factors: 1 }
states:
  sign-in:
    offer: [password]
    on: { success: done, exhausted: no }
  done: { end: success }
  no: { end: failure, error: access_denied }
`

function interactionOf(rows: Awaited<ReturnType<typeof allRows>>, { loginId }: Place): string {
  return String(rows.logins?.find(({ id }) => id === loginId)?.interaction_uid)
}

async function sessionsOfSomebody({ database }: World) {
  return (await rowsOf(database, 'sessions')).filter(({ account_id }) => account_id !== null)
}

/** The same answer forty times at the same moment, each with its own connection. */
async function together(
  world: World,
  visitor: Visitor,
  place: Place,
  action: string,
  fields: Readonly<Record<string, string>>,
  way: Way,
): Promise<number[]> {
  const { origin } = world.issuer
  const { loginId, seq } = place
  const request =
    way === 'pages'
      ? {
          url: `${origin}/login/${loginId}`,
          headers: { origin, 'content-type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams({ seq, action, ...fields }).toString(),
        }
      : {
          url: `${origin}/flow-api/logins/${loginId}/actions/${action}`,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ seq, input: fields }),
        }
  const all = Array.from({ length: 40 }, () => ({ ...request, method: 'POST' }))
  const answers = await visitor.browser.sendTogether(all)
  // Whoever comes after the end is led to what the winner was given, and has done nothing.
  return answers.map(({ status, headers }) =>
    headers.location?.startsWith(`${origin}/auth/`) ? 409 : status,
  )
}

function assertOneWinner(statuses: readonly number[], way: Way): void {
  const won = way === 'pages' ? 303 : 200
  assert.equal(statuses.filter((status) => status === won).length, 1, statuses.join(' '))
  assert.equal(statuses.filter((status) => status === 409).length, 39, statuses.join(' '))
}
