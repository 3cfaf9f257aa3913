import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'

describe('a run that knows of PostgreSQL', () => {
  it('ends with the status that its tests have given it', () => {
    const script = "await import('./test/support/postgres.ts'); process.exitCode = 3"
    const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', script])
    assert.equal(status, 3)
  })
})
