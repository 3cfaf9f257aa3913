import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'

describe('a run that knows of PostgreSQL', () => {
  it('ends with the status that its tests have given it', () => {
    for (const given of [0, 3]) {
      const script = `await import('./test/support/postgres.ts'); process.exitCode = ${given}`
      const { status, stderr } = spawnSync(
        process.execPath,
        ['--input-type=module', '-e', script],
        { encoding: 'utf8' },
      )
      assert.deepEqual([status, stderr], [given, ''])
    }
  })
})
