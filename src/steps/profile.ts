/**
 * What is kept of what an upstream asserts, one attribute at a time.
 *
 * An address and whether it is verified are one attribute: neither means anything beside another's half.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Claims } from '../language/facts.ts'
import type { Person } from '../language/ports.ts'
import type { SyncMode } from '../language/step.ts'

/** Methods and groups are said of one login, not of a person. */
export function profileOf({ amr: _amr, groups: _groups, ...profile }: Claims): Claims {
  return profile
}

export interface Profile {
  readonly claims: Claims
  /** Who wrote an attribute, where that was not the account's source. */
  readonly provenance: Readonly<Record<string, string>>
}

/**
 * @param asserted what the connection says now
 * @param modeOf what the connection does to an attribute
 * @returns `undefined` when the profile stays as it is
 */
export function synced(
  person: Pick<Person, 'claims' | 'provenance' | 'source'>,
  asserted: Claims,
  connection: string,
  modeOf: (attribute: string) => SyncMode,
): Profile | undefined {
  const held = attributesOf(person.claims)
  const writerOf = (name: string) => person.provenance?.[name] ?? person.source
  const said = [...attributesOf(asserted)]
  const next = new Map([...held].filter(([name]) => modeOf(name) !== 'override'))
  for (const [name, value] of said) {
    const mode = modeOf(name)
    const isOthers = held.has(name) && writerOf(name) !== connection
    if (mode === 'override' || (mode === 'preserve' && !isOthers)) next.set(name, value)
  }
  if (isDeepStrictEqual(next, held)) return undefined

  const writers = [...next].map(([name, value]) => {
    const stays = held.has(name) && isDeepStrictEqual(held.get(name), value)
    return [name, stays ? writerOf(name) : connection] as const
  })
  return {
    claims: claimsOf(next),
    provenance: Object.fromEntries(writers.filter(([, writer]) => writer !== person.source)),
  }
}

/** By name: `email`, `name`, `preferredUsername`, and `other.<claim>` for all else. */
function attributesOf({
  email,
  emailVerified,
  other = {},
  ...plain
}: Claims): Map<string, unknown> {
  const named = Object.entries(profileOf(plain)).filter(([, value]) => value !== undefined)
  const others = Object.entries(other).map(([name, value]) => [`other.${name}`, value] as const)
  const address = email === undefined ? [] : [['email', [email, emailVerified === true]] as const]
  return new Map<string, unknown>([...address, ...named, ...others])
}

function claimsOf(attributes: ReadonlyMap<string, unknown>): Claims {
  const entries = [...attributes]
  const address = attributes.get('email') as readonly [string, boolean] | undefined
  const plain = entries.filter(([name]) => name !== 'email' && !name.startsWith('other.'))
  const other = entries.flatMap(([name, value]) =>
    name.startsWith('other.') ? [[name.slice('other.'.length), value] as const] : [],
  )
  return {
    ...(address && { email: address[0], emailVerified: address[1] }),
    ...Object.fromEntries(plain),
    ...(other.length > 0 && { other: Object.fromEntries(other) }),
  }
}
