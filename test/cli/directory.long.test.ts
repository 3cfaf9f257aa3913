import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { openDatabase } from '../../src/store/open.ts'

const entries = 100_000
/** Megabytes of heap that the process may have: the entries alone would take more. */
const heapMax = 80
const main = resolve(import.meta.dirname, '../../src/cli/main.ts')

const directories = `directories:
  staff:
    title: Staff
    kind: enterprise
    store: sql
    url: sqlite:theirs.sqlite
    table: people
    name: name
    id: id
    reads: [mail, about]
    passwordColumn: hash
    passwordScheme: argon2
    attributes: { email: claims.mail, about: claims.about }
`

describe('a directory of 100,000 entries', () => {
  it('is synchronised in bounded memory, shows how far it is, is killed with SIGKILL and goes on', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-directory-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    writeFileSync(join(folder, 'directories.yaml'), directories)
    const other = openDatabase({ url: `sqlite:${join(folder, 'theirs.sqlite')}` })
    await other.schema.createTable('people', (table) => {
      table.string('id').primary()
      table.string('name')
      table.string('mail')
      table.string('hash')
      table.text('about')
    })
    await other.raw(
      `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${entries})
       insert into people select printf('s-%06d', i), printf('person%06d', i),
         printf('p%06d@staff.example', i), '', hex(randomblob(200)) from n`,
    )
    await other.destroy()

    const database = openDatabase({ url: `sqlite:${join(folder, 'ours.sqlite')}` })
    t.after(() => database.destroy())
    const sync = () => {
      const child = spawn(
        process.execPath,
        [
          `--max-old-space-size=${heapMax}`,
          main,
          ...['directory', 'sync', 'staff', '--flows', '.', '--database', 'sqlite:ours.sqlite'],
        ],
        { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
      )
      t.after(() => child.kill('SIGKILL'))
      return { child, said: heard(child) }
    }
    const pages = async () => {
      if (!(await database.schema.hasTable('directory_runs'))) return 0
      return Number((await database('directory_runs').first('pages'))?.pages ?? 0)
    }

    const first = sync()
    const ended = once(first.child, 'exit')
    while ((await pages()) < entries / 1000 / 4) await pause(50)
    first.child.kill('SIGKILL')
    assert.deepEqual((await ended)[1], 'SIGKILL')
    const before = Number((await database('accounts').count({ n: '*' }))[0]?.n)
    assert.ok(before > 0 && before < entries, String(before))
    assert.equal(before, (await pages()) * 1000)

    const second = sync()
    const [code] = await once(second.child, 'exit')
    const { out, err } = await second.said
    assert.equal(code, 0, err)
    assert.equal(out, `staff: ${entries} read, ${entries} added\n`)
    assert.match(err, /^\d+ read, \d+ added$/m)
    assert.equal(Number((await database('accounts').count({ n: '*' }))[0]?.n), entries)
    assert.equal(Number((await database('associations').count({ n: '*' }))[0]?.n), entries)
  })
})

async function heard({ stdout, stderr }: ChildProcess) {
  const text = async (stream: NodeJS.ReadableStream) => {
    let all = ''
    for await (const chunk of stream) all += String(chunk)
    return all
  }
  const [out, err] = await Promise.all([text(stdout!), text(stderr!)])
  return { out, err }
}
