import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { listen } from '../../src/cli/listen.ts'
import { command, folderOf } from '../support/command.ts'

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

it('whoever reads no further, as `head` does, is no bug', (t) => {
  const folder = folderOf(t)
  const line = '"$0" "$1" --help | true'
  const { stderr } = spawnSync('sh', ['-c', line, process.execPath, main], {
    encoding: 'utf8',
    cwd: folder,
  })
  assert.equal(stderr, '')
})

it('what the machine refuses is told in a sentence, without a stack, and exits with 2', async (t) => {
  const folder = folderOf(t)
  for (const [database, sentence] of [
    [
      'sqlite:/no/such/folder/x.sqlite',
      /^sallyport user: the file of the database cannot be opened/,
    ],
    ['postgres://u:p4ss@127.0.0.1:1/x', /^sallyport user: nobody answers there: .*127\.0\.0\.1:1$/],
    ['mysql://u:p4ss@localhost/x', /^sallyport user: the database must be named as sqlite:FILE/],
  ] as const) {
    const said = await command(folder, ['user', 'list', '--database', database])
    assert.match(said.err.trim(), sentence)
    assert.equal(said.code, 2)
    assert.doesNotMatch(said.err, /p4ss| {4}at /)
  }
  const shared = ['--database', 'postgres://u:p4ss@127.0.0.1:1/x']
  const demo = await command(folder, ['demo', ...shared])
  assert.match(demo.err, /^sallyport demo: the demo keeps its key beside its database/)
  const listing = ['user', 'list', '--json', '--database', 'sqlite:/no/such/folder/x.sqlite']
  const alone = spawnSync(process.execPath, [main, ...listing], { encoding: 'utf8', cwd: folder })
  assert.equal(alone.stdout, '', 'who reads JSON reads nothing else')
  const taken = createServer()
  t.after(() => taken.close())
  const port = await listen(taken, 0, '127.0.0.1')
  const database = `sqlite:${join(folder, 'demo.sqlite')}`
  const ports = ['--port', '0', '--thrift-port', '0', '--github-port', '0']
  const args = ['demo', '--database', database, ...ports, '--google-port', `${port}`]
  const busy = await command(folder, args)
  assert.match(busy.err, new RegExp(`^sallyport demo: port ${port} is in use`))
  assert.equal(busy.code, 2)
})

it('a command that is asked for help says what it does, and no word of ours is a command by chance', async (t) => {
  const folder = folderOf(t)
  const { code, out } = await command(folder, ['check', '--help'])
  assert.equal(code, 0)
  assert.match(out, /^sallyport check: says what is wrong with the flows/)
  assert.equal((await command(folder, ['constructor'])).code, 2)
})
