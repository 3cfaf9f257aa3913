import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hash } from '@node-rs/argon2'
import fc from 'fast-check'
import {
  hashPassword,
  isCurrent,
  matchesPassword,
  owaspCost,
} from '../../src/steps/password/hash.ts'
import { passwordProblem } from '../../src/steps/password/rules.ts'
import { passwordStep } from '../../src/steps/password/step.ts'
import { account, call, fakePorts, nobody, person } from './fake-ports.ts'

const cheap = { memoryKib: 8, passes: 1, lanes: 1 }
const step = passwordStep(cheap)
const right = 'paper lantern quartz'

async function world() {
  const secret = await hashPassword(right, cheap)
  return fakePorts({
    people: [
      person('acc_jane', {
        userName: 'jane',
        groups: ['staff'],
        source: 'google',
        claims: { email: 'jane@acme.test', groups: ['stale'], amr: ['mfa'] },
      }),
      person('acc_kim', { userName: 'kim', status: 'locked' }),
      person('acc_dee', { userName: 'dee', status: 'disabled' }),
      person('acc_fed', { userName: 'fed' }),
    ],
    credentials: {
      'acc_jane password': { id: 'cred_jane', secret, counter: 0 },
      'acc_kim password': { id: 'cred_kim', secret, counter: 0 },
      'acc_dee password': { id: 'cred_dee', secret, counter: 0 },
    },
  })
}

