import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Admission } from '../../src/engine/admission.ts'
import { KnownError } from '../../src/kit/errors.ts'

describe('who may begin on a busy server', () => {
  it('nobody while a quarter of those wait who may wait for a hash', async () => {
    const { admission, turns, come } = start()
    turns.waiting = 15
    assert.equal(await come(), 'begun')
    turns.waiting = 16
    assert.deepEqual(await come(), { code: 'BUSY', retryAfterSeconds: 5 })
    assert.equal(admission.refused, 1)
    turns.waiting = 0
    assert.equal(await come(), 'begun')
  })

  it('a queue of no length waits for nobody', async () => {
    const { turns, come } = start()
    turns.waitingMax = 0
    assert.equal(await come(), 'begun')
  })

  it('one more than 64 at once only while the event loop has time', async () => {
    const { loop, come, stay } = start()
    loop.pass({ active: 225, idle: 25 })
    const others = Array.from({ length: 64 }, stay)
    assert.deepEqual(await come(), { code: 'BUSY', retryAfterSeconds: 5 })

    loop.pass({ active: 224, idle: 26 })
    assert.equal(await come(), 'begun')

    loop.pass({ active: 250, idle: 0 })
    assert.deepEqual(await come(), { code: 'BUSY', retryAfterSeconds: 5 })
    others[0]!.leave()
    await others[0]!.left
    assert.equal(await come(), 'begun', 'in the place of whoever is through')
  })

  it('the loop is looked at for a quarter of a second before it counts', async () => {
    const { loop, come, stay } = start()
    for (let many = 0; many < 64; many++) stay()
    loop.pass({ active: 249, idle: 0 })
    assert.equal(await come(), 'begun')
    loop.pass({ active: 1, idle: 0 })
    assert.deepEqual(await come(), { code: 'BUSY', retryAfterSeconds: 5 })
  })

  it('who fails to begin has left too', async () => {
    const { loop, admission, come } = start()
    loop.pass({ active: 250, idle: 0 })
    for (let many = 0; many < 70; many++) {
      await assert.rejects(admission.begin(async () => assert.fail('the database is away')))
    }
    assert.equal(await come(), 'begun')
  })
})

function start() {
  const turns = { waiting: 0, waitingMax: 64 }
  let time = { active: 5_000, idle: 90_000 }
  const loop = {
    pass({ active, idle }: typeof time) {
      time = { active: time.active + active, idle: time.idle + idle }
    },
  }
  const admission = new Admission({ turns, loopTime: () => time })
  const come = async () => {
    try {
      return await admission.begin(async () => 'begun')
    } catch (thrown) {
      assert.ok(thrown instanceof KnownError)
      const { code, retryAfterSeconds } = thrown
      return { code, retryAfterSeconds }
    }
  }
  const stay = () => {
    let leave = () => {}
    const left = admission.begin(() => new Promise<void>((resolve) => (leave = resolve)))
    return { left, leave: () => leave() }
  }
  return { admission, turns, loop, come, stay }
}
