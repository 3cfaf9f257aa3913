/** A group of an upstream as the Group of RFC 7643, section 4.2; and what the upstream wants it to be. */
import type { AskedGroup, ScimGroup } from '../../engine/scim.ts'
import { invalid } from './refusal.ts'
import { listAt, type Resource, textAt, withMeta } from './resource.ts'

export const groupSchema = 'urn:ietf:params:scim:schemas:core:2.0:Group'

/** @param base the address of the API */
export function resourceOfGroup(group: ScimGroup, base: string): Resource {
  const { id, name, externalId, createdMs, members } = group
  const resource = {
    schemas: [groupSchema],
    id,
    ...(externalId !== undefined && { externalId }),
    displayName: name,
    members: members.map(({ id: value, userName }) => ({
      value,
      display: userName,
      type: 'User',
      $ref: `${base}/Users/${value}`,
    })),
  }
  return withMeta(resource, 'Group', createdMs, base)
}

/** @throws {ScimRefusal} invalidValue */
export function askedGroup(resource: Resource): AskedGroup {
  const name = textAt(resource, 'displayName')
  if (name === undefined) throw invalid('invalidValue', 'a group needs a displayName')
  const members = listAt(resource, 'members').map((member) => {
    const id = textAt(member, 'value', 64)
    if (id === undefined) throw invalid('invalidValue', 'a member has no value')
    return id
  })
  return { name, externalId: textAt(resource, 'externalId'), members: [...new Set(members)] }
}
