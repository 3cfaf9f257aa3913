import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Verdict } from '../../src/checker/report.ts'
import type { Case, StepDeclaration } from '../../src/language/declaration.ts'
import { loadFlows } from '../../src/language/load.ts'
import { reportsOf } from '../../src/reports.ts'
import { stepTypes } from '../../src/steps/index.ts'
import { readOnce } from '../support/read-once.ts'
import { filesWith, shippedFile } from '../support/world.ts'

const readme = readFileSync(join(import.meta.dirname, '../../flows/README.md'), 'utf8')
const [, shown = ''] = /```yaml\n(flow: linking\n[\s\S]*?)```/.exec(readme) ?? []
const linking = shown.replace('flow: linking', 'flow: thrift\napplications: [thrift]')
const declarations: readonly StepDeclaration[] = stepTypes.map((step) => step.declaration)

const passwordOnly = linking
  .replace('success: prove-more, unavailable', 'success: join, unavailable')
  .replace(/ {2}prove-more:\n[\s\S]*?\n\n/, '')

/** Whoever gets in linked by one factor of the account. */
const byPassword = `
properties:
  - name: linked by the password
    reachable: success
    when: "identity.connection == 'google' && 'pwd' in proofs.amr && !('otp' in proofs.amr)"`

describe('a link', () => {
  it('I-17: is proven safe in the flow that is shown, and is not left out of any report', () => {
    const report = reportOf(linking)
    assert.equal(verdictOf(linking, 'I-17').verdict, 'holds')
    assert.ok(report.abstracted.every((sentence) => !sentence.includes('link')))
  })

  for (const [asks, flow] of [
    ['both factors', linking],
    ['the password only', passwordOnly],
  ] as const) {
    it(`scenario 8 (a): where the flow asks for ${asks}, the password is enough only without an app (I-17)`, () => {
      assert.equal(verdictOf(flow, 'I-17').verdict, 'holds')
      const { verdict, story } = verdictOf(flow + byPassword, 'linked by the password')
      assert.equal(verdict, 'holds')
      const facts = story!.moves.flatMap((move) => move.facts.map(({ is }) => is))
      assert.ok(facts.includes('the account has no totp'), facts.join())
    })
  }

  it('security 75: needs an account to be found first: the password of no other is taken', () => {
    const unfound = linking
      .replace('unknown: find,', 'unknown: prove,')
      .replace(/ {2}(find|provision):\n[\s\S]*?\n\n/g, '')
    const { verdict, because } = verdictOf(unfound + byPassword, 'linked by the password')
    assert.deepEqual([verdict, because], ['broken', 'nothing leads there'])
  })
})

/** What an attacker gains where a link asks for one thing less. */
const weakened = [
  {
    attack: 'an attacker with the verified address of a victim at an upstream of their own',
    edit: (one: Case): Case => ({
      ...one,
      from: ['pass-through'],
      when: { 'association.exists': false, 'account.exists': true },
      identity: 'account',
    }),
    flow: linking,
  },
  {
    attack: 'an attacker with that address, the password of the victim, and not the app',
    edit: (one: Case): Case => ({
      ...one,
      when: { 'association.exists': false, 'target.known': true },
    }),
    flow: passwordOnly,
  },
  {
    attack:
      'an attacker with an account of their own, and an identity upstream that nobody has proven',
    edit: (one: Case): Case => ({
      ...one,
      when: { 'association.exists': false, 'target.proven': true },
    }),
    flow: linking.replace('success: second-factor, unknown', 'success: join, unknown'),
  },
] as const

describe('a link that asks for one thing less', () => {
  for (const { attack, edit, flow } of weakened) {
    it(`I-17: is refused: ${attack}`, () => {
      const less = declarations.map((step) => (step.type === 'link' ? withFirst(step, edit) : step))
      assert.equal(verdictOf(flow, 'I-17', less).verdict, 'broken')
      assert.equal(verdictOf(flow, 'I-17').verdict, 'holds', 'as it is')
    })
  }
})

describe('a link to what the person signs in to beside an account that is proven', () => {
  const shipped = shippedFile('account-link.yaml')
    .replace('flow: account-link', 'flow: thrift')
    .replace('applications: [account-link]', 'applications: [thrift]')
  const own = (edit: (one: Case) => Case) =>
    declarations.map((step) => (step.type === 'enrol-upstream' ? withFirst(step, edit) : step))

  it('I-17: is proven safe in the flow that ships', () => {
    assert.equal(verdictOf(shipped, 'I-17').verdict, 'holds')
  })

  it('I-17: is refused without a proof from there', () => {
    const less = own(({ proves: _proves, ...one }) => one)
    assert.equal(verdictOf(shipped, 'I-17', less).verdict, 'broken')
  })

  it('I-17: is refused with the account proven by an upstream alone', () => {
    const byGithub = shipped
      .replace('start: present', 'start: enter')
      .replace(
        / {2}present:\n[\s\S]*?\n\n/,
        `  enter:
    offer: [github]
    on: { success: add, unknown: refused, denied: refused, blocked: refused, unavailable: refused, exhausted: refused }

`,
      )
      .replace(/properties:[\s\S]*/, '')
      .replace(/weaker:\n[\s\S]*?\n\n/, '')
    const unasked = own(({ when: _when, ...one }) => one)
    assert.equal(verdictOf(byGithub, 'I-17').verdict, 'holds', 'the step refuses by itself')
    assert.equal(verdictOf(byGithub, 'I-17', unasked).verdict, 'broken')
  })
})

function withFirst(step: StepDeclaration, edit: (one: Case) => Case): StepDeclaration {
  const [first, ...rest] = step.outcomes.success!
  return { ...step, outcomes: { ...step.outcomes, success: [edit(first), ...rest] } }
}

function verdictOf(text: string, property: string, steps = declarations): Verdict {
  return reportOf(text, steps).verdicts.find((one) => one.property === property)!
}

function reportOf(text: string, steps = declarations) {
  const files = filesWith({ 'thrift.yaml': text })
  const { organisation, problems } = loadFlows(files, stepTypes, {}, {}, readOnce)
  assert.deepEqual(problems, [])
  return reportsOf(organisation!, steps).find(({ flow }) => flow === 'thrift')!
}
