import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { mutate } from '../../src/checker/mutate.ts'
import { generatePaths } from '../../src/checker/paths.ts'
import { loadSmall, type Small } from '../support/checked.ts'
import { testSteps } from '../support/declarations.ts'

const small: Small = {
  states: `
  sign-in:
    offer: [password, google]
    on: { success: second, unknown: no, denied: no, blocked: no, exhausted: no }
  second:
    skip: [{ when: "'staff' in account.groups", to: third, because: staff prove another thing }]
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no }
  third:
    offer: [otp]
    on: { success: done, unavailable: no, exhausted: no }
  done: { end: success }
  no: { end: failure, error: access_denied }`,
  top: `properties:
  - { name: staff, never: success, when: "'staff' in account.groups", without: [third.otp.success] }
  - { name: others, never: success, when: "!('staff' in account.groups)", without: [second.totp.success] }`,
}

describe('paths', () => {
  const flow = loadSmall(small)
  const { paths, coverage } = generatePaths(flow, testSteps)

  it('take every transition that can be taken, and say which cannot', () => {
    assert.equal(coverage.covered + coverage.impossible.length, coverage.transitions)
    assert.equal(coverage.limited, false)
    assert.ok(paths.length > 5)
  })

  it('take both sides of a condition, and its failure', () => {
    const covered = new Set(paths.flatMap(({ covers }) => covers))
    for (const item of ['second?#0', 'second?offered', 'second?error'])
      assert.ok(covered.has(item), item)
  })

  it('each goes from the start to an end, one move after the other', () => {
    for (const { moves, end } of paths) {
      assert.equal(moves[0]!.state, 'sign-in')
      assert.equal(moves.at(-1)!.to, end)
      for (const [at, move] of moves.slice(1).entries()) {
        if (move.kind !== 'back') assert.equal(move.state, moves[at]!.to)
      }
    }
  })

  it('say which of them a browser cannot bring about', () => {
    const failing = paths.filter(({ moves }) => moves.some(({ outcome }) => outcome === 'error'))
    assert.ok(failing.length > 0)
    for (const { needs } of failing) assert.deepEqual(needs, ['fault'])
  })

  it('are the same each time', () => {
    assert.deepEqual(generatePaths(flow, testSteps).paths, paths)
  })
})

describe('mutation', () => {
  const flow = loadSmall(small)
  const { mutants, unexplained } = mutate(flow, testSteps)

  it('a mutant that is less secure is broken by a property, each of them', () => {
    assert.deepEqual(unexplained, [])
    assert.ok(mutants.filter(({ gained }) => gained).length > 5)
  })

  it('every other one is told apart by a test or equivalent with a reason', () => {
    assert.deepEqual(
      mutants.filter(({ fate }) => fate === 'survived'),
      [],
    )
    for (const { fate, by } of mutants) if (fate === 'equivalent') assert.ok(by.length > 0)
  })

  it('a second factor that is left out is found by what is as strong as what', () => {
    const gone = mutants.find(({ text }) => text === 'second, totp.success: to no instead of done')
    assert.equal(gone?.fate, 'told apart')
    const open = mutants.find(
      ({ text }) => text === 'sign-in, password.success: to done instead of second',
    )
    assert.equal(open?.fate, 'broken')
    assert.deepEqual(open?.gained?.what, 'gets in')
  })
})
