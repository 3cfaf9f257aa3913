/**
 * What can be wrong with a file of flows.
 *
 * Problems are collected, never thrown one by one: an author mends a file in one pass. Codes are
 * permanent; a retired one is not used again. The sentences are made where the mistake is seen.
 */
import type { Place } from './flow.ts'

export interface Problem {
  readonly code: ProblemCode
  readonly place: Place
  /** One sentence: what is wrong, in the author's own words. */
  readonly message: string
  /** One sentence: what to do about it. */
  readonly hint: string
}

/** One line a code. */
export const problemCodes = ['yaml-invalid', 'shape-invalid'] as const
export type ProblemCode = (typeof problemCodes)[number]