describe('password step', () => {
  it('names the account whose password is right, and proves its credential', async () => {
    const answer = await step.work(
      call({ ports: await world(), input: { username: ' Jane ', password: right } }),
    )
    assert.equal(answer.outcome, 'success')
    assert.equal(answer.case ?? 0, 0)
    assert.deepEqual(answer.credentials, ['cred_jane'])
    assert.deepEqual(answer.writes, [])
    assert.deepEqual(answer.identity, {
      kind: 'account',
      account: 'acc_jane',
      connection: 'local',
      claims: { email: 'jane@acme.test' },
      groups: ['staff'],
      source: 'google',
      new: false,
    })
  })

  const refusals = [
    ['a wrong password', 'jane', 'paper lantern quartZ', 'invalid'],
    ['a name of nobody', 'nobody', right, 'unknown'],
    ['the right password of a locked account', 'kim', right, 'blocked'],
    ['the right password of a disabled account', 'dee', right, 'blocked'],
    ['a wrong password of a locked account', 'kim', 'wrong', 'invalid'],
    ['an account without a password (scenario 25)', 'fed', right, 'unavailable'],
    ['an account without a password and an empty one typed', 'fed', '', 'unavailable'],
    ['an empty password', 'jane', '', 'invalid'],
  ] as const
  for (const [what, username, password, outcome] of refusals) {
    it(`answers ${what} with ${outcome}, and shows the same (I-36)`, async () => {
      const answer = await step.work(call({ ports: await world(), input: { username, password } }))
      assert.deepEqual(answer, { outcome, message: 'password.invalid' })
      assert.ok(outcome === 'invalid' || step.declaration.hides.includes(outcome))
    })
  }

  it('reads as often for nobody as for somebody (security 122)', async () => {
    const reads = async (username: string, password: string) => {
      const ports = await world()
      await step.work(call({ ports, input: { username, password } }))
      return ports.reads
    }
    const known = await reads('jane', 'wrong')
    for (const username of ['nobody', 'kim', 'fed']) {
      assert.deepEqual(await reads(username, 'wrong'), known)
    }
  })

  it('counts only the password of the account that it was entered with (security 86)', async () => {
    const ports = await world()
    const answer = await step.work(
      call({ ports, identity: account('acc_fed'), input: { username: 'jane', password: right } }),
    )
    assert.equal(answer.outcome, 'unavailable')
    assert.ok(!ports.reads.includes('findByUserName'))
  })

  it('leaves an account that it was entered with as it is known', async () => {
    const answer = await step.work(
      call({ ports: await world(), identity: account('acc_jane'), input: { password: right } }),
    )
    assert.equal(answer.outcome, 'success')
    assert.equal(answer.case, 1)
    assert.equal(answer.identity, undefined)
  })

  it('says whose password is guessed at, before any work', async () => {
    const guess = async (given: Partial<Parameters<typeof call>[0]>) =>
      step.guesses?.(call({ ports: await world(), ...given }))
    const jane = { account: 'acc_jane', factor: 'password' }
    assert.deepEqual(await guess({ input: { username: 'JANE' } }), jane)
    assert.deepEqual(await guess({ identity: account('acc_jane'), input: {} }), jane)
    assert.equal(await guess({ identity: nobody, input: { username: 'nobody' } }), undefined)
  })

  it('renews a right hash that cost otherwise, and only a right one (security 100)', async () => {
    const dearer = passwordStep({ ...cheap, passes: 2 })
    const ports = await world()
    const answer = await dearer.work(call({ ports, input: { username: 'jane', password: right } }))
    const [write] = answer.writes ?? []
    assert.ok(write?.write === 'replace-secret')
    assert.equal(write.credential, 'cred_jane')
    assert.notEqual(write.to, write.from)
    assert.ok(isCurrent(write.to, { ...cheap, passes: 2 }))
    assert.ok(await matchesPassword(write.to, right, cheap))

    const wrong = await dearer.work(call({ ports, input: { username: 'jane', password: 'no' } }))
    assert.equal(wrong.writes, undefined)
  })

  describe('entered by somebody proven upstream', () => {
    const claims = { name: 'Jane of Google' }
    const comer = { kind: 'pass-through', connection: 'google', subject: 'g-1', claims } as const

    it('proves the account that was found for them, and leaves how they came as it is (scenario 8)', async () => {
      const ports = await world()
      const input = { username: 'kim', password: right }
      const identity = { ...comer, candidate: 'acc_jane' }
      const answer = await step.work(call({ ports, identity, input }))
      assert.deepEqual([answer.outcome, answer.case], ['success', 2])
      assert.deepEqual(answer.identity, {
        kind: 'account',
        account: 'acc_jane',
        connection: 'google',
        claims,
        groups: ['staff'],
        source: 'google',
        new: false,
        unlinked: 'g-1',
      })
      const guess = await step.guesses?.(call({ ports, identity, input }))
      assert.deepEqual(guess, { account: 'acc_jane', factor: 'password' })
    })

    it('is wrong, blocked or not there as for anybody else', async () => {
      const outcomeOf = async (candidate: string, password = right) =>
        (
          await step.work(
            call({
              ports: await world(),
              identity: { ...comer, candidate },
              input: { password },
            }),
          )
        ).outcome
      assert.equal(await outcomeOf('acc_jane', 'wrong'), 'invalid')
      assert.equal(await outcomeOf('acc_kim'), 'blocked')
      assert.equal(await outcomeOf('acc_fed'), 'unavailable')
    })

    it('proves nobody where no account was found, whatever name is sent along (security 75)', async () => {
      const input = { username: 'jane', password: right }
      const answer = await step.work(call({ ports: await world(), identity: comer, input }))
      assert.deepEqual(answer, { outcome: 'unavailable', case: 2 })
    })
  })
})

