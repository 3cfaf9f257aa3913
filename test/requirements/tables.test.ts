import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { metadataFaults, tokenFaults, troubles } from '../support/upstream-faults.ts'
import { aemForms } from './aem-forms.ts'
import { asgardeo } from './asgardeo.ts'
import { asvs, asvsNumbers } from './asvs.ts'
import { nist80063b, nistSections } from './nist-800-63b.ts'
import { openASelect } from './openaselect.ts'
import { rfc9700, rfc9700Sections } from './rfc9700.ts'
import type { Row, Table } from './row.ts'
import { groups, security } from './security.ts'

const tests = join(import.meta.dirname, '..')
const numbers = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`)

/** The catalogue's numbers: what is not here was given up, and is no omission. */
const gaps = [
  3, 8, 13, 18, 23, 28, 33, 38, 43, 48, 53, 58, 63, 68, 73, 78, 83, 88, 93, 98, 103, 108,
].concat([113, 118, 123, 128, 133, 138, 143, 148, 153, 158, 163, 168, 173])
const catalogue = Array.from({ length: 177 }, (_, index) => index + 1)
  .filter((number) => !gaps.includes(number))
  .map(String)

const sentence = /^[A-Z].{20,}\.$/
const tables: readonly (readonly [string, Table, readonly string[]])[] = [
  ['Asgardeo', asgardeo, [...numbers('A', 58), ...numbers('W', 32)]],
  ['AEM forms', aemForms, [...numbers('F', 45), ...numbers('E', 18)]],
  ['OpenASelect', openASelect, [...numbers('O', 36), ...numbers('P', 23)]],
  ['security', security, catalogue],
  ['ASVS 5.0, level 1 and 2', asvs, asvsNumbers],
  ['RFC 9700', rfc9700, rfc9700Sections],
  ['NIST SP 800-63B-4', nist80063b, nistSections],
]

describe('the catalogue of attacks', () => {
  for (const group of 'ABCDEFGHIJK') {
    it(`has nothing open in group ${group}`, () => {
      const [name] = Object.keys(groups).filter((each) => each.startsWith(`${group}. `))
      const open = Object.entries(groups[name!]!).filter(([, row]) => 'open' in row)
      assert.deepEqual(open, [])
    })
  }

  it('has a fault in the lists for every number that a list shows', () => {
    const listed = [tokenFaults, metadataFaults, troubles].flatMap((list) => Object.values(list))
    const numbers = new Set(listed.map(({ security }) => String(security)))
    for (const [number, row] of Object.entries(security)) {
      if (!Array.isArray(row)) continue
      const byList = row.some((part) => 'test' in part && part.test.startsWith('security …:'))
      if (byList) assert.ok(numbers.has(number), number)
    }
  })
})

for (const [system, table, all] of tables) {
  describe(`the table of requirements of ${system}`, () => {
    it('has every number, and no other', () => {
      assert.deepEqual(Object.keys(table), all)
    })

    for (const [number, row] of Object.entries(table)) {
      if (!isParts(row)) {
        it(`says in one sentence why nothing shows ${number}`, () => {
          const [said] = Object.values(row)
          assert.match(said!, sentence)
        })
        continue
      }
      it(`names tests and documents that there are for ${number}`, () => {
        const shown = row.filter((part) => 'by' in part)
        const told = row.filter((part) => 'file' in part)
        assert.ok(shown.length + told.length > 0)
        for (const { file, heading } of told)
          assert.ok(headingsIn(file).includes(heading), `${file}: ${heading}`)
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

function isParts(row: Row): row is Extract<Row, readonly unknown[]> {
  return Array.isArray(row)
}

function headingsIn(file: string): readonly string[] {
  const text = readFileSync(join(tests, '..', file), 'utf8')
  return [...text.matchAll(/^#{1,4} (.+)$/gm)].map(([, heading]) => heading!)
}

/** As they stand in the file, with `…` for what differs from case to case. */
function namesIn(file: string): readonly string[] {
  const text = readFileSync(join(tests, file), 'utf8')
  const name = /\bit\(\s*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|`((?:\\.|[^`\\])*)`)/g
  return [...text.matchAll(name)].map(([, ...quoted]) =>
    (quoted.find((one) => one !== undefined) ?? '').replaceAll(/\$\{[^}]*\}/g, '…'),
  )
}
