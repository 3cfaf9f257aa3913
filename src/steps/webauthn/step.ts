/**
 * webauthn: the person uses a passkey.
 *
 *     offer: [password, { webauthn: { userVerification: preferred } }]
 *
 * Entered with nobody known, the passkey says whose it is; entered with an account, only a passkey of
 * that account counts. Its challenge is there with the page, so that the browser can offer passkeys where
 * a user name is asked for, and is good for one answer.
 *
 * | outcome     | when                                                                       |
 * | ----------- | -------------------------------------------------------------------------- |
 * | success     | the passkey has signed the challenge, and the account is active            |
 * | invalid     | anything does not fit, or the passkey's counter has not moved on           |
 * | blocked     | the passkey has signed it, and the account is locked or disabled           |
 * | unavailable | the account has no passkey                                                 |
 *
 * To whoever has proven nothing the last two look like `invalid`.
 */

import type { Case } from '../../language/declaration.ts'
import type { Identity } from '../../language/facts.ts'
import type { Person, StoredCredential } from '../../language/ports.ts'
import { type Answer, defineStep, type StepCall } from '../../language/step.ts'
import { namesAccount } from '../subject.ts'
import { type Asserted, verifyAssertion } from './assertion.ts'
import { loadWebAuthn } from './library.ts'
import { describePasskeys, keptId, passkeyKind, passkeyOf } from './passkey.ts'
import {
  challengeBytes,
  dialogueMs,
  type RelyingParty,
  type UserVerification,
  userVerification,
} from './relying-party.ts'
import { readAssertion, responseMaxLength, subjectIn } from './response.ts'

/** Without an attestation nobody can say that a key is in hardware, so none is said to be (RFC 8176). */
const proofs = (...amr: readonly string[]) =>
  [
    {
      amr,
      factor: 'possession',
      phishingResistant: true,
      source: 'registered',
      credential: 'webauthn',
    },
  ] as const
const verified = proofs('swk', 'user')
const unverified = proofs('swk')

const signed = {
  when: { 'account.exists': true, 'account.active': true, 'account.has': true },
  by: 'person',
} as const satisfies Case

const naming = {
  ...signed,
  ...namesAccount,
} as const satisfies Case

const keeping = { ...signed, from: ['account'] } as const satisfies Case

/** Indices of the declared cases. */
const success = { naming: [0, 1], keeping: [2, 3] } as const
const cloned = 1

const message = 'webauthn.invalid'

