/** `directories.yaml`: how it is read, and what its fields cannot say by themselves. */
import { X509Certificate } from 'node:crypto'
import { directoryFields, everyExternal } from './directory-fields.ts'
import type { ConnectionScheme } from './facts.ts'
import { type Environment, entriesOf, type NamedEntry, readFields, Values } from './fields.ts'
import type { Findings } from './findings.ts'
import {
  type CertificateName,
  type DirectoryFile,
  type ExternalBase,
  type ExternalDirectory,
  type PasswordScheme,
  usualSync,
} from './settings.ts'
import type { SyncMode } from './step.ts'
import type { MapNode } from './tree.ts'

/** The directory that every organisation has. */
export const internalDirectory = 'internal'

type Store = ExternalDirectory['store']

export function readDirectories(
  root: MapNode,
  env: Environment,
  findings: Findings,
): readonly DirectoryFile[] {
  return entriesOf(root, 'directories', 'directory', findings).map((entry) => {
    const { id, what, node, place } = entry
    const said = wordOf(node, 'kind')
    if (said !== 'enterprise' && said !== 'hybrid') {
      const values = new Values(readFields(node, what, directoryFields.local, env, findings))
      const groups = optional('memberOf', values.lists('memberOf'))
      return { id, kind: 'local', title: values.text('title'), ...groups, place }
    }
    if (id === internalDirectory) {
      const message = '`internal` is where people of ours are, and so it is `local`'
      findings.report('value-invalid', place, message, 'give the other store a name of its own')
    }
    const store = stores.find((name) => name === wordOf(node, 'store')) ?? 'file'
    const values = new Values(readFields(node, what, directoryFields[store], env, findings))
    for (const pair of pairs) checkPair(node, pair, what, findings)
    checkAuthority(node, what, values, findings)
    if (store === 'sql') checkSource(node, what, findings)
    if (store === 'ldap') checkEncryption(node, what, values, findings)
    return makers[store](baseOf(entry, said, values), values)
  })
}

/** Neither means anything without the other. */
const pairs = [
  ['certificateName', 'certificateAuthority'],
  ['verifier', 'realm'],
] as const

function checkPair(
  node: MapNode,
  [one, other]: readonly [string, string],
  what: string,
  findings: Findings,
): void {
  const [said, missing] = node.entries.has(one) ? [one, other] : [other, one]
  if (!node.entries.has(said) || node.entries.has(missing)) return
  findings.need(node, missing, what, `add \`${missing}:\`, which \`${said}\` goes with`)
}

/** Whoever has signed for people must be one that signs. */
function checkAuthority(node: MapNode, what: string, values: Values, findings: Findings): void {
  const entry = node.entries.get('certificateAuthority')
  if (!entry || isCertificate(values.text('certificateAuthority'))) return
  const message = `${what} has a \`certificateAuthority\` that is no certificate`
  findings.report(
    'value-invalid',
    entry.place,
    message,
    'give one in PEM, with its first and last line',
  )
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).ca
  } catch {
    return false
  }
}

/** One row a person: from a table, or by a query. */
function checkSource(node: MapNode, what: string, findings: Findings): void {
  const [table, query] = [node.entries.get('table'), node.entries.get('query')]
  if (!table && !query) findings.need(node, 'table', what, 'add `table:`, or a `query:`')
  if (!table || !query) return
  const message = `${what} has a \`table\` and a \`query\`, and can only be one of the two`
  findings.report('value-invalid', query.place, message, 'leave one of them out')
}

/** Passwords would go as they are. */
function checkEncryption(node: MapNode, what: string, values: Values, findings: Findings): void {
  const isPlain = /^ldap:\/\/(?!(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|$))/.test(
    values.text('url'),
  )
  const entry = node.entries.get('startTls')
  if (!isPlain || !entry || values.bool('startTls') !== false) return
  const message = `${what} would send passwords to another machine unencrypted`
  findings.report('value-invalid', entry.place, message, 'leave `startTls` on, or use `ldaps://`')
}

