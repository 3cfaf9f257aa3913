/** Who a subject is, read live, and what an application may be told of them. */
import type { Account, FindAccount } from 'oidc-provider'
import type { People } from '../../engine/ports.ts'
import type { ProviderStore } from '../../engine/provider-store.ts'
import { isPassThrough } from '../../engine/subject.ts'
import type { Claims } from '../../language/facts.ts'
import type { Person } from '../../language/step.ts'

/**
 * A locked, disabled or deleted account is nobody, at once: for a code, a refresh and user info alike.
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
  return async (ctx, subject, token) => {
    if (!isPassThrough(subject)) {
      // While a code is made nothing is told: the statement that writes it asks for the account.
      if (!token) return account(subject, {})
      const person = await people().findAccount(subject)
      if (person?.status !== 'active') return undefined
      const application = ctx.oidc.client?.clientId
      return account(subject, released(claimsOf(person), application ? releaseOf(application) : []))
    }
    const grantId = (token as { grantId?: string } | undefined)?.grantId
    if (!grantId) return account(subject, {})
    const kept = await store.current().readAssertion(grantId)
    return kept === undefined ? undefined : account(subject, JSON.parse(kept) as Claims)
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

function account(subject: string, claims: Claims): Account {
  return {
    accountId: subject,
    claims: () => ({ ...standardClaims(claims), sub: subject }),
  }
}

/** Groups are the account's own; what an upstream says of groups is not ours to assert. */
function claimsOf(person: Person): Claims {
  return { ...person.claims, preferredUsername: person.userName, groups: person.groups }
}

function defined(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined))
}
