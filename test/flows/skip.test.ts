import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { rowsOf } from '../support/rows.ts'
import { signInAtGithub } from '../support/upstreams.ts'
import { visitorOf, ways } from '../support/visitor.ts'
import { answerAt, goTo, start, typeCode, typePassword } from './people.ts'

const options = {
  env: { SALLYPORT_GITHUB_JIT: 'false' },
  files: {
    'thrift.yaml': `flow: thrift
title: Local people use two factors
applications: [thrift]
start: first
within: 15m
weaker:
  - ways: [github]
    because: GitHub's people only read
policy:
  acr:
    urn:sallyport:acr:1: { factors: 1 }
    urn:sallyport:acr:2: { factors: 2 }
states:
  first:
    offer: [password, github]
    on: { success: second, unknown: second, denied: no, blocked: no, exhausted: no }
  second:
    skip:
      - when: identity.connection != 'local'
        to: done
        because: the upstream has done its own
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no }
  done: { end: success }
  no: { end: failure, error: access_denied }
`,
  },
}

for (const way of ways) {
  describe(`a flow that skips by connection, by ${way}`, () => {
    it('scenario 5: asks people of an upstream for no code, and says so (A-50, A-52)', async (t) => {
      const { world, visitor } = await start(t, way, options)
      const choice = await visitor.begin(await world.thrift.parameters())
      const end = await goTo(visitor, choice, 'github', signInAtGithub('gil'))
      const { claims } = await world.thrift.redeem(end.url)
      assert.deepEqual(claims.amr, ['fed'])
      assert.equal(claims.acr, 'urn:sallyport:acr:1')
      const events = await rowsOf(world.database, 'login_events')
      const skipped = events.filter(({ reason }) => reason === 'the upstream has done its own')
      assert.equal(skipped.length, 1)
    })

    it('scenario 5: asks local people for a code, and a wrong one fails', async (t) => {
      const { world, visitor } = await start(t, way, options)
      const choice = await visitor.begin(await world.thrift.parameters())
      const second = await typePassword(visitor, choice, 'jane')
      const wrong = await visitor.act(second, 'totp', { code: '000000' })
      assert.equal(wrong.status, 200)
      assert.match(wrong.says, /That code is not right/)
      const end = await typeCode(world, visitor, wrong, 'jane')
      const { claims } = await world.thrift.redeem(end.url)
      assert.deepEqual(claims.amr, ['pwd', 'otp', 'mfa'])
    })

    it('scenario 5: takes no connection from a request: neither beside the password nor with the code', async (t) => {
      const { world, visitor } = await start(t, way, options)
      const extra = { connection: 'github', 'identity.connection': 'github' }
      const request = { ...(await world.thrift.parameters()), ...extra }
      const choice = await visitor.begin(request)
      const jane = { username: 'jane', password: 'paper lantern quartz' }
      const second = await visitor.force(choice, 'password', { ...jane, ...extra })
      assert.deepEqual(Object.keys(second.actions), ['totp', 'back', 'cancel'])
      const still = await visitor.force(second, 'totp', { code: '000000', ...extra })
      assert.deepEqual(Object.keys(still.actions), ['totp', 'back', 'cancel'])
      const past = await visitor.force(still, 'github', extra)
      assert.equal(past.status, 409)
      assert.deepEqual(Object.keys(past.actions), ['totp', 'back', 'cancel'])
      answerAt(await typeCode(world, visitor, past, 'jane'))
    })

    it('scenario 5: going back after one way and taking the other counts the other alone', async (t) => {
      const { world, visitor } = await start(t, way, options)
      const choice = await visitor.begin(await world.thrift.parameters())
      const away = await visitor.act(choice, 'github')
      const again = await visitor.look(away)
      const second = await typePassword(visitor, again, 'jane')
      assert.deepEqual(Object.keys(second.actions), ['totp', 'back', 'cancel'])
      const first = await visitor.act(second, 'back')
      const other = visitorOf(world, way, visitor.browser)
      const end = await goTo(other, first, 'github', signInAtGithub('gil'))
      const { claims } = await world.thrift.redeem(end.url)
      assert.deepEqual(claims.amr, ['fed'])
      assert.match(claims.sub, /^pt_/)
    })
  })
}
