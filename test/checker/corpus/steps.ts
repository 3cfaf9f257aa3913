/** Mistakes of a step: it is declared otherwise than ours, and a sound flow must be refused. */
import { needsTwo } from '../../support/checked.ts'
import { testSteps } from '../../support/declarations.ts'
import { ends, type Row } from './row.ts'

/** A passkey that names whom it belongs to, also where somebody is known. */
const naming = testSteps.map((step) => {
  const [first] = step.outcomes.success ?? []
  if (step.type !== 'passkey' || !first) return step
  const { from: _, ...anybody } = first
  const outcomes = { ...step.outcomes, success: [anybody] as const }
  return { ...step, subject: 'names' as const, outcomes }
})

export const stepRows: readonly Row[] = [
  {
    id: 'checker.md 9, fifth',
    system: 'an earlier flow of ours',
    mistake: 'a passkey that is asked for as a second factor names a subject, as at sign-in',
    flow: {
      states: `
  sign-in:
    offer: [password]
    on: { success: second, exhausted: no }
  second:
    offer: [passkey]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
      top: needsTwo,
    },
    steps: naming,
    without: 'subjectChangeClears',
    refusedBy: 'I-16',
  },
]
