import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { check } from '../../src/checker/check.ts'
import { play } from '../../src/cli/play/player.ts'
import { openStage } from '../../src/cli/play/stage.ts'
import { loadFlows } from '../../src/language/load.ts'
import { stepTypes } from '../../src/steps/index.ts'
import { flowRows } from '../checker/corpus/flows.ts'
import { filesOf, smallEnv } from '../support/checked.ts'

/**
 * The rows whose flow is made of step types that there are, and whose finding is a story; with what the
 * application is told. `code`: somebody gets in who must not. `bug`: the server answers 500.
 */
const rows: Readonly<Record<string, string>> = {
  'CVE-2026-15616': 'code',
  'keycloak#10250': 'code',
  'CVE-2025-64103': 'code',
  'CVE-2021-40874': 'unmet_authentication_requirements',
  'CVE-2021-40874 (b)': 'unmet_authentication_requirements',
  'product-is#12890': 'code',
  'CVE-2023-28862': 'unmet_authentication_requirements',
  'product-is#14614 (A-50, scenario 4)': 'access_denied',
  'CVE-2025-10149': 'bug',
  'CVE-2026-97176 (b)': 'unmet_authentication_requirements',
}

// Invariants: each counterexample is played against a server without the checker, and shows there.
describe('the corpus, played', () => {
  for (const [id, told] of Object.entries(rows)) {
    const row = flowRows.find((one) => one.id === id)!

    it(`${id} (${row.system}): ${row.mistake}: shows on a server that nobody has checked`, async () => {
      const { story, stage } = await found(row)
      try {
        const { result, because, end } = await play(stage, story)
        assert.equal(result, 'as-told', because)
        const got = end ? (end.error ?? 'code') : 'bug'
        assert.equal(got, told)
        assert.deepEqual(stage.violations, [], 'the server does only what the model has')
      } finally {
        await stage.close()
      }
    })
  }
})

async function found(row: (typeof flowRows)[number]) {
  const files = filesOf({ small: row.flow, ...row.others }).map(({ name, text }) => ({
    name,
    // The step that there is can end in one way more than the one that the corpus was written with.
    text: text.replaceAll(
      'offer: [enrol-totp]\n    on: { success: done,',
      'offer: [enrol-totp]\n    on: { success: done, conflict: no,',
    ),
  }))
  const { organisation, problems } = loadFlows(files, stepTypes, smallEnv)
  assert.ok(organisation, problems.map(({ message }) => message).join('\n'))
  const declarations = stepTypes.map(({ declaration }) => declaration)
  const report = check(organisation, declarations).find(({ flow }) => flow === 'small')
  const verdict = report?.verdicts.find(({ property }) => property === row.refusedBy)
  assert.equal(verdict?.verdict, 'broken')
  assert.ok(verdict.story)
  return { story: verdict.story, stage: await openStage(organisation) }
}
