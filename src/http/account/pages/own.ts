/** What every page of somebody's own account begins with: whose it is, as the account is now. */
import type { Middleware } from 'koa'
import type { Administration, User } from '../../../engine/administration.ts'
import { KnownError } from '../../../kit/errors.ts'
import type { ApplicationFile, ConnectionFile } from '../../../language/settings.ts'
import type { PortalPage } from '../../portal/frame.ts'
import type { Onward, Portal, PortalParts, Visit } from '../../portal/portal.ts'

export interface AccountPagesParts
  extends Pick<PortalParts, 'settings' | 'style' | 'redeem' | 'findHolder'> {
  readonly administration: Administration
  readonly applications: readonly ApplicationFile[]
  readonly connections: readonly ConnectionFile[]
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
}

/** One request of somebody for their own account. */
export interface OwnVisit extends Visit, AccountPagesParts {
  /** Read live, for each request. */
  readonly user: User
}

type Form = Readonly<Record<string, string>>

export function ownPages(portal: Portal, parts: AccountPagesParts) {
  return {
    show: (
      page: (visit: OwnVisit) => PortalPage | Onward | Promise<PortalPage | Onward>,
    ): Middleware => portal.show(async (visit) => page(await ownVisit(visit, parts))),
    act: (work: (visit: OwnVisit, form: Form) => Promise<PortalPage | Onward>): Middleware =>
      portal.act(async (visit, form) => work(await ownVisit(visit, parts), form)),
  }
}

/** @throws {KnownError} TOKEN_REFUSED: locked, or gone, since the session was read */
async function ownVisit(visit: Visit, parts: AccountPagesParts): Promise<OwnVisit> {
  const user = await parts.administration.findUser(visit.holder.account)
  if (user?.status !== 'active') throw new KnownError('TOKEN_REFUSED', 'the account is not active')
  return { ...visit, ...parts, user }
}
