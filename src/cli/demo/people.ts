/**
 * Who lives in the demo world, and where each is known. Nobody here is real, no secret here guards
 * anything, and `.test` and `.example` are nobody's domains (RFC 2606).
 */

import type { Role } from '../../engine/administration.ts'

/** Somebody with an account at Sallyport from the start. */
export interface LocalPerson {
  readonly userName: string
  readonly email: string
  readonly name: string
  readonly password: string
  /** The secret of the authenticator app, base32 without padding; absent: none is registered. */
  readonly totpSecret?: string
  readonly groups: readonly string[]
  /** Of administrators; absent: none. */
  readonly role?: Role
  readonly status: 'active' | 'locked'
}

/** Somebody with an account at an OpenID provider. */
export interface OidcPerson {
  readonly subject: string
  readonly email: string
  readonly emailVerified: boolean
  readonly name: string
  readonly preferredUsername: string
  /** Absent: the provider says nothing of groups. */
  readonly groups?: readonly string[]
  /** What the provider says it used (RFC 8176); absent: `pwd`. */
  readonly amr?: readonly string[]
}

/** Somebody with an account at GitHub, in GitHub's words. */
export interface GithubPerson {
  readonly id: number
  readonly login: string
  readonly name: string | null
  /** The public address; `null` when none is published. */
  readonly email: string | null
  readonly emails: readonly {
    readonly email: string
    readonly primary: boolean
    readonly verified: boolean
  }[]
}

export const localPeople: readonly LocalPerson[] = [
  {
    userName: 'jane',
    email: 'jane@acme.test',
    name: 'Jane Doe',
    password: 'paper lantern quartz',
    totpSecret: 'KRUGS4ZANFZSA3TPOQQGCIDSMVQWYIDT',
    groups: ['admin'],
    role: 'admin',
    status: 'active',
  },
  {
    userName: 'bo',
    email: 'bo@acme.test',
    name: 'Bo Lind',
    password: 'seven quiet herons',
    groups: [],
    status: 'active',
  },
  {
    userName: 'kim',
    email: 'kim@acme.test',
    name: 'Kim Lock',
    password: 'amber wooden kettle',
    groups: [],
    status: 'locked',
  },
]

export const googlePeople: readonly OidcPerson[] = [
  {
    subject: 'g-1',
    email: 'ann@x.test',
    emailVerified: true,
    name: 'Ann Example',
    preferredUsername: 'ann',
  },
  {
    subject: 'g-2',
    email: 'tia@x.test',
    emailVerified: true,
    name: 'Tia Novak',
    preferredUsername: 'tia',
  },
  {
    subject: 'g-3',
    email: 'sam@thrift.example',
    emailVerified: true,
    name: 'Sam Staff',
    preferredUsername: 'sam',
  },
  {
    subject: 'g-4',
    email: 'una@thrift.example',
    emailVerified: false,
    name: 'Una Verified',
    preferredUsername: 'una',
  },
]

/** A company's own OpenID provider: it has groups, and it says when it has used two factors. */
export const corpPeople: readonly OidcPerson[] = [
  {
    subject: 'c-1',
    email: 'max@corp.test',
    emailVerified: true,
    name: 'Max Mfa',
    preferredUsername: 'max',
    groups: ['engineering'],
    amr: ['pwd', 'otp', 'mfa'],
  },
  {
    subject: 'c-2',
    email: 'pia@corp.test',
    emailVerified: true,
    name: 'Pia Password',
    preferredUsername: 'pia',
    groups: [],
  },
]

export const githubPeople: readonly GithubPerson[] = [
  {
    id: 1001,
    login: 'gil',
    name: 'Gil Git',
    email: null,
    emails: [{ email: 'gil@x.test', primary: true, verified: true }],
  },
  {
    id: 1002,
    login: 'jane',
    name: 'Another Jane',
    email: 'jane@elsewhere.test',
    emails: [{ email: 'jane@elsewhere.test', primary: true, verified: true }],
  },
]
