import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { check } from '../../src/checker/check.ts'
import { loadSeveral, verdictOf } from '../support/checked.ts'
import { testSteps } from '../support/declarations.ts'
import { engineRows } from './corpus/engines.ts'
import { flowRows } from './corpus/flows.ts'
import type { Row } from './corpus/row.ts'
import { stepRows } from './corpus/steps.ts'

const rows = [...flowRows, ...engineRows, ...stepRows]

// Published vulnerabilities and complaints, one small flow or one missing rule each.
describe('corpus', () => {
  for (const row of rows) {
    it(`${row.id} (${row.system}): ${row.mistake}: refused by ${row.refusedBy}`, () => {
      const verdict = verdictOf(reportOf(row, true), row.refusedBy)
      assert.equal(verdict.verdict, 'broken')
      assert.ok(verdict.story ?? verdict.because ?? verdict.columns, 'says why')
    })
    it(`${row.id}: without the mistake ${row.refusedBy} holds`, () => {
      // Where a rule of the engine was missing, the same flow is sound with it.
      const flow = row.mended ?? (row.without ? row.flow : undefined)
      assert.ok(flow, 'a mistake that nobody can mend shows nothing')
      const { verdict, because } = verdictOf(reportOf({ ...row, flow }, false), row.refusedBy)
      assert.equal(verdict, 'holds', because)
    })
  }

  it('has the five findings in an earlier flow of ours, each with its mistake put back', () => {
    const found = rows.filter(({ id }) => id.startsWith('checker.md 9, '))
    assert.equal(found.length, 5)
  })

  it('has at least thirty rows, each with its own id', () => {
    const ids = rows.map(({ id }) => id)
    assert.ok(ids.length >= 30)
    assert.equal(new Set(ids).size, ids.length)
  })
})

function reportOf({ flow, others = {}, without, steps }: Row, mistaken: boolean) {
  const flows = loadSeveral({ small: flow, ...others })
  const rules = without && mistaken ? { [without]: false } : {}
  const reports = check({ flows }, (mistaken && steps) || testSteps, { rules })
  return reports.find((report) => report.flow === 'small')!
}
