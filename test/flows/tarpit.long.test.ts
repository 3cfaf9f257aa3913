import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { visitorOf } from '../support/visitor.ts'
import { faultyWorld } from './faulty-world.ts'
import { answerAt, signIn } from './people.ts'

/** Longer than the test may take: whoever hangs does so until it lets them go. */
const timeoutMs = 120_000
const hanging = 500
/** For one sign-in of two steps, on a machine that has all of the above to do besides. */
const enoughMs = 10_000

describe('an upstream that hangs for five hundred at once', () => {
  const faulty = faultyWorld('pages', 0, timeoutMs)

  it('security 61: keeps nobody else from signing in by password, and lets each of them try again', async () => {
    const { leave, upstream, world } = faulty()
    const people: Awaited<ReturnType<typeof leave>>[] = []
    while (people.length < hanging) {
      people.push(...(await Promise.all(Array.from({ length: 25 }, () => leave()))))
    }
    // Theirs have been idle about as long as the server keeps such connections: each comes by a new one.
    for (const { visitor } of people) visitor.browser.close()
    const hung: (() => void)[] = []
    let isFull = () => {}
    const full = new Promise<void>((resolve) => {
      isFull = resolve
    })
    upstream.lies = {
      answers: {
        '/token': (_, response) => {
          if (hung.push(() => response.destroy()) === hanging) isFull()
        },
      },
    }
    const coming = people.map(({ visitor, callback }) => visitor.browser.open(callback.href))
    await full
    for (let login = 0; login < 5; login++) {
      const startMs = performance.now()
      answerAt(await signIn(world, visitorOf(world, login % 2 === 0 ? 'pages' : 'API')))
      const tookMs = performance.now() - startMs
      assert.ok(tookMs < enoughMs, `${Math.round(tookMs)} ms`)
    }
    assert.equal(hung.length, hanging)
    for (const end of hung) end()
    for (const page of await Promise.all(coming)) {
      assert.equal(page.status, 200)
      assert.ok(page.form('Continue with Google'))
    }
    assert.ok(world.reports.length >= hanging, 'the operator is told')
  })
})
