/** `sallyport user grant | withdraw NAME --role ROLE`: who administers, also before anybody does. */
import { type Role, roles } from '../engine/administration.ts'
import { userNameKey } from '../language/user-name.ts'
import type { Accounts, How } from '../store/accounts.ts'
import { type Io, UsageProblem } from './io.ts'
import { tell } from './user-change.ts'

export async function changeRole(
  accounts: Accounts,
  io: Io,
  verb: 'grant' | 'withdraw',
  userName: string,
  { role, ...how }: How & { readonly role?: string },
): Promise<number> {
  if (!isRole(role)) {
    throw new UsageProblem(`say which role: \`user ${verb} ${userName} --role ${roles.join('|')}\``)
  }
  const held = verb === 'grant'
  const changed = await accounts.setRole(userNameKey(userName), role, held, how)
  const done = `${userName} ${held ? 'has' : 'does not have'} the role ${role}`
  return tell(io, changed, userName, done)
}

function isRole(role: string | undefined): role is Role {
  return roles.some((known) => known === role)
}
