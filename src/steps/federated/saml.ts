/**
 * An upstream that speaks SAML 2.0: our request goes by redirect, its answer comes by POST (Profiles,
 * section 4.1), and is good for the one request that it names.
 *
 * The library makes requests and verifies signatures. What it leaves to its user is done here: what may
 * stand in the message at all, whom and what the assertion is for, and its times by our own clock.
 */
import { randomBytes } from 'node:crypto'
import { SAML, ValidateInResponseTo } from '@node-saml/node-saml/lib/index.js'
import type { UpstreamAnswer } from '../../language/ports.ts'
import { checkedAssertion, type Expected } from './assertion.ts'
import { claimsOf, subjectIn, subjectOf } from './claims.ts'
import { Distrust, UpstreamFailure } from './failure.ts'
import { isAllowedUrl } from './fetch.ts'
import { readResponse } from './saml-message.ts'
import type { SamlSettings } from './upstream.ts'

type Keep = Readonly<Partial<Record<string, string>>>

const nameIdFormats = {
  persistent: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  email: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
  unspecified: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
} as const

/** The no of the person, or of the upstream for them (Core, section 3.2.2.2). */
const refusals = ['AuthnFailed', 'RequestDenied']

export function openSaml(
  settings: SamlSettings,
  callbackUrl: string,
  now: () => number,
  allowInsecure: boolean,
) {
  if (!isAllowedUrl(settings.ssoUrl, allowInsecure)) {
    throw new TypeError(`${settings.id}: ${settings.ssoUrl} is not https`)
  }
  const audience = settings.audience ?? `${callbackUrl}/metadata`

  return {
    takesPosts: true,

    async depart(request: { state: string; forceAuthentication: boolean }) {
      const { forceAuthentication } = request
      // An xs:ID begins with a letter or `_` (Core, section 1.3.4, asks for 128 random bits or more).
      const id = `_${randomBytes(20).toString('hex')}`
      const url = await serviceProvider(settings, {
        callbackUrl,
        audience,
        id,
        forceAuthentication,
      }).getAuthorizeUrlAsync(request.state, undefined, {})
      const since = forceAuthentication ? { since: String(now()) } : {}
      return { url, keep: { request: id, ...since } }
    },

    async arrive(
      _url: string,
      _state: string,
      keep: Keep,
      _fetch: unknown,
      posted: string | undefined,
    ): Promise<UpstreamAnswer> {
      const { request: id, since } = keep
      if (!id) throw new TypeError('saml: nothing was kept of the departure')
      const encoded = new URLSearchParams(posted).get('SAMLResponse')
      if (!encoded) throw new Distrust('its answer was not posted')

      const response = await readResponse(encoded)
      const { destination, inResponseTo, issuer, status } = response
      if (destination !== callbackUrl) throw new Distrust('its answer is for another destination')
      if (inResponseTo !== id) throw new Distrust('its answer is to another request')
      if (issuer !== undefined && issuer !== settings.entityId) {
        throw new Distrust('its answer is of another issuer')
      }
      if (status !== 'Success') {
        if (refusals.includes(status)) return { answer: 'denied', error: status }
        throw new UpstreamFailure('UPSTREAM_ERROR', settings.id, `status ${status}`)
      }
      const verifier = serviceProvider(settings, { callbackUrl, audience, id })
      return identified(settings, await verified(verifier, encoded), {
        audience,
        recipient: callbackUrl,
        request: id,
        now: now(),
        since: since === undefined ? undefined : Number(since),
      })
    },

    metadata(): string {
      const publicCerts = settings.signingCertificate ?? null
      return serviceProvider(settings, {
        callbackUrl,
        audience,
        id: '_metadata',
      }).generateServiceProviderMetadata(null, publicCerts)
    },
  }
}

interface Attempt {
  readonly callbackUrl: string
  readonly audience: string
  /** The request's. */
  readonly id: string
  readonly forceAuthentication?: boolean
}

/** A fresh one for each attempt, which knows of that one request and no other. */
function serviceProvider(
  settings: SamlSettings,
  { callbackUrl, audience, id, forceAuthentication = false }: Attempt,
): SAML {
  const privateKey = settings.signingKey?.value?.reveal()
  return new SAML({
    issuer: audience,
    // What it is for, and when, is checked in `assertion.ts`: by our own clock, and in one place.
    audience: false,
    callbackUrl,
    entryPoint: settings.ssoUrl,
    idpIssuer: settings.entityId,
    idpCert: [...settings.certificates],
    ...(privateKey !== undefined && { privateKey }),
    signatureAlgorithm: 'sha256',
    identifierFormat: nameIdFormats[settings.nameId],
    forceAuthn: forceAuthentication,
    // How somebody signs in there is theirs to decide; what it was is read from the answer.
    disableRequestedAuthnContext: true,
    wantAssertionsSigned: true,
    wantAuthnResponseSigned: false,
    acceptedClockSkewMs: -1,
    validateInResponseTo: ValidateInResponseTo.always,
    generateUniqueId: () => id,
    cacheProvider: {
      saveAsync: async (key, value) => ({ createdAt: Date.parse(value), value: key }),
      // How long it may take is up to the login's own deadline.
      getAsync: async (key) => (key === id ? new Date().toISOString() : null),
      removeAsync: async () => null,
    },
  })
}

