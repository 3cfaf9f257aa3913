import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'

const seeds = 4_000
const command = join(import.meta.dirname, 'run.ts')

describe('simulation', () => {
  it('of 4,000 seeds: nothing is lost, doubled or let in (security 177)', async (t) => {
    const processes = availableParallelism()
    const share = Math.ceil(seeds / processes)
    const summaries = await Promise.all(
      Array.from({ length: processes }, (_, at) =>
        run(at * share + 1, Math.min(seeds, (at + 1) * share)),
      ),
    )
    for (const { from, to, ends, broken } of summaries) {
      t.diagnostic(`seeds ${from} to ${to}: ${JSON.stringify(ends)}`)
      assert.deepEqual(broken, [], 'npm run simulate -- SEED tells the history of a seed')
      assert.ok(ends.success > share, 'logins do succeed')
    }
    assert.equal(
      summaries.reduce((sum, { from, to }) => sum + to - from + 1, 0),
      seeds,
    )
  })
})

async function run(from: number, to: number) {
  const args = [command, String(from), String(to)]
  // With a broken seed it ends with 1, and has said which.
  const { stdout } = await promisify(execFile)(process.execPath, args).catch(
    (failed: { stdout: string; stderr: string }) => {
      if (failed.stdout === '') throw new Error(failed.stderr)
      return failed
    },
  )
  return JSON.parse(stdout)
}
