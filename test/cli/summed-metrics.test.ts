import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { SummedMetrics } from '../../src/cli/summed-metrics.ts'

describe('what several processes have counted', () => {
  it('is one sum for each metric and its labels', async () => {
    const summed = new SummedMetrics()
    summed.take(1, await counted({ a: 2 }, 3))
    summed.take(2, await counted({ a: 1, b: 5 }, 4))
    const text = await summed.text()
    assert.match(text, /^moves\{state="a"\} 3$/m)
    assert.match(text, /^moves\{state="b"\} 5$/m)
    assert.match(text, /^held 7$/m)
    assert.match(text, /^seconds_count 2$/m)
  })

  it('is what each has said last', async () => {
    const summed = new SummedMetrics()
    summed.take(1, await counted({ a: 2 }, 3))
    summed.take(1, await counted({ a: 4 }, 1))
    const text = await summed.text()
    assert.match(text, /^moves\{state="a"\} 4$/m)
    assert.match(text, /^held 1$/m)
  })

  it('stays in the sums when they are gone, one or many, but for what they held', async () => {
    const summed = new SummedMetrics()
    for (const id of [1, 2, 3]) summed.take(id, await counted({ a: 2 }, 3))
    summed.bury(1)
    summed.bury(2)
    const text = await summed.text()
    assert.match(text, /^moves\{state="a"\} 6$/m)
    assert.match(text, /^seconds_count 3$/m)
    assert.match(text, /^held 3$/m)
  })

  it('is nothing of one that has died before it said anything', async () => {
    const summed = new SummedMetrics()
    summed.bury(1)
    assert.equal((await summed.text()).trim(), '')
  })
})

/** As a process sends it. */
async function counted(moves: Readonly<Record<string, number>>, held: number) {
  const registry = new Registry()
  const registers = [registry]
  const counter = new Counter({ name: 'moves', help: '-', labelNames: ['state'], registers })
  for (const [state, many] of Object.entries(moves)) counter.inc({ state }, many)
  new Gauge({ name: 'held', help: '-', registers }).set(held)
  new Histogram({ name: 'seconds', help: '-', buckets: [1], registers }).observe(0.5)
  return JSON.parse(JSON.stringify(await registry.getMetricsAsJSON()))
}
