/** Holds an assigner to its contract, whoever wrote it. */
import { type NestedGroups, withNested } from '../../language/nested-groups.ts'
import type { Assigner, AssignmentProvider } from '../../language/plug-in.ts'
import { inTime } from '../in-time.ts'

/** In UTF-16 units, as everywhere. */
const groupMax = 64
const groupsMax = 100

/**
 * @param timeoutMs until it must have answered
 * @param nested those that a group which it names is in are granted as well
 */
export function openAssigner(
  name: string,
  plugIn: AssignmentProvider,
  timeoutMs: number,
  nested: NestedGroups = new Map(),
): Assigner {
  return {
    async assign(user) {
      try {
        const answer = await inTime((signal) => plugIn.assign(user, signal), timeoutMs)
        if (answer === false) return { failed: undefined }
        if (isGroups(answer.groups)) return { groups: withNested(answer.groups, nested) }
        throw new Error(`${name} answers with what are no groups`)
      } catch (thrown) {
        return { failed: thrown }
      }
    },
  }
}

function isGroups(groups: unknown): groups is readonly string[] {
  return (
    Array.isArray(groups) &&
    groups.length <= groupsMax &&
    groups.every((group) => typeof group === 'string' && /^[\w.:/-]+$/.test(group)) &&
    groups.every((group: string) => group.length <= groupMax)
  )
}
