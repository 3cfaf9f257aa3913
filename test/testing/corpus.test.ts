import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { check } from '../../src/checker/check.ts'
import { play } from '../../src/cli/play/player.ts'
import { openStage, type Stage } from '../../src/cli/play/stage.ts'
import type { Organisation } from '../../src/language/settings.ts'
import { flowRows } from '../checker/corpus/flows.ts'
import type { Row } from '../checker/corpus/row.ts'
import type { Small } from '../support/checked.ts'
import { corpusSteps } from '../support/corpus-steps.ts'
import { looksDifferent } from '../support/two-faces.ts'
import { corpusFlows, servedSteps } from './corpus-flows.ts'

const declarations = servedSteps.map(({ declaration }) => declaration)

// Invariants: each counterexample is played against a server without the checker, and shows there.
describe('the corpus of flows, played', () => {
  for (const row of flowRows) {
    it(`${row.id} (${row.system}): ${row.mistake}: shows on a server that nobody has checked`, async () => {
      const { story } = verdictOf(row, row.flow)
      if (!story) return tellsWhoIsThere(row)
      await onStage(corpusFlows(row, row.flow), async (stage) => {
        const { result, because } = await play(stage, story)
        assert.equal(result, 'as-told', because)
        assert.deepEqual(stage.violations, [], 'the server does only what the model has')
      })
      const { mended } = row
      if (!mended) return
      await onStage(corpusFlows(row, mended), async (stage) => {
        const { result } = await play(stage, story)
        assert.notEqual(result, 'as-told', 'it shows without the mistake too')
      })
    })
  }
})

/** I-36 is about two runs side by side: the same wrong answer about somebody, and about nobody. */
async function tellsWhoIsThere(row: Row): Promise<void> {
  assert.ok(verdictOf(row, row.flow).columns, 'it has two columns')
  const differs = (flow: Small) => onStage(corpusFlows(row, flow), (stage) => looksDifferent(stage))
  assert.equal(await differs(row.flow), true)
  if (row.mended) assert.equal(await differs(row.mended), false)
}

function verdictOf(row: Row, flow: Small) {
  const report = check(corpusFlows(row, flow), declarations).find(({ flow }) => flow === 'small')
  const verdict = report?.verdicts.find(({ property }) => property === row.refusedBy)
  assert.equal(verdict?.verdict, 'broken')
  return verdict
}

async function onStage<T>(
  organisation: Organisation,
  act: (stage: Stage) => Promise<T>,
): Promise<T> {
  const stage = await openStage(organisation, { steps: corpusSteps })
  try {
    return await act(stage)
  } finally {
    await stage.close()
  }
}
