import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { check } from '../../src/checker/check.ts'
import { checkConnectionChange } from '../../src/checker/connection-change.ts'
import { allRules } from '../../src/checker/rules.ts'
import { search } from '../../src/checker/search.ts'
import { print } from '../../src/checker/story.ts'
import {
  brokenIn,
  checkSmall,
  loadSeveral,
  loadSmall,
  type Small,
  verdictOf,
} from '../support/checked.ts'
import { testSteps } from '../support/declarations.ts'

const ends = `
  done: { end: success }
  no: { end: failure, error: access_denied }`

/** Password or GitHub; no account is made of who comes by GitHub; then a one-time code. */
const jitOff: Small = {
  states: `
  sign-in:
    offer: [password, github]
    on: { success: second-factor, unknown: provision, denied: no, blocked: no, exhausted: no }
  provision:
    run: provision
    on: { success: second-factor, disabled: second-factor, conflict: no, rejected: no }
  second-factor:
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
  jitOff: ['github'],
}

const skipping: Small = {
  ...jitOff,
  top: 'weaker: [{ ways: [github], because: visitors only look }]',
  states: jitOff.states.replace(
    'offer: [totp]',
    `skip: [{ when: "identity.kind == 'pass-through' && identity.connection == 'github'", to: done, because: a visitor }]
    offer: [totp]`,
  ),
}

describe('check', () => {
  it('scenario 4, A-49, A-51: JIT off before a second factor is refused, told in under 12 lines with both ways out', () => {
    const verdict = verdictOf(checkSmall(jitOff), 'I-04')
    assert.equal(verdict.verdict, 'broken')
    const lines = [...print(verdict.story!), ...verdict.remedies!]
    assert.ok(lines.length < 12, `${lines.length} lines`)
    const text = lines.join('\n')
    for (const part of [
      'JIT is off for github',
      'sign-in, github: unknown',
      'provision: disabled',
      'second-factor: needs an account',
    ]) {
      assert.ok(text.includes(part), `${part} in\n${text}`)
    }
    assert.equal(verdict.remedies!.length, 2)
    assert.match(verdict.remedies![0]!, /switch JIT on for github/)
    assert.match(verdict.remedies![1]!, /skip second-factor for people who come by github/)
    assert.equal(verdict.place.file, 'small.yaml')
  })

  it('scenario 4, A-50: each of the two remedies mends it', () => {
    assert.equal(verdictOf(checkSmall({ ...jitOff, jitOff: [] }), 'I-04').verdict, 'holds')
    assert.deepEqual(brokenIn(checkSmall(skipping)), [])
  })

  it('A-50: a skipped second factor that is not declared weaker is refused', () => {
    const report = checkSmall({ ...skipping, top: '' })
    assert.deepEqual(brokenIn(report), ['security 112'])
    assert.deepEqual(checkSmall(skipping).weaker, [
      { ways: ['github'], because: 'visitors only look' },
    ])
  })

  it('A-52: the finding is about the one connection that makes no accounts', () => {
    const both = {
      ...jitOff,
      states: jitOff.states.replace('[password, github]', '[password, google, github]'),
    }
    const { story } = verdictOf(checkSmall(both), 'I-04')
    assert.equal(story!.moves.find(({ kind }) => kind === 'answer')!.option, 'github')
    assert.equal(verdictOf(checkSmall({ ...both, jitOff: [] }), 'I-04').verdict, 'holds')
  })

  it('A-53: with any configuration the broken combination is found before JIT is switched off', () => {
    const on = { ...jitOff, jitOff: [] }
    assert.equal(verdictOf(checkSmall(on), 'I-04').verdict, 'holds')
    const any = verdictOf(checkSmall(on, { anyConfiguration: true }), 'I-04')
    assert.equal(any.verdict, 'broken')
    assert.deepEqual(any.story!.given, ['JIT is off for github'])
  })

  it('A-53, W-30: switching JIT off lists the applications that it breaks, and no others', () => {
    const flows = loadSeveral({
      shop: { ...jitOff, jitOff: [] },
      look: { ...skipping, jitOff: [] },
    })
    const harmed = checkConnectionChange({ flows }, testSteps, { connection: 'github', jit: false })
    assert.deepEqual(
      harmed.map(({ application, lost }) => [application, lost.map(({ property }) => property)]),
      [['shop', ['I-04']]],
    )
  })

  it('scenario 5: who comes by the connection is not asked, who comes by password is', () => {
    const report = checkSmall({
      ...skipping,
      top: `${skipping.top}
properties:
  - { name: local people use two factors, at: success, when: "identity.connection == 'local'", holds: proofs.factors >= 2 }
  - { name: visitors get in, reachable: success, when: "identity.kind == 'pass-through'" }`,
    })
    assert.deepEqual(brokenIn(report), [])
    const { story } = verdictOf(report, 'visitors get in')
    assert.ok(story, 'the way there is told')
  })

  it('scenario 27: a factor that is missing leads to the one that is there', () => {
    const report = checkSmall({
      states: `
  sign-in:
    offer: [password]
    on: { success: second, exhausted: no }
  second:
    offer: [otp, totp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
      top: `properties:
  - { name: a code by message is enough, reachable: success, when: "'sms' in proofs.amr" }
  - { name: so is one of an app, reachable: success, when: "!('sms' in proofs.amr)" }`,
    })
    assert.deepEqual(brokenIn(report), [])
  })

  it('I-07: a passkey that is only a second factor is no way in, and one at an offer for nobody is', () => {
    const flow = (first: string) => ({
      states: `
  sign-in:
    offer: [${first}]
    on: { success: second, exhausted: no }
  second:
    offer: [passkey]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
    })
    assert.equal(verdictOf(checkSmall(flow('password')), 'I-07').verdict, 'holds')
    const shut = flow('password, passkey')
    const states = shut.states.replace(
      'success: second,',
      'password.success: second, passkey.success: no,',
    )
    const { verdict, because } = verdictOf(checkSmall({ states }), 'I-07')
    assert.deepEqual([verdict, because], ['broken', 'nobody who comes by passkey ever gets in'])
  })

  it('counts what it has seen', () => {
    const { states, transitions, environments } = checkSmall(jitOff)
    assert.ok(states > 10 && transitions > states && environments > 3)
  })

  it('says that it has not decided when a limit is reached', () => {
    const report = checkSmall(skipping, { statesMax: 5 })
    const { verdict, because } = verdictOf(report, 'I-02')
    assert.deepEqual([verdict, because], ['not decided', 'limit of 5 states reached'])
    assert.ok(report.verdicts.every(({ verdict }) => verdict !== 'possibly broken'))
  })

  it('the story as data has a version, states, options and outcomes', () => {
    const { story } = verdictOf(checkSmall(jitOff), 'I-04')
    assert.equal(story!.version, 1)
    assert.deepEqual(
      story!.moves
        .filter(({ kind }) => kind === 'answer' || kind === 'run')
        .map(({ state, option, outcome, case: index, to }) => [state, option, outcome, index, to]),
      [
        ['sign-in', 'github', 'unknown', 0, 'provision'],
        ['provision', 'provision', 'disabled', 0, 'second-factor'],
      ],
    )
    assert.deepEqual(JSON.parse(JSON.stringify(story)), story)
  })
})

describe('properties of a flow', () => {
  const withProperties = (properties: string): Small => ({
    states: `
  sign-in:
    offer: [password, google]
    on: { success: assign, unknown: no, denied: no, blocked: no, exhausted: no }
  assign:
    run: assign
    on: { success: second, rejected: no }
  second:
    skip: [{ when: "!('staff' in account.groups)", to: done, because: not of the staff }]
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
    top: `weaker: [{ ways: [password, google], because: only the staff must }]\nproperties:\n${properties}`,
  })
  const decided = (properties: string) => {
    const report = checkSmall(withProperties(properties))
    return report.verdicts
      .filter(({ by }) => by === 'author')
      .map(({ property, verdict }) => [property, verdict])
  }

  it('at, when, holds', () => {
    const found = decided(`
  - { name: staff, at: success, when: "'staff' in account.groups", holds: proofs.factors >= 2 }
  - { name: everyone, at: success, holds: proofs.factors >= 2 }
  - { name: at a state, at: second, holds: "identity.kind == 'account'" }`)
    assert.deepEqual(found, [
      ['staff', 'holds'],
      ['everyone', 'broken'],
      ['at a state', 'holds'],
    ])
  })

  it('gives: what a rule gives is given only to whom the property says', () => {
    const giving = (when: string): Small => ({
      states: `
  sign-in:
    offer: [password, google]
    on: { success: assign, unknown: no, denied: no, blocked: no, exhausted: no }
  assign:
    run: assign
    with: { rules: [{ when: "${when}", groups: [staff] }] }
    on: { success: done, rejected: no }${ends}`,
      top: `properties:
  - name: staff are of the house
    at: assign
    gives: staff
    holds: identity.emailVerified && identity.?email.orValue('').endsWith('@house.example')`,
    })
    const house = "identity.?email.orValue('').endsWith('@house.example')"
    const verdict = (when: string) => verdictOf(checkSmall(giving(when)), 'staff are of the house')
    assert.equal(verdict(`identity.emailVerified && ${house}`).verdict, 'holds')
    assert.equal(verdict(house).verdict, 'broken')
    assert.equal(verdict('identity.emailVerified').verdict, 'broken')
    assert.match(verdict(house).sentence, /at assign giving staff/)
  })

  it('security 82, I-05: groups that are given before anybody is proven are refused', () => {
    const assign = (before: string): Small => ({
      states: `${before}
  assign:
    run: assign
    with: { rules: [] }
    on: { success: sign-in, rejected: no }
  sign-in:
    offer: [password]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
    })
    assert.throws(() => loadSmall(assign('')), /state-impossible .* needs an account/)
    // A name that is only said makes an account known, and proves nothing.
    const named = `
  who:
    offer: [identify]
    on: { success: assign, exhausted: no }`
    assert.equal(verdictOf(checkSmall(assign(named)), 'I-05').verdict, 'broken')
    const proven = named.replace('[identify]', '[password]')
    assert.equal(verdictOf(checkSmall(assign(proven)), 'I-05').verdict, 'holds')
  })

  it('one that has the name of a built-in one is judged by itself', () => {
    const found = decided(`
  - { name: I-02, at: success, holds: proofs.factors >= 2 }
  - { name: trapped, from: sign-in, to: 'no', is: always-possible }`)
    assert.deepEqual(found, [
      ['I-02', 'broken'],
      ['trapped', 'holds'],
    ])
    const report = checkSmall(withProperties('  - { name: I-02, never: success }'))
    assert.equal(report.verdicts.find(({ property }) => property === 'I-02')!.verdict, 'holds')
  })

  it('never, with what allows it', () => {
    const found = decided(`
  - { name: assigned, never: success, without: [assign] }
  - { name: asked, never: success, without: [second.totp.success] }
  - { name: by either, never: second, without: [sign-in.password.success, sign-in.google.success] }
  - { name: no visitors, never: second, when: "identity.kind == 'pass-through'" }`)
    assert.deepEqual(found, [
      ['assigned', 'holds'],
      ['asked', 'broken'],
      ['by either', 'holds'],
      ['no visitors', 'holds'],
    ])
  })

  it('always possible and inevitable are for every world, and for who goes on', () => {
    const found = decided(`
  - { name: can end, from: second, to: done, is: always-possible }
  - { name: must ask, from: assign, to: second, is: inevitable }
  - { name: in the end, from: second, to: done, is: inevitable }
  - { name: a refusal is always there, from: sign-in, to: 'no', is: always-possible }`)
    assert.deepEqual(found, [
      // Who has no authenticator app ends at `no`.
      ['can end', 'broken'],
      // `rejected` leads past it.
      ['must ask', 'broken'],
      ['in the end', 'broken'],
      ['a refusal is always there', 'holds'],
    ])
  })

  it('a condition that cannot be decided exactly gives a possible answer, and says what it assumes', () => {
    const small = withProperties(
      '  - { name: two for all, at: success, holds: proofs.factors >= 2 }',
    )
    const opaque = {
      ...small,
      states: small.states.replace("!('staff' in account.groups)", 'size(account.groups) == 0'),
    }
    const { verdict, story } = verdictOf(checkSmall(opaque), 'two for all')
    assert.equal(verdict, 'possibly broken')
    assert.ok(story!.assumed)
    assert.ok(print(story!).join('\n').includes('is assumed to be'))
  })

  it('an assumption of the author is believed, and printed', () => {
    const small = withProperties(
      '  - { name: two for all, at: success, holds: proofs.factors >= 2 }',
    )
    const assumed = { ...small, top: `${small.top}\nassume: ["'staff' in account.groups"]` }
    const report = checkSmall(assumed)
    assert.equal(verdictOf(report, 'two for all').verdict, 'holds')
    assert.deepEqual(report.assumptions, ["'staff' in account.groups"])
  })

  it('three questions about one text have only the answers that some text has', () => {
    const report = checkSmall({
      states: `
  sign-in:
    offer: [google]
    on: { success: a, unknown: no, denied: no, blocked: no, exhausted: no }
  a:
    decide:
      - { when: "identity.?email.orValue('') == 'x@a.example'", to: b }
      - { when: "identity.?email.orValue('').endsWith('@b.example')", to: c }
      - to: no
  b:
    decide:
      - { when: "identity.?email.orValue('').endsWith('@a.example')", to: done }
      - to: never
  c:
    decide:
      - { when: "identity.?email.orValue('').endsWith('@a.example')", to: never }
      - to: done
  never: { end: failure, error: impossible }${ends}`,
      top: 'properties: [{ name: impossible, never: never }]',
    })
    assert.equal(verdictOf(report, 'impossible').verdict, 'holds')
  })

  it('interference: what only another login can bring about is possible, not certain', () => {
    const report = checkSmall({
      states: `
  sign-in:
    offer: [password]
    on: { success: second, exhausted: no }
  second:
    offer: [totp]
    on: { success: done, unavailable: enrol, exhausted: no }
  enrol:
    offer: [enrol-totp, otp]
    on: { success: late, unavailable: no, exhausted: no }
  late:
    offer: [passkey]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
      top: 'properties: [{ name: only late, never: done, without: [second.totp.success, late] }]',
    })
    assert.equal(verdictOf(report, 'only late').verdict, 'holds')
  })
})

