import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { editsOf, type Operator, operators } from '../../src/checker/edits.ts'
import { mutate } from '../../src/checker/mutate.ts'
import { loadSmall, type Small } from '../support/checked.ts'
import { testSteps } from '../support/declarations.ts'

const small: Small = {
  states: `
  sign-in:
    offer: [password, google, github]
    on: { success: assign, unknown: no, denied: no, blocked: no, exhausted: no }
  assign:
    run: assign
    with: { rules: [{ when: "identity.emailVerified", groups: [staff] }] }
    on: { success: which, rejected: no }
  which:
    decide:
      - { when: "'staff' in account.groups && account.source == 'local'", to: second }
      - { when: "'guests' in account.groups", to: third }
      - to: third
  second:
    skip: [{ when: "proofs.factors >= 2", to: done, because: nothing is missing }]
    offer: [totp]
    on: { success: third, unavailable: no, exhausted: no }
  third:
    offer: [otp]
    on: { success: done, unavailable: no, exhausted: no }
  done: { end: success }
  no: { end: failure, error: access_denied }`,
  top: `policy:
  acr:
    one: { factors: 1 }
    two: { factors: 2 }`,
}

/** One edit of each kind, as it is told. */
const shown: Readonly<Record<Operator, string>> = {
  retarget: 'sign-in, password.success: to done instead of assign',
  negate:
    "which, branches: `!('guests' in account.groups)` instead of `'guests' in account.groups`",
  widen: 'assign: staff when `proofs.factors >= 0` instead of `identity.emailVerified`',
  'negate an atom':
    "which, branches: `!('staff' in account.groups) && account.source == 'local'` instead of `'staff' in account.groups && account.source == 'local'`",
  'widen an atom':
    "which, branches: `'staff' in account.groups && proofs.factors >= 0` instead of `'staff' in account.groups && account.source == 'local'`",
  'drop an atom':
    "which, branches: `proofs.factors < 0 && account.source == 'local'` instead of `'staff' in account.groups && account.source == 'local'`",
  'drop a skip': 'second, skip: without the branch to done',
  'drop a branch': 'which, branches: without the branch to second',
  reorder: 'which, branches: branches 1 and 2 the other way round',
  'drop a rule': 'assign: without the rule for staff',
  error: 'second: a condition that fails leads to done',
  'drop an option': 'sign-in: without google',
  attempts: 'second: 1 instead of 5',
  connection: 'sign-in: google goes to github',
  'drop a state': 'without second',
  'swap neighbours': 'third before second',
  floor: 'floor two instead of one',
  jit: 'jit false for google',
  within: 'ten times as long',
}

describe('edits', () => {
  const edits = editsOf(loadSmall(small))

  for (const operator of operators) {
    it(`${operator}: ${shown[operator]}`, () => {
      const told = edits.filter((edit) => edit.operator === operator).map(({ text }) => text)
      assert.ok(told.includes(shown[operator]), told.join('\n'))
    })
  }

  it('each changes the flow, and leaves the original as it was', () => {
    const before = JSON.stringify(loadSmall(small))
    for (const { flow, text } of edits) assert.notEqual(JSON.stringify(flow), before, text)
    assert.equal(JSON.stringify(loadSmall(small)), before)
  })

  it('reads what joins a condition between its atoms only', () => {
    const when = "identity.?email.orValue('a && b').endsWith('!(x)') || 'staff' in account.groups"
    const quoted = loadSmall({
      ...small,
      states: small.states.replace('identity.emailVerified', when),
    })
    const told = editsOf(quoted).filter(({ operator }) => operator === 'negate an atom')
    const of = told.map(({ text }) => text).filter((text) => text.startsWith('assign'))
    assert.deepEqual(
      of.map((text) => text.split('` instead')[0]),
      [
        "assign: staff when `!(identity.?email.orValue('a && b').endsWith('!(x)')) || 'staff' in account.groups",
        "assign: staff when `identity.?email.orValue('a && b').endsWith('!(x)') || !('staff' in account.groups)",
      ],
    )
  })

  it('that have the beginning go round are judged like any other', () => {
    const deciding = loadSmall({
      start: 'where',
      states: `
  where:
    decide:
      - { when: "network.address.inNetwork('192.0.2.0/24')", to: no }
      - to: sign-in
    on: { error: no }
  sign-in: { offer: [password], on: { success: done, exhausted: no } }
  done: { end: success }
  no: { end: failure, error: access_denied }`,
    })
    const { mutants } = mutate(deciding, testSteps)
    const round = mutants.filter(({ text }) => text.startsWith('where') && / to where /.test(text))
    assert.ok(round.length > 0)
    for (const { fate, text } of round) assert.notEqual(fate, 'survived', text)
  })
})
