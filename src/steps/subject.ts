/** Who a step was entered with. The declaration's `needs` says who that can be; the engine holds to it. */
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
