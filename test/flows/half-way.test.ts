import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { rowsOf } from '../support/rows.ts'
import { type Place, type Visitor, ways } from '../support/visitor.ts'
import type { World } from '../support/world.ts'
import { answerAt, assertError, start, typeCode, typePassword } from './people.ts'

for (const way of ways) {
  describe(`somebody who is half signed in, by ${way}`, () => {
    it('security 119: is nobody everywhere but in this login, at every step of it', async (t) => {
      const { world, visitor } = await start(t, way)
      const choice = await visitor.begin(await world.thrift.parameters())
      await isNobody(world, visitor, choice)
      const code = await typePassword(visitor, choice, 'jane')
      await isNobody(world, visitor, code)
      const wrong = await visitor.act(code, 'totp', { code: '000000' })
      await isNobody(world, visitor, wrong)
      answerAt(await typeCode(world, visitor, await visitor.look(wrong), 'jane'))
    })
  })
}

/** With all the cookies that the browser has by now. */
async function isNobody(world: World, { browser, begin }: Visitor, place: Place): Promise<void> {
  for (const application of [world.thrift, world.vault]) {
    const silent = await application.parameters({ prompt: 'none', state: 's' })
    assertError(await begin(silent), 'login_required', 's')
  }
  const { origin } = world.issuer
  const logins = await rowsOf(world.database, 'logins')
  const login = logins.find(({ id }) => id === place.loginId)
  const resumed = await browser.send(`${origin}/auth/${login?.interaction_uid}`)
  assert.match(String(resumed.headers.location), /\/login\/lg_/, 'back to the step')
  for (const path of ['/me', '/admin/api/users']) {
    const answer = await browser.send(`${origin}${path}`)
    assert.ok(answer.status >= 400 && answer.status < 500, `${path}: ${answer.status}`)
  }
  const left = await browser.send(`${origin}/session/end`)
  assert.doesNotMatch(left.body, /Do you want to sign out/, 'there is nobody to sign out')
  const given = (await rowsOf(world.database, 'provider_models')).map(({ model }) => String(model))
  assert.deepEqual(
    given.filter((model) => /Token|Code|Grant/.test(model)),
    [],
  )
  const sessions = await rowsOf(world.database, 'sessions')
  assert.deepEqual(
    sessions.filter(({ account_id }) => account_id !== null),
    [],
  )
}