describe('conditions on where and when', () => {
  const guarded = (when: string) => `  sign-in:
    offer: [password]
    on: { success: door, exhausted: out }
  door:
    decide: [{ when: "${when}", to: done }, { to: second }]
    on: { error: out }
  second: { offer: [totp], on: { success: done, unavailable: out, exhausted: out } }
  done: { end: success }
  out: { end: failure, error: access_denied }`
  const inside = (network: string) => `network.address.inNetwork('${network}')`
  const two = (when: string) =>
    `properties: [{ name: two factors, at: success, when: "${when}", holds: proofs.factors >= 2 }]`
  const verdict = (when: string, asked: string) => {
    const report = checkSmall({ states: guarded(when), top: two(asked) })
    return verdictOf(report, 'two factors')
  }

  it('A-36, W-25: networks are decided exactly, with those that lie within and beside each other', () => {
    const wide = inside('10.0.0.0/8')
    assert.equal(verdict(wide, `!${wide}`).verdict, 'holds')
    assert.equal(verdict(inside('10.1.0.0/16'), `!${wide}`).verdict, 'holds')
    assert.equal(verdict(wide, `!${inside('10.1.0.0/16')}`).verdict, 'broken')
    const halves = `${inside('10.0.0.0/9')} || ${inside('10.128.0.0/9')}`
    assert.equal(verdict(halves, `!${wide}`).verdict, 'holds')
    assert.equal(verdict(halves, inside('2001:db8::/32')).verdict, 'holds')
    const { story } = verdict(wide, inside('10.0.0.0/9'))
    assert.ok(story!.moves.some((move) => move.because.includes("network.address is '10.0.0.0'")))
  })

  it('A-36, W-25: hours and days are decided exactly, also of places with other clocks', () => {
    const office = "time.now.hour('Europe/Zurich') >= 8 && time.now.hour('Europe/Zurich') < 18"
    assert.equal(verdict(office, "time.now.hour('Europe/Zurich') >= 18").verdict, 'holds')
    assert.equal(verdict(office, "time.now.hour('Europe/Zurich') >= 17").verdict, 'broken')
    // It is at most two hours earlier in London, and never a later day.
    assert.equal(verdict(office, "time.now.hour('Europe/London') < 6").verdict, 'holds')
    const weekend = (zone: string) => `time.now.weekday('${zone}') in ['saturday', 'sunday']`
    const friday = "time.now.weekday('Europe/Zurich') == 'friday'"
    assert.equal(verdict(friday, weekend('Europe/Zurich')).verdict, 'holds')
    assert.equal(verdict(friday, weekend('Pacific/Auckland')).verdict, 'broken')
  })

  it('A-36, W-25: an age that is not known is no age', () => {
    const adult = 'identity.?age.orValue(0) >= 18'
    assert.equal(verdict(adult, 'identity.?age.orValue(0) < 18').verdict, 'holds')
    assert.equal(verdict(adult, '!has(identity.age)').verdict, 'holds')
    assert.equal(verdict('identity.?age.orValue(99) >= 18', '!has(identity.age)').verdict, 'broken')
  })

  it('I-11: what a trusted proxy says may guard a way around; what a request says may not', () => {
    const at = (when: string) => verdictOf(checkSmall({ states: guarded(when) }), 'I-11').verdict
    assert.equal(at(inside('10.0.0.0/8')), 'holds')
    assert.equal(at("'one' in request.acr"), 'broken')
  })
})

