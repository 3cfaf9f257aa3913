import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { TicketVerifier } from '../../src/language/plug-in.ts'
import { openVerifier } from '../../src/steps/verify/ticket.ts'
import { verifyTicket } from '../../src/steps/verify-ticket/step.ts'
import { checkedWith, endsWith, type Presenting, truthTable } from './presented-cases.ts'

const realm = 'STAFF.TEST'
const principals: Readonly<Record<string, string>> = {
  'alice-1': `Alice@${realm}`,
  'mallory-1': `mallory@${realm}`,
}
const verifierOf = (verify: TicketVerifier['verify']) =>
  openVerifier('tickets', { verify }, { realm, timeoutMs: 100 })
const presenting: Presenting = {
  step: verifyTicket,
  kind: 'ticket',
  settings: { verifier: 'tickets', realm },
  verifier: verifierOf((ticket) => principals[ticket] ?? null),
  right: 'alice-1',
  wrong: 'mallory-1',
}

describe('the identity check by ticket', () => {
  for (const [what, given, outcome] of truthTable(presenting)) {
    it(`F-2, F-4 to F-14: ends with ${outcome} (${what})`, (t) =>
      endsWith(t, presenting, given, outcome))
  }
})

describe('verify-ticket', () => {
  const checked = (t: TestContext, verify: TicketVerifier['verify'], shown = 'alice-1') =>
    checkedWith(t, presenting, { shown, here: 'active', verifier: verifierOf(verify) })

  it('hands the ticket on as it was sent, and nothing else', async (t) => {
    const asked: unknown[] = []
    await checked(t, (...given) => {
      asked.push(given[0], given.length, given[1].aborted)
      return null
    })
    assert.deepEqual(asked, ['alice-1', 2, false])
  })

  it('takes nobody of another realm, whatever they are called there', async (t) => {
    for (const other of ['alice@OTHER.TEST', 'alice@staff.test', `alice@x.${realm}`]) {
      assert.equal((await checked(t, () => other)).outcome, 'invalid', other)
    }
  })

  it('takes no ticket that its plug-in says is good for nothing', async (t) => {
    assert.equal((await checked(t, () => null)).outcome, 'invalid')
  })

  for (const [what, answer] of [
    ['nothing', undefined],
    ['true', true],
    ['a name without a realm', 'alice'],
    ['a service', `host/alice@${realm}`],
    ['two realms', `alice@${realm}@${realm}`],
    ['no name', `@${realm}`],
  ] as const) {
    it(`is an error where its plug-in answers ${what}: that is nobody's loss`, async (t) => {
      const verify = () => answer as string
      await assert.rejects(checked(t, verify), /tickets: UPSTREAM_ERROR: .*no principal of a user/)
    })
  }

  it('tells what its plug-in has thrown by its kind alone: the words may repeat the ticket', async (t) => {
    const verify = (ticket: string) => {
      throw new RangeError(`cannot open ${ticket}`)
    }
    await assert.rejects(checked(t, verify), (thrown: Error) => {
      assert.match(thrown.message, /UPSTREAM_ERROR: it has thrown: RangeError$/)
      return !String(thrown.stack).includes('alice-1')
    })
  })

  it('is late where its plug-in is, and tells it so', async (t) => {
    let told: AbortSignal | undefined
    const verify = (_ticket: string, signal: AbortSignal) => {
      told = signal
      return new Promise<string>(() => {})
    }
    await assert.rejects(checked(t, verify), { name: 'TimeoutError' })
    assert.equal(told?.aborted, true)
  })

  it('counts as what one knows: how the ticket was come by is not told', () => {
    const [{ proves }] = verifyTicket.declaration.outcomes.success!
    assert.deepEqual(
      proves?.map(({ amr, factor, phishingResistant }) => [amr, factor, phishingResistant]),
      [[['wia'], 'knowledge', false]],
    )
  })
})
