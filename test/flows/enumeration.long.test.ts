import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { describe, it, type TestContext } from 'node:test'
import { listStepTypes } from '../../src/steps/index.ts'
import { hashPassword, owaspCost } from '../../src/steps/password/hash.ts'
import { Browser } from '../support/browser.ts'
import { signInAtGoogle } from '../support/upstreams.ts'
import { visitorOf } from '../support/visitor.ts'
import { startWorld, type World } from '../support/world.ts'
import { faceOf } from './faces.ts'
import { goTo, typePassword } from './people.ts'

/** One try of each kind. */
const rounds = 500
/** A machine that has other things to do is asked for as many more before it is believed, and all of them count. */
const samplesMax = 3
/** The slowest kind's median above the quickest one's, as a share of it. */
const tolerance = 0.05
/** No account comes to its limit: every try is as good as the first. */
const betweenMs = 16 * 60_000

describe('who is known here', () => {
  it('security 122: is told neither by the time that a wrong password takes at full cost nor by what is answered: known, unknown, locked and federated accounts (I-36)', async (t) => {
    const world = await startWorld(t, {
      steps: () => listStepTypes({ issuer: new URL('http://localhost'), hashCost: owaspCost }),
    })
    const names = await addKinds(world)
    const times = new Map(names.map((name) => [name, [] as number[]]))
    let spread = Number.POSITIVE_INFINITY
    for (let sample = 0; sample < samplesMax && spread > tolerance; sample++) {
      const faces = await measure(world, times)
      assert.equal(faces.size, 1, [...faces].join('\n'))
      spread = spreadOf(t, times)
    }
    assert.ok(spread <= tolerance, `${(spread * 100).toFixed(1)} % between the medians`)
  })
})

/** @returns a user name of each kind */
async function addKinds(world: World): Promise<readonly string[]> {
  const { accounts } = world.app
  const password = { kind: 'password', secret: await hashPassword('three brass owls', owaspCost) }
  for (const userName of ['known', 'locked']) {
    const person = { userName, claims: {}, groups: [], credentials: [password] }
    await accounts.add(person, Date.now())
  }
  await accounts.setStatus('locked', 'locked')
  const before = new Set((await accounts.list()).map(({ id }) => id))
  const visitor = visitorOf(world, 'pages')
  const choice = await visitor.begin(await world.thrift.parameters())
  await goTo(visitor, choice, 'google', signInAtGoogle('Sam Staff'))
  const federated = (await accounts.list()).find(({ id }) => !before.has(id))
  assert.ok(federated?.userName)
  return ['known', 'unknown', 'locked', federated.userName]
}

/**
 * One try of each kind, in an order that is drawn anew, and then the next of each.
 *
 * @param times by user name, in milliseconds: more are added
 * @returns what was answered
 */
async function measure(world: World, times: ReadonlyMap<string, number[]>): Promise<Set<string>> {
  const faces = new Set<string>()
  for (let round = 0; round < rounds; round++) {
    world.clock.aheadMs += betweenMs
    for (const name of shuffled([...times.keys()])) {
      const browser = new Browser()
      const visitor = visitorOf(world, 'API', browser)
      const first = await visitor.begin(await world.thrift.parameters())
      const before = process.hrtime.bigint()
      const answer = await typePassword(visitor, first, name, 'not this one')
      times.get(name)!.push(Number(process.hrtime.bigint() - before) / 1e6)
      faces.add(JSON.stringify(faceOf(answer)).replaceAll(name, 'NAME'))
      browser.close()
    }
  }
  return faces
}

function spreadOf(t: TestContext, times: ReadonlyMap<string, readonly number[]>): number {
  const medians = [...times].map(([name, taken]) => [name, median(taken)] as const)
  const tries = times.values().next().value!.length
  const told = medians.map(([name, ms]) => `${name} ${ms.toFixed(2)} ms`)
  t.diagnostic(`medians of ${tries} tries each: ${told.join(', ')}`)
  const all = medians.map(([, ms]) => ms)
  return Math.max(...all) / Math.min(...all) - 1
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

function shuffled(names: readonly string[]): readonly string[] {
  const left = [...names]
  return names.map(() => left.splice(randomInt(left.length), 1)[0]!)
}
