import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = resolve(import.meta.dirname, '../..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const example = /```ts\n([\s\S]*?)```/.exec(readme)![1]!

/** Somebody else's project that has the package and the example of the README. */
function project(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-own-project-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules/sallyport'))
  symlinkSync(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'))
  cpSync(join(root, 'flows'), join(folder, 'flows'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'vault.test.ts'), example)
  const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'))
  const own = { compilerOptions: { ...compilerOptions, rootDir: '/' }, files: ['vault.test.ts'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(own))
  return folder
}

describe('the example of the README in a project of its own', () => {
  it('compiles', async (t) => {
    const { stdout } = await run(join(root, 'node_modules/.bin/tsc'), { cwd: project(t) })
    assert.equal(stdout, '')
  })

  it('drives every path of a flow, each as a test of another runner', async (t) => {
    const cwd = project(t)
    // A runner that runs inside a runner would speak to it and not to us.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const { stdout } = await run(
      process.execPath,
      ['--test', '--test-reporter=tap', 'vault.test.ts'],
      { cwd, env },
    )
    const passed = Number(/^# pass (\d+)$/m.exec(stdout)?.[1])
    assert.ok(passed >= 12, stdout)
    assert.match(stdout, /^# fail 0$/m)
    assert.match(stdout, /^\s*ok 1 - vault-1 ends at /m)
  })
})
