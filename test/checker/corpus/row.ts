/** One published vulnerability or complaint as a small flow, or as an engine rule that is missing. */
import type { EngineRules } from '../../../src/checker/rules.ts'
import type { StepDeclaration } from '../../../src/language/declaration.ts'
import type { Small } from '../../support/checked.ts'

export interface Row {
  /** Advisory, CVE, issue, or the number of a finding of our own. */
  readonly id: string
  readonly system: string
  /** The mistake, in a line. */
  readonly mistake: string
  readonly flow: Small
  /** Other flows of the organisation; sessions of theirs are starting facts. */
  readonly others?: Readonly<Record<string, Small>>
  readonly without?: keyof EngineRules
  /** Steps that are declared otherwise, where the mistake is one of theirs. */
  readonly steps?: readonly StepDeclaration[]
  /** The property that must be broken. */
  readonly refusedBy: string
  /** The same flow without the mistake: that property must hold. Absent: with the rule it is sound. */
  readonly mended?: Small
}

export const ends = `
  done: { end: success }
  no: { end: failure, error: access_denied }`

/** Password, then a second factor: nothing wrong with it. */
export const sound: Small = {
  states: `
  sign-in:
    offer: [password]
    on: { success: second, exhausted: no }
  second:
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
}

/** The same with an upstream beside the password. */
export const brokered = (afterUpstream: string, more = ''): Small => ({
  states: `
  sign-in:
    offer: [password, google]
    on:
      password.success: second
      google.success: ${afterUpstream}
      unknown: provision
      denied: no
      blocked: no
      exhausted: no
  provision:
    run: provision
    on: { success: ${afterUpstream}, disabled: no, conflict: no, rejected: no }
  second:
    offer: [totp]
    on: { success: done, unavailable: enrol, exhausted: no }
  enrol:
    offer: [enrol-totp]
    on: { success: done, exhausted: no }${more}${ends}`,
})
