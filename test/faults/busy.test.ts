import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { StepType } from '../../src/language/step.ts'
import { allRows } from '../support/rows.ts'
import { startWorld } from '../support/world.ts'
import { jane } from './acts.ts'
import { assertNoBug, openBeside } from './rows.ts'

describe('more passwords than there are processors', () => {
  it('wait for their turn; one too many is refused at once, tells when to come again, and has spent nothing (security 129)', async (t) => {
    const { world, db, gate, begin } = await start(t)
    const [first, second, third] = [await begin(), await begin(), await begin()]
    const working = first.submit()
    await gate.reached
    const waiting = second.submit()
    while (world.app.load().turns.awaited === 0) await setImmediate()
    const refused = await third.submit()
    assert.equal(refused.status, 503)
    assert.equal(refused.headers['retry-after'], '2')
    assert.match(refused.text, /busy/)
    const spent = await db('logins').select('spent')
    assert.equal(spent.filter((row) => row.spent !== '{}').length, 1, 'only the one that works')

    const beside = await Promise.all(
      ['/healthz', '/readyz'].map((path) => fetch(new URL(path, world.issuer))),
    )
    assert.deepEqual(
      beside.map(({ status }) => status),
      [200, 200],
    )
    gate.open()
    for (const page of [await working, await waiting, await third.submit()]) page.form('Verify')
  })

  it('let nobody begin: what there is room for is to finish those who have begun', async (t) => {
    const { world, db, gate, begin } = await start(t)
    const [first, second] = [await begin(), await begin()]
    const before = await allRows(world.database)
    const working = first.submit()
    await gate.reached
    const waiting = second.submit()
    while (world.app.load().turns.awaited === 0) await setImmediate()

    const asked = await world.thrift.authorize()
    const page = await world.browser().open(asked)
    assert.equal(page.status, 503)
    assert.equal(page.headers['retry-after'], '5')
    assert.match(page.text, /busy/)
    const parameters = Object.fromEntries(new URL(asked).searchParams)
    for (const [path, type, body] of [
      ['flow-api/logins', 'application/json', JSON.stringify(parameters)],
      ['request', 'application/x-www-form-urlencoded', new URLSearchParams(parameters)],
    ] as const) {
      const headers = { 'content-type': type, accept: 'application/json' }
      const answer = await fetch(new URL(path, world.issuer), { method: 'POST', headers, body })
      assert.equal(answer.status, 503, path)
      assert.equal(answer.headers.get('retry-after'), '5')
      assert.equal(((await answer.json()) as { code: string }).code, 'BUSY')
    }
    assert.equal(world.app.load().refused, 3)
    const after = await allRows(world.database)
    for (const table of ['logins', 'provider_models', 'sessions', 'tries']) {
      assert.equal(after[table]!.length, before[table]!.length, table)
    }

    gate.open()
    for (const done of [await working, await waiting]) done.form('Verify')
    ;(await world.browser().open(asked)).form('Sign in')
    assert.equal((await db('logins').select('id')).length, 3)
    assertNoBug(world.reports)
  })

  it('a turn passes on also when the work fails', async (t) => {
    const { gate, begin } = await start(t)
    const [first, second] = [await begin(), await begin()]
    const failing = first.submit()
    await gate.reached
    const waiting = second.submit()
    gate.fail()
    assert.equal((await failing).status, 500)
    ;(await waiting).form('Verify')
  })
})

/** One password at a time, the first held until it is let go of; one more may wait. */
async function start(t: TestContext) {
  const gate = new Gate()
  const world = await startWorld(t, {
    hashing: { atOnce: 1, waitingMax: 1 },
    steps: (steps) =>
      steps.map((step) => (step.declaration.type === 'password' ? gate.before(step) : step)),
  })
  return {
    world,
    gate,
    db: openBeside(t, world.database),
    async begin() {
      const browser = world.browser()
      const page = await browser.open(await world.thrift.authorize())
      return { submit: () => browser.submit(page.form('Sign in'), jane) }
    },
  }
}

class Gate {
  readonly reached: Promise<void>
  #reach = () => {}
  readonly #opened: Promise<void>
  open = () => {}
  fail = () => {}

  constructor() {
    this.reached = new Promise((resolve) => {
      this.#reach = resolve
    })
    this.#opened = new Promise((resolve, reject) => {
      this.open = resolve
      this.fail = () => reject(new Error('the hash has failed'))
    })
  }

  /** Only the first to come is held. */
  before(step: StepType): StepType {
    let isFirst = true
    return {
      ...step,
      work: async (call) => {
        if (isFirst) {
          isFirst = false
          this.#reach()
          await this.#opened
        }
        return step.work(call)
      },
    }
  }
}
