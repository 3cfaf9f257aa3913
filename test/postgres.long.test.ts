import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { postgresVariable } from './support/database.ts'
import { nodesVariable } from './support/nodes.ts'
import { startPostgres } from './support/postgres.ts'

describe('PostgreSQL', () => {
  // Each part is a run of its own, with a time of its own.
  for (const part of ['1/4', '2/4', '3/4', '4/4']) {
    it(`keeps every promise that the tests of whole flows make on SQLite, also when each request goes to the other of two nodes (security 167), part ${part}`, async (t) => {
      const server = await startPostgres()
      t.after(() => server.close())
      const two = { [postgresVariable]: server.url, [nodesVariable]: '2' }
      const { status, told } = await runAll(['flows/', `--part=${part}`], two)
      assert.equal(status, 0, told)
    })
  }
})

/** Those tests, in a process of their own. */
function runAll(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<{ status: number | null; told: string }> {
  const all = join(import.meta.dirname, 'all.ts')
  const run = spawn(process.execPath, ['--test-reporter=dot', all, ...words], {
    env: { ...process.env, ...environment },
  })
  let told = ''
  for (const stream of [run.stdout, run.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      told += text
    })
  }
  return new Promise((done) => run.on('close', (status) => done({ status, told })))
}
