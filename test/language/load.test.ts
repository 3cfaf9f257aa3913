import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { compile } from '../../src/language/compile.ts'
import { loadFlows } from '../../src/language/load.ts'
import { renderProblem } from '../../src/language/render.ts'
import { door, filesOf, load, shop, smallSteps } from './small.ts'

/** A flow with some of everything. */
const whole = shop(
  `
  door:
    skip:
      - { when: proofs.factors >= 2, to: in, because: twice is enough }
    offer: [knock, north, { code: { skew: 2 } }]
    attempts: 3
    on:
      success: [{ when: account.new, to: sorted }, { to: more }]
      unknown: settle
      denied: out
      exhausted: out
  settle: { run: settle, on: { success: sorted, disabled: out } }
  sorted:
    run: sort
    with: { rules: [{ when: "'a' in identity.groups", groups: [a] }] }
    on: { success: choose }
  choose: { decide: [{ when: account.new, to: more }, { to: in }], on: { error: out } }
  more: { call: shared/inner, with: { skew: 0 }, on: { success: in, unavailable: out } }
  in: { end: success }
  out: { end: failure, error: access_denied }`,
  `within: 5m
weaker: [{ ways: [north], because: it is only a shop }]
policy: { acr: { low: { factors: 1 }, high: { factors: 2 } }, floor: low }
assume: [identity.emailVerified]
on: { cancelled: out }
properties:
  - { name: p, at: success, when: account.new, holds: proofs.factors >= 1 }
  - { name: q, from: door, to: success, is: always-possible }`,
)
const inner = `flow: shared/inner
start: ask
parameters: { skew: 1 }
states:
  ask: { offer: [{ code: { skew: $skew } }], on: { success: yes, unavailable: no, exhausted: no } }
  yes: { end: success }
  no: { end: unavailable }
`

