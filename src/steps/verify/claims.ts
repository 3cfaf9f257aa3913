/** What a directory's settings make of an entry: claims like those of an upstream. */
import { claimTree, makeAttribute } from '../../language/attribute.ts'
import type { Claims } from '../../language/facts.ts'
import type { ExternalDirectory } from '../../language/settings.ts'
import { claimNames, claimsOf } from '../federated/claims.ts'
import { UpstreamFailure } from '../federated/failure.ts'

/**
 * Nothing is let through but what the settings name: a directory holds much that an account need not.
 *
 * @throws {UpstreamFailure} where an attribute cannot be made, other than for a missing one
 */
export function directoryClaims(
  name: string,
  stored: Readonly<Record<string, readonly string[]>>,
  {
    id,
    attributes,
    lists,
    emailVerified,
  }: Pick<ExternalDirectory, 'id' | 'attributes' | 'lists' | 'emailVerified'>,
): Claims {
  const tree = claimTree(asTold(stored, lists))
  const made = Object.entries(attributes).flatMap(([key, attribute]) => {
    const value = makeAttribute(attribute, tree)
    if (value.is === 'error') {
      throw new UpstreamFailure('UPSTREAM_ERROR', id, `the attribute ${key} cannot be made`)
    }
    const claim = Object.hasOwn(claimNames, key) ? claimNames[key]! : key
    return value.is === 'value' ? [[claim, value.value] as const] : []
  })
  const said = { preferred_username: name, email_verified: emailVerified }
  const claims = Object.keys(attributes).filter((key) => !standard.includes(key))
  const { emailVerified: verified, ...rest } = claimsOf(
    { ...said, ...Object.fromEntries(made) },
    { id, claims },
  )
  return rest.email === undefined ? rest : { ...rest, emailVerified: verified ?? false }
}

/** Those that a profile has under names of their own. */
const standard = ['email', 'name', 'groups']

/** One value is a text and several are a list, but for what is always a list. */
function asTold(
  stored: Readonly<Record<string, readonly string[]>>,
  lists: readonly string[],
): Readonly<Record<string, unknown>> {
  const entries = Object.entries(stored).map(([key, values]) => {
    const [only] = values
    return [key, values.length === 1 && !lists.includes(key) ? only : values] as const
  })
  return Object.fromEntries(entries.filter(([, value]) => value?.length))
}
