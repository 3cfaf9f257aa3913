import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  type AttributeType,
  attributeMistake,
  claimLimits,
  claimTree,
  makeAttribute,
} from '../../src/language/attribute.ts'

/** As an upstream sends it: parsed JSON, with names that mean something to JavaScript. */
const asserted = JSON.parse(`{
  "given_name": "Ann", "family_name": "Example", "age": 44, "height": 1.7, "staff": true, "nothing": null,
  "org": { "department": "Sales", "constructor": "c", "__proto__": { "admin": "yes" } },
  "roles": [{ "name": "dev" }, { "name": "ops" }],
  "template": "\${env:HOME} {{7*7}} claims.org.department"
}`)

function made(from: string, type: AttributeType = 'text', claims = asserted) {
  assert.equal(attributeMistake(from), undefined)
  return makeAttribute({ from, type }, claimTree(claims))
}

describe('an attribute made of claims', () => {
  for (const [from, type, value] of [
    ['claims.org.department', 'text', 'Sales'],
    ["claims.given_name + ' ' + claims.family_name", 'text', 'Ann Example'],
    ['claims.age', 'int', 44],
    ['claims.age >= 18', 'bool', true],
    ['claims.roles.map(role, role.name)', 'texts', ['dev', 'ops']],
    ["claims.?org.?unit.orValue('none')", 'text', 'none'],
    ["has(claims.org.unit) ? claims.org.unit : 'none'", 'text', 'none'],
  ] as const) {
    it(`is what ${from} says`, () => {
      assert.deepEqual(made(from, type), { is: 'value', value })
    })
  }

  for (const from of ['claims.org.unit', 'claims.unit.name', 'claims.?unit', 'claims.nothing']) {
    it(`is left out where ${from} is not there`, () => {
      assert.deepEqual(made(from), { is: 'missing' })
    })
  }

  for (const [from, type] of [
    ['claims.age', 'text'],
    ['claims.org', 'text'],
    ['claims.height', 'int'],
    ['claims.given_name', 'texts'],
    ['claims.roles', 'texts'],
    ['claims.staff', 'text'],
    ['claims.given_name', 'bool'],
  ] as const) {
    it(`is left out where ${from} is no ${type} (security 79)`, () => {
      assert.deepEqual(made(from, type), { is: 'missing' })
    })
  }

  for (const from of [
    "claims.given_name + ' ' + claims.age",
    'claims.roles[7].name',
    '1 / 0 == claims.age',
  ]) {
    it(`is an error where ${from} fails`, () => {
      assert.deepEqual(made(from, 'text'), { is: 'error' })
    })
  }

  it('evaluates nothing that it is told (security 79)', () => {
    const { template: value } = asserted
    assert.deepEqual(made('claims.template'), { is: 'value', value })
  })

  it('finds what is said under names of the language alone, and never what the language has (security 79)', () => {
    assert.deepEqual(made('claims.org.constructor'), { is: 'value', value: 'c' })
    assert.deepEqual(made('claims.org.__proto__.admin'), { is: 'value', value: 'yes' })
    for (const name of ['constructor', '__proto__', 'toString', 'size', 'get']) {
      assert.deepEqual(made(`claims.${name}`), { is: 'missing' }, name)
    }
    assert.equal(({} as Record<string, unknown>).admin, undefined)
  })

  it('takes what is too deep, too long or too much for unsaid (security 79)', () => {
    let deep: unknown = 'x'
    for (let depth = 0; depth < 10_000; depth++) deep = { a: deep }
    assert.deepEqual(made('claims.a.a.a.a.a.a.a.a.a', 'text', { a: deep }), { is: 'missing' })
    const long = 'x'.repeat(claimLimits.text + 1)
    assert.deepEqual(made('claims.long', 'text', { long }), { is: 'missing' })
    const many = { list: Array.from({ length: 100_000 }, () => 'x'), after: 'y' }
    assert.deepEqual(made('claims.after', 'text', many), { is: 'missing' })
  })

  for (const [source, why] of [
    ['claims.', /./],
    ['nobody.name', /nobody|unknown/i],
    ["claims.name.matches('(a+)+$')", /matches/],
    ['claims.name.replace("a", "b")', /replace|found no/],
    ['[[[[[[[[[[[[[[[[[[claims.a]]]]]]]]]]]]]]]]]]', /./],
  ] as const) {
    it(`cannot be made of ${source}`, () => {
      assert.match(attributeMistake(source) ?? '', why)
    })
  }
})
