/** A person as the User of RFC 7643, section 4.1; and what an upstream wants them to be. */
import type { AskedPerson, ScimPerson } from '../../engine/scim.ts'
import type { Claims } from '../../language/facts.ts'
import type { ConnectionSettings } from '../../language/step.ts'
import { invalid } from './refusal.ts'
import { listAt, type Resource, recordAt, textAt, withMeta } from './resource.ts'

export const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User'

/** Claims of OpenID Connect Core, section 5.1, by attributes of a User. */
const plain = {
  nickName: 'nickname',
  profileUrl: 'profile',
  locale: 'locale',
  timezone: 'zoneinfo',
} as const
const ofName = {
  givenName: 'given_name',
  familyName: 'family_name',
  middleName: 'middle_name',
} as const

/** @param base the address of the API */
export function resourceOfPerson(person: ScimPerson, base: string): Resource {
  const { user, externalId, groups } = person
  const { name, email, other = {} } = user.claims
  const named = {
    ...(name !== undefined && { formatted: name }),
    ...attributesOf(ofName, other),
  }
  const resource = {
    schemas: [userSchema],
    id: user.id,
    ...(externalId !== undefined && { externalId }),
    userName: user.userName,
    ...(name !== undefined && { displayName: name }),
    ...(Object.keys(named).length > 0 && { name: named }),
    ...attributesOf(plain, other),
    ...(email !== undefined && { emails: [{ value: email, type: 'work', primary: true }] }),
    active: user.status === 'active',
    groups: groups.map(({ id, name: display }) => ({
      value: id,
      display,
      $ref: `${base}/Groups/${id}`,
    })),
  }
  return withMeta(resource, 'User', user.createdMs, base)
}

export interface Rules {
  readonly connection: ConnectionSettings
  /** @returns a user name in canonical form; absence: it makes none */
  readonly nameOf: (text: string) => string | undefined
}

/**
 * @param now as they are; absent: they are new
 * @throws {ScimRefusal} invalidValue
 */
export function askedPerson(
  resource: Resource,
  now: ScimPerson | undefined,
  { connection, nameOf }: Rules,
): AskedPerson {
  const asserted = assertedOf(resource, connection)
  return {
    userName: userNameIn(resource, connection, nameOf),
    ...merged(asserted, now, connection),
    externalId: textAt(resource, 'externalId'),
    active: isActive(resource),
  }
}

/** By name, as provenance has them; what is absent is taken away. */
type Asserted = ReadonlyMap<string, string | undefined>

function assertedOf(resource: Resource, { id }: ConnectionSettings): Asserted {
  const name = recordAt(resource, 'name')
  const parts = [textAt(name, 'givenName'), textAt(name, 'familyName')].filter(Boolean)
  const shown =
    textAt(resource, 'displayName') ?? textAt(name, 'formatted') ?? (parts.join(' ') || undefined)
  const further = [
    ...Object.entries(plain).map(([from, to]) => [to, textAt(resource, from)] as const),
    ...Object.entries(ofName).map(([from, to]) => [to, textAt(name, from)] as const),
  ]
  return new Map<string, string | undefined>([
    ['name', shown],
    ['email', addressIn(resource, id)],
    ...further.map(([to, value]) => [`other.${to}`, value] as const),
  ])
}

function addressIn(resource: Resource, connection: string): string | undefined {
  const emails = listAt(resource, 'emails')
  const first = emails.find(({ primary }) => primary === true) ?? emails[0]
  const address = first && textAt(first, 'value', 254)
  if (address === undefined || /^[^\s@]+@[^\s@]+$/.test(address)) return address
  throw invalid('invalidValue', `${connection} gives an address that is none`)
}

/** What somebody else has written stays, unless the connection overrides it: an administrator's word counts. */
function merged(
  asserted: Asserted,
  now: ScimPerson | undefined,
  { id, sync = 'preserve', emailVerified = false }: ConnectionSettings,
): Pick<AskedPerson, 'claims' | 'provenance'> {
  const before = now?.user.provenance ?? {}
  const { other: held = {}, ...standard } = now?.user.claims ?? {}
  const isOthers = (name: string) => before[name] !== undefined && before[name] !== id
  const mine = [...asserted].filter(([name]) => sync === 'override' || !isOthers(name))
  const written = new Map(mine)
  const other = Object.fromEntries(
    [
      ...Object.entries(held),
      ...mine.flatMap(([name, value]) =>
        name.startsWith('other.') ? [[name.slice('other.'.length), value] as const] : [],
      ),
    ].filter(([name]) => !written.has(`other.${name}`) || written.get(`other.${name}`)),
  )
  const claims: Record<string, unknown> = { ...standard }
  if (written.has('name')) claims.name = written.get('name')
  if (written.has('email')) {
    const email = written.get('email')
    const isSame = email === standard.email
    claims.email = email
    claims.emailVerified =
      email === undefined ? undefined : emailVerified || (isSame && standard.emailVerified === true)
  }
  if (Object.keys(other).length > 0) claims.other = other
  return {
    claims: Object.fromEntries(
      Object.entries(claims).filter(([, value]) => value !== undefined),
    ) as Claims,
    provenance: Object.fromEntries(Object.entries(before).filter(([name]) => !written.has(name))),
  }
}

function userNameIn(
  resource: Resource,
  connection: ConnectionSettings,
  nameOf: Rules['nameOf'],
): string {
  const wanted = textAt(resource, 'userName', 128)
  const name = wanted === undefined ? undefined : nameOf(wanted)
  // A colon would let one upstream take the name that a person of another gets by their subject.
  if (name === undefined || name.includes(':') || !isOfDomain(name, connection)) {
    throw invalid('invalidValue', 'userName makes no name that people of this connection can have')
  }
  return name
}

function isOfDomain(name: string, { allowDomains, denyDomains = [] }: ConnectionSettings): boolean {
  if (!name.includes('@')) return true
  const domain = name.slice(name.lastIndexOf('@') + 1)
  return !denyDomains.includes(domain) && (allowDomains?.includes(domain) ?? true)
}

/** Some say it in words. */
function isActive({ active = true }: Resource): boolean {
  const said = typeof active === 'string' ? active.toLowerCase() : active
  if (said === true || said === 'true') return true
  if (said === false || said === 'false') return false
  throw invalid('invalidValue', 'active is neither true nor false')
}

function attributesOf(
  names: Readonly<Record<string, string>>,
  other: NonNullable<Claims['other']>,
): Record<string, unknown> {
  const entries = Object.entries(names).map(([to, from]) => [to, other[from]] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}
