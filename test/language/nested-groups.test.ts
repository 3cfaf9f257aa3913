import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { loadFlows } from '../../src/language/load.ts'
import { nestedGroups, withNested } from '../../src/language/nested-groups.ts'
import type { DirectoryFile } from '../../src/language/settings.ts'
import { stepTypes } from '../../src/steps/index.ts'

const place = { file: 'directories.yaml', line: 1, column: 1 }
const local = (id: string, memberOf: Record<string, readonly string[]>): DirectoryFile => ({
  id,
  kind: 'local',
  title: id,
  place,
  memberOf,
})

const flow = `flow: rules
title: Rules
start: sign-in
states:
  sign-in: { offer: [password], on: { success: groups, exhausted: no } }
  groups:
    run: assign
    with:
      rules:
        - { when: "'a' in identity.groups", groups: [engineers] }
        - { when: "'b' in identity.groups", groups: [guests] }
    on: { success: done, rejected: no }
  done: { end: success }
  no: { end: failure, error: access_denied }
`
const load = (memberOf: string, more: Record<string, string> = {}) => {
  const directories = `directories:\n  internal: { title: Ours, kind: local, memberOf: ${memberOf} }\n`
  const files = { 'rules.yaml': flow, 'directories.yaml': directories, ...more }
  return loadFlows(
    Object.entries(files).map(([name, text]) => ({ name, text })),
    stepTypes,
  )
}
const rulesOf = (memberOf: string) => {
  const state = load(memberOf).organisation!.flows[0]!.states.groups!
  const rules = state.kind === 'run' ? state.option.params.rules : undefined
  return Array.isArray(rules) ? rules.map(({ gives }) => gives) : rules
}

describe('groups in groups', () => {
  it('E-12: a rule gives a group with all those that it is in, the nearest first, and no other', () => {
    const nested = '{ engineers: [staff, builders], staff: [everybody], other: [guests] }'
    assert.deepEqual(rulesOf(nested), [['engineers', 'staff', 'builders', 'everybody'], ['guests']])
    assert.deepEqual(rulesOf('{}'), [['engineers'], ['guests']])
  })

  it('E-12: what nests is of the definition: another nesting is another digest', () => {
    const states = (nested: string) => load(nested).organisation!.flows[0]!.states
    assert.notDeepEqual(states('{ engineers: [staff] }'), states('{}'))
    assert.deepEqual(states('{ other: [staff] }'), states('{}'))
  })

  it('E-12: so does what a directory maps its groups to', () => {
    const { organisation, problems } = load('{ engineers: [staff] }', {
      'directories.yaml': `directories:
  internal: { title: Ours, kind: local, memberOf: { engineers: [staff], staff: [everybody] } }
  there: { title: There, kind: hybrid, store: file, path: a.json, groups: { dev: [engineers], x: [guests] } }
`,
    })
    assert.deepEqual(problems, [])
    const there = organisation!.directories.find(({ id }) => id === 'there')!
    assert.deepEqual('groups' in there && there.groups, {
      dev: ['engineers', 'staff', 'everybody'],
      x: ['guests'],
    })
  })

  it('E-12: several directories say it together', () => {
    const nested = nestedGroups([local('a', { x: ['y'] }), local('b', { y: ['z'], x: ['w'] })])
    assert.deepEqual(withNested(['x', 'z'], nested), ['x', 'z', 'y', 'w'])
  })

  for (const [nested, way] of [
    ['{ a: [a] }', 'a -> a'],
    ['{ a: [b], b: [a] }', 'a -> b -> a'],
    ['{ x: [a], a: [y, b], b: [c], c: [a], y: [z] }', 'a -> b -> c -> a'],
  ] as const) {
    it(`E-12: a group that is in itself is a problem of the file: ${way}`, () => {
      const { organisation, problems } = load(nested)
      assert.equal(organisation, undefined)
      assert.deepEqual(
        problems.map(({ code, message }) => [code, message]),
        [['value-invalid', `the group \`a\` is in itself: ${way}`]],
      )
    })
  }

  it('comes to an end in a thousand groups in a row, and where each is in all others', () => {
    const row = Object.fromEntries(
      Array.from({ length: 1000 }, (_, n) => [`g${n}`, [`g${n + 1}`]] as const),
    )
    assert.equal(nestedGroups([local('a', row)]).get('g0')!.length, 1000)
    const names = Array.from({ length: 100 }, (_, n) => `g${n}`)
    const mesh = Object.fromEntries(names.map((name) => [name, names] as const))
    assert.equal(nestedGroups([local('a', mesh)]).get('g7')!.length, 99)
  })
})
