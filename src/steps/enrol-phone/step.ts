/**
 * enrol-phone: the person gives another telephone number, or a first one, and types the code that was sent there.
 *
 *     offer: [{ enrol-phone: { minutes: 5, sends: 2 } }]
 *
 * From then on it is the verified number of the account, and the one before is told by text message. It takes a
 * proof as strong as the account can give (I-30). Two accounts may have one number: families do.
 *
 * | outcome  | when                                                                    |
 * | -------- | ----------------------------------------------------------------------- |
 * | success  | the code is right and in time                                           |
 * | invalid  | the code is wrong or late, or no number                                 |
 * | conflict | the profile was changed elsewhere meanwhile; or a connection says theirs |
 */
import { phoneNumberIn } from '../../language/reach.ts'
import { defineStep } from '../../language/step.ts'
import { newAddress } from '../otp/new-address.ts'
import { sentCodeParams } from '../otp/sent-code.ts'

const typed = {
  by: 'person',
  proves: [
    {
      amr: ['sms'],
      factor: 'possession',
      phishingResistant: false,
      source: 'new',
      credential: 'phone',
    },
  ],
  effects: { 'account.has': true },
} as const

export const enrolPhone = defineStep({
  declaration: {
    type: 'enrol-phone',
    mode: 'offered',
    needs: ['account'],
    subject: 'keeps',
    credential: true,
    enrols: true,
    uses: 'phone',
    sends: 'sms',
    hides: [],
    outcomes: {
      success: [
        {
          ...typed,
          when: { 'account.has': false },
          enact: 'gives a first telephone number and types the code that was sent to it',
        },
        {
          ...typed,
          when: { 'account.has': true },
          enact: 'gives another telephone number and types the code that was sent to it',
        },
      ],
      invalid: [{ by: 'person', enact: 'types a code that was not sent to it, or too late' }],
      conflict: [
        { by: 'chance', enact: 'has changed the profile elsewhere in the meantime' },
        { by: 'chance', enact: 'has a telephone number that a connection says' },
      ],
    },
  },
  params: sentCodeParams,
  ...newAddress({
    type: 'enrol-phone',
    channel: 'sms',
    credential: 'phone',
    field: {
      name: 'phone',
      kind: 'tel',
      label: 'enrol-phone.phone',
      autocomplete: 'tel',
      maxLength: 32,
      required: true,
    },
    attributes: ['other.phone_number', 'other.phone_number_verified'],
    read: (text) => phoneNumberIn([text]),
    stands: ({ other }) => other?.phone_number !== undefined,
    write: (claims, number) => ({
      ...claims,
      other: { ...claims.other, phone_number: number, phone_number_verified: true },
    }),
    // Each costs money, whoever has the number.
    counts: (account) => ({ account, factor: 'enrol-phone-sent' }),
  }),
})
