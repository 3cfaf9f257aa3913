import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answerAt, start, typeCode, typePassword } from '../flows/people.ts'
import { allRows } from '../support/rows.ts'
import { visitorOf } from '../support/visitor.ts'
import { codeOf, type World } from '../support/world.ts'
import { assertNoBug } from './rows.ts'

const hourMs = 3_600_000

describe('a clock that jumps while somebody signs in', () => {
  const jumps = { 'two hours on': 2 * hourMs, 'ten years on': 10 * 365 * 24 * hourMs }
  for (const [what, byMs] of Object.entries(jumps)) {
    it(`security 170: ${what} lets nobody in with what was proven before, and takes nothing from whoever comes when it is right again`, async (t) => {
      const { world } = await start(t, 'API')
      const { visitor, place } = await toSecond(world)
      world.clock.aheadMs += byMs
      const late = await typeCode(world, visitor, place, 'jane')
      assert.equal(late.status, 410)
      await world.app.sweep()
      world.clock.aheadMs -= byMs
      const again = await toSecond(world)
      answerAt(await typeCode(world, again.visitor, again.place, 'jane'))
      assertNoBug(world.reports)
    })
  }

  it('security 170: back by an hour gives back no code that was spent, and no login that is over', async (t) => {
    const { world } = await start(t, 'API')
    const { visitor, place } = await toSecond(world)
    answerAt(await typeCode(world, visitor, place, 'jane'))
    const spent = (await credentialsOf(world)).map(({ counter }) => Number(counter))
    world.clock.aheadMs -= hourMs
    const over = await visitor.force(place, 'totp', { code: codeOf('jane', world) })
    assert.ok([409, 410].includes(over.status), String(over.status))
    const again = await toSecond(world)
    const refused = await typeCode(world, again.visitor, again.place, 'jane')
    assert.ok('totp' in refused.actions, 'a code of before the last one that was taken')
    assert.deepEqual(
      (await credentialsOf(world)).map(({ counter }) => Number(counter)),
      spent,
    )
    assertNoBug(world.reports)
  })
})

async function toSecond(world: World) {
  const visitor = visitorOf(world, 'API')
  const first = await visitor.begin(await world.thrift.parameters())
  return { visitor, place: await typePassword(visitor, first, 'jane') }
}

async function credentialsOf({ database }: World) {
  const { credentials = [] } = await allRows(database)
  return credentials.filter(({ kind }) => kind === 'totp')
}
