import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { check } from '../../src/checker/check.ts'
import { loadSeveral, verdictOf } from '../support/checked.ts'
import { testSteps } from '../support/declarations.ts'
import { engineRows } from './corpus/engines.ts'
import { flowRows } from './corpus/flows.ts'
import type { Row } from './corpus/row.ts'

// Published vulnerabilities and complaints, one small flow or one missing rule each.
describe('corpus', () => {
  for (const row of [...flowRows, ...engineRows]) {
    it(`${row.id} (${row.system}): ${row.mistake}: refused by ${row.refusedBy}`, () => {
      const verdict = verdictOf(reportOf(row, row.without !== undefined), row.refusedBy)
      assert.equal(verdict.verdict, 'broken')
      assert.ok(verdict.story ?? verdict.because ?? verdict.columns, 'says why')
    })
    if (row.mended) {
      it(`${row.id}: without the mistake ${row.refusedBy} holds`, () => {
        const mended = { ...row, flow: row.mended! }
        const { verdict, because } = verdictOf(reportOf(mended, false), row.refusedBy)
        assert.equal(verdict, 'holds', because)
      })
    }
  }

  it('has at least thirty rows, each with its own id', () => {
    const ids = [...flowRows, ...engineRows].map(({ id }) => id)
    assert.ok(ids.length >= 30)
    assert.equal(new Set(ids).size, ids.length)
  })
})

function reportOf({ flow, others = {}, without }: Row, mistaken: boolean) {
  const flows = loadSeveral({ small: flow, ...others })
  const rules = without && mistaken ? { [without]: false } : {}
  const reports = check({ flows }, testSteps, { rules })
  return reports.find((report) => report.flow === 'small')!
}
