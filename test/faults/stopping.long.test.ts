import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { StepType } from '../../src/language/step.ts'
import { answerAt, assertError, passTime, start, typeCode, typePassword } from '../flows/people.ts'
import { denyAtGithub } from '../support/upstreams.ts'
import { assertNoBug } from './rows.ts'

describe('a server that is told to stop', () => {
  it('security 174: while it hashes, answers whoever waits, and the login goes on where it stands then', async (t) => {
    const gate = Promise.withResolvers<void>()
    const entered = Promise.withResolvers<void>()
    const { world, visitor } = await start(t, 'API', {
      steps: (all) => all.map((step) => held(step, entered.resolve, gate.promise)),
    })
    const first = await visitor.begin(await world.thrift.parameters())
    const answering = typePassword(visitor, first, 'jane')
    await entered.promise
    const restarting = world.restart()
    gate.resolve()
    const [second] = await Promise.all([answering, restarting])
    assert.ok('totp' in second.actions, `${second.status} ${second.says}`)
    answerAt(await typeCode(world, visitor, await visitor.look(second), 'jane'))
    passTime(world)
    assertNoBug(world.reports)
  })

  it('security 174: while a person is at an upstream, finds them again when they come back', async (t) => {
    const { world, visitor } = await start(t, 'pages')
    const first = await visitor.begin(await world.thrift.parameters({ state: 'kept' }))
    const away = await visitor.act(first, 'github')
    assert.equal(away.kind, 'away')
    await world.restart()
    const back = await visitor.visit(away, denyAtGithub('gil'))
    assertError(back, 'access_denied', 'kept')
    assertNoBug(world.reports)
  })
})

/** Does nothing until it is let. */
function held(step: StepType, enter: () => void, gate: Promise<void>): StepType {
  if (step.declaration.type !== 'password') return step
  return {
    ...step,
    async work(call) {
      enter()
      await gate
      return step.work(call)
    },
  }
}
