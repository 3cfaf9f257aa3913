import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Identity, Proof } from '../../src/language/facts.ts'
import type { Upstream, UpstreamAnswer } from '../../src/language/ports.ts'
import { enrolUpstream } from '../../src/steps/enrol-upstream/step.ts'
import { account, call, connection, fakePorts, person } from './fake-ports.ts'

const people = [
  person('acc_jane', { credentials: [{ id: 'pw_1', kind: 'password' }] }),
  person('acc_ann'),
]
const associations = { 'google g-jane': 'acc_jane', 'google g-ann': 'acc_ann' }
const jane: Identity = account('acc_jane')
const byPassword: Proof = {
  state: 'sign-in',
  option: 'password',
  amr: ['pwd'],
  factor: 'knowledge',
  credential: 'pw_1',
  phishingResistant: false,
  source: 'registered',
  atMs: 0,
}
const identified = (subject: string): UpstreamAnswer => ({
  answer: 'identified',
  subject,
  claims: { email: 'jane@acme.test', emailVerified: true },
})

async function arrive(answer: UpstreamAnswer, given: { proofs?: Proof[]; enabled?: boolean } = {}) {
  const upstream: Upstream = {
    depart: async () => assert.fail('nobody leaves here'),
    arrive: async () => answer,
  }
  return enrolUpstream.work(
    call({
      ports: fakePorts({ people, associations, upstream }),
      identity: jane,
      proofs: given.proofs ?? [byPassword],
      connection: connection('google', { enabled: given.enabled ?? true }),
      arrival: { url: 'https://sallyport.test/login/callback/google?code=c&state=s', state: 's' },
      kept: { nonce: 'n' },
    }),
  )
}

describe('enrol-upstream', () => {
  it('associates whoever has come back with the account that was proven, and tells its owner (I-17)', async () => {
    const answer = await arrive(identified('g-new'))
    assert.deepEqual([answer.outcome, answer.credentials], ['success', ['connection:google:g-new']])
    const [associate, told, ...others] = answer.writes ?? []
    assert.deepEqual(associate, {
      write: 'associate',
      account: 'acc_jane',
      connection: 'google',
      subject: 'g-new',
      otherwise: 'conflict',
    })
    assert.deepEqual([told?.write, others], ['send-message', []])
  })

  it('writes nothing where they are known as this account already', async () => {
    const answer = await arrive(identified('g-jane'))
    const credentials = ['connection:google:g-jane']
    assert.deepEqual(answer, { outcome: 'success', case: 1, credentials })
  })

  it('never takes somebody from another account, whatever address they have (I-17)', async () => {
    assert.deepEqual(await arrive(identified('g-ann')), { outcome: 'conflict' })
  })

  for (const [what, proofs] of [
    ['nothing', []],
    ['an upstream', [{ ...byPassword, source: 'upstream' as const, amr: ['fed'] }]],
    ['what was registered in this login', [{ ...byPassword, source: 'new' as const }]],
  ] as const) {
    it(`is rejected with the account proven by ${what} (I-17)`, async () => {
      const answer = await arrive(identified('g-new'), { proofs: [...proofs] })
      assert.deepEqual(answer, { outcome: 'rejected' })
    })
  }

  it('ends with a no at the upstream, and asks none that was switched off meanwhile', async () => {
    assert.deepEqual(await arrive({ answer: 'denied', error: 'access_denied' }), {
      outcome: 'denied',
    })
    await assert.rejects(arrive(identified('g-new'), { enabled: false }), { code: 'UPSTREAM_OFF' })
  })

  it('has the upstream ask anew who is there, and leaves for none that is off', async () => {
    const asked: unknown[] = []
    const upstream: Upstream = {
      depart: async (request) => {
        asked.push(request)
        return { url: 'https://google.test/auth', keep: {} }
      },
      arrive: async () => assert.fail('nobody comes back here'),
    }
    const leave = (enabled: boolean) =>
      enrolUpstream.depart!(
        call({
          ports: fakePorts({ upstream }),
          identity: jane,
          connection: connection('google', { enabled }),
        }),
        'st-1',
      )
    await leave(true)
    assert.deepEqual(asked, [{ state: 'st-1', forceAuthentication: true }])
    await assert.rejects(leave(false), { code: 'UPSTREAM_OFF' })
  })
})
