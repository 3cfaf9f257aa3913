import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { allRows } from '../support/rows.ts'
import { agreeAtGithub, signInAtGithub, signInAtGoogle } from '../support/upstreams.ts'
import { visitorOf, ways } from '../support/visitor.ts'
import { codeOf, filesWith } from '../support/world.ts'
import { addApp, answerAt, goTo, start, typeCode, typePassword } from './people.ts'

const jane = { username: 'jane', password: 'paper lantern quartz' }

for (const way of ways) {
  describe(`choosing an option, by ${way}`, () => {
    it('scenario 14: a step that was answered takes no second answer, right or wrong', async (t) => {
      const { world, visitor } = await start(t, way)
      const choice = await visitor.begin(await world.thrift.parameters())
      const second = await typePassword(visitor, choice, 'jane')
      const before = await allRows(world.database)
      for (const fields of [jane, { ...jane, password: 'wrong' }, {}]) {
        const refused = await visitor.force(choice, 'password', fields)
        assert.equal(refused.status, 409)
        assert.deepEqual(refused.actions, second.actions)
      }
      assert.deepEqual(await allRows(world.database), before)
      answerAt(await typeCode(world, visitor, second, 'jane'))
    })

    it('scenario 14: what another login offers is nothing here: neither its token nor its options', async (t) => {
      const { world, visitor } = await start(t, way)
      const here = await visitor.begin(await world.thrift.parameters())
      const there = await typePassword(
        visitor,
        await visitor.begin(await world.thrift.parameters()),
        'jane',
      )
      const before = await allRows(world.database)
      const borrowed = await visitor.force(here, 'password', jane, there.seq)
      assert.equal(borrowed.status, 403, 'a token of another login is one that was never made')
      const option = await visitor.force(here, 'totp', { code: codeOf('jane', world) })
      assert.equal(option.status, 409)
      assert.deepEqual(await allRows(world.database), before)
      answerAt(await typeCode(world, visitor, there, 'jane'))
    })

    it('scenario 14: back from one way and on by another leaves the last alone', async (t) => {
      const { world, visitor } = await start(t, way)
      const choice = await visitor.begin(await world.thrift.parameters())
      const second = await typePassword(visitor, choice, 'jane')
      const back = await visitor.act(second, 'back')
      assert.deepEqual(Object.keys(back.actions), ['password', 'google', 'github', 'cancel'])

      // Away to one upstream, back by oneself, and on by the other.
      const away = await visitor.act(back, 'github')
      const late = await agreeAtGithub(away.page!, visitor.browser, 'gil')
      const enrol = await goTo(
        visitor,
        await visitor.look(away),
        'google',
        signInAtGoogle('Ann Example'),
      )
      assert.equal((await visitor.browser.open(late)).status, 400)
      const { place } = await addApp(world, visitor, enrol)
      const { claims, userinfo } = await world.thrift.redeem(place.url)
      assert.equal(userinfo.email, 'ann@x.test')
      assert.deepEqual(claims.amr, ['fed', 'otp', 'mfa'], 'no password of jane')
      const { associations = [] } = await allRows(world.database)
      assert.deepEqual(
        associations.map(({ connection }) => connection),
        ['google'],
      )
    })

    it('security 14: a login of an application that was taken away goes nowhere, nor does its upstream`s answer', async (t) => {
      const { world, visitor } = await start(t, way)
      const second = await typePassword(
        visitor,
        await visitor.begin(await world.thrift.parameters()),
        'jane',
      )
      const other = visitorOf(world, way)
      const away = await other.act(await other.begin(await world.thrift.parameters()), 'github')
      await world.restart(withoutThrift())

      const before = await allRows(world.database)
      const refused = await visitor.force(second, 'totp', { code: codeOf('jane', world) })
      assert.equal(refused.status, 403)
      assert.match(refused.body, /APPLICATION_GONE/)
      assert.equal((await visitor.look(second)).status, 403)
      const back = await signInAtGithub('gil')(away.page!, other.browser)
      assert.equal(back.status, 403)
      const { accounts, associations, login_events } = await allRows(world.database)
      assert.deepEqual(
        { accounts, associations, login_events },
        {
          accounts: before.accounts,
          associations: before.associations,
          login_events: before.login_events,
        },
      )
    })
  })
}

/** The same files with another application in its place. */
function withoutThrift(): Readonly<Record<string, string>> {
  const text = (name: string) => filesWith().find((file) => file.name === name)!.text
  return {
    'applications.yaml': text('applications.yaml').replace(/^ {2}thrift:$/m, '  swift:'),
    'thrift.yaml': text('thrift.yaml').replace('applications: [thrift]', 'applications: [swift]'),
  }
}
