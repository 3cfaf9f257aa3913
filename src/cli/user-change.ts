/** Says how a change of a user has ended. */
import type { Changed } from '../store/accounts.ts'
import type { Io } from './io.ts'

/**
 * @param done said where it was changed
 * @returns the exit code
 */
export function tell(io: Io, changed: Changed, userName: string, done: string): number {
  if (changed === 'changed') {
    io.out(done)
    return 0
  }
  const problem =
    changed === 'last-administrator'
      ? `nobody would be left to administer; \`--force\` does it all the same: nothing was changed`
      : `there is no user ${userName}`
  io.err(problem)
  return 1
}
