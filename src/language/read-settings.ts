/** `connections.yaml`, `directories.yaml` and `applications.yaml`: their fields, and how they are read. */
import { type Environment, type FieldSpecs, type FieldValue, readFields } from './fields.ts'
import type { Findings } from './findings.ts'
import type {
  ApplicationFile,
  ConnectionFile,
  DirectoryFile,
  Overlays,
  SecretReference,
} from './settings.ts'
import { type SyncMode, syncModes } from './step.ts'
import type { Entry, MapNode } from './tree.ts'

/** The directory that every organisation has. */
export const internalDirectory = 'internal'

const address = /^https?:\/\/[^\s/?#@]+(?:[/?][^\s#]*)?$/
const anAddress = { pattern: address, shape: 'an address, as `https://accounts.example`' } as const
const claimName = { pattern: /^[\w.:/-]{1,100}$/, shape: "a claim's name" } as const
const aHost = { pattern: /^[a-z0-9.-]{1,253}$/, shape: 'a host, as `accounts.example`' } as const

const everyConnection = {
  title: { kind: 'text', required: true, description: 'what people are shown' },
  protocol: {
    kind: 'word',
    required: true,
    values: ['oidc', 'oauth2'],
    description: '`oidc`, or `oauth2` with a user-info call',
  },
  clientId: { kind: 'text', required: true, description: 'our client id there' },
  clientSecret: { kind: 'secret', required: true, description: 'our secret there, by reference' },
  scopes: { kind: 'texts', description: 'what is asked for' },
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
} as const satisfies FieldSpecs

export const connectionFields = {
  oidc: {
    ...everyConnection,
    issuer: { kind: 'text', required: true, ...anAddress, description: 'its issuer' },
    hosts: {
      kind: 'texts',
      ...aHost,
      description: "hosts besides the issuer's that its metadata may send us to",
    },
  },
  oauth2: {
    ...everyConnection,
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
} as const satisfies Readonly<Record<string, FieldSpecs>>

export const directoryFields = {
  title: { kind: 'text', required: true, description: 'what administrators are shown' },
  kind: { kind: 'word', required: true, values: ['local'], description: 'where the users are' },
} as const satisfies FieldSpecs

export const applicationFields = {
  title: { kind: 'text', required: true, description: 'what people are shown' },
  flow: { kind: 'text', required: true, description: 'the flow that lets people in' },
  redirectUris: {
    kind: 'texts',
    required: true,
    ...anAddress,
    description: 'where a code may be sent, compared letter for letter',
  },
  postLogoutRedirectUris: { kind: 'texts', ...anAddress, description: 'where logout may lead' },
  auth: {
    kind: 'word',
    values: ['client_secret_basic', 'client_secret_post', 'none'],
    default: 'client_secret_basic',
    description: 'how it authenticates at the token endpoint (OpenID Connect Core, section 9)',
  },
  secret: { kind: 'secret', description: 'its secret, by reference; none for a public client' },
  acr: { kind: 'text', description: "its own floor, a level of its flow; the flow's unless said" },
  release: { kind: 'texts', description: 'claims that it may receive; `*` for all' },
  signing: {
    kind: 'word',
    values: ['ES256', 'RS256'],
    default: 'ES256',
    description: 'what its ID tokens are signed with (RFC 7518)',
  },
  backchannelLogoutUri: {
    kind: 'text',
    ...anAddress,
    description: 'where it is told that a session has ended (OpenID Connect Back-Channel Logout)',
  },
} as const satisfies FieldSpecs

export function readConnections(
  root: MapNode,
  env: Environment,
  overlays: Overlays,
  findings: Findings,
): readonly ConnectionFile[] {
  return entriesOf(root, 'connections', findings).flatMap((entry) => {
    const node = findings.map(entry.value, `the connection \`${entry.key}\``)
    const id = findings.name(entry.key, entry, 'a connection')
    if (node === undefined || id === undefined) return []
    const said = node.entries.get('protocol')?.value
    const protocol = said?.kind === 'scalar' && said.value === 'oauth2' ? 'oauth2' : 'oidc'
    const what = `the connection \`${id}\``
    const values = readFields(node, what, connectionFields[protocol], env, findings)
    return [makeConnection(id, protocol, entry, new Values(values), overlays[id] ?? {})]
  })
}

function makeConnection(
  id: string,
  protocol: 'oidc' | 'oauth2',
  { place }: Entry,
  values: Values,
  overlay: Overlays[string],
): ConnectionFile {
  const verified = values.text('emailVerified')
  const base = {
    id,
    place,
    title: values.text('title'),
    clientId: values.text('clientId'),
    clientSecret: values.secret('clientSecret') ?? { reference: '', value: undefined },
    scopes: values.texts('scopes') ?? (protocol === 'oidc' ? ['openid', 'email', 'profile'] : []),
    jit: overlay.jit ?? values.bool('jit') ?? everyConnection.jit.default,
    trustsAmr: values.texts('trustsAmr') ?? [],
    enabled: overlay.enabled ?? true,
    claims: values.texts('claims') ?? [],
    directory: values.text('directory') || internalDirectory,
    sync: (values.text('sync') || everyConnection.sync.default) as SyncMode,
    ...(verified === 'never' || verified === 'always'
      ? { emailVerified: verified === 'always' }
      : {}),
  }
  const issuer = values.text('issuer')
  if (protocol === 'oidc') {
    return { ...base, protocol, issuer, hosts: values.texts('hosts') ?? [] }
  }
  const emailsEndpoint = values.text('emailsEndpoint')
  return {
    ...base,
    protocol,
    authorizationEndpoint: values.text('authorizationEndpoint'),
    tokenEndpoint: values.text('tokenEndpoint'),
    userInfoEndpoint: values.text('userInfoEndpoint'),
    ...(issuer === '' ? {} : { issuer }),
    ...(emailsEndpoint === '' ? {} : { emailsEndpoint }),
  }
}

export function readDirectories(
  root: MapNode,
  env: Environment,
  findings: Findings,
): readonly DirectoryFile[] {
  return entriesOf(root, 'directories', findings).flatMap((entry) => {
    const node = findings.map(entry.value, `the directory \`${entry.key}\``)
    const id = findings.name(entry.key, entry, 'a directory')
    if (node === undefined || id === undefined) return []
    const read = readFields(node, `the directory \`${id}\``, directoryFields, env, findings)
    return [{ id, kind: 'local', title: new Values(read).text('title'), place: entry.place }]
  })
}

export function readApplications(
  root: MapNode,
  env: Environment,
  findings: Findings,
): readonly ApplicationFile[] {
  return entriesOf(root, 'applications', findings).flatMap((entry) => {
    const node = findings.map(entry.value, `the application \`${entry.key}\``)
    const id = findings.name(entry.key, entry, 'an application')
    if (node === undefined || id === undefined) return []
    const what = `the application \`${id}\``
    const read = new Values(readFields(node, what, applicationFields, env, findings))
    const application = makeApplication(id, entry, read)
    if ((application.auth === 'none') === (application.secret !== undefined)) {
      const message =
        application.auth === 'none'
          ? `${what} is public (\`auth: none\`) and has a secret`
          : `${what} has no \`secret\``
      const hint = 'give it a `secret`, or `auth: none` if it cannot keep one'
      if (application.auth === 'none' || !node.entries.has('secret'))
        findings.report('key-missing', entry.place, message, hint)
    }
    return [application]
  })
}

function makeApplication(id: string, { place }: Entry, values: Values): ApplicationFile {
  const secret = values.secret('secret')
  const acr = values.text('acr')
  const backchannelLogoutUri = values.text('backchannelLogoutUri')
  return {
    id,
    place,
    title: values.text('title'),
    flow: values.text('flow'),
    redirectUris: values.texts('redirectUris') ?? [],
    postLogoutRedirectUris: values.texts('postLogoutRedirectUris') ?? [],
    auth: (values.text('auth') || applicationFields.auth.default) as ApplicationFile['auth'],
    release: values.texts('release') ?? [],
    signing: (values.text('signing') ||
      applicationFields.signing.default) as ApplicationFile['signing'],
    ...(backchannelLogoutUri === '' ? {} : { backchannelLogoutUri }),
    ...(secret === undefined ? {} : { secret }),
    ...(acr === '' ? {} : { acr }),
  }
}

function entriesOf(root: MapNode, key: string, findings: Findings): readonly Entry[] {
  const known = findings.keys(root, 'the file', [key])
  const entry = findings.need(known, key, 'the file', `add \`${key}:\``)
  const map = entry && findings.map(entry.value, `\`${key}\``)
  return [...(map?.entries.values() ?? [])]
}

/** Typed access to what `readFields` has checked; a field that had a problem is empty. */
class Values {
  readonly #values: ReadonlyMap<string, FieldValue>

  constructor(values: ReadonlyMap<string, FieldValue>) {
    this.#values = values
  }

  text(key: string): string {
    const value = this.#values.get(key)
    return typeof value === 'string' ? value : ''
  }

  bool(key: string): boolean | undefined {
    const value = this.#values.get(key)
    return typeof value === 'boolean' ? value : undefined
  }

  texts(key: string): readonly string[] | undefined {
    const value = this.#values.get(key)
    return Array.isArray(value) ? (value as readonly string[]) : undefined
  }

  secret(key: string): SecretReference | undefined {
    const value = this.#values.get(key)
    return typeof value === 'object' && 'reference' in value
      ? (value as SecretReference)
      : undefined
  }
}
