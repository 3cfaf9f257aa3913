/** Who a step was entered with. The declaration's `needs` says who that can be; the engine holds to it. */

import type { Case } from '../language/declaration.ts'
import type { Identity } from '../language/facts.ts'

export type AccountIdentity = Extract<Identity, { kind: 'account' }>
export type PassThroughIdentity = Extract<Identity, { kind: 'pass-through' }>

export function accountOf(identity: Identity): AccountIdentity {
  if (identity.kind !== 'account') throw new TypeError(`needs an account, got ${identity.kind}`)
  return identity
}

export function passThroughOf(identity: Identity): PassThroughIdentity {
  if (identity.kind !== 'pass-through') {
    throw new TypeError(`needs a pass-through identity, got ${identity.kind}`)
  }
  return identity
}

/** @returns a name for something new: 128 random bits behind a prefix that says what it names */
export function newId(prefix: string, random: (bytes: number) => Uint8Array): string {
  return `${prefix}_${Buffer.from(random(16)).toString('base64url')}`
}

/** Of a case in which a credential of ours names the account: what is known of the person from then on. */
export const namesAccount = {
  from: ['none'],
  identity: 'account',
  records: [
    'identity.amr',
    'identity.email',
    'identity.emailVerified',
    'identity.name',
    'identity.age',
    'identity.groups',
    'account.groups',
    'account.source',
    'account.new',
  ],
  where: {
    'identity.amr': { is: [] },
    'identity.groups': { is: [] },
    'account.new': { is: false },
  },
} as const satisfies Partial<Case>
