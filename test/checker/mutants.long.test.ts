import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { main } from '../../src/cli/main.ts'

const shipped = join(import.meta.dirname, '../../flows')
const folders = [
  shipped,
  ...readdirSync(join(shipped, 'examples')).map((name) => join(shipped, 'examples', name)),
]

// Every flow that is shipped, whoever adds one: an edit that lets in with less must break a property.
describe('every single edit of every flow that is shipped', () => {
  for (const folder of folders) {
    it(`of ${folder.slice(shipped.length - 5)} is explained, and broken where it is less secure`, async () => {
      const out: string[] = []
      const code = await main(['mutate', '--flows', folder], {
        out: (line) => out.push(line),
        err: (line) => out.push(line),
        env: {},
        cwd: shipped,
        stop: new AbortController().signal,
        readInput: async () => '',
      })
      assert.equal(code, 0, out.join('\n'))
      const told = out.filter((line) => line.includes(' of them less secure, '))
      assert.ok(told.length > 0 && told.every((line) => line.includes(', 0 of those unexplained')))
    })
  }
})
