/**
 * What a SCIM client (RFC 7644) asks of storage: the people and groups of one connection, which its upstream
 * keeps here. Nobody else is to be seen, or changed, by it.
 */
import type { Claims } from '../language/facts.ts'
import type { User } from './administration.ts'

export interface Scim {
  findPerson(id: string): Promise<ScimPerson | undefined>
  /** Those of the connection, in the order in which they were made. */
  listPeople(query: ScimQuery): Promise<ScimList<ScimPerson>>
  addPerson(asked: AskedPerson, nowMs: number): Promise<ScimResult<ScimPerson>>
  /**
   * One transaction, with its audit record. Who is no longer active loses all that was given to them.
   *
   * @param change asked with the person as they are in the transaction; what it throws leaves them so
   */
  changePerson(
    id: string,
    change: (now: ScimPerson) => AskedPerson,
    nowMs: number,
  ): Promise<ScimResult<ScimPerson>>
  /** With all that hangs on them. */
  removePerson(
    id: string,
    expected: (now: ScimPerson) => void,
    nowMs: number,
  ): Promise<ScimResult<undefined>>
  findGroup(id: string): Promise<ScimGroup | undefined>
  listGroups(query: ScimQuery): Promise<ScimList<ScimGroup>>
  addGroup(asked: AskedGroup, nowMs: number): Promise<ScimResult<ScimGroup>>
  changeGroup(
    id: string,
    change: (now: ScimGroup) => AskedGroup,
    nowMs: number,
  ): Promise<ScimResult<ScimGroup>>
  removeGroup(
    id: string,
    expected: (now: ScimGroup) => void,
    nowMs: number,
  ): Promise<ScimResult<undefined>>
}

export interface ScimQuery {
  /** A user name, or the name of a group: letters alike. Absent: any. */
  readonly name?: string | undefined
  readonly externalId?: string | undefined
  /** How many come before. */
  readonly offset: number
  /** 0 and more: 0 only counts. */
  readonly limit: number
}

export interface ScimList<T> {
  /** Of all pages. */
  readonly total: number
  readonly items: readonly T[]
}

export interface ScimPerson {
  readonly user: User
  /** The upstream's own id of the person: the subject by which they are known when they come by it. */
  readonly externalId?: string
  /** Groups of this client that they are in. */
  readonly groups: readonly { readonly id: string; readonly name: string }[]
}

export interface AskedPerson {
  /** In canonical form. */
  readonly userName: string
  /** The whole profile, with who has written what of it where that was not the connection. */
  readonly claims: Claims
  readonly provenance: Readonly<Record<string, string>>
  readonly externalId?: string | undefined
  readonly active: boolean
}

export interface ScimGroup {
  readonly id: string
  readonly name: string
  readonly externalId?: string
  readonly createdMs: number
  /** In the order of their ids. */
  readonly members: readonly { readonly id: string; readonly userName: string }[]
}

export interface AskedGroup {
  readonly name: string
  readonly externalId?: string | undefined
  /** Ids of people. */
  readonly members: readonly string[]
}

export type ScimResult<T> =
  | { readonly result: 'done'; readonly is: T }
  | {
      /**
       * Nothing was written: there is none; or somebody has the name, or is the external id; or another one was
       * given before, which is never pointed elsewhere; or a member is nobody of this connection; or nobody
       * would be left to administer.
       */
      readonly result:
        | 'unknown'
        | 'name-taken'
        | 'external-id-taken'
        | 'external-id-fixed'
        | 'member-unknown'
        | 'last-administrator'
    }
