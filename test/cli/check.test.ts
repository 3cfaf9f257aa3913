import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { run } from '../../src/cli/check.ts'
import { readFolder } from '../../src/cli/folder.ts'

const shipped = join(import.meta.dirname, '../../flows')

/** Runs the command in a folder, and hands back what it has said. */
async function check(cwd: string, ...args: string[]) {
  const lines: string[] = []
  const code = await run(args, {
    out: (line) => lines.push(line),
    err: (line) => lines.push(`! ${line}`),
    env: {},
    cwd,
    stop: new AbortController().signal,
    readInput: async () => '',
  })
  return { code, said: lines.join('\n') }
}

describe('sallyport check', () => {
  let home: string
  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'check-'))
    await cp(shipped, join(home, 'flows'), { recursive: true })
    await cp(shipped, join(home, 'wrong'), { recursive: true })
    const path = join(home, 'wrong/thrift.yaml')
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replace('unavailable: enrol', 'unavailable: enroll'))
  })
  after(() => rm(home, { recursive: true }))

  it('says that there is no problem, and prints what is weaker on purpose', async () => {
    const { code, said } = await check(home)
    assert.equal(code, 0)
    assert.match(said, /thrift: weaker on purpose by github: /)
    assert.match(said, /\d+ flows, no problems$/)
  })

  it('tells each problem with its place, its line, and what to do', async () => {
    const { code, said } = await check(home, '--flows', 'wrong')
    assert.equal(code, 2)
    assert.match(said, /thrift\.yaml:\d+:20 state-unknown\n {2}\d+ \| .*enroll/)
    assert.match(said, /hint: did you mean `enrol`\?/)
    assert.match(said, /1 problem$/)
  })

  it('tells machines the same as JSON', async () => {
    const { code, said } = await check(home, '--flows', 'wrong', '--json')
    assert.equal(code, 2)
    const { problems, flows } = JSON.parse(said)
    assert.deepEqual(flows, [])
    assert.equal(problems.length, 1)
    assert.deepEqual(
      [problems[0].code, problems[0].file, problems[0].column],
      ['state-unknown', 'thrift.yaml', 20],
    )
  })

  it('tells only of the files that it is asked about', async () => {
    const other = await check(home, '--flows', 'wrong', 'wrong/vault.yaml')
    assert.equal(other.code, 0)
    assert.match(other.said, /others of the folder have some/)
    assert.equal((await check(home, '--flows', 'wrong', 'wrong/thrift.yaml')).code, 2)
  })

  it('security 134: refuses a file that is not in the folder of flows', async () => {
    for (const path of ['../etc/passwd', '/etc/passwd', 'flows/nothing.yaml', 'flows']) {
      await assert.rejects(check(home, path), /is not a file of flows/, path)
    }
  })

  it('says so when there is no folder', async () => {
    await assert.rejects(check(home, '--flows', 'nowhere'), /cannot be read.*--flows/)
  })

  it('writes the schemas beside the flows', async () => {
    const path = join(home, 'flows/flow.schema.json')
    await rm(path)
    assert.equal((await check(home, '--schemas')).code, 0)
    assert.equal(
      await readFile(path, 'utf8'),
      await readFile(join(shipped, 'flow.schema.json'), 'utf8'),
    )
  })
})

describe('reading the folder of flows', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'folder-'))
    await mkdir(join(folder, 'shared'))
    await mkdir(join(folder, 'other'))
    await writeFile(join(folder, 'a.yaml'), 'a: 1')
    await writeFile(join(folder, 'shared/b.yaml'), 'b: 1')
    await writeFile(join(folder, 'other/c.yaml'), 'c: 1')
    await writeFile(join(folder, 'notes.txt'), 'not a flow')
    await symlink('/etc/passwd', join(folder, 'stolen.yaml'))
    await symlink('/etc', join(folder, 'etc.yaml'))
  })
  after(() => rm(folder, { recursive: true }))

  it('finds its own files and those of `shared`, by name', async () => {
    const files = await readFolder(folder)
    assert.deepEqual(files, [
      { name: 'a.yaml', text: 'a: 1' },
      { name: 'shared/b.yaml', text: 'b: 1' },
    ])
  })

  it('security 134: follows no link, neither of a file nor of `shared`', async () => {
    assert.ok((await readFolder(folder)).every(({ text }) => !text.includes('root')))
    const linked = await mkdtemp(join(tmpdir(), 'linked-'))
    await symlink(join(folder, 'other'), join(linked, 'shared'))
    assert.deepEqual(await readFolder(linked), [])
    await rm(linked, { recursive: true })
  })

  it('security 135: does not read all of a file that is far too long', async () => {
    const path = join(folder, 'long.yaml')
    await writeFile(path, 'x'.repeat(10_000_000))
    const long = (await readFolder(folder)).find(({ name }) => name === 'long.yaml')
    assert.ok(long!.text.length > 256 * 1024 && long!.text.length < 2_000_000)
    await rm(path)
  })
})
