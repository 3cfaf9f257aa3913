import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'

const main = join(import.meta.dirname, '../../src/cli/main.ts')

it('the command runs by a link to it, as npx and node_modules/.bin call it', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-link-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const link = join(folder, 'sallyport')
  symlinkSync(main, link)
  const call = (...args: readonly string[]) =>
    spawnSync(process.execPath, [link, ...args], { encoding: 'utf8', cwd: folder })
  assert.match(call('--help').stdout, /runs the server/)
  const refused = call('frob')
  assert.equal(refused.status, 2)
  assert.match(refused.stderr, /there is no command frob/)
})