describe('loading a folder', () => {
  it('reports a flow file with five different mistakes in five places with five hints, and loads none of it', () => {
    const text = shop(
      `
  door:
    offer: [knok, north]
    on:
      success: more
      unknwon: in
      denied: out
      exhausted: out
  more:
    skip:
      - { when: "identity.knid == 'account'", to: in, because: known }
    offer: [{ code: { skew: 7 } }]
    on:
      success: inn
      unavailable: out
      exhausted: out
  in: { end: success }
  out: { end: failure, error: access_denied }`,
    )
    const files = filesOf(text, {})
    const { organisation, problems } = loadFlows(files, smallSteps)
    assert.equal(organisation, undefined)
    assert.deepEqual(
      problems.map(({ code, place, hint }) => `${place.line}:${place.column} ${code}: ${hint}`),
      [
        '9:13 step-unknown: did you mean `knock`?',
        '12:7 outcome-unknown: did you mean `unknown`?',
        '17:18 condition-fact: did you mean `identity.kind`?',
        '18:29 value-invalid: write a number from 0 to 2',
        '20:16 state-unknown: did you mean `in`?',
      ],
      problems.map((problem) => renderProblem(problem, files)).join('\n'),
    )
  })

  it('loads a flow with some of everything', () => {
    assert.deepEqual(load(whole, { files: { 'shared/inner.yaml': inner } }).problems, [])
  })

  it('loads nothing at all when one file of several is wrong: what was in force stays', () => {
    const { organisation, problems } = load(door, {
      files: {
        'kiosk.yaml': door
          .replaceAll('shop', 'kiosk')
          .replace('[kiosk]', '[]')
          .replace('success: in', 'success: inn'),
      },
    })
    assert.equal(organisation, undefined)
    assert.deepEqual(
      problems.map(({ code, place }) => `${place.file} ${code}`),
      ['kiosk.yaml state-unknown'],
    )
  })

  it('blames no flow for connections that could not be read', () => {
    const text = shop(`
  door: { offer: [north], on: { success: in, unknown: in, denied: out, exhausted: out } }
  in: { end: success }
  out: { end: failure, error: access_denied }`)
    const { problems } = load(text, { files: { 'connections.yaml': 'connections: [' } })
    assert.deepEqual(
      new Set(problems.map(({ place }) => place.file)),
      new Set(['connections.yaml']),
    )
  })

  it('finds what is wrong in a shared flow that nobody calls', () => {
    const files = {
      'shared/idle.yaml': `
flow: shared/idle
start: ask
states:
  ask: { offer: [cod], on: { success: yes } }
  yes: { end: failure }
`,
    }
    assert.deepEqual(
      load(door, { files }).problems.map(({ code }) => code),
      ['step-unknown', 'value-invalid'],
    )
  })

  it('knows what an application and a flow say of each other', () => {
    const other = door.replaceAll('flow: shop', 'flow: kiosk')
    const { problems } = load(door, { files: { 'kiosk.yaml': other } })
    assert.deepEqual(
      problems.map(({ code, place }) => `${place.file} ${code}`),
      ['kiosk.yaml application-mismatch'],
    )
  })

  it('does not mind the order of the files', () => {
    const files = filesOf(door, {})
    const one = loadFlows(files, smallSteps)
    const two = loadFlows(files.toReversed(), smallSteps)
    assert.deepEqual(two.organisation?.flows, one.organisation?.flows)
  })

  it('security 135: stops looking after 500 problems, and so answers in little time', () => {
    const branches = Array.from({ length: 9000 }, (_, i) => `{ to: unknown-state-${i} }`)
    const states = Array.from({ length: 400 }, (_, i) => `  state-${i}: { end: success }`)
    const text = shop(`
  door: { offer: [knock], on: { success: [${branches.join(',')}], exhausted: state-1 } }
${states.join('\n')}`)
    const before = process.cpuUsage()
    assert.equal(load(text).problems.length, 500)
    assert.ok(process.cpuUsage(before).user < 3_000_000)
  })

  it('never throws, and is either right or has problems, whatever is done to a file', () => {
    const files = filesOf(whole, { 'shared/inner.yaml': inner })
    const names = files.map(({ name }) => name)
    const edit = fc.record({
      name: fc.constantFrom(...names),
      from: fc.nat(2000),
      length: fc.nat(12),
      put: fc.constantFrom(
        '',
        'x',
        ':',
        '\n',
        '  ',
        '{',
        '}',
        '[',
        ']',
        ',',
        '$',
        "'",
        '"',
        '-',
        'on',
        'door',
        'success',
        'shared/inner',
        'null',
        '1',
        '\0',
      ),
    })
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        const edited = files.map(({ name, text }) => {
          const mine = edits.filter((each) => each.name === name)
          const after = mine.reduce((all, { from, length, put }) => {
            const at = from % all.length
            return all.slice(0, at) + put + all.slice(at + length)
          }, text)
          return { name, text: after === '' ? ' ' : after }
        })
        const { organisation, problems } = loadFlows(edited, smallSteps)
        assert.equal(organisation === undefined, problems.length > 0)
        for (const problem of problems) {
          assert.ok(problem.message.length > 0 && problem.hint.length > 0, problem.code)
          assert.ok(problem.place.line > 0 && problem.place.column > 0)
          renderProblem(problem, edited)
        }
        for (const flow of organisation?.flows ?? []) compile(flow)
      }),
      { numRuns: 1500 },
    )
  })

  // Security 134: a flow's name is the name of its file; neither may lead out of the folder.
  const names = [
    '../shop.yaml',
    '../../etc/passwd',
    '/etc/passwd',
    './shop.yaml',
    'a/../shop.yaml',
    'shared/../shop.yaml',
    'shared//shop.yaml',
    'shared/../../shop.yaml',
    'other/shop.yaml',
    'shared/deep/shop.yaml',
    '..\\shop.yaml',
    'shared\\shop.yaml',
    '%2e%2e/shop.yaml',
    '%2e%2e%2fshop.yaml',
    'shop.yaml\0.txt',
    'shop\0.yaml',
    'shop.yaml/',
    'C:\\shop.yaml',
    'file:///shop.yaml',
    '~/shop.yaml',
    '.yaml',
    '..yaml',
    '.shop.yaml',
    'SHOP.yaml',
    'shop.yml',
    'shop',
    'shöp.yaml',
    'shop .yaml',
    ' shop.yaml',
    'shop.yaml\n',
    '-shop.yaml',
    'shared/.yaml',
    `${'a'.repeat(300)}.yaml.`,
  ]
  for (const name of names) {
    it(`security 134: does not take ${JSON.stringify(name)} for a file of flows`, () => {
      const { organisation, problems } = loadFlows([{ name, text: door }], smallSteps)
      assert.equal(organisation, undefined)
      assert.equal(problems[0]?.code, 'file-name')
    })

    it(`security 134: calls no flow ${JSON.stringify(name)}`, () => {
      const call = JSON.stringify(name)
      const { problems } = load(
        shop(`
  door: { call: ${call}, on: { success: in } }
  in: { end: success }`),
      )
      assert.ok(
        problems.some(({ code }) => ['call-unknown', 'value-invalid'].includes(code)),
        JSON.stringify(problems),
      )
    })
  }
})