describe('a flow that others call', () => {
  const shared = {
    second: `start: ask
assumes: [identity.kind == 'account']
states:
  ask:
    offer: [totp]
    on: { success: passed, unavailable: none, exhausted: none }
  passed: { end: success }
  none: { end: rejected }
properties:
  - { name: two factors, at: success, holds: proofs.factors >= 2 }`,
  }
  const calling = (unknown: string, on = 'success: done') => `  sign-in:
    offer: [password, google]
    on: { success: more, unknown: ${unknown}, denied: out, blocked: out, exhausted: out }
  more: { call: shared/second, on: { ${on}, rejected: out } }
  done: { end: success }
  out: { end: failure, error: access_denied }`
  const assumption = "more: assumes identity.kind == 'account'"

  it('a caller that keeps what it assumes is told so, with what it promises', () => {
    const report = checkSmall({ states: calling('out'), shared })
    assert.equal(verdictOf(report, assumption).verdict, 'holds')
    assert.equal(verdictOf(report, 'more: two factors').verdict, 'holds')
  })

  it('a caller that does not is told the story of who comes in so', () => {
    const report = checkSmall({ states: calling('more'), shared })
    const { verdict, story, place } = verdictOf(report, assumption)
    assert.equal(verdict, 'broken')
    const { option, outcome } = story!.moves.at(-1)!
    assert.deepEqual([option, outcome], ['google', 'unknown'])
    assert.equal(place.file, 'small.yaml')
  })

  it('a promise that a caller makes false is broken in that caller', () => {
    const weaker = { second: shared.second.replace('unavailable: none', 'unavailable: passed') }
    const report = checkSmall({ states: calling('out'), shared: weaker })
    const { verdict, story } = verdictOf(report, 'more: two factors')
    assert.equal(verdict, 'broken')
    assert.match(story?.so ?? '', /more\/passed/)
  })
})

