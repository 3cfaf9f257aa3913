import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Violation } from '../src/checker/monitor.ts'
import { Conformance } from '../src/conformance.ts'
import type { Login, LoginEvent } from '../src/engine/login.ts'
import { loadFlows } from '../src/language/load.ts'
import { stepTypes } from '../src/steps/index.ts'
import { filesWith } from './support/world.ts'

const { organisation } = loadFlows(filesWith(), stepTypes, {})
const flows = organisation!.flows
const vault = flows.find(({ name }) => name === 'vault')!

const event = (state: string, option: string, to: string): LoginEvent => ({
  atMs: 0,
  state,
  option,
  outcome: 'success',
  caseIndex: 0,
  to,
  decided: [],
  reason: undefined,
})
const first = event('sign-in', 'password', 'second-factor/ask')
const second = event('second-factor/ask', 'totp', 'second-factor/passed')
const login = (id: string, events: number) =>
  ({ id, digest: 'sha256:x', facts: { events, session: undefined, end: undefined } }) as Login

function watching(loginsMax = 10) {
  const told: [Violation, string][] = []
  const conformance = new Conformance({
    steps: stepTypes.map(({ declaration }) => declaration),
    flows: () => flows,
    tell: (violation, id) => told.push([violation, id]),
    loginsMax,
  })
  return { conformance, told }
}

describe('conformance', () => {
  it('follows each login by itself', () => {
    const { conformance, told } = watching()
    for (const id of ['a', 'b']) conformance.moved(login(id, 1), [first], vault)
    for (const id of ['b', 'a']) conformance.moved(login(id, 2), [second], vault)
    assert.deepEqual([told, conformance.followed], [[], 4])
  })

  it('tells of a login once, by its id', () => {
    const { conformance, told } = watching()
    conformance.moved(login('a', 1), [second], vault)
    conformance.moved(login('a', 2), [second], vault)
    assert.equal(told.length, 1)
    assert.equal(told[0]![1], 'a')
    assert.match(told[0]![0].text, /totp\.success .* is no move of the model/)
  })

  it('leaves a login alone whose beginning it has not seen', () => {
    const { conformance, told } = watching()
    conformance.moved(login('a', 2), [second], vault)
    assert.deepEqual([told, conformance.followed], [[], 0])
  })

  it('leaves a login alone of which another node, or a commit without an answer, has moved on what it follows', () => {
    const { conformance, told } = watching()
    conformance.moved(login('a', 1), [first], vault)
    conformance.moved(login('a', 3), [first], vault)
    conformance.moved(login('a', 4), [first], vault)
    assert.deepEqual([told, conformance.followed], [[], 1])
  })

  it('lets go of the oldest where there are too many', () => {
    const { conformance, told } = watching(1)
    conformance.moved(login('a', 1), [first], vault)
    conformance.moved(login('b', 1), [first], vault)
    conformance.moved(login('a', 2), [first], vault)
    conformance.moved(login('b', 2), [first], vault)
    assert.deepEqual(
      told.map(([, id]) => id),
      ['b'],
    )
  })
})
