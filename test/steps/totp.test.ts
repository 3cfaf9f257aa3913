import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { generateSync } from 'otplib'
import { encodeSecret, matchStep } from '../../src/steps/totp/code.ts'
import { totp } from '../../src/steps/totp/step.ts'
import { account, call, fakePorts } from './fake-ports.ts'

// The shared secret of both RFCs, in ASCII.
const secret = encodeSecret(Buffer.from('12345678901234567890'))
const stepMs = 30_000

const codeAt = (step: number, of = secret) =>
  generateSync({ strategy: 'hotp', secret: of, counter: step })

describe('totp code', () => {
  // RFC 4226, appendix D, last column. HOTP's counter is the time step, so that counter n is due at n * 30 s.
  const counters = '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(
    ' ',
  )
  for (const [counter, code] of counters.entries()) {
    it(`is ${code} at counter ${counter} (RFC 4226, appendix D)`, async () => {
      assert.equal(await matchStep(secret, code, counter * stepMs, 0, -1), counter)
    })
  }

  // RFC 6238, appendix B, the rows in SHA-1. They have eight digits and ours the last six of them. Its rows in
  // SHA-256 and SHA-512 do not apply: authenticator apps pass over the algorithm and use SHA-1.
  const times = [
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ] as const
  for (const [seconds, digits] of times) {
    it(`is ${digits.slice(2)} at ${seconds} s (RFC 6238, appendix B)`, async () => {
      const found = await matchStep(secret, digits.slice(2), seconds * 1000, 0, -1)
      assert.equal(found, Math.floor(seconds / 30))
    })
  }

  it('is taken in its window and in no other, whatever the time and the drift (security 94)', async () => {
    const step = fc.integer({ min: 4, max: 2 ** 31 })
    await fc.assert(
      fc.asyncProperty(
        step,
        fc.integer({ min: -4, max: 4 }),
        fc.integer({ min: 0, max: 2 }),
        fc.integer({ min: 0, max: stepMs - 1 }),
        async (now, drift, skew, intoStepMs) => {
          const nowMs = now * stepMs + intoStepMs
          const window = [...Array(2 * skew + 1).keys()].map((at) => now - skew + at)
          const found = await matchStep(secret, codeAt(now + drift), nowMs, skew, -1)
          const expected = window.find((at) => codeAt(at) === codeAt(now + drift))
          assert.equal(found, expected)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('never matches a step that was spent, or one before it (security 91)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 3, max: 2 ** 31 }),
        fc.integer({ min: -3, max: 3 }),
        fc.integer({ min: -3, max: 3 }),
        async (now, drift, ago) => {
          const after = now + ago
          const found = await matchStep(secret, codeAt(now + drift), now * stepMs, 2, after)
          assert.ok(found === undefined || found > after)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('matches nothing, and does not break, where the clock was set back behind the spent step', async () => {
    const hourMs = 3_600_000
    const now = 1_800_000_000_000
    const spent = Math.floor((now + hourMs) / stepMs)
    assert.equal(await matchStep(secret, codeAt(now / stepMs), now, 1, spent), undefined)
  })

  it('may be typed with spaces', async () => {
    assert.equal(await matchStep(secret, ' 287 082\t', 30_000, 0, -1), 1)
  })

  for (const typed of [
    '',
    '28708',
    '2870822',
    '28708a',
    '-87082',
    '2.7082',
    '0x1234',
    '٢٨٧٠٨٢',
    '1e5000',
  ]) {
    it(`matches nothing when "${typed}" is typed`, async () => {
      assert.equal(await matchStep(secret, typed, 30_000, 2, -1), undefined)
    })
  }

  it('is never matched by anything but six digits', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (typed) => {
        fc.pre(!/^[0-9]{6}$/.test(typed.replace(/\s/g, '')))
        assert.equal(await matchStep(secret, typed, 30_000, 2, -1), undefined)
      }),
      { numRuns: 100 },
    )
  })

  it('is taken around the epoch, where steps would be negative', async () => {
    assert.equal(await matchStep(secret, codeAt(0), 0, 2, -1), 0)
    assert.equal(await matchStep(secret, codeAt(2), 0, 2, -1), 2)
  })
})

describe('totp step', () => {
  const nowMs = 1_234_567_890_000
  const current = Math.floor(nowMs / stepMs)
  const enrolled = (counter: number) =>
    fakePorts({ credentials: { 'acc_1 totp': { id: 'cred_1', secret, counter } } })
  const work = (code: string, counter = 0, skew = 1) =>
    totp.work(
      call({
        ports: enrolled(counter),
        identity: account('acc_1'),
        params: { skew },
        input: { code },
        nowMs,
      }),
    )

  it('passes on the right code, and spends its time step (security 92)', async () => {
    assert.deepEqual(await work('005 924'), {
      outcome: 'success',
      credentials: ['cred_1'],
      writes: [
        {
          write: 'advance-counter',
          credential: 'cred_1',
          from: 0,
          to: current,
          otherwise: 'invalid',
        },
      ],
    })
  })

  it('refuses the same code again (security 91)', async () => {
    assert.equal((await work('005924', current)).outcome, 'invalid')
  })

  it('takes the next code after one that was spent', async () => {
    assert.equal((await work(codeAt(current + 1), current)).outcome, 'success')
  })

  it('forgives as much drift as it is told to', async () => {
    const late = codeAt(current - 1)
    assert.equal((await work(late, 0, 0)).outcome, 'invalid')
    assert.equal((await work(late, 0, 1)).outcome, 'success')
  })

  it('counts a malformed code as an attempt, like a wrong one', async () => {
    for (const code of ['', 'abc', '12345', '000000']) {
      assert.deepEqual(await work(code), { outcome: 'invalid', message: 'totp.invalid' })
    }
  })

  it('is unavailable to an account without an authenticator app', async () => {
    const answer = await totp.work(
      call({ ports: fakePorts({}), identity: account('acc_1'), params: { skew: 1 }, nowMs }),
    )
    assert.equal(answer.outcome, 'unavailable')
  })

  it('says whose factor is guessed at (security 87)', async () => {
    const guess = await totp.guesses?.(
      call({ ports: enrolled(0), identity: account('acc_1'), params: { skew: 1 } }),
    )
    assert.deepEqual(guess, { account: 'acc_1', factor: 'totp' })
  })

  it('hands out neither the secret nor a code (security 97)', async () => {
    const told = JSON.stringify([await work('005924'), await work('111111')])
    assert.ok(!told.includes(secret) && !told.includes('005924'))
  })
})