function wordOf(node: MapNode, key: string): unknown {
  const said = node.entries.get(key)?.value
  return said?.kind === 'scalar' ? said.value : undefined
}

function baseOf(
  { id, place }: NamedEntry,
  kind: ExternalBase['kind'],
  values: Values,
): ExternalBase {
  const flag = (key: 'enabled' | 'jit' | 'emailVerified') =>
    values.bool(key) ?? everyExternal[key].default
  const number = (key: 'refreshMinutes' | 'lockAfter' | 'lockMinutes' | 'timeoutMs') =>
    values.int(key) ?? everyExternal[key].default
  return {
    id,
    place,
    kind,
    title: values.text('title'),
    enabled: flag('enabled'),
    jit: flag('jit'),
    trustsAmr: [],
    directory: values.text('accounts') || id,
    sync: (values.text('sync') as SyncMode | '') || usualSync(kind),
    ...(values.text('sync') === '' && { syncByKind: true as const }),
    refreshMinutes: number('refreshMinutes'),
    attributes: values.attributes('attributes'),
    lists: values.texts('lists') ?? [],
    emailVerified: flag('emailVerified'),
    lockAfter: number('lockAfter'),
    lockMinutes: number('lockMinutes'),
    timeoutMs: number('timeoutMs'),
    ...optional('phone', values.text('phone')),
    ...optional('groups', values.lists('groups')),
    ...optional('scheme', values.text('scheme') as ConnectionScheme | ''),
    ...optional('allowDomains', values.texts('allowDomains')),
    ...optional('denyDomains', values.texts('denyDomains')),
    ...optional('creator', values.text('creator')),
    ...optional('assigner', values.text('assigner')),
    ...optional('certificates', certificatesOf(values)),
    ...optional('verifier', values.text('verifier')),
    ...optional('realm', values.text('realm')),
  }
}

function certificatesOf(values: Values): ExternalBase['certificates'] {
  const name = values.text('certificateName') as CertificateName | ''
  return name === '' ? undefined : { name, authority: values.text('certificateAuthority') }
}

const makers: {
  readonly [S in Store]: (
    base: ExternalBase,
    values: Values,
  ) => Extract<ExternalDirectory, { store: S }>
} = {
  file: (base, values) => ({ ...base, store: 'file', path: values.text('path') }),

  plugin: (base, values) => ({ ...base, store: 'plugin', users: values.text('users') }),

  ldap: (base, values) => ({
    ...base,
    store: 'ldap',
    url: values.text('url'),
    startTls: values.bool('startTls') ?? ldap.startTls.default,
    bases: values.texts('bases') ?? [],
    filter: values.text('filter') || '(objectClass=person)',
    name: values.text('name') || 'uid',
    idAttribute: values.text('id') || 'entryUUID',
    reads: values.texts('reads') ?? [],
    connections: values.int('connections') ?? ldap.connections.default,
    ...optional('certificate', values.text('certificate')),
    ...optional('bindDn', values.text('bindDn')),
    ...optional('bindPassword', values.secret('bindPassword')),
    ...marks(values),
  }),

  sql: (base, values) => ({
    ...base,
    store: 'sql',
    url: values.text('url'),
    name: values.text('name'),
    idColumn: values.text('id'),
    reads: values.texts('reads') ?? [],
    passwordColumn: values.text('passwordColumn'),
    passwordScheme: (values.text('passwordScheme') || 'argon2') as PasswordScheme,
    ...optional('password', values.secret('password')),
    ...optional('table', values.text('table')),
    ...optional('query', values.text('query')),
    ...optional('changed', values.text('changed')),
    ...marks(values),
  }),
}
const stores = Object.keys(makers) as Store[]
const { ldap } = directoryFields

function marks(values: Values) {
  return {
    ...optional('locked', values.text('locked')),
    ...optional('obsolete', values.text('obsolete')),
  }
}

function optional<K extends string, V>(
  key: K,
  value: V,
): { readonly [P in K]?: Exclude<V, undefined | ''> } {
  return value === undefined || value === '' ? {} : ({ [key]: value } as never)
}
