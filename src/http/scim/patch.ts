/** PATCH of RFC 7644, section 3.5.2. */
import {
  NoTarget,
  patchBodyValidation,
  ScimError,
  type ScimPatch,
  type ScimResource,
  scimPatch,
} from 'scim-patch'
import { invalid } from './refusal.ts'
import { isReserved, type Resource } from './resource.ts'

const pathMax = 256
const operationsMax = 100

/**
 * @returns the resource as it is to be
 * @throws {ScimRefusal} invalidSyntax, invalidPath, noTarget
 */
export function patched(resource: Resource, body: Resource): Resource {
  const patch = body as unknown as ScimPatch
  try {
    patchBodyValidation(patch)
    for (const { path = '' } of patch.Operations) {
      if (path.length > pathMax || isReserved(path)) throw invalid('invalidPath', 'no such path')
    }
    if (patch.Operations.length > operationsMax) {
      throw invalid('invalidSyntax', `more than ${operationsMax} operations`)
    }
    const copy = structuredClone(resource) as unknown as ScimResource
    return scimPatch(copy, patch.Operations) as unknown as Resource
  } catch (thrown) {
    if (thrown instanceof NoTarget) throw invalid('noTarget', 'a path finds nothing')
    if (thrown instanceof ScimError || thrown instanceof TypeError) {
      throw invalid('invalidSyntax', 'the operations cannot be applied')
    }
    throw thrown
  }
}
