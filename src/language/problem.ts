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
export const problemCodes = [
  'yaml-invalid',
  'yaml-too-large',
  'yaml-alias',
  'yaml-tag',
  'yaml-merge-key',
  'key-duplicate',
  'shape-invalid',
  'key-unknown',
  'key-missing',
  'name-invalid',
  'name-taken',
  'value-invalid',
  'file-name',
  'environment-missing',
  'secret-literal',
  'subject-mutable',
  'step-unknown',
  'step-misplaced',
  'parameter-unknown',
  'state-unknown',
  'state-unreachable',
  'state-impossible',
  'outcome-unknown',
  'outcome-unwired',
  'outcome-impossible',
  'option-unknown',
  'transition-open',
  'transition-closed',
  'error-conditional',
  'cycle-without-rest',
  'call-unknown',
  'call-cycle',
  'call-too-large',
  'condition-syntax',
  'condition-type',
  'condition-fact',
  'condition-optional',
  'condition-forbidden',
  'condition-constant',
  'condition-too-large',
  'policy-unordered',
  'directory-unknown',
  'application-unknown',
  'application-mismatch',
  'flow-unknown',
  'plugin-unknown',
  'sender-missing',
  'contrast-low',
  'picture-unknown',
  'picture-refused',
] as const
export type ProblemCode = (typeof problemCodes)[number]
