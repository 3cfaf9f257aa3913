/**
 * enrol-email: the person gives another address, or a first one, and types the code that was sent there.
 *
 *     offer: [{ enrol-email: { minutes: 10, sends: 3 } }]
 *
 * From then on it is the verified address of the account, and the one before is told by mail. It takes a proof as
 * strong as the account can give (I-30): whoever reads the mail can recover the password. An address of another
 * account is told so by mail, and by mail alone: here the same is shown, and no code is right (I-36).
 *
 * | outcome  | when                                                                    |
 * | -------- | ----------------------------------------------------------------------- |
 * | success  | the code is right and in time                                           |
 * | invalid  | the code is wrong or late, or no address                                |
 * | conflict | the profile was changed elsewhere meanwhile; or a connection says theirs |
 */
import { emailKey } from '../../language/email-key.ts'
import { addressCredential } from '../../language/reach.ts'
import { defineStep } from '../../language/step.ts'
import { isAddress } from '../collect/typed.ts'
import { newAddress, provenByCode } from '../otp/new-address.ts'
import { sentCodeParams } from '../otp/sent-code.ts'

export const enrolEmail = defineStep({
  declaration: {
    type: 'enrol-email',
    mode: 'offered',
    needs: ['account'],
    subject: 'keeps',
    credential: true,
    enrols: true,
    uses: 'email',
    sends: 'mail',
    hides: [],
    outcomes: provenByCode({ amr: ['otp'], factor: 'knowledge', credential: 'email' }, [
      'an',
      'address',
    ]),
  },
  params: sentCodeParams,
  ...newAddress({
    type: 'enrol-email',
    channel: 'mail',
    credential: 'email',
    field: {
      name: 'email',
      kind: 'email',
      label: 'enrol-email.email',
      autocomplete: 'email',
      maxLength: 254,
      required: true,
    },
    attributes: ['email'],
    read: (text) => (isAddress(text) ? text : undefined),
    stands: ({ email }) => email !== undefined,
    write: (claims, email) => ({ ...claims, email, emailVerified: true }),
    counts: (_account, email) => ({ addressHash: addressCredential('mail', emailKey(email)) }),
    owned: {
      text: 'mail.address-in-use',
      find: (ports, email) => ports.findByVerifiedEmail(email),
    },
  }),
})
