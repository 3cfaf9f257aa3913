import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { endSession } from '../../src/steps/end-session/step.ts'
import { account, call, fakePorts } from './fake-ports.ts'

const sessions = [1, 2, 3, 4].map((day) => ({ id: `s${day}`, sinceMs: Date.UTC(2030, 0, day, 9) }))
const ports = fakePorts({ sessions: { acc_1: sessions } })
const given = (which: string, atMost = 2) =>
  call({ ports, identity: account('acc_1'), input: { which }, params: { atMost } })

async function ended(which: string, atMost?: number) {
  const { outcome, writes, facts } = await endSession.work(given(which, atMost))
  assert.equal(outcome, 'success')
  const [write] = writes ?? []
  assert.ok(write?.write === 'end-sessions' && write.account === 'acc_1')
  return [write.sessions, facts?.['account.otherSessions']]
}

describe('end-session', () => {
  it('shows when each session elsewhere began', async () => {
    const { exhibits } = await endSession.show!(given(''))
    assert.deepEqual(exhibits[0], {
      kind: 'text',
      label: 'end-session.since',
      text: '2030-01-01 09:00 UTC',
    })
    assert.equal(exhibits.length, 4)
  })

  it('ends as many of the oldest as there are too many, and says how many are left', async () => {
    assert.deepEqual(await ended('oldest'), [['s1', 's2'], 2])
    assert.deepEqual(await ended('oldest', 9), [[], 4])
  })

  it('ends all others', async () => {
    assert.deepEqual(await ended('others'), [['s1', 's2', 's3', 's4'], 0])
  })

  it('takes no other answer', async () => {
    assert.equal((await endSession.work(given('s1'))).outcome, 'invalid')
  })
})
