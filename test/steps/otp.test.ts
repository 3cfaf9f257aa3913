import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Person } from '../../src/language/ports.ts'
import type { StepCall } from '../../src/language/step.ts'
import { otp } from '../../src/steps/otp/step.ts'
import { account, call, fakePorts, nobody, person } from './fake-ports.ts'

const params = { minutes: 10, sends: 3, digits: 6 }
const nowMs = 1_900_000_000_000
const email = { id: 'email:1', kind: 'email' }
const jane = person('acc_jane', { userName: 'jane', credentials: [email] })

function world(who: Person = jane) {
  const ports = fakePorts({ people: [who] })
  const given = (more: Partial<Omit<StepCall, 'params'>>) =>
    call({ ports, params, nowMs, identity: nobody, ...more })
  return { ports, given }
}

async function asked(who: Person = jane, username = 'jane') {
  const { given, ports } = world(who)
  const prepared = await otp.prepare!(given({ input: { username } }))
  const [write] = prepared!.writes
  assert.ok(prepared && write?.write === 'send-message')
  return { given, ports, prepared, write, kept: prepared.keep, code: write.values.code! }
}

describe('otp step', () => {
  it('sends six digits to the account, and proves knowledge by them (NIST SP 800-63B-4, 3.1.3.1)', async () => {
    const { given, write, kept, code } = await asked()
    assert.equal(write.account, 'acc_jane')
    assert.match(code, /^[0-9]{6}$/)
    assert.ok(!JSON.stringify(kept).includes(code), 'only a digest is kept')
    const { outcome, identity, credentials } = await otp.work(given({ kept, input: { code } }))
    assert.equal(outcome, 'success')
    assert.equal(identity?.kind === 'account' && identity.account, 'acc_jane')
    assert.deepEqual(credentials, ['email:1'])
    const [proves] = otp.declaration.outcomes.success![0].proves!
    assert.deepEqual([proves!.factor, proves!.amr], ['knowledge', ['otp']])
  })

  it('takes it with spaces, and nothing near it', async () => {
    const { given, kept, code } = await asked()
    const spaced = ` ${code.slice(0, 3)} ${code.slice(3)} `
    assert.equal((await otp.work(given({ kept, input: { code: spaced } }))).outcome, 'success')
    for (const wrong of ['', code.slice(0, 5), `${code}0`, code.replace(/./g, '_')]) {
      assert.equal((await otp.work(given({ kept, input: { code: wrong } }))).outcome, 'invalid')
    }
  })

  it('takes it until its time is over, and no longer', async () => {
    const { given, kept, code } = await asked()
    const at = (ms: number) => otp.work(given({ kept, input: { code }, nowMs: nowMs + ms }))
    assert.equal((await at(599_999)).outcome, 'success')
    assert.equal((await at(600_000)).outcome, 'invalid')
  })

  it('takes it in the login that it was made for alone', async () => {
    const { given, kept, code } = await asked()
    const login = { id: 'lg_2', deadlineMs: nowMs, languages: [] }
    assert.equal((await otp.work(given({ kept, input: { code }, login }))).outcome, 'invalid')
  })

  it('takes it from whoever has the address that it was sent to', async () => {
    const { kept, code } = await asked()
    const moved = { ...jane, credentials: [{ id: 'email:2', kind: 'email' }] }
    const { given } = world(moved)
    assert.equal((await otp.work(given({ kept, input: { code } }))).outcome, 'unavailable')
  })

  it('does as much for nobody as for somebody, and sends it to nobody (I-36)', async () => {
    const somebody = await asked()
    for (const other of [
      await asked(jane, 'nobody'),
      await asked(person('acc_bob', { userName: 'bob' }), 'bob'),
    ]) {
      assert.deepEqual(other.ports.reads, somebody.ports.reads)
      assert.deepEqual(other.prepared.exhibits, somebody.prepared.exhibits)
      assert.equal(other.write.account, undefined)
      assert.equal(other.prepared.counts, undefined)
      const { given, kept, code } = other
      const { outcome, message } = await otp.work(given({ kept, input: { code } }))
      assert.ok(otp.declaration.hides.includes(outcome), outcome)
      assert.equal(message, 'otp.invalid')
    }
  })

  it('lets nobody in who is locked, and says so to nobody who has not the code', async () => {
    const { kept, code, given } = await asked({ ...jane, status: 'locked' })
    assert.equal((await otp.work(given({ kept, input: { code } }))).outcome, 'blocked')
    assert.equal((await otp.work(given({ kept, input: { code: '' } }))).outcome, 'invalid')
  })

  it('sends another when it is asked, as often as it may, and then keeps the last (O-30, W-27)', async () => {
    const { given, kept: first, code: old } = await asked()
    let kept: Readonly<Record<string, string>> = first
    const again = () => otp.prepare!(given({ kept, input: { again: 'yes' } }))
    for (const sent of ['2', '3']) {
      const prepared = (await again())!
      assert.equal(prepared.writes.length, 1)
      assert.deepEqual(prepared.counts, { account: 'acc_jane', factor: 'otp-sent' })
      kept = prepared.keep
      assert.equal(kept.sent, sent)
    }
    assert.equal((await otp.work(given({ kept, input: { code: old } }))).outcome, 'invalid')
    const enough = (await again())!
    assert.deepEqual([enough.writes, enough.keep], [[], kept])
    assert.deepEqual(enough.exhibits, [{ kind: 'note', code: 'otp.enough' }])
  })

  it('keeps the subject where there is one, whoever is named', async () => {
    const { given } = world()
    const identity = account('acc_jane')
    const prepared = await otp.prepare!(given({ identity, input: { username: 'bob' } }))
    const [write] = prepared!.writes
    assert.ok(write?.write === 'send-message' && write.account === 'acc_jane')
    const input = { code: write.values.code! }
    const answer = await otp.work(given({ identity, kept: prepared!.keep, input }))
    assert.deepEqual([answer.outcome, answer.case], ['success', 1])
  })

  it('is counted by account and factor (I-23)', async () => {
    const { given, kept } = await asked()
    assert.deepEqual(await otp.guesses!(given({ kept })), { account: 'acc_jane', factor: 'otp' })
  })
})
