/** What steps have alike that take what a person gives to check nothing of it: it is handed on to a step that runs. */
import type { Answer } from '../language/step.ts'

/** The parts of their declarations. */
export const handsOver = {
  mode: 'offered',
  needs: ['none'],
  subject: 'none',
  credential: false,
  hides: [],
} as const

/** @param enact what the person does */
export function given<E extends string>(enact: E) {
  return {
    by: 'person',
    records: ['directory.blocked'],
    where: { 'directory.blocked': { is: false } },
    enact,
  } as const
}

/** No directory has refused anybody yet. */
export const handed: Answer<'success'> = {
  outcome: 'success',
  facts: { 'directory.blocked': false },
}
