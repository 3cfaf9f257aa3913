import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Case } from '../../src/language/declaration.ts'
import type { Claims, Identity } from '../../src/language/facts.ts'
import type { Upstream, UpstreamAnswer } from '../../src/language/ports.ts'
import { federated } from '../../src/steps/federated/step.ts'
import { account, call, connection, fakePorts, nobody, person } from './fake-ports.ts'

const people = [
  person('acc_ann', { groups: ['staff'], source: 'google' }),
  person('acc_kim', { status: 'locked' }),
  person('acc_dee', { status: 'disabled' }),
]
const associations = { 'google g-1': 'acc_ann', 'google g-2': 'acc_kim', 'google g-3': 'acc_dee' }
const told: Claims = { email: 'ann@x.test', emailVerified: true, name: 'Ann', amr: ['pwd', 'mfa'] }

const identified = (subject: string, claims = told): UpstreamAnswer => ({
  answer: 'identified',
  subject,
  claims,
})

interface Given {
  readonly identity?: Identity
  readonly trustsAmr?: readonly string[]
  readonly enabled?: boolean
  readonly emailVerified?: boolean
}

function scripted(answer: UpstreamAnswer): Upstream & { readonly calls: unknown[] } {
  const calls: unknown[] = []
  return {
    calls,
    depart: async (request) => {
      calls.push(request)
      return { url: 'https://google.test/auth', keep: { nonce: 'n' } }
    },
    arrive: async (url, state, keep) => {
      calls.push({ url, state, keep })
      return answer
    },
  }
}

const arrival = { url: 'https://sallyport.test/callback/google?code=c&state=s', state: 's' }

async function arrive(answer: UpstreamAnswer, given: Given = {}) {
  const upstream = scripted(answer)
  const result = await federated.work(
    call({
      ports: fakePorts({ people, associations, upstream }),
      identity: given.identity ?? nobody,
      connection: connection('google', {
        trustsAmr: given.trustsAmr ?? [],
        enabled: given.enabled ?? true,
        ...(given.emailVerified === undefined ? {} : { emailVerified: given.emailVerified }),
      }),
      arrival,
      kept: { nonce: 'n' },
    }),
  )
  const cases: readonly Case[] | undefined = federated.declaration.outcomes[result.outcome]
  const found = cases?.[result.case ?? 0]
  assert.ok(found, `${result.outcome}[${result.case}] is not declared`)
  return { ...result, found, upstream }
}

