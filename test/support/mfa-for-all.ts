/** Scenario 4's flow, in place of thrift's: a password or GitHub, then a second factor, always. */

const flow = `
flow: thrift
title: Sign in to Thrift
applications: [thrift]
start: sign-in
policy:
  acr: { one: { factors: 1 }, two: { factors: 2 } }
states:
  sign-in:
    offer: [password, github]
    on: { success: second, unknown: provision, denied: no, blocked: no, exhausted: no }
  provision:
    run: provision
    on: { success: second, disabled: second, conflict: no, rejected: no }
  second:
    offer: [totp, webauthn]
    on: { success: done, unavailable: enrol, exhausted: no }
  enrol:
    offer: [enrol-totp]
    on: { success: done, conflict: second, unavailable: nobody-here, exhausted: no }
  done: { end: success }
  nobody-here: { end: failure, error: mfa_requires_local_user }
  no: { end: failure, error: access_denied }
`

export const mfaForAll = { 'thrift.yaml': flow }
