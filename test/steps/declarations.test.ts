import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Case, StepDeclaration } from '../../src/language/declaration.ts'
import { factDeclarations } from '../../src/language/facts.ts'
import { stepTypes } from '../../src/steps/index.ts'

const folder = join(import.meta.dirname, '../../src/steps')
const declarations: readonly StepDeclaration[] = stepTypes.map((step) => step.declaration)

describe('the list of step types', () => {
  it('has each folder of the room once, under the name of its type', () => {
    const folders = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
    assert.deepEqual(declarations.map(({ type }) => type).sort(), folders.sort())
  })

  it('has a test for each', () => {
    for (const { type } of declarations) {
      assert.ok(existsSync(join(import.meta.dirname, `${type}.test.ts`)), type)
    }
  })
})

for (const declaration of declarations) {
  const { type, outcomes, hides, needs } = declaration
  const cases = Object.entries(outcomes).flatMap(([outcome, list]) =>
    (list as readonly Case[]).map((each, index) => ({ ...each, name: `${outcome}[${index}]` })),
  )

  describe(`the declaration of ${type}`, () => {
    it('hides only outcomes that it has', () => {
      for (const hidden of hides) assert.ok(hidden in outcomes, hidden)
    })

    it('has no case at an entry that it does not take', () => {
      for (const { from = [], name } of cases) {
        for (const kind of from) assert.ok(needs.includes(kind), name)
      }
    })

    it('records only facts of the identity that its case leaves', () => {
      for (const { records = [], identity, from = needs, name } of cases) {
        const left = identity ? [identity] : from
        for (const fact of records) {
          const { of: kinds } = factDeclarations[fact] as { of?: readonly string[] }
          if (kinds)
            assert.ok(
              left.every((kind) => kinds.includes(kind)),
              `${name}: ${fact}`,
            )
        }
      }
    })

    it('knows values only of facts that it records, and of their type', () => {
      for (const { records = [], where = {}, name } of cases) {
        for (const [fact, known] of Object.entries(where)) {
          assert.ok((records as readonly string[]).includes(fact), `${name}: ${fact}`)
          const { type: factType } = factDeclarations[fact as keyof typeof factDeclarations]
          const isList = 'is' in known ? Array.isArray(known.is) : true
          assert.equal(isList, factType === 'list<string>', `${name}: ${fact}`)
        }
      }
    })

    it('tells in words how each case comes about, each in its own', () => {
      const told = cases.map(({ enact }) => enact)
      assert.ok(told.every((words) => words !== undefined && words !== ''))
      assert.equal(new Set(told).size, told.length)
    })

    it('proves something exactly if it verifies a credential', () => {
      const proves = cases.some((each) => (each.proves ?? []).length > 0)
      assert.equal(proves, declaration.credential)
    })

    it('changes who the person is only at an entry without an account (I-16)', () => {
      for (const { from = needs, identity, name } of cases) {
        if (identity === 'pass-through') assert.ok(!from.includes('account'), name)
      }
    })
  })
}
