/** Who a subject is, read live, and what an application may be told of them. */
import type { Account, FindAccount } from 'oidc-provider'
import type { People } from '../../engine/ports.ts'
import type { ProviderStore } from '../../engine/provider-store.ts'
import { isPassThrough } from '../../engine/subject.ts'
import type { Claims } from '../../language/facts.ts'
import type { Person } from '../../language/ports.ts'

/**
 * A locked, disabled or deleted account is nobody, at once. For codes, tokens and sessions the statement
 * that writes them asks; where nothing is written (user info) it is asked here.
 *
 * An ID token says who and how, and no more unless a claim is asked for by name: the rest is the user
 * info's (OpenID Connect Core, 5.4). So most exchanges of a code read no person at all.
 *
 * Of a pass-through person only what is sealed with the grant is known.
 *
 * @param releaseOf an application's release list
 */
export function findAccountIn(
  people: () => People,
  store: ProviderStore,
  releaseOf: (application: string) => readonly string[],
): FindAccount {
  const claimsOfAccount = async (subject: string, application: string | undefined) => {
    const person = await people().findAccount(subject)
    if (person?.status !== 'active') return undefined
    return released(claimsOf(person), application ? releaseOf(application) : [])
  }
  const claimsOfGrant = async (grantId: string | undefined) => {
    const kept = grantId && (await store.current().readAssertion(grantId))
    return kept ? (JSON.parse(kept) as Claims) : undefined
  }

  return async (ctx, subject, token) => {
    const grantId = (token as { grantId?: string } | undefined)?.grantId
    const read = () =>
      isPassThrough(subject)
        ? claimsOfGrant(grantId)
        : claimsOfAccount(subject, ctx.oidc.client?.clientId)
    if (ctx.oidc.route !== 'userinfo') return account(subject, read)
    const claims = await read()
    return claims && account(subject, async () => claims)
  }
}

/** The names of OpenID Connect Core, section 5.1. */
export function standardClaims(claims: Claims): Record<string, unknown> {
  const { email, emailVerified, name, preferredUsername, groups, other } = claims
  return defined({
    ...other,
    ...notToldByOthers,
    email,
    email_verified: email === undefined ? undefined : emailVerified === true,
    name,
    preferred_username: preferredUsername,
    groups,
  })
}

/** Who it is, and how they have signed in here, is for nobody upstream to say. */
const notToldByOthers = {
  sub: undefined,
  iss: undefined,
  aud: undefined,
  acr: undefined,
  amr: undefined,
  auth_time: undefined,
  sid: undefined,
}

/** Only what the application's release list names; `*` is everything. */
export function released(claims: Claims, release: readonly string[]): Claims {
  if (release.includes('*')) return claims
  const standard = standardClaims(claims)
  const kept = Object.fromEntries(
    Object.entries(standard).filter(([name]) => release.includes(name)),
  )
  const { email, email_verified, name, preferred_username, groups, ...other } = kept as {
    email?: string
    email_verified?: boolean
    name?: string
    preferred_username?: string
    groups?: readonly string[]
  }
  return defined({
    email,
    emailVerified: email_verified,
    name,
    preferredUsername: preferred_username,
    groups,
    other,
  }) as Claims
}

function account(subject: string, read: () => Promise<Claims | undefined>): Account {
  return {
    accountId: subject,
    async claims(use, _scope, byName) {
      const wanted = Object.keys(byName ?? {}).some((name) => !(name in notToldByOthers))
      const told = use === 'userinfo' || wanted ? ((await read()) ?? {}) : {}
      return { ...standardClaims(told), sub: subject }
    },
  }
}

/** Groups are the account's own; what an upstream says of groups is not ours to assert. */
function claimsOf(person: Person): Claims {
  return { ...person.claims, preferredUsername: person.userName, groups: person.groups }
}

function defined(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined))
}