/** @param relyingParty for which passkeys are made, and from whose pages they are used */
export function webauthnStep(relyingParty: RelyingParty) {
  return defineStep({
    declaration: {
      type: 'webauthn',
      mode: 'offered',
      needs: ['none', 'account'],
      subject: 'either',
      credential: true,
      uses: passkeyKind,
      atOnce: true,
      hides: ['blocked', 'unavailable'],
      outcomes: {
        success: [
          { ...naming, proves: verified, enact: 'uses a passkey, verified by its device' },
          {
            ...naming,
            proves: unverified,
            enact: 'uses a passkey of a device that verifies nobody',
          },
          { ...keeping, proves: verified, enact: 'uses a passkey of the same account' },
          {
            ...keeping,
            proves: unverified,
            enact: 'uses a passkey of the same account, of a device that verifies nobody',
          },
        ],
        invalid: [
          { by: 'person', enact: 'uses a passkey that does not fit' },
          {
            when: { 'account.exists': true, 'account.has': true },
            by: 'person',
            enact: 'uses a copy of a passkey, whose counter is behind',
          },
        ],
        blocked: [
          {
            from: ['none'],
            when: { 'account.exists': true, 'account.active': false, 'account.has': true },
            by: 'person',
            enact: 'uses a passkey of an account that is locked or disabled',
          },
        ],
        unavailable: [
          {
            from: ['account'],
            when: { 'account.has': false },
            by: 'world',
            enact: 'has no passkey',
          },
        ],
      },
    },
    params: { userVerification },
    fields: [
      {
        name: 'response',
        kind: 'credential',
        label: 'webauthn.response',
        autocomplete: 'off',
        maxLength: responseMaxLength,
        required: true,
      },
    ],

    async show({ identity, params, ports }) {
      const person =
        identity.kind === 'account' ? await ports.findAccount(identity.account) : undefined
      const { generateAuthenticationOptions } = await loadWebAuthn()
      const options = await generateAuthenticationOptions({
        rpID: relyingParty.id,
        challenge: new Uint8Array(ports.random(challengeBytes)),
        timeout: dialogueMs,
        userVerification: params.userVerification as UserVerification,
        // Empty where nobody is known: passkeys that name their account are all that can be used then.
        allowCredentials: await describePasskeys(person, ports),
      })
      return {
        exhibits: [{ kind: 'ceremony', ceremony: 'get', options: { ...options } }],
        keep: { challenge: options.challenge },
      }
    },

    async work(call) {
      const { identity, params, kept, ports } = call
      if (kept?.challenge === undefined) throw new TypeError('webauthn: no challenge was shown')
      const response = readAssertion(call.input.response ?? '')
      const named = response && subjectIn(response)
      const person = await findSubject(call, named)
      if (identity.kind === 'account' && !hasPasskey(person)) return { outcome: 'unavailable' }
      // 7.2, step 6: a passkey that names somebody else is not one of this account.
      const isOf = person && (named === undefined || named === person.id)
      const stored =
        response &&
        isOf &&
        (await ports.readCredential(person.id, passkeyKind, keptId(response.id)))
      if (!stored) return { outcome: 'invalid', message }

      const asserted = await verifyAssertion(response, passkeyOf(stored.secret), relyingParty, {
        challenge: kept.challenge,
        userVerification: params.userVerification as UserVerification,
      })
      if (!asserted) return { outcome: 'invalid', message }
      return signedBy(person, identity, stored, asserted)
    },
  })
}

/** The signature is right: what is left to say is whose it is, and whether it is from the one device. */
function signedBy(
  person: Person,
  before: Identity,
  { id, counter: from }: StoredCredential,
  { counter: to, userVerified }: Asserted,
): Answer<'success' | 'invalid' | 'blocked'> {
  // 7.2, step 22: authenticators without a counter always say 0.
  const hasCounter = to > 0 || from > 0
  if (hasCounter && to <= from) return { outcome: 'invalid', case: cloned, message }
  const isNamed = before.kind === 'none'
  if (isNamed && person.status !== 'active') return { outcome: 'blocked', message }

  const moved = {
    write: 'advance-counter',
    credential: id,
    from,
    to,
    otherwise: 'invalid',
  } as const
  const [verifiedCase, unverifiedCase] = isNamed ? success.naming : success.keeping
  return {
    outcome: 'success',
    case: userVerified ? verifiedCase : unverifiedCase,
    ...(isNamed && { identity: localIdentity(person) }),
    credentials: [id],
    writes: hasCounter ? [moved] : [],
  }
}

/** The account that is known, or the one that the passkey names. */
async function findSubject(
  { identity, ports }: Pick<StepCall, 'identity' | 'ports'>,
  named: string | undefined,
): Promise<Person | undefined> {
  const id = identity.kind === 'account' ? identity.account : named
  return id === undefined ? undefined : ports.findAccount(id)
}

function hasPasskey(person: Person | undefined): boolean {
  return person?.credentials.some(({ kind }) => kind === passkeyKind) === true
}

function localIdentity(person: Person): Identity {
  // What an upstream once said of its own methods and groups says nothing about this login.
  const { amr: _amr, groups: _groups, ...claims } = person.claims
  return {
    kind: 'account',
    account: person.id,
    connection: 'local',
    claims,
    groups: person.groups,
    source: person.source,
    new: false,
  }
}