describe('federated step', () => {
  it('sends the person away by the upstream of its connection', async () => {
    for (const [identity, forceAuthentication] of [
      [nobody, false],
      [account('acc_ann'), true],
    ] as const) {
      const upstream = scripted(identified('g-1'))
      const ports = fakePorts({ upstream })
      const departure = call({ ports, identity, connection: connection('google') })
      const gone = await federated.depart?.(departure, 'st-1')
      assert.deepEqual(gone, { url: 'https://google.test/auth', keep: { nonce: 'n' } })
      assert.deepEqual(upstream.calls, [{ state: 'st-1', forceAuthentication }])
    }
  })

  it('knows a person by connection and subject (A-2, I-18)', async () => {
    const { outcome, identity, credentials, found } = await arrive(identified('g-1'))
    assert.equal(outcome, 'success')
    assert.deepEqual(identity, {
      kind: 'account',
      account: 'acc_ann',
      connection: 'google',
      claims: { email: 'ann@x.test', emailVerified: true, name: 'Ann' },
      groups: ['staff'],
      source: 'google',
      new: false,
    })
    assert.equal(credentials?.length, found.proves?.length)
  })

  it('takes whom nobody knows through as proven upstream (A-44, scenario 2)', async () => {
    const { outcome, identity, found } = await arrive(identified('g-9'))
    assert.equal(outcome, 'unknown')
    assert.deepEqual(identity, {
      kind: 'pass-through',
      connection: 'google',
      subject: 'g-9',
      claims: { email: 'ann@x.test', emailVerified: true, name: 'Ann' },
    })
    assert.deepEqual(
      found.proves?.map(({ amr }) => amr),
      [['fed']],
    )
  })

  it('never takes an equal address for an equal person (security 70)', async () => {
    const { outcome } = await arrive(identified('g-10', { ...told, preferredUsername: 'acc_ann' }))
    assert.equal(outcome, 'unknown')
  })

  for (const subject of ['g-2', 'g-3']) {
    it(`is blocked for a locked or disabled account: ${subject} (security 84)`, async () => {
      const { outcome, identity, credentials } = await arrive(identified(subject))
      assert.deepEqual([outcome, identity, credentials], ['blocked', undefined, undefined])
    })
  }

  it('passes a refusal on (scenario 3)', async () => {
    const { outcome, identity } = await arrive({ answer: 'denied', error: 'access_denied' })
    assert.deepEqual([outcome, identity], ['denied', undefined])
  })

  it('is unavailable once its connection is off, and asks nobody (security 15)', async () => {
    const { outcome, upstream } = await arrive(identified('g-1'), { enabled: false })
    assert.equal(outcome, 'unavailable')
    assert.deepEqual(upstream.calls, [])
  })

  it('counts an address as verified as its connection says, and by itself as the upstream does', async () => {
    for (const [emailVerified, said, expected] of [
      [undefined, true, true],
      [undefined, false, false],
      [false, true, false],
      [true, false, true],
    ] as const) {
      const answer = identified('g-9', { ...told, emailVerified: said })
      const { identity } = await arrive(
        answer,
        emailVerified === undefined ? {} : { emailVerified },
      )
      assert.equal(identity?.kind === 'pass-through' && identity.claims.emailVerified, expected)
    }
    const nameless = await arrive(identified('g-9', { name: 'Ann' }), { emailVerified: true })
    assert.equal(
      nameless.identity?.kind === 'pass-through' && nameless.identity.claims.emailVerified,
      undefined,
    )
  })

  describe('and the methods that an upstream says it used (security 66)', () => {
    it('count nothing where the connection is not believed in them', async () => {
      for (const trustsAmr of [[], ['pwd'], ['otp']]) {
        for (const subject of ['g-1', 'g-9']) {
          const { found, credentials, identity } = await arrive(identified(subject), { trustsAmr })
          assert.equal(found.proves?.length, 1)
          assert.equal(credentials?.length, 1)
          assert.ok(identity?.kind !== 'none' && !identity?.claims.amr?.includes('mfa'))
        }
      }
    })

    it('are a second factor, by another credential, where it is believed in mfa', async () => {
      for (const subject of ['g-1', 'g-9']) {
        const { found, credentials, identity } = await arrive(identified(subject), {
          trustsAmr: ['mfa'],
        })
        assert.deepEqual(
          found.proves?.map(({ factor }) => factor),
          ['knowledge', 'possession'],
        )
        assert.equal(new Set(credentials).size, 2)
        assert.ok(identity?.kind !== 'none')
        assert.deepEqual(identity?.claims.amr, ['mfa'])
      }
    })

    it('are one factor where it is believed, and says nothing of mfa', async () => {
      const answer = identified('g-1', { ...told, amr: ['pwd'] })
      const { found } = await arrive(answer, { trustsAmr: ['mfa', 'pwd'] })
      assert.equal(found.proves?.length, 1)
    })
  })

  describe('entered with an account (I-16)', () => {
    const identity = account('acc_ann')

    it('proves that it is the same person, and leaves what is known of them', async () => {
      for (const [trustsAmr, factors] of [
        [[], 1],
        [['mfa'], 2],
      ] as const) {
        const answer = await arrive(identified('g-1'), { identity, trustsAmr })
        assert.equal(answer.outcome, 'success')
        assert.equal(answer.identity, undefined)
        assert.deepEqual(answer.found.from, ['account'])
        assert.equal(answer.found.proves?.length, factors)
        assert.equal(answer.credentials?.length, factors)
      }
    })

    for (const [who, subject] of [
      ['of another account', 'g-2'],
      ['whom nobody knows', 'g-9'],
    ] as const) {
      it(`is invalid with a person ${who} (security 120)`, async () => {
        const answer = await arrive(identified(subject), { identity })
        assert.deepEqual(
          [answer.outcome, answer.identity, answer.credentials],
          ['invalid', undefined, undefined],
        )
      })
    }

    it('is blocked where the account was locked meanwhile', async () => {
      const answer = await arrive(identified('g-2'), { identity: account('acc_kim') })
      assert.equal(answer.outcome, 'blocked')
    })
  })

  it('does nothing for an empty answer: nobody has come back (CVE-2026-49448)', async () => {
    const ports = fakePorts({ people, associations, upstream: scripted(identified('g-1')) })
    await assert.rejects(
      federated.work(call({ ports, connection: connection('google') })),
      TypeError,
    )
  })
})
