/** `connections.yaml`: the fields of each protocol, and how they are read. */

import { checkSigning, inTheOpen } from './check-saml.ts'
import type { ConnectionScheme } from './facts.ts'
import {
  anAddress,
  type Environment,
  entriesOf,
  type FieldSpecs,
  type NamedEntry,
  readFields,
  Values,
} from './fields.ts'
import type { Findings } from './findings.ts'
import { checkIdentifying } from './identifying.ts'
import { internalDirectory } from './read-directories.ts'
import type { ConnectionBase, ConnectionFile, Overlays } from './settings.ts'
import { admissionFields, aHost, groupsField } from './source-fields.ts'
import { type SyncMode, syncModes } from './step.ts'
import type { MapNode } from './tree.ts'

const claimName = { pattern: /^[\w.:/-]{1,100}$/, shape: "a claim's name" } as const
/** SAML 2.0 Core, section 8.3.6. */
const anEntityId = {
  pattern: /^\S{1,1024}$/,
  shape: 'an entity id, as `https://idp.example`',
} as const
const anAttribute = { pattern: /^[\x21-\x7e]{1,256}$/, shape: 'a name without spaces' } as const
const aCertificate = {
  pattern: /^\s*(?:-----BEGIN CERTIFICATE-----)?[\w+/=\s]{100,}(?:-----END CERTIFICATE-----)?\s*$/,
  shape: 'a certificate in base64, as its metadata has it',
  longest: 8000,
} as const

const everyConnection = {
  title: { kind: 'text', required: true, description: 'what people are shown' },
  protocol: {
    kind: 'word',
    required: true,
    values: ['oidc', 'oauth2', 'saml'],
    description: '`oidc`, `oauth2` with a user-info call, or `saml`',
  },
  jit: {
    kind: 'bool',
    default: true,
    description: 'whether accounts are provisioned just in time',
  },
  trustsAmr: {
    kind: 'texts',
    description: 'methods (RFC 8176) that it is believed to have used when it says so',
  },
  claims: { kind: 'texts', ...claimName, description: 'further claims that it lets through' },
  subject: {
    kind: 'text',
    ...claimName,
    description:
      'the claim that says who somebody is; it must never change hands: `sub`, and of `oauth2` `id`, unless said',
  },
  mutableSubject: {
    kind: 'bool',
    default: false,
    description: 'takes a `subject` that can change hands, as an address or a name',
  },
  attributes: {
    kind: 'attributes',
    description: 'attributes of the profile, each made of its `claims` by an expression',
  },
  identifies: {
    kind: 'texts',
    description: 'attributes that `link` may find an account by: its word is believed in them',
  },
  groups: groupsField,
  emailVerified: {
    kind: 'word',
    values: ['claim', 'never', 'always'],
    default: 'claim',
    description: 'whether an address counts as verified: when it says so, never, or always',
  },
  directory: {
    kind: 'text',
    description: 'the directory that its people get their accounts in; `internal` unless said',
  },
  sync: {
    kind: 'word',
    values: syncModes,
    default: 'preserve',
    description:
      'what `sync` does to a profile: `override` all, `preserve` what others wrote, or `none`',
  },
  ...admissionFields,
  scim: {
    kind: 'secret',
    description:
      'the secret of the client `scim.<connection>`, by which it keeps its people here (SCIM 2.0); none unless said',
  },
} as const satisfies FieldSpecs

const everyClient = {
  clientId: { kind: 'text', required: true, description: 'our client id there' },
  clientSecret: { kind: 'secret', required: true, description: 'our secret there, by reference' },
  scopes: { kind: 'texts', description: 'what is asked for' },
} as const satisfies FieldSpecs

export const connectionFields = {
  oidc: {
    ...everyConnection,
    ...everyClient,
    issuer: { kind: 'text', required: true, ...anAddress, description: 'its issuer' },
    hosts: {
      kind: 'texts',
      ...aHost,
      description: "hosts besides the issuer's that its metadata may send us to",
    },
  },
  oauth2: {
    ...everyConnection,
    ...everyClient,
    issuer: { kind: 'text', ...anAddress, description: 'what it writes as `iss` (RFC 9207)' },
    authorizationEndpoint: {
      kind: 'text',
      required: true,
      ...anAddress,
      description: 'where people are sent',
    },
    tokenEndpoint: {
      kind: 'text',
      required: true,
      ...anAddress,
      description: 'where codes are redeemed',
    },
    userInfoEndpoint: {
      kind: 'text',
      required: true,
      ...anAddress,
      description: 'says who has signed in: `id`, `login`, `name`, `email`',
    },
    emailsEndpoint: {
      kind: 'text',
      ...anAddress,
      description: 'says which of their addresses are verified',
    },
  },
  saml: {
    ...everyConnection,
    entityId: { kind: 'text', required: true, ...anEntityId, description: 'its entity id' },
    ssoUrl: {
      kind: 'text',
      required: true,
      ...anAddress,
      description: 'where people are sent (its HTTP-Redirect endpoint)',
    },
    certificates: {
      kind: 'texts',
      required: true,
      ...aCertificate,
      description: 'what it signs with; two while it changes from one to the other',
    },
    audience: {
      kind: 'text',
      ...anEntityId,
      description: 'our entity id there; the address of our metadata unless said',
    },
    nameId: {
      kind: 'word',
      values: ['persistent', 'email', 'unspecified'],
      default: 'persistent',
      description: 'the only format of NameID that is taken for who somebody is',
    },
    contexts: {
      kind: 'pairs',
      ...anAttribute,
      description: 'for a method (RFC 8176) the authentication context that means it',
    },
    signingKey: {
      kind: 'secret',
      description: 'what our requests are signed with (PEM), by reference; unsigned unless said',
    },
    signingCertificate: {
      kind: 'text',
      ...aCertificate,
      description: 'the certificate of that key, for our metadata',
    },
    clockSkewSeconds: {
      kind: 'int',
      min: 0,
      max: 300,
      default: 30,
      description: 'how far its clock may be off',
    },
  },
} as const satisfies Readonly<Record<string, FieldSpecs>>

