/** What every page of somebody's own account begins with: whose it is, as the account is now. */
import type { Middleware } from 'koa'
import type { Administration, Factor, User, UserChange } from '../../../engine/administration.ts'
import { KnownError } from '../../../kit/errors.ts'
import type { ApplicationFile, ConnectionFile, Portal } from '../../../language/settings.ts'
import { say } from '../../browser/texts.ts'
import type { PortalPage } from '../../portal/frame.ts'
import type { Onward, PortalParts, Portal as PortalRoutes, Visit } from '../../portal/portal.ts'
import type { TokenHolder } from '../../provider/api-access.ts'

export interface AccountPagesParts
  extends Pick<PortalParts, 'settings' | 'style' | 'redeem' | 'findHolder' | 'localesOf'> {
  readonly administration: Administration
  readonly applications: readonly ApplicationFile[]
  readonly connections: readonly ConnectionFile[]
  /** Whether the holder's session has proven since then all that the account can give (I-30). */
  readonly isProven: (holder: TokenHolder, sinceMs: number) => Promise<boolean>
  /** How often a factor can still be used. Absence: without end. */
  readonly usesLeft: (factor: Factor) => number | undefined
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
}

/** One request of somebody for their own account. */
export interface OwnVisit extends Visit, AccountPagesParts {
  /** Read live, for each request. */
  readonly user: User
}

export type Form = Readonly<Record<string, string>>
export type Answer = PortalPage | Onward

export function ownPages(portal: PortalRoutes, parts: AccountPagesParts) {
  return {
    show: (page: (visit: OwnVisit) => Answer | Promise<Answer>): Middleware =>
      portal.show(async (visit) => page(await ownVisit(visit, parts))),
    act: (work: (visit: OwnVisit, form: Form) => Promise<Answer>): Middleware =>
      portal.act(async (visit, form) => work(await ownVisit(visit, parts), form)),
  }
}

/** @throws {KnownError} TOKEN_REFUSED: locked, or gone, since the session was read */
async function ownVisit(visit: Visit, parts: AccountPagesParts): Promise<OwnVisit> {
  const user = await parts.administration.findUser(visit.holder.account)
  if (user?.status !== 'active') throw new KnownError('TOKEN_REFUSED', 'the account is not active')
  return { ...visit, ...parts, user }
}

/** What was proven is good for so long: enough to read a page and press its button. */
const provenMs = 5 * 60_000
/** A proof that is asked for again is younger than that, so that it lasts until the page is there. */
const askedSeconds = 60

/**
 * For what takes a proof as strong as the account can give: `page`, or the flow first. Whoever comes from there
 * and still has not proven enough is told so, and not sent round and round.
 *
 * @param path of the page, below the issuer
 */
export async function withProof(
  visit: OwnVisit,
  path: string,
  page: () => Answer | Promise<Answer>,
): Promise<Answer> {
  const { holder, isProven, now, query, language } = visit
  if (await isProven(holder, now() - provenMs)) return page()
  if (query.proven !== 'asked' || visit.ctx.method === 'POST') {
    return { to: `${path}?proven=asked`, asking: { maxAgeSeconds: askedSeconds } }
  }
  const text = say(language, 'account.unproven')
  return { title: say(language, 'account.ways'), status: 403, error: text, content: visit.token }
}

/** @returns the change's own answer to `expected`, or what it could not do */
export async function change(visit: OwnVisit, asked: UserChange): Promise<string> {
  const { administration, holder, user, now } = visit
  const { result } = await administration.changeUser(holder, user.id, asked, () => true, now())
  return result
}

/** The application whose flow changes this of an account; absent: the organisation has none. */
export function flowFor({ applications }: OwnVisit, portal: Portal): string | undefined {
  return applications.find((application) => application.portal === portal)?.id
}

/** What an application is called; one that is no more, by its id. */
export function titleOf({ applications }: OwnVisit, id: string): string {
  return applications.find((application) => application.id === id)?.title ?? id
}

export function connectionTitle({ connections }: OwnVisit, id: string): string {
  return connections.find((connection) => connection.id === id)?.title ?? id
}
