import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../support/crossings.ts'
import { freePort } from '../support/free-port.ts'
import type { Mortal } from '../support/mortal.ts'
import { shareOut } from '../support/nodes.ts'
import { startWorld } from '../support/world.ts'
import { byPassword, firstByGoogle, type Journey } from './journeys.ts'
import { rounds } from './rounds.ts'
import { isPostgres, openBeside } from './rows.ts'
import { checkRows, startMortal, type Trial, trialOf } from './sweep.ts'

describe('of two nodes, one', () => {
  for (const journey of [byPassword, firstByGoogle]) {
    it(`stands still in the middle of work, and comes back when the other one has finished it: ${journey.name} (security 169, security 3.5)`, async (t) => {
      const { db, people, nodes, ports, front, trial } = await start(t, journey, 12)
      const [one, other] = nodes
      const points = pointsOf(isPostgres(db)).slice(0, rounds({ few: 3, all: 12 }))
      let paused = 0
      for (const point of points) {
        ports.splice(0, 2, people.ports[0]!)
        const own = trial(paused, other!)
        own.life.errorsMax = 20
        await one!.tell({ aheadMs: 0 })
        await other!.tell({ aheadMs: 0 })
        const riding = journey.ride(own, async () => {
          await one!.tell({ fault: { ...point, how: 'pause' } })
        })
        let isOver = false
        void riding.finally(() => {
          isOver = true
        })
        while (!isOver && !one!.isPaused()) await pause(5)
        assert.ok(one!.isPaused(), `${JSON.stringify(point)} is on the way`)
        ports.splice(0, 1, people.ports[1]!)
        front.cut()
        try {
          await riding
        } finally {
          one!.resume()
        }
        // What it was at is behind it when it has answered.
        await one!.tell({ fault: null })
        await journey.check(own)
        await checkRows(db)
        paused++
      }
      t.diagnostic(`${paused} faults`)
    })
  }

  it('is a minute ahead: nothing is given twice, and whoever comes when they agree again gets in (security 171, security 3.5)', async (t) => {
    const many = rounds({ few: 4, all: 20 })
    const { db, world, nodes, trial } = await start(t, byPassword, many)
    const [one, other] = nodes as [Mortal, Mortal]
    const tell: Mortal['tell'] = async (told) => {
      await one.tell(told)
      return other.tell(told)
    }
    let early = 0
    for (let n = 0; n < many; n++) {
      await tell({ aheadMs: 0 })
      await nodes[n % 2]!.tell({ aheadMs: 60_000 })
      // Between the two: the app's code is good for half a minute more, either way.
      world.clock.aheadMs = 30_000
      const own = trial(n, { tell, revive: async () => false })
      try {
        await byPassword.ride(own, async () => {})
        early++
      } catch (thrown) {
        // A code lives for a minute: the node that is ahead takes none of the other's.
        assert.match((thrown as Error).message, /no tokens for its last code/)
        await own.life.pass(30_000)
        await byPassword.ride(own, async () => {})
      }
      await checkRows(db)
    }
    t.diagnostic(`${many} faults: ${early} had no need to come again`)
  })

  it('after the other is stopped and started again, while people sign in: none of them is told of it (security 3.5)', async (t) => {
    const restarts = rounds({ few: 4, all: 20 })
    const aSecond = rounds({ few: 4, all: 20 })
    const { db, people, nodes, ports, trial } = await start(t, byPassword, restarts * aSecond * 4)
    const riding: Promise<Trial>[] = []
    let atOnce = 0
    const come = async (own: Trial) => {
      atOnce++
      await byPassword.ride(own, async () => {}).finally(() => atOnce--)
      return own
    }
    const coming = setInterval(() => {
      if (riding.length === people.many || atOnce === atOnceMax) return
      const ride = come(trial(riding.length, nodes[0]!))
      // Whoever fails is told of at the end.
      ride.catch(() => {})
      riding.push(ride)
    }, 1_000 / aSecond)
    const begun = Date.now()
    try {
      for (let restart = 0; restart < restarts; restart++) {
        const own = restart % 2
        ports.splice(0, 2, people.ports[1 - own]!)
        await nodes[own]!.leave()
        await nodes[own]!.start()
        ports.splice(0, 1, ...people.ports)
      }
    } finally {
      clearInterval(coming)
    }
    const seconds = (Date.now() - begun) / 1_000
    for (const own of await Promise.all(riding)) await byPassword.check(own)
    await checkRows(db)
    const rate = (riding.length / seconds).toFixed(1)
    t.diagnostic(`${restarts} faults: ${riding.length} logins, ${rate} a second`)
  })
})

/** A machine that is slower than they come is not asked for more than it can do. */
const atOnceMax = 20

/** Where no transaction is open; where there is more than one writer, also where one is. */
function pointsOf(isShared: boolean): readonly Fault[] {
  const begins = [1, 2, 3, 4].map((at) => ({ at, of: 'begin', when: 'before' as const }))
  const commits = [1, 2, 3, 4].map((at) => ({ at, of: 'commit', when: 'before' as const }))
  const after = [1, 2, 3, 4].map((at) => ({ at, of: 'commit', when: 'after' as const }))
  return isShared ? [...begins, ...after, ...commits] : [...begins, ...after]
}

async function start(t: TestContext, journey: Journey, many: number) {
  const world = await startWorld(t)
  const db = openBeside(t, world.database)
  for (let number = 1; number <= many; number++) await journey.settle(world, number)
  const own = [await freePort(), await freePort()]
  const nodes: Mortal[] = []
  for (const port of own) nodes.push(await startMortal(t, world, { port }))
  const ports = [...own]
  const front = await shareOut(Number(world.issuer.port), ports)
  t.after(() => front.close())
  return {
    world,
    db,
    nodes,
    /** Those that are asked. */
    ports,
    front,
    people: { many, ports: own },
    trial: (index: number, node: Pick<Mortal, 'tell' | 'revive'>) =>
      trialOf(world, db, { tell: node.tell.bind(node), revive: async () => false }, index + 1),
  }
}
