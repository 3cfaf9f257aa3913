import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openStage } from '../../src/cli/play/stage.ts'
import { engineRows } from '../checker/corpus/engines.ts'
import { corpusSteps } from '../support/corpus-steps.ts'
import { type Edit, importEdited } from '../support/edited.ts'
import { Scene } from '../support/scene.ts'
import { corpusFlows } from './corpus-flows.ts'
import { attacks } from './engine-attacks.ts'

// Invariants: what an engine must not do is done by ours when the line that forbids it is taken away.
describe('the corpus of engines, played', () => {
  for (const row of engineRows) {
    const { id, system, mistake } = row
    const attack = attacks[id]
    it(`${id} (${system}): ${mistake}: shows where the engine lacks the rule, and nowhere else`, async () => {
      assert.ok(attack, 'every row is attacked over HTTP: add the attack to engine-attacks.ts')
      const { act, edits, fault = [] } = attack
      const told = async (open: typeof openStage) => {
        const stage = await open(corpusFlows(row, row.flow), { steps: corpusSteps })
        try {
          return await act(new Scene(stage))
        } finally {
          await stage.close()
        }
      }
      const sound = fault.length > 0 ? await stageWith(fault) : openStage
      assert.equal(await told(sound), attack.sound, 'with the rule')
      assert.equal(await told(await stageWith([...fault, ...edits])), attack.without, 'without it')
    })
  }

  it('has no attack for a row that there is not', () => {
    const ids = new Set(engineRows.map(({ id }) => id))
    assert.deepEqual(
      Object.keys(attacks).filter((id) => !ids.has(id)),
      [],
    )
  })
})

/** A stage of the changed product. */
async function stageWith(edits: readonly Edit[]): Promise<typeof openStage> {
  const changed = await importEdited<typeof import('../../src/cli/play/stage.ts')>(
    'src/cli/play/stage.ts',
    edits,
  )
  return changed.openStage
}
