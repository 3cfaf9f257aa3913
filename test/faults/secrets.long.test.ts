import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Secret } from '../../src/kit/secret.ts'
import { answerAt, passTime, passwordOf, signIn } from '../flows/people.ts'
import { type Place, type Visitor, visitorOf, ways } from '../support/visitor.ts'
import { secret as first, startWorld } from '../support/world.ts'

const second = new Secret(new Uint8Array(32).fill(6))

/** Two passwords one after the other: nobody's code can be used but once. */
const twice = {
  'thrift.yaml': `flow: thrift
title: Sign in
applications: [thrift]
start: sign-in
states:
  sign-in: { offer: [password], on: { success: again, exhausted: refused } }
  again: { offer: [password], fresh: true, on: { success: done, unknown: refused, blocked: refused, unavailable: refused, exhausted: refused } }
  done: { end: success }
  refused: { end: failure, error: access_denied }
`,
}

const jane = { username: 'jane', password: passwordOf('jane') }

describe('a new master key', () => {
  it('security 149: in the middle of a hundred logins loses none of them', async (t) => {
    const world = await startWorld(t, { files: twice })
    const begun: { readonly visitor: Visitor; readonly place: Place }[] = []
    for (let n = 0; n < 100; n++) {
      const visitor = visitorOf(world, ways[n % 2]!)
      const place = await visitor.begin(await world.thrift.parameters())
      begun.push({
        visitor,
        place: n % 4 < 2 ? place : await visitor.act(place, 'password', jane),
      })
    }
    await world.restart(twice, {}, { secret: second, otherSecrets: [first], firstSecret: first })
    const subjects = new Set<string>()
    for (const { visitor, place } of begun) {
      let at = place
      for (let n = 0; at.kind === 'asks' && n < 2; n++) {
        const asked = Object.keys(at.actions)
        assert.equal(asked[0], 'password', at.says)
        const fields = at.actions.password?.includes('username')
          ? jane
          : { password: jane.password }
        at = await visitor.act(at, 'password', fields)
      }
      subjects.add((await world.thrift.redeem(at.url)).claims.sub)
    }
    assert.equal(subjects.size, 1)
    assert.deepEqual(world.reports, [])
  })

  it('security 149: opens what people have on file, on a server that has it already and on one that has it not yet', async (t) => {
    const world = await startWorld(t)
    answerAt(await signIn(world, visitorOf(world, 'API')))
    for (const secrets of [
      { secret: first, otherSecrets: [second], firstSecret: first },
      { secret: second, otherSecrets: [first], firstSecret: first },
      { secret: first, otherSecrets: [second], firstSecret: first },
    ]) {
      await world.restart(undefined, {}, secrets)
      passTime(world)
      answerAt(await signIn(world, visitorOf(world, 'API')))
    }
  })

  it('security 149: without the one of before opens nothing, and lets nobody in', async (t) => {
    const world = await startWorld(t, { files: twice })
    const visitor = visitorOf(world, 'API')
    const place = await visitor.begin(await world.thrift.parameters())
    await assert.rejects(world.restart(twice, {}, { secret: second }), /sealed by another key/)
    await world.restart(twice)
    assert.equal((await visitor.look(place)).kind, 'asks')
  })
})
