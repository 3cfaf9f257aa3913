/** `sallyport user grant | withdraw NAME --role ROLE`: who administers, also before anybody does. */
import { type Role, roles } from '../engine/administration.ts'
import { userNameKey } from '../language/user-name.ts'
import type { Accounts } from '../store/accounts.ts'
import { type Io, UsageProblem } from './io.ts'

export async function changeRole(
  accounts: Accounts,
  io: Io,
  verb: 'grant' | 'withdraw',
  userName: string,
  role: string | undefined,
): Promise<number> {
  if (!isRole(role)) {
    throw new UsageProblem(`say which role: \`user ${verb} ${userName} --role ${roles.join('|')}\``)
  }
  if (!(await accounts.setRole(userNameKey(userName), role, verb === 'grant', Date.now()))) {
    io.err(`there is no user ${userName}`)
    return 1
  }
  io.out(`${userName} ${verb === 'grant' ? 'has' : 'does not have'} the role ${role}`)
  return 0
}

function isRole(role: string | undefined): role is Role {
  return roles.some((known) => known === role)
}