/** The one assertion, as its signature covers it. What else stood in the message is not looked at again. */
async function verified(provider: SAML, encoded: string): Promise<unknown> {
  try {
    const { profile } = await provider.validatePostResponseAsync({ SAMLResponse: encoded })
    if (profile?.getAssertion) return profile.getAssertion()
  } catch {
    // The library's messages quote what they have found.
    throw new Distrust('its answer does not verify')
  }
  throw new Distrust('its answer has no assertion')
}

function identified(
  settings: SamlSettings,
  assertion: unknown,
  expected: Omit<Expected, 'entityId' | 'clockSkewSeconds'>,
): UpstreamAnswer {
  const { entityId, clockSkewSeconds, subject: claim } = settings
  const found = checkedAssertion(assertion, { ...expected, entityId, clockSkewSeconds })
  const { nameId, attributes, contexts } = found
  if (claim === undefined && nameId?.format !== nameIdFormats[settings.nameId]) {
    throw new Distrust('its NameID is not of the format that says who somebody is')
  }
  const said = asserted(attributes, methodsOf(contexts, settings.contexts))
  const subject = claim === undefined ? subjectOf(nameId?.value) : subjectIn(said, claim)
  return { answer: 'identified', subject, claims: claimsOf(said, settings) }
}

/** Usual names of attributes, by the claims that they say: RFC 4519 and eduPerson, and Microsoft's. */
const usualNames: Readonly<Record<string, readonly string[]>> = {
  email: [
    'mail',
    'urn:oid:0.9.2342.19200300.100.1.3',
    'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress',
  ],
  name: [
    'displayName',
    'urn:oid:2.16.840.1.113730.3.1.241',
    'http://schemas.microsoft.com/identity/claims/displayname',
  ],
  given_name: [
    'givenName',
    'urn:oid:2.5.4.42',
    'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname',
  ],
  family_name: [
    'sn',
    'urn:oid:2.5.4.4',
    'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname',
  ],
  preferred_username: ['uid', 'urn:oid:0.9.2342.19200300.100.1.1'],
  groups: [
    'isMemberOf',
    'urn:oid:1.3.6.1.4.1.5923.1.5.1.1',
    'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups',
  ],
}

type Attributes = ReadonlyMap<string, readonly string[]>

/** Attributes as claims: what has one value is that value, groups are always a list. */
function asserted(attributes: Attributes, amr: readonly string[]): Record<string, unknown> {
  const own = [...attributes].map(([name, values]) => [name, plain(name, values)] as const)
  const usual = Object.entries(usualNames).flatMap(([claim, names]) => {
    const values = names.map((name) => attributes.get(name)).find((each) => each !== undefined)
    return values && !attributes.has(claim) ? [[claim, plain(claim, values)] as const] : []
  })
  return {
    ...Object.fromEntries([...own, ...usual]),
    // Everything is text in an attribute: the boolean's own text (XML Schema, 3.2.2) is the true one.
    email_verified: attributes.get('email_verified')?.join() === 'true',
    amr: amr.length > 0 ? amr : undefined,
  }
}

function plain(name: string, values: readonly string[]): unknown {
  return name === 'groups' || values.length !== 1 ? values : values[0]
}

/** Authentication context classes that mean a method wherever they are used. */
const usualContexts: Readonly<Record<string, string>> = {
  'https://refeds.org/profile/mfa': 'mfa',
  'http://schemas.microsoft.com/claims/multipleauthn': 'mfa',
  'urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract': 'mfa',
  'urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorUnregistered': 'mfa',
  'urn:oasis:names:tc:SAML:2.0:ac:classes:Password': 'pwd',
  'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport': 'pwd',
  'urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken': 'otp',
  'urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI': 'sc',
}

/** @param own by the method that a context means at this connection */
function methodsOf(
  contexts: readonly string[],
  own: Readonly<Record<string, string>>,
): readonly string[] {
  const methods = contexts.flatMap((context) => {
    const said = Object.keys(own).filter((method) => own[method] === context)
    const usual = Object.hasOwn(usualContexts, context) ? [usualContexts[context]!] : []
    return said.length > 0 ? said : usual
  })
  return [...new Set(methods)]
}
