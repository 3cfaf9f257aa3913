/** Who makes an account of a person whom an upstream has proven, and the one that is built in. */
import type { Claims } from '../../language/facts.ts'
import { profileOf } from '../profile.ts'
import { chosenName, usableName } from './name.ts'

/** A plug-in point of `provision`: found by its name. */
export interface IdentityCreator {
  readonly name: string
  /**
   * Says what account to make; the engine makes it. It decides from what it is given: it runs inside the
   * transaction that makes the account, and must not wait for anything.
   *
   * @returns `undefined` when it makes none for this person: the step ends with `rejected`
   */
  create(request: ProvisionRequest): NewAccount | undefined
}

export interface ProvisionRequest {
  readonly connection: string
  /** The upstream's own stable id of the person. */
  readonly subject: string
  readonly claims: Claims
  /** What the person has typed for the step before, where a directory has checked it. */
  readonly typed: Readonly<Record<string, string>>
}

export interface NewAccount {
  /** In canonical form; taken or not is for the store to say. */
  readonly userName: string
  readonly claims: Claims
}

/**
 * Takes the profile from what the upstream asserts, and the name from the first of these that makes one:
 * the name the person prefers there, the address it has verified, the subject within its connection.
 */
export const defaultCreator: IdentityCreator = {
  name: 'default',

  create({ connection, subject, claims }) {
    const address = claims.emailVerified === true ? claims.email : undefined
    const userName =
      chosenName(claims.preferredUsername, address) ??
      (address && usableName(address)) ??
      scopedName(connection, subject)
    return userName === undefined ? undefined : { userName, claims: profileOf(claims) }
  },
}

function scopedName(connection: string, subject: string): string | undefined {
  return usableName(`${connection}:${subject}`)
}
