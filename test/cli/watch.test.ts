import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { run } from '../../src/cli/check.ts'

const shipped = join(import.meta.dirname, '../../flows')

/** `sallyport check --watch` over a copy of the shipped flows, and somebody who edits them. */
async function watching(t: TestContext, ...args: string[]) {
  const home = mkdtempSync(join(tmpdir(), 'watch-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  await cp(shipped, join(home, 'flows'), { recursive: true })
  const lines: string[] = []
  let heard = (): void => {}
  const hear = (line: string) => {
    lines.push(line)
    heard()
  }
  const stop = new AbortController()
  t.after(() => stop.abort())
  const io = { env: {}, cwd: home, stop: stop.signal, readInput: async () => '' }
  const ended = run([...args, '--watch'], { ...io, out: hear, err: hear })
  return {
    path: (name: string) => join(home, 'flows', name),
    /** Waits until something is said that was not said before. */
    async says(what: RegExp): Promise<string> {
      for (;;) {
        const at = lines.findIndex((line) => what.test(line))
        if (at >= 0) return lines.splice(0, at + 1).join('\n')
        await new Promise<void>((resolve) => {
          heard = resolve
        })
      }
    },
    edit(name: string, from: string, to: string) {
      const path = join(home, 'flows', name)
      const text = readFileSync(path, 'utf8')
      assert.ok(text.includes(from), from)
      writeFileSync(path, text.replace(from, to))
    },
    stop() {
      stop.abort()
      return ended
    },
  }
}

describe('sallyport check --watch', () => {
  it('checks again when a file changes, whatever is wrong with it, and ends with the last status', async (t) => {
    const person = await watching(t)
    await person.says(/\d+ flows, no problems/)

    person.edit('thrift.yaml', 'unavailable: enrol ', 'unavailable: enroll ')
    assert.match(await person.says(/1 problem$/), /did you mean `enrol`/)

    person.edit('thrift.yaml', 'unavailable: enroll ', 'unavailable: enrol ')
    person.edit('thrift.yaml', 'proofs.factors >= 2', 'proofs.factors >= 3')
    const broken = await person.says(/\d+ flows, no problems/)
    assert.match(broken, /staff always use two factors broken/)
    assert.equal(await person.stop(), 1)
  })

  it('sees a shared flow change, and a file that takes the place of another', async (t) => {
    const person = await watching(t, 'flows/vault.yaml')
    await person.says(/\d+ flows, no problems/)

    person.edit('shared/second-factor.yaml', 'proofs.factors >= 2', 'proofs.factors >= 3')
    assert.match(
      await person.says(/\d+ flows, no problems/),
      /second-factor: whoever passes has proven one factor more than before broken/,
    )
    writeFileSync(person.path('.vault.yaml~'), 'flow: vault\nstart: [\n')
    renameSync(person.path('.vault.yaml~'), person.path('vault.yaml'))
    await person.says(/problems?$/)
    assert.equal(await person.stop(), 2)
  })

  it('goes on when the file that it was asked about is gone, and when it is there again', async (t) => {
    const person = await watching(t, 'flows/vault.yaml')
    await person.says(/\d+ flows, no problems/)
    renameSync(person.path('vault.yaml'), person.path('vault.yaml.away'))
    await person.says(/vault.yaml is not a file of flows/)
    renameSync(person.path('vault.yaml.away'), person.path('vault.yaml'))
    await person.says(/\d+ flows, no problems/)
    assert.equal(await person.stop(), 0)
  })
})
