/**
 * enrol-passkey: the person adds a passkey, the first or a further one.
 *
 *     offer: [{ enrol-passkey: { issuer: Thrift } }]
 *
 * It names its account by itself later on (a discoverable credential), and is made on no device that has
 * one of this account already. The account's address is told.
 *
 * | outcome  | when                                                    |
 * | -------- | ------------------------------------------------------- |
 * | success  | the passkey counts from now on                          |
 * | invalid  | anything about it does not fit: nothing is on file      |
 * | conflict | that passkey is on file already, for whomever           |
 */
import { defineStep } from '../../language/step.ts'
import { noticeOfAdded } from '../notice.ts'
import { accountOf } from '../subject.ts'
import { loadWebAuthn } from '../webauthn/library.ts'
import { describePasskeys, keptId, passkeyKind, passkeyText } from '../webauthn/passkey.ts'
import {
  challengeBytes,
  dialogueMs,
  type RelyingParty,
  type UserVerification,
  userVerification,
} from '../webauthn/relying-party.ts'
import { readAttestation, responseMaxLength } from '../webauthn/response.ts'
import { algorithms, verifyAttestation } from './attestation.ts'

/** @param relyingParty for which passkeys are made, and on whose pages */
export function enrolPasskeyStep(relyingParty: RelyingParty) {
  return defineStep({
    declaration: {
      type: 'enrol-passkey',
      mode: 'offered',
      needs: ['account'],
      subject: 'keeps',
      credential: true,
      enrols: true,
      uses: passkeyKind,
      sends: 'mail',
      hides: [],
      outcomes: {
        success: [
          {
            by: 'person',
            proves: [
              {
                // As at sign-in: nothing is known of where the key is kept.
                amr: ['swk'],
                factor: 'possession',
                phishingResistant: true,
                source: 'new',
                credential: 'webauthn',
              },
            ],
            effects: { 'account.has': true },
            enact: 'adds a passkey',
          },
        ],
        invalid: [{ by: 'person', enact: 'adds a passkey that does not fit' }],
        conflict: [{ by: 'world', enact: 'adds a passkey that is on file already' }],
      },
    },
    params: {
      issuer: {
        kind: 'text',
        maxLength: 64,
        default: 'Sallyport',
        description: 'the name under which the device lists the passkey',
      },
      userVerification,
    },
    fields: [
      {
        name: 'name',
        kind: 'text',
        label: 'enrol-passkey.name',
        autocomplete: 'off',
        maxLength: 64,
        required: false,
      },
      {
        name: 'response',
        kind: 'credential',
        label: 'enrol-passkey.response',
        autocomplete: 'off',
        maxLength: responseMaxLength,
        required: true,
      },
    ],

    async show({ identity, params, ports }) {
      const { account } = accountOf(identity)
      const person = await ports.findAccount(account)
      const userName = person?.userName ?? ''
      const { generateRegistrationOptions } = await loadWebAuthn()
      const options = await generateRegistrationOptions({
        rpName: params.issuer,
        rpID: relyingParty.id,
        userID: new Uint8Array(Buffer.from(account)),
        userName,
        userDisplayName: person?.claims.name ?? userName,
        challenge: new Uint8Array(ports.random(challengeBytes)),
        timeout: dialogueMs,
        attestationType: 'none',
        excludeCredentials: await describePasskeys(person, ports),
        // Fresh each time: the library writes into what it is given, and into its own default.
        authenticatorSelection: {
          residentKey: 'required',
          userVerification: params.userVerification as UserVerification,
        },
        supportedAlgorithmIDs: algorithms,
      })
      return {
        exhibits: [{ kind: 'ceremony', ceremony: 'create', options: { ...options } }],
        keep: { challenge: options.challenge },
      }
    },

    async work({ identity, input, kept, login, nowMs, params, ports }) {
      const { account } = accountOf(identity)
      if (kept?.challenge === undefined) throw new TypeError('enrol-passkey: nothing was shown')
      const response = readAttestation(input.response ?? '')
      const attested =
        response &&
        (await verifyAttestation(response, relyingParty, {
          challenge: kept.challenge,
          userVerification: params.userVerification as UserVerification,
        }))
      if (!attested) return { outcome: 'invalid', message: 'enrol-passkey.invalid' }

      const id = keptId(attested.passkey.credentialId)
      const name = input.name?.trim()
      if (await ports.readCredential(account, passkeyKind, id)) return { outcome: 'conflict' }
      return {
        outcome: 'success',
        credentials: [id],
        writes: [
          {
            write: 'add-credential',
            account,
            id,
            kind: passkeyKind,
            secret: passkeyText(attested.passkey),
            counter: attested.counter,
            ...(name && { name }),
            otherwise: 'conflict',
          },
          noticeOfAdded({ login, nowMs }, account),
        ],
      }
    },
  })
}
