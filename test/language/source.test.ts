import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { longestFile, readSource } from '../../src/language/source.ts'
import type { Node } from '../../src/language/tree.ts'

const read = (text: string) => readSource({ name: 'a.yaml', text })
const codes = (text: string) => read(text).problems.map(({ code }) => code)

function get(text: string, ...path: string[]): Node {
  let node: Node = read(text).root!
  for (const key of path) {
    assert.equal(node.kind, 'map')
    if (node.kind === 'map') node = node.entries.get(key)!.value
  }
  return node
}

describe('reading YAML', () => {
  it('knows the place of every value and key', () => {
    const text = 'a: 1\nb:\n  - c\n  - d: "e"\n'
    const list = get(text, 'b')
    assert.equal(list.kind, 'list')
    if (list.kind !== 'list') return
    assert.deepEqual(
      list.items.map(({ place }) => [place.line, place.column]),
      [
        [3, 5],
        [4, 5],
      ],
    )
  })

  // Each: the text, an index into its value, and where that character stands.
  const scalars: readonly [string, string, number, number, number][] = [
    ['plain', 'when: a.b == 1', 2, 1, 9],
    ['single quotes', "when: 'it''s x'", 5, 1, 14],
    ['double quotes', 'when: "a\\"b"', 2, 1, 11],
    ['a block', 'when: |\n  ab\n  cd\n', 3, 3, 3],
    ['a folded block', 'when: >\n  ab\n  cd\n', 4, 3, 4],
    ['several plain lines', 'when: ab\n  cd\n', 4, 2, 4],
  ]
  for (const [what, text, index, line, column] of scalars) {
    it(`finds a character within ${what}`, () => {
      const node = get(text, 'when')
      assert.equal(node.kind, 'scalar')
      if (node.kind !== 'scalar') return
      const place = node.placeOf(index)
      assert.deepEqual([place.line, place.column], [line, column])
    })
  }

  it('is YAML 1.2: `on` and `no` are words, not truths', () => {
    assert.deepEqual([...read('on: no\n').root!.entries.keys()], ['on'])
    const value = get('on: no\n', 'on')
    assert.equal(value.kind === 'scalar' && value.value, 'no')
  })

  it('keeps a key called __proto__ a key', () => {
    const node = read('__proto__: {admin: true}\nconstructor: 1\n').root!
    assert.deepEqual([...node.entries.keys()], ['__proto__', 'constructor'])
    assert.equal(({} as { admin?: unknown }).admin, undefined)
  })
})

describe('refusing YAML (security 135)', () => {
  const lol = [
    'a: &a [x]',
    ...'bcdefghij'.split('').map((c, i) => `${c}: &${c} [${`*${'abcdefghij'[i]},`.repeat(9)}]`),
  ]
  const refused: readonly [string, string, string][] = [
    ['an alias bomb', lol.join('\n'), 'yaml-alias'],
    ['an anchor nobody uses', 'a: &b 1', 'yaml-alias'],
    ['a tag that names code', 'a: !!js/function "function(){}"', 'yaml-tag'],
    ['a tag of its own', 'a: !secret x', 'yaml-tag'],
    ['a binary', 'a: !!binary aGk=', 'yaml-tag'],
    ['a merge key', '<<: {a: 1}\nb: 2', 'yaml-merge-key'],
    ['a key written twice', 'a: 1\nb: 2\na: 3', 'key-duplicate'],
    ['a key that is a list', '? [a]\n: b', 'shape-invalid'],
    ['a second document', 'a: 1\n---\nb: 2', 'yaml-invalid'],
    ['an open bracket', 'a: [1, 2', 'yaml-invalid'],
    ['a tab as indentation', 'a:\n\t- b', 'yaml-invalid'],
    ['nothing', '', 'shape-invalid'],
    ['a list', '- a', 'shape-invalid'],
    ['a file of 10 MB', 'a: 1\n'.repeat(2_000_000), 'yaml-too-large'],
    ['200,000 open brackets', '['.repeat(200_000), 'yaml-invalid'],
    ['50,000 open braces', `a: ${'{a: '.repeat(50_000)}`, 'yaml-invalid'],
    ['100,000 dashes', '- '.repeat(100_000), 'yaml-invalid'],
    ['50,000 anchors', '&a '.repeat(50_000), 'yaml-invalid'],
    [
      '600 levels',
      Array.from({ length: 600 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      'yaml-invalid',
    ],
  ]
  for (const [what, text, code] of refused) {
    it(`refuses ${what}`, () => {
      const { root, problems } = read(text)
      assert.equal(root, undefined)
      assert.ok(
        problems.some((problem) => problem.code === code),
        JSON.stringify(problems[0]),
      )
      for (const problem of problems) assert.ok(problem.hint.length > 0)
    })
  }

  it('takes no more than five seconds of work, also for 20,000 keys', () => {
    const keys = Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join('\n')
    const texts = [...refused.map(([, text]) => text), keys]
    for (const text of texts) {
      const before = process.cpuUsage()
      read(text)
      const { user, system } = process.cpuUsage(before)
      assert.ok(user + system < 5_000_000, text.slice(0, 40))
    }
  })

  it('reads a file of exactly the longest length', () => {
    assert.deepEqual(codes(`a: ${'x'.repeat(longestFile - 3)}`), [])
    assert.deepEqual(codes(`a: ${'x'.repeat(longestFile - 2)}`), ['yaml-too-large'])
  })

  it('never throws, whatever the text', () => {
    const pieces = fc.constantFrom(
      'a',
      ':',
      ' ',
      '\n',
      '-',
      '[',
      '{',
      '}',
      ']',
      '&a',
      '*a',
      '!',
      '|',
      '>',
      '"',
      "'",
      '#',
      '?',
      '<<',
      '\t',
      '\0',
      '\u{feff}',
      '%',
      '@',
      '\ud800',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const { root, problems } = read(parts.join(''))
        assert.equal(root === undefined, problems.length > 0)
      }),
      { numRuns: 2000 },
    )
  })
})
