import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { loadFlows } from '../../src/language/load.ts'
import { renderProblem } from '../../src/language/render.ts'
import { door, filesOf, load, shop, smallSteps } from './small.ts'

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