describe('password hash', () => {
  it("is argon2id at OWASP's first choice of cost", async () => {
    const stored = await hashPassword(right, owaspCost)
    assert.match(stored, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  })

  it('does the work of today’s cost where there is nothing to compare with', async () => {
    assert.equal(await matchesPassword(undefined, '', cheap), false)
    // A cost that argon2 refuses shows that it was asked.
    await assert.rejects(matchesPassword(undefined, right, { ...cheap, memoryKib: 1 }), /memory/i)
  })

  for (const stored of ['', 'x', '$2b$10$abcdefghijklmnopqrstuv', '$argon2id$v=19$m=8']) {
    it(`matches nothing with what is no hash of ours: "${stored}" (security 100)`, async () => {
      assert.equal(await matchesPassword(stored, right, cheap), false)
      assert.equal(isCurrent(stored, cheap), false)
    })
  }

  it('counts a hash of another argon2 as one to renew', async () => {
    const argon2i = await hash(right, { algorithm: 1, memoryCost: 8, timeCost: 1, parallelism: 1 })
    assert.equal(await matchesPassword(argon2i, right, cheap), true)
    assert.equal(isCurrent(argon2i, cheap), false)
  })

  for (const length of [64, 72, 73, 200, 512]) {
    it(`tells passwords of ${length} characters apart by the last (security 99)`, async () => {
      const stored = await hashPassword(`${'a'.repeat(length - 1)}b`, cheap)
      assert.equal(await matchesPassword(stored, `${'a'.repeat(length - 1)}c`, cheap), false)
      assert.equal(await matchesPassword(stored, `${'a'.repeat(length - 1)}b`, cheap), true)
    })
  }

  it('does not end at a null byte (security 99)', async () => {
    const stored = await hashPassword('paper\0lantern', cheap)
    assert.equal(await matchesPassword(stored, 'paper\0', cheap), false)
    assert.equal(await matchesPassword(stored, 'paper', cheap), false)
  })

  it('takes composed and decomposed characters for the same (NFC)', async () => {
    const stored = await hashPassword('caf\u00e9 au lait', cheap)
    assert.equal(await matchesPassword(stored, 'cafe\u0301 au lait', cheap), true)
  })

  it('matches what was hashed and nothing else, whatever the characters', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', maxLength: 80 }),
        fc.string({ unit: 'grapheme', maxLength: 80 }),
        async (one, other) => {
          const stored = await hashPassword(one, cheap)
          const same = one.normalize('NFC') === other.normalize('NFC')
          assert.equal(await matchesPassword(stored, one, cheap), true)
          assert.equal(await matchesPassword(stored, other, cheap), same)
        },
      ),
      { numRuns: 50 },
    )
  })
})

// NIST SP 800-63B-4, section 3.1.1.2.
describe('rules for a new password', () => {
  const alone = {
    withSecondFactor: false,
    userName: 'jane@acme.test',
    words: ['Thrift', 'Sallyport'],
  }
  const second = { ...alone, withSecondFactor: true }

  it('asks for fifteen characters alone and eight with a second factor', () => {
    assert.equal(passwordProblem('kx9 vq2 mw7 tz', alone), 'password.too-short')
    assert.equal(passwordProblem('kx9 vq2 mw7 tz4', alone), undefined)
    assert.equal(passwordProblem('kx9 vq2', second), 'password.too-short')
    assert.equal(passwordProblem('kx9 vq2m', second), undefined)
  })

  it('counts characters, not bytes or halves of them', () => {
    assert.equal(passwordProblem('🦊🐻🐼🐨🐯🦁🐮', second), 'password.too-short')
    assert.equal(passwordProblem('🦊🐻🐼🐨🐯🦁🐮🐷', second), undefined)
  })

  it('allows far more than 64 characters of any kind, and asks for no kind of them', () => {
    assert.equal(
      passwordProblem('correct horse battery staple'.repeat(10).slice(0, 200), alone),
      undefined,
    )
    assert.equal(passwordProblem('quietherondrifting', alone), undefined)
    assert.equal(passwordProblem(' тихая река утром ', alone), undefined)
    assert.equal(passwordProblem('kx'.repeat(300).concat('y'), alone), 'password.too-long')
  })

  for (const password of ['baseball', 'QWERTYUIOP', '12345678', '123456789987654321', 'iloveyou']) {
    it(`refuses ${password}, which everybody tries`, () => {
      assert.equal(passwordProblem(password, second), 'password.common')
    })
  }

  for (const password of ['iloveyou12345678', 'Qwertyuiop1234567890', 'sunshineprincess']) {
    it(`refuses ${password}, which joins two that everybody tries`, () => {
      assert.equal(passwordProblem(password, alone), 'password.common')
    })
  }

  for (const password of ['baseballbaseballbaseball', 'aaaaaaaaaaaaaaaa', 'abcabcabcabcabcabc']) {
    it(`refuses ${password}, which only repeats`, () => {
      assert.equal(passwordProblem(password, alone), 'password.common')
    })
  }

  for (const password of [
    'jane@acme.test!!',
    'Thrift-Sallyport-2026',
    'jane jane thrift 1',
    'SallyportSallyport1',
  ]) {
    it(`refuses ${password}, which is made of where and who`, () => {
      assert.equal(passwordProblem(password, alone), 'password.context')
    })
  }

  it('allows a name of the place among other words', () => {
    assert.equal(passwordProblem('thrift beneath a copper moon', alone), undefined)
  })
})
