/** Holds an assigner to its contract, whoever wrote it. */
import type { Assigner, AssignmentProvider } from '../../language/plug-in.ts'
import { inTime } from '../in-time.ts'

/** In UTF-16 units, as everywhere. */
const groupMax = 64
const groupsMax = 100

/** @param timeoutMs until it must have answered */
export function openAssigner(
  name: string,
  plugIn: AssignmentProvider,
  timeoutMs: number,
): Assigner {
  return {
    async assign(user) {
      try {
        const answer = await inTime((signal) => plugIn.assign(user, signal), timeoutMs)
        if (answer === false) return { failed: undefined }
        if (isGroups(answer.groups)) return { groups: [...new Set(answer.groups)] }
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
