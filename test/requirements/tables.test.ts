import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { aemForms } from './aem-forms.ts'
import { asgardeo } from './asgardeo.ts'
import { openASelect } from './openaselect.ts'
import type { Table } from './row.ts'

const tests = join(import.meta.dirname, '..')
const numbers = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`)

const sentence = /^[A-Z].{20,}\.$/
const tables: readonly (readonly [string, Table, readonly string[]])[] = [
  ['Asgardeo', asgardeo, [...numbers('A', 58), ...numbers('W', 32)]],
  ['AEM forms', aemForms, [...numbers('F', 45), ...numbers('E', 18)]],
  ['OpenASelect', openASelect, [...numbers('O', 36), ...numbers('P', 23)]],
]

for (const [system, table, all] of tables) {
  describe(`the table of requirements of ${system}`, () => {
    it('has every number, and no other', () => {
      assert.deepEqual(Object.keys(table), all)
    })

    for (const [number, row] of Object.entries(table)) {
      if ('why' in row || 'open' in row) {
        it(`says in one sentence why nothing shows ${number}`, () => {
          assert.match('why' in row ? row.why : row.open, sentence)
        })
        continue
      }
      it(`names tests that there are for ${number}`, () => {
        const shown = row.filter((part) => 'by' in part)
        assert.ok(shown.length > 0)
        for (const { by, test } of shown)
          assert.ok(
            namesIn(by).some((name) => name.startsWith(test)),
            `${by}: ${test}`,
          )
        for (const part of row) if ('except' in part) assert.match(part.except, sentence)
      })
    }
  })
}

/** As they stand in the file: a name that is made for each of several cases keeps its placeholders. */
function namesIn(file: string): readonly string[] {
  const text = readFileSync(join(tests, file), 'utf8')
  const name = /\bit\(\s*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|`((?:\\.|[^`\\])*)`)/g
  return [...text.matchAll(name)].map(
    ([, ...quoted]) => quoted.find((one) => one !== undefined) ?? '',
  )
}