type Protocol = ConnectionFile['protocol']
type ConnectionOf<P extends Protocol> = Extract<ConnectionFile, { protocol: P }>

export function readConnections(
  root: MapNode,
  env: Environment,
  overlays: Overlays,
  findings: Findings,
): readonly ConnectionFile[] {
  return entriesOf(root, 'connections', 'connection', findings).map((entry) => {
    const { id, what } = entry
    const protocol = protocolOf(entry.node)
    const node = protocol === 'saml' ? inTheOpen(entry.node, what, findings) : entry.node
    const values = new Values(readFields(node, what, connectionFields[protocol], env, findings))
    checkSigning(node, what, findings)
    checkSubject(node, what, values, findings)
    const identifies = node.entries.get('identifies')
    if (identifies) {
      const names = values.texts('identifies') ?? []
      checkIdentifying(identifies, names, values.attributes('attributes'), findings)
    }
    return makers[protocol](baseOf(entry, values, overlays[id] ?? {}), values)
  })
}

/** What cannot be read is reported by the field; the others are read as those of most connections. */
function protocolOf(node: MapNode): Protocol {
  const said = node.entries.get('protocol')?.value
  const value = said?.kind === 'scalar' ? said.value : undefined
  return protocols.find((protocol) => protocol === value) ?? 'oidc'
}

/** Claims that are given to somebody else one day. */
const mutableClaims = ['email', 'preferred_username', 'upn', 'name', 'login', 'phone_number']

function checkSubject(node: MapNode, what: string, values: Values, findings: Findings): void {
  const subject = values.text('subject')
  const entry = node.entries.get('subject')
  if (!entry || values.bool('mutableSubject') || !mutableClaims.includes(subject)) return
  const message = `${what} takes \`${subject}\` for who somebody is, and that can change hands`
  const hint = 'take a claim that never does, or say `mutableSubject: true` and mean it'
  findings.report('subject-mutable', entry.place, message, hint)
}

function baseOf(
  { id, place }: NamedEntry,
  values: Values,
  overlay: NonNullable<Overlays[string]>,
): ConnectionBase {
  const verified = values.text('emailVerified')
  return {
    id,
    place,
    title: values.text('title'),
    jit: overlay.jit ?? values.bool('jit') ?? everyConnection.jit.default,
    trustsAmr: values.texts('trustsAmr') ?? [],
    enabled: overlay.enabled ?? true,
    claims: values.texts('claims') ?? [],
    directory: values.text('directory') || internalDirectory,
    sync: (values.text('sync') || everyConnection.sync.default) as SyncMode,
    attributes: values.attributes('attributes'),
    ...optional('subject', values.text('subject')),
    ...optional('identifies', values.texts('identifies')),
    ...optional('groups', values.lists('groups')),
    ...optional('scheme', values.text('scheme') as ConnectionScheme | ''),
    ...optional('allowDomains', values.texts('allowDomains')),
    ...optional('denyDomains', values.texts('denyDomains')),
    ...optional('creator', values.text('creator')),
    ...optional('assigner', values.text('assigner')),
    ...optional('scim', values.secret('scim')),
    ...(verified === 'never' || verified === 'always'
      ? { emailVerified: verified === 'always' }
      : {}),
  }
}

const makers: {
  readonly [P in Protocol]: (base: ConnectionBase, values: Values) => ConnectionOf<P>
} = {
  oidc: (base, values) => ({
    ...base,
    ...clientOf(values, ['openid', 'email', 'profile']),
    protocol: 'oidc',
    issuer: values.text('issuer'),
    hosts: values.texts('hosts') ?? [],
  }),

  oauth2: (base, values) => ({
    ...base,
    ...clientOf(values, []),
    protocol: 'oauth2',
    authorizationEndpoint: values.text('authorizationEndpoint'),
    tokenEndpoint: values.text('tokenEndpoint'),
    userInfoEndpoint: values.text('userInfoEndpoint'),
    ...optional('issuer', values.text('issuer')),
    ...optional('emailsEndpoint', values.text('emailsEndpoint')),
  }),

  saml: (base, values) => ({
    ...base,
    protocol: 'saml',
    entityId: values.text('entityId'),
    ssoUrl: values.text('ssoUrl'),
    certificates: values.texts('certificates') ?? [],
    nameId: (values.text('nameId') || saml.nameId.default) as ConnectionOf<'saml'>['nameId'],
    contexts: values.pairs('contexts'),
    clockSkewSeconds: values.int('clockSkewSeconds') ?? saml.clockSkewSeconds.default,
    ...optional('audience', values.text('audience')),
    ...optional('signingKey', values.secret('signingKey')),
    ...optional('signingCertificate', values.text('signingCertificate')),
  }),
}
const protocols = Object.keys(makers) as Protocol[]
const { saml } = connectionFields

function clientOf(values: Values, scopes: readonly string[]) {
  return {
    clientId: values.text('clientId'),
    clientSecret: values.secret('clientSecret') ?? { reference: '', value: undefined },
    scopes: values.texts('scopes') ?? scopes,
  }
}

function optional<K extends string, V>(
  key: K,
  value: V,
): { readonly [P in K]?: Exclude<V, undefined | ''> } {
  return value === undefined || value === '' ? {} : ({ [key]: value } as never)
}