describe('an existing session', () => {
  it('gives no more than it has proven: a stronger application asks for the rest', () => {
    const weak: Small = {
      states: `
  sign-in:
    offer: [password]
    on: { success: done, exhausted: no }${ends}`,
    }
    const strong: Small = {
      states: `
  sign-in:
    offer: [password]
    on: { success: second, exhausted: no }
  second:
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
      top: `properties: [{ name: code, never: success, without: [second] }]`,
    }
    const flows = loadSeveral({ weak, strong })
    const reports = check({ flows }, testSteps)
    const report = reports.find(({ flow }) => flow === 'strong')!
    assert.ok(report.sessions > 0)
    assert.equal(verdictOf(report, 'code').verdict, 'holds')
  })

  it('is used: with one the steps that it has proven pass at once', () => {
    const flow = loadSmall({
      states: `
  sign-in:
    offer: [password]
    on: { success: done, exhausted: no }${ends}`,
    })
    const proven = { option: 'password', step: 'password', credential: 'password' } as const
    const slot = {
      ...proven,
      state: '',
      amr: ['pwd'],
      factor: 'knowledge',
      source: 'registered',
    } as const
    const sessions = [
      { proofs: [{ ...slot, phishingResistant: false, genuine: true, foreign: false }] },
    ]
    const setup = {
      steps: testSteps,
      rules: allRules,
      anyConfiguration: false,
      interference: [],
      sessions,
    }
    const { model, explored } = search(flow, setup, { states: 1000 })
    const taken = Array.from(
      { length: explored.table.size },
      (_, id) => model.labels[explored.table.label(id)]!.kind,
    )
    assert.ok(taken.includes('session'))
  })
})
