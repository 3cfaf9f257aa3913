/**
 * sms: the person types a code that was sent to the verified telephone number of the account.
 *
 *     offer: [{ sms: { minutes: 5, sends: 3 } }]
 *
 * First it is asked for, then typed; it can be asked for again. Only somebody who is known gets one: each costs
 * money, and whoever could have codes sent to anybody would be paid for it. The number is read when it is sent,
 * and stands in no log, event or message of ours. One that a directory keeps is read there, and nowhere here: we
 * know that there is one.
 *
 * A telephone is something that one has. NIST SP 800-63B-4, 3.1.3.3, calls it restricted, because a number can be
 * taken over: a flow that has anything stronger offers that first.
 *
 * | outcome     | when                                              |
 * | ----------- | ------------------------------------------------- |
 * | success     | the code is right and in time                     |
 * | invalid     | the code is wrong or late                         |
 * | unavailable | the account has no verified number, or another one |
 *
 * A directory that does not say for certain whether there is a number is `error` or `timeout`.
 */

import type { Person, Ports } from '../../language/ports.ts'
import { placeOfNumber } from '../../language/reach.ts'
import { defineStep } from '../../language/step.ts'
import { addressIn, codeFields, isCodeSent, sendCode, sentCodeParams } from '../otp/sent-code.ts'
import { accountOf } from '../subject.ts'

const way = { type: 'sms', channel: 'sms', credential: 'phone' } as const

export const sms = defineStep({
  declaration: {
    type: 'sms',
    mode: 'offered',
    needs: ['account'],
    subject: 'keeps',
    credential: true,
    uses: 'phone',
    sends: 'sms',
    hides: [],
    outcomes: {
      success: [
        {
          when: { 'account.has': true },
          by: 'person',
          proves: [
            {
              amr: ['sms'],
              factor: 'possession',
              phishingResistant: false,
              source: 'registered',
              credential: 'phone',
            },
          ],
          enact: 'types the code that was sent to their telephone',
        },
      ],
      invalid: [
        {
          when: { 'account.has': true },
          by: 'person',
          enact: 'types a code that was not sent to their telephone, or too late',
        },
      ],
      unavailable: [
        {
          when: { 'account.has': false },
          by: 'world',
          enact: 'asks for a code and has no verified telephone number',
        },
      ],
    },
  },
  params: sentCodeParams,
  fields: codeFields('sms'),

  asks: ({ kept }) => (kept ? ['code', 'again'] : []),

  async prepare(call) {
    const { identity, input, kept, ports } = call
    if (kept && input.again !== 'yes') return undefined
    const person = await ports.findAccount(accountOf(identity).account)
    return (await isThere(person, ports)) ? sendCode(call, way, person) : undefined
  },

  // What is not sent for want of a number is nobody's guess.
  async guesses({ identity, input, kept }) {
    if (!kept || input.again === 'yes') return undefined
    return { account: accountOf(identity).account, factor: 'sms' }
  },

  async work(call) {
    const { identity, input, kept, ports } = call
    const message = 'sms.invalid'
    const person = await ports.findAccount(accountOf(identity).account)
    const credential = person && addressIn(person, way.credential)
    if (credential === undefined || credential !== kept?.credential || input.again === 'yes') {
      return { outcome: 'unavailable', message }
    }
    if (!isCodeSent(call)) return { outcome: 'invalid', message }
    return { outcome: 'success', credentials: [credential] }
  },
})

/** A number that stands in a directory is looked for there each time, before anything is said to be sent. */
async function isThere(
  person: Person | undefined,
  ports: Pick<Ports, 'directory'>,
): Promise<boolean> {
  const there = person && placeOfNumber(way.channel, person)
  if (!there) return true
  return (await ports.directory(there.directory).numberOf(there.entry)) !== undefined
}
