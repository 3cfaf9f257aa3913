/**
 * A directory behind LDAP (RFC 4511): found by a search, compared by a bind.
 *
 * A filter is built of objects and written in BER. What somebody has typed is a value in it and never a part of a
 * text that is read, so there is nothing to escape and nothing to forget.
 */
import {
  AndFilter,
  EqualityFilter,
  type Filter,
  FilterParser,
  GreaterThanEqualsFilter,
  InappropriateAuthError,
  InvalidCredentialsError,
  LessThanEqualsFilter,
  NoSuchObjectError,
} from 'ldapts'
import type { PageRequest, StoredEntry, UserStore } from '../../language/directory.ts'
import { Distrust } from '../federated/failure.ts'
import { type LdapConnections, type LdapSettings, openConnections } from './ldap-connections.ts'

export function openLdap(settings: LdapSettings): UserStore {
  const connections = openConnections(settings)
  const find = (by: Filter, signal: AbortSignal) => search(connections, settings, by, signal)
  return {
    tellsChanges: true,
    byName: (name, signal) => find(isCalled(settings, name), signal),
    byId: (id, signal) => find(equals(settings.idAttribute, id), signal),

    // Nobody costs a bind as well: as the first base, which has no password.
    async matches(entry, password, signal) {
      const dn = entry?.secret ?? settings.bases[0] ?? ''
      const isRight = await connections.fresh(signal, async (client) => {
        try {
          await client.bind(dn, password)
          return true
        } catch (thrown) {
          if (isRefusal(thrown)) return false
          throw thrown
        }
      })
      return isRight && entry !== undefined
    },

    page: (request, signal) => pageOf(connections, settings, request, signal),
    close: connections.close,
  }
}

/** RFC 4511, appendix A: the name or the password is wrong, whichever; anything else is no answer to that. */
function isRefusal(thrown: unknown): boolean {
  return (
    thrown instanceof InvalidCredentialsError ||
    thrown instanceof InappropriateAuthError ||
    thrown instanceof NoSuchObjectError
  )
}

export function isCalled({ name: attribute }: Pick<LdapSettings, 'name'>, name: string): Filter {
  return equals(attribute, name)
}

function equals(attribute: string, value: string): Filter {
  return new EqualityFilter({ attribute, value })
}

/** Who is a person there, and this besides. */
export function personFilter({ filter }: Pick<LdapSettings, 'filter'>, ...by: Filter[]): Filter {
  return new AndFilter({ filters: [FilterParser.parseString(filter), ...by] })
}

/** In every base: an entry that two of them have is one, and two entries of one name are found as two. */
async function search(
  connections: LdapConnections,
  settings: LdapSettings,
  by: Filter,
  signal: AbortSignal,
): Promise<readonly StoredEntry[]> {
  const found = new Map<string, StoredEntry>()
  for (const base of settings.bases) {
    for (const entry of await searchBase(connections, settings, base, [by], signal, 2)) {
      found.set(entry.id, entry)
    }
  }
  return [...found.values()].slice(0, 2)
}

async function searchBase(
  connections: LdapConnections,
  settings: LdapSettings,
  base: string,
  by: readonly Filter[],
  signal: AbortSignal,
  sizeLimit?: number,
): Promise<readonly StoredEntry[]> {
  const { searchEntries, searchReferences } = await connections.searching(signal, (client) =>
    client.search(base, {
      scope: 'sub',
      derefAliases: 'never',
      filter: personFilter(settings, ...by),
      attributes: [...attributesOf(settings)],
      ...(sizeLimit === undefined ? { paged: { pageSize: 500 } } : { sizeLimit }),
    }),
  )
  // Referrals are not followed, and what stands elsewhere is not known to be absent.
  if (searchReferences.length > 0) throw new Distrust('it refers to another server')
  return searchEntries.map((entry) => entryOf(entry, settings))
}

function attributesOf(settings: LdapSettings): ReadonlySet<string> {
  const { name, idAttribute, reads, phone, locked, obsolete } = settings
  const more = [phone, locked, obsolete].filter((each) => each !== undefined)
  return new Set([name, idAttribute, ...reads, ...more])
}

type LdapEntry = Readonly<Record<string, unknown>> & { readonly dn: string }

function entryOf(entry: LdapEntry, settings: LdapSettings): StoredEntry {
  const { name, idAttribute, reads, phone, locked, obsolete } = settings
  const told = phone === undefined ? reads : [...reads, phone]
  const byKey = new Map(Object.entries(entry).map(([key, value]) => [key.toLowerCase(), value]))
  const valuesOf = (attribute: string) => texts(byKey.get(attribute.toLowerCase()))
  const [id] = valuesOf(idAttribute)
  const [called] = valuesOf(name)
  if (id === undefined || called === undefined || entry.dn === '') {
    throw new Distrust('an entry has no name, no id or no place')
  }
  const has = (attribute: string | undefined) =>
    attribute !== undefined && valuesOf(attribute).some((value) => !/^(?:false|0)?$/i.test(value))
  return {
    id,
    name: called,
    status: has(obsolete) ? 'obsolete' : has(locked) ? 'locked' : 'current',
    attributes: Object.fromEntries(told.map((attribute) => [attribute, valuesOf(attribute)])),
    secret: entry.dn,
  }
}

function texts(value: unknown): readonly string[] {
  const values = Array.isArray(value) ? value : value === undefined ? [] : [value]
  return values.flatMap((each) => {
    if (typeof each === 'string') return [each]
    return Buffer.isBuffer(each) ? [each.toString('hex')] : []
  })
}

/** How many parts all ids are cut into, by their first two hexadecimal digits. */
const parts = 256

/**
 * One part of the ids of one base. The cookie of a paged search (RFC 2696) dies with its connection; a place
 * among the ids does not, and whoever goes on tomorrow goes on there.
 */
async function pageOf(
  connections: LdapConnections,
  settings: LdapSettings,
  { after, changedSinceMs }: PageRequest,
  signal: AbortSignal,
): Promise<{ readonly entries: readonly StoredEntry[]; readonly next?: string }> {
  const { bases, idAttribute } = settings
  if (idAttribute !== 'entryUUID') {
    throw new Distrust('only ids that are an `entryUUID` (RFC 4530) can be listed in order')
  }
  const at = Number(after ?? 0)
  if (!Number.isSafeInteger(at) || at < 0) throw new Distrust('there is no such page')
  const base = bases[Math.floor(at / parts)]
  if (base === undefined) return { entries: [] }
  const digits = (at % parts).toString(16).padStart(2, '0')
  const filters = [
    new GreaterThanEqualsFilter({ attribute: idAttribute, value: uuid(digits, '0') }),
    new LessThanEqualsFilter({ attribute: idAttribute, value: uuid(digits, 'f') }),
    ...(changedSinceMs === undefined ? [] : [changedSince(changedSinceMs)]),
  ]
  const entries = await searchBase(connections, settings, base, filters, signal)
  return { entries, ...(at + 1 < bases.length * parts && { next: String(at + 1) }) }
}

function uuid(digits: string, rest: string): string {
  const hex = digits + rest.repeat(30)
  return [
    [0, 8],
    [8, 12],
    [12, 16],
    [16, 20],
    [20, 32],
  ]
    .map(([a, b]) => hex.slice(a, b))
    .join('-')
}

/** As GeneralizedTime (RFC 4517, 3.3.13). */
function changedSince(ms: number): Filter {
  const value = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '')
  return new GreaterThanEqualsFilter({ attribute: 'modifyTimestamp', value })
}
