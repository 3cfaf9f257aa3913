import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { asgardeo } from './asgardeo.ts'

const tests = join(import.meta.dirname, '..')
const numbers = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`)

describe('the table of requirements', () => {
  it('has every number, A-1 to A-58 and W-1 to W-32, and no other', () => {
    assert.deepEqual(Object.keys(asgardeo), [...numbers('A', 58), ...numbers('W', 32)])
  })

  for (const [number, row] of Object.entries(asgardeo)) {
    if ('why' in row) {
      it(`says in one sentence why ${number} does not apply`, () => {
        assert.match(row.why, /^[A-Z].{20,}\.$/)
      })
      continue
    }
    it(`names tests that there are for ${number}`, () => {
      assert.ok(row.length > 0)
      for (const { by, test } of row)
        assert.ok(
          namesIn(by).some((name) => name.startsWith(test)),
          `${by}: ${test}`,
        )
    })
  }
})

/** As they stand in the file: a name that is made for each of several cases keeps its placeholders. */
function namesIn(file: string): readonly string[] {
  const text = readFileSync(join(tests, file), 'utf8')
  const name = /\bit\(\s*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|`((?:\\.|[^`\\])*)`)/g
  return [...text.matchAll(name)].map(
    ([, ...quoted]) => quoted.find((one) => one !== undefined) ?? '',
  )
}
