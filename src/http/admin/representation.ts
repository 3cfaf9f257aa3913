/** What the admin API shows of users, sessions, logins and its audit. */
import { createHash } from 'node:crypto'
import type {
  AuditRecord,
  Consent,
  Factor,
  LoginEventRecord,
  LoginRecord,
  Page,
  Position,
  SessionRecord,
  User,
} from '../../engine/administration.ts'
import { KnownError } from '../../kit/errors.ts'
import type { KeyRecord } from './route.ts'

export function userOf(user: User) {
  const { name, email, emailVerified, other = {} } = user.claims
  return {
    id: user.id,
    userName: user.userName,
    status: user.status,
    source: user.source,
    directory: user.directory,
    createdAt: timeOf(user.createdMs),
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email, emailVerified: emailVerified === true }),
    attributes: other,
    owners: ownersOf(user),
    groups: user.groups,
    roles: user.roles,
    factors: user.factors.map(factorOf),
    associations: user.associations.map(dated),
    consents: user.consents.map(consentOf),
  }
}

/** Not when it was of use last, nor what is counted: a version would be out of date with every sign-in. */
function factorOf({ usedMs: _used, counter: _counter, ...factor }: Factor) {
  return dated(factor)
}

export function consentOf({ agreedMs, ...consent }: Consent) {
  return { ...consent, agreedAt: timeOf(agreedMs) }
}

/** Who wrote each attribute that is there, by the names that provenance has. */
export function ownersOf({ claims, provenance, source }: User): Record<string, string> {
  const names = [
    ...(['name', 'email'] as const).filter((name) => claims[name] !== undefined),
    ...Object.keys(claims.other ?? {}).map((name) => `other.${name}`),
  ]
  return Object.fromEntries(names.map((name) => [name, provenance[name] ?? source]))
}

/** Strong (RFC 9110, section 8.8.3): another as soon as anything shown is. */
export function etagOf(user: User): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(userOf(user)))
    .digest('base64url')
  return `"${digest.slice(0, 22)}"`
}

export function sessionOf({ createdMs, expiresMs, ...session }: SessionRecord) {
  return { ...session, createdAt: timeOf(createdMs), expiresAt: timeOf(expiresMs) }
}

export function loginOf({ createdMs, deadlineMs, ...login }: LoginRecord) {
  return { ...login, createdAt: timeOf(createdMs), deadlineAt: timeOf(deadlineMs) }
}

export function eventOf({ atMs, ...event }: LoginEventRecord) {
  return { at: timeOf(atMs), ...event }
}

export function auditOf({ atMs, ...record }: AuditRecord) {
  return { ...record, at: timeOf(atMs) }
}

export function keyOf({ createdMs, ...key }: KeyRecord) {
  return { ...key, createdAt: timeOf(createdMs) }
}

export function pageOf<T>({ items, next }: Page<T>, show: (item: T) => unknown) {
  return { items: items.map(show), ...(next && { next: cursorOf(next) }) }
}

/** @throws {KnownError} REQUEST_MALFORMED, for a cursor that no page has given */
export function positionOf(cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined
  // What a page ends with may have spaces itself: a group's name.
  const [, ms, id] = /^(\d{1,16}) (.+)$/s.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (ms === undefined || id === undefined) {
    throw new KnownError('REQUEST_MALFORMED', 'a cursor that no page has given')
  }
  return { ms: Number(ms), id }
}

export function cursorOf({ ms, id }: Position): string {
  return Buffer.from(`${ms} ${id}`).toString('base64url')
}

function dated<T extends { readonly createdMs: number }>({ createdMs, ...rest }: T) {
  return { ...rest, createdAt: timeOf(createdMs) }
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}
