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
import { newAddress, provenByCode } from '../otp/new-address.ts'
import { sentCodeParams } from '../otp/sent-code.ts'

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
    outcomes: provenByCode({ amr: ['sms'], factor: 'possession', credential: 'phone' }, [
      'a',
      'telephone number',
    ]),
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
