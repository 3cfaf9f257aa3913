/** The flows of a corpus row, as a folder that the product can serve. */
import assert from 'node:assert/strict'
import { loadFlows } from '../../src/language/load.ts'
import type { Organisation } from '../../src/language/settings.ts'
import { stepTypes } from '../../src/steps/index.ts'
import type { Row } from '../checker/corpus/row.ts'
import { filesOf, type Small, smallEnv } from '../support/checked.ts'
import { corpusSteps } from '../support/corpus-steps.ts'

const own = new Set(corpusSteps.map(({ declaration }) => declaration.type))

/** All step types of a server that serves the corpus. */
export const servedSteps = [
  ...stepTypes.filter(({ declaration }) => !own.has(declaration.type)),
  ...corpusSteps,
]

/** @param flow the row's own, or the mended one */
export function corpusFlows(row: Row, flow: Small): Organisation {
  const files = filesOf({ small: flow, ...row.others }).map(({ name, text }) => ({
    name,
    text: inOurWords(text),
  }))
  const { organisation, problems } = loadFlows(files, servedSteps, smallEnv)
  assert.ok(organisation, problems.map(({ message }) => message).join('\n'))
  return organisation
}

/** The steps that there are have other names, and can end in one way more, than those of the corpus. */
function inOurWords(text: string): string {
  return text
    .replaceAll(/(?<!enrol-)\bpasskey\b/g, 'webauthn')
    .replaceAll(
      /(offer: \[password\]\n +on: \{ success: \w+, unavailable: no,)/g,
      '$1 blocked: no,',
    )
    .replaceAll(/(offer: \[identify\](?:.|\n)+ unavailable: no,)/g, '$1 unknown: no,')
    .replaceAll(/(offer: \[enrol-(?:totp|passkey)\]\n +on: \{ success: \w+,)/g, '$1 conflict: no,')
}
