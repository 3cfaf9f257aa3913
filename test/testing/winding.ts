/**
 * A flow that nobody would write, in place of thrift's: it comes back to where it was, decides on what was
 * proven, offers one step in two places, and spends few attempts. Where it leads is for the model to say.
 */
const flow = `
flow: thrift
title: A winding way
applications: [thrift]
start: sign-in
weaker: [{ ways: [github, google], because: of who comes by them nobody asks more }]
policy:
  acr: { one: { factors: 1 }, two: { factors: 2 } }
states:
  sign-in:
    offer: [password, google, github]
    attempts: 2
    on:
      success: choice
      unknown: provision
      denied: sign-in
      blocked: no
      exhausted: last
  provision:
    run: provision
    on: { success: assign, disabled: visitor, conflict: sign-in-here, rejected: no }
  sign-in-here:
    decide:
      - when: identity.emailVerified
        to: visitor
      - to: no
  visitor:
    skip:
      - when: "identity.?email.orValue('').endsWith('@thrift.example')"
        to: done
        because: of the house
      - when: identity.connection == 'github'
        to: no
        because: not of the house
    offer: [collect]
    on: { success: done, exhausted: no }
  assign:
    run: assign
    with:
      rules:
        - when: "'staff' in identity.groups"
          groups: [staff]
    on: { success: choice, rejected: no }
  choice:
    decide:
      - when: proofs.factors >= 2 && !account.new
        to: done
      - when: "'staff' in account.groups"
        to: twice
      - to: second
  second:
    offer: [totp, google]
    attempts: 1
    on: { totp.success: choice, google.success: last, unavailable: enrol, blocked: no, denied: second, exhausted: last }
  twice:
    offer: [password, totp]
    attempts: 2
    fresh: true
    on: { success: done, unavailable: second, blocked: no, unknown: no, exhausted: second }
  enrol:
    offer: [enrol-totp]
    attempts: 2
    on: { success: last, conflict: second, unavailable: last, exhausted: last }
  last:
    decide:
      - when: proofs.factors >= 1
        to: done
      - to: no
  done: { end: success }
  no: { end: failure, error: access_denied }
`

export const winding = { 'thrift.yaml': flow }
