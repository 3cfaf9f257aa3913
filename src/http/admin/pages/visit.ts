/** What every administrator's page begins with: whose it is, what they may do now, and what they see it by. */
import type { Role } from '../../../engine/administration.ts'
import type { PortalParts, Visit } from '../../portal/portal.ts'
import { addressOf } from '../../settings.ts'
import { covers } from '../access.ts'
import type { AdminParts } from '../route.ts'

export interface AdminPagesParts
  extends AdminParts,
    Pick<PortalParts, 'style' | 'redeem' | 'localesOf'> {
  /** Whose token it is, as the API is told, with the session that it was given in. */
  readonly findHolder: PortalParts['findHolder']
}

/** One request of somebody who administers, or may look on. */
export interface AdminVisit extends Omit<Visit, 'query'> {
  readonly parts: AdminParts
  readonly query: Query
  /** Of the address, by the names in its pattern. */
  readonly params: Query
  readonly mayChange: boolean
}

/**
 * Read live, for each request: a role that is withdrawn counts at once.
 *
 * @returns absence: they may not even look
 */
export async function adminVisit(visit: Visit, parts: AdminParts): Promise<AdminVisit | undefined> {
  const { account, scopes } = visit.holder
  const roles = await parts.administration.rolesOf(account)
  const may = (what: Role) => covers([...scopes], what) && covers(roles, what)
  if (!may('viewer')) return undefined
  return { ...visit, parts, params: visit.ctx.params, mayChange: may('admin') }
}

/** The address of one of these pages. @param path below `/admin` */
export function at({ parts }: AdminVisit, path: string, query: Query = {}): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => !!pair[1])
  const text = new URLSearchParams(given).toString()
  return addressOf(parts.settings, `/admin${path}${text && `?${text}`}`)
}

/** What is absent or empty is left out. */
export type Query = Readonly<Record<string, string | undefined>>
