import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { drawCodes, hashCodes } from '../../src/steps/recovery-code/codes.ts'
import { recoveryCodeStep } from '../../src/steps/recovery-code/step.ts'
import { account, call, fakePorts } from './fake-ports.ts'

const cost = { memoryKib: 8, passes: 1, lanes: 1 }
const step = recoveryCodeStep(cost)
const codes = drawCodes((bytes) => new Uint8Array(randomBytes(bytes)))

/** @param used which of them are, a bit each */
async function typed(code: string, used = 0) {
  const stored = { id: 'cred_1', secret: await hashCodes(codes, cost), counter: used }
  const ports = fakePorts({ credentials: { 'acc_jane recovery-code': stored } })
  return step.work(call({ ports, identity: account('acc_jane'), input: { code } }))
}

describe('recovery-code step', () => {
  it('has ten codes of 80 bits, no two alike (NIST SP 800-63B-4, 3.1.2)', () => {
    assert.equal(new Set(codes).size, 10)
    for (const [at, code] of codes.entries()) {
      assert.match(code, new RegExp(`^${at}(-[0-9A-HJKMNP-TV-Z]{4}){4}$`))
    }
  })

  it('keeps none of them as it is', async () => {
    const kept = await hashCodes(codes, cost)
    for (const code of codes) assert.ok(!kept.includes(code) && !kept.includes(code.slice(2)))
  })

  it('takes each, as it is copied from paper, and crosses it out', async () => {
    for (const [at, code] of codes.entries()) {
      const copied = code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o')
      const { outcome, writes } = await typed(copied)
      assert.equal(outcome, 'success', code)
      const [write] = writes ?? []
      assert.ok(write?.write === 'advance-counter')
      assert.deepEqual([write.from, write.to, write.otherwise], [0, 2 ** at, 'invalid'])
    }
  })

  it('takes none a second time, and the others still (I-22)', async () => {
    assert.equal((await typed(codes[3]!, 0b1000)).outcome, 'invalid')
    assert.equal((await typed(codes[4]!, 0b1000)).outcome, 'success')
  })

  it('leaves word to the account of when it was, how many are left, and of no code', async () => {
    const { writes = [] } = await typed(codes[0]!, 0b1100)
    const told = writes.find(({ write }) => write === 'send-message')
    assert.ok(told?.write === 'send-message')
    assert.deepEqual([told.account, told.text], ['acc_jane', 'mail.recovery-code-used'])
    assert.equal(told.values.left, '7')
    assert.match(told.values.at ?? '', /^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/)
    assert.deepEqual(new Set(Object.keys(told.values)), new Set(['at', 'left']))
    assert.equal((await typed('0', 0)).writes, undefined)
  })

  it('says of what its counter holds how many are left: ten, then fewer, then none', () => {
    assert.deepEqual(
      [0, 0b1, 0b1000000001, 0b1111111111].map((used) => step.left!(used)),
      [10, 9, 8, 0],
    )
  })

  it('takes no part of one, no two, and no other (WSO2-2020-0699)', async () => {
    const [one = '', two = ''] = codes
    const others = [
      '',
      '0',
      one.slice(0, -1),
      one.slice(2),
      `${one}${two}`,
      `1${one.slice(1)}`,
      '__proto__',
    ]
    for (const code of others) assert.equal((await typed(code)).outcome, 'invalid', code)
  })

  it('is not there for whoever has none, and counted by account and factor (I-23)', async () => {
    const given = call({ ports: fakePorts({}), identity: account('acc_bob'), input: { code: '' } })
    assert.equal((await step.work(given)).outcome, 'unavailable')
    assert.deepEqual(await step.guesses!(given), { account: 'acc_bob', factor: 'recovery-code' })
  })
})
