/**
 * Pages of our own behind a sign-in. `openPortal` gives the three kinds of routes that there are: one that
 * shows, one that does what a form asks, and the callback of the sign-in.
 *
 *     const portal = openPortal(parts)
 *     router.get('/', portal.show(async (visit) => page))
 *     router.post('/name', portal.act(async (visit, form) => '/account'))
 *     router.get('/callback', portal.callback)
 *
 * There is no session of ours beside the person's: the cookie holds an access token, which is looked at for
 * each request, and is worth nothing once the session has ended that it was given in.
 */
import { timingSafeEqual } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import { KnownError } from '../../kit/errors.ts'
import { fingerprint } from '../../kit/random.ts'
import { readForm } from '../body.ts'
import { type Html, html } from '../browser/html.ts'
import { leaveAfterForm, seeOther } from '../browser/leave.ts'
import { languageFor, writePage } from '../browser/page.ts'
import { type Language, say } from '../browser/texts.ts'
import { cookieNameOf, cookieValues } from '../cookie.ts'
import { readParameters } from '../parameters.ts'
import type { TokenHolder } from '../provider/api-access.ts'
import type { Redeem } from '../provider/redeem.ts'
import { addressOf, basePath } from '../settings.ts'
import { framed, type PortalPage, type Section } from './frame.ts'
import { type Asking, callbackOf, type SignInParts, signInAddress, takePending } from './sign-in.ts'
import { portalStyle } from './style.ts'

export interface PortalParts extends SignInParts {
  readonly style: Html
  readonly redeem: Redeem
  /** Read live. @returns absence: the token is not good, or no longer */
  readonly findHolder: (token: string) => Promise<TokenHolder | undefined>
  /** Languages in which they want to be spoken to (BCP 47), before what the browser says. */
  readonly localesOf: (holder: TokenHolder) => Promise<readonly string[]>
  /** The pages that one can always go to. */
  readonly sections: readonly Section[]
  /** Codes of what can have been done just now, as `said` in a page's address names it. */
  readonly notices: readonly string[]
}

/** One request of somebody who is signed in. */
export interface Visit {
  readonly ctx: Context
  readonly holder: TokenHolder
  readonly language: Language
  /** Of the address, each name once. */
  readonly query: Readonly<Record<string, string>>
  /** Belongs into every form: no other site can know it. */
  readonly token: Html
}

/** What a form leads to: a path below the issuer; or a flow first, and then the path. */
export type Onward = string | { readonly to: string; readonly asking: Asking }

export interface Portal {
  /** A page, for a GET; an answer that is `Onward` leads elsewhere. */
  show(page: (visit: Visit) => Promise<PortalPage | Onward>): Middleware
  /** What a form asks for, by POST, once. The answer is a page's only where something has to be mended. */
  act(
    work: (visit: Visit, form: Readonly<Record<string, string>>) => Promise<PortalPage | Onward>,
  ): Middleware
  /** Where the flow sends the browser back to. */
  readonly callback: Middleware
}

export function openPortal(given: PortalParts): Portal {
  const parts = { ...given, style: portalStyle(given.style) }
  return {
    show: (page) => async (ctx) => {
      const visit = await visitOf(ctx, parts)
      if (!visit) return seeOther(ctx, signInAddress(ctx, parts, ctx.url))
      answer(visit, parts, await page(visit))
    },

    act: (work) => async (ctx) => {
      const form = await readForm(ctx)
      const visit = await visitOf(ctx, parts)
      // Who is not signed in any more begins again: what was typed is not kept.
      if (!visit) return seeOther(ctx, addressOf(parts.settings, parts.path))
      holdToken(ctx, parts, form)
      answer(visit, parts, await work(visit, form))
    },

    callback: (ctx) => arrive(ctx, parts),
  }
}

function answer(visit: Visit, parts: PortalParts, next: PortalPage | Onward): void {
  const { ctx } = visit
  const { settings, style } = parts
  if (typeof next === 'string') {
    seeOther(ctx, addressOf(settings, next))
    return
  }
  if (!('asking' in next)) {
    ctx.status = next.status ?? (next.error === undefined ? 200 : 422)
    writePage(ctx, style, framed(next, settingOf(visit, parts)))
    return
  }
  const address = signInAddress(ctx, parts, `${basePath(settings)}${next.to}`, next.asking)
  // A flow may go on to an upstream, where no redirect after a form may lead.
  if (ctx.method === 'POST') leaveAfterForm(ctx, style, address)
  else seeOther(ctx, address)
}

function settingOf({ ctx, language, query }: Visit, { settings, sections, notices }: PortalParts) {
  const said = notices.find((code) => code === query.said)
  return {
    settings,
    language,
    sections,
    path: ctx.path.slice(basePath(settings).length),
    notice: said && say(language, said),
  }
}

async function visitOf(ctx: Context, parts: PortalParts): Promise<Visit | undefined> {
  const token = accessTokenOf(ctx, parts)
  const holder = token === undefined ? undefined : await parts.findHolder(token)
  const mayEnter = parts.scope.split(' ').some((scope) => holder?.scopes.has(scope))
  if (!token || !holder || !mayEnter) return undefined
  return {
    ctx,
    holder,
    language: languageFor(ctx, await parts.localesOf(holder)),
    query: readParameters(ctx.querystring),
    token: html`<input type="hidden" name="${tokenField}" value="${formTokenOf(token)}">`,
  }
}

async function arrive(ctx: Context, parts: PortalParts): Promise<void> {
  const query = readParameters(ctx.querystring)
  const pending = takePending(ctx, parts, query)
  // An old tab, a reload, or somebody else's link: whoever is signed in sees their page, others begin.
  if (!pending) return seeOther(ctx, addressOf(parts.settings, parts.path))
  const { code, error = '' } = query
  if (!code) return sayRefused(ctx, parts, error)
  const accessToken = await parts.redeem({
    application: pending.application,
    redirectUri: callbackOf(parts),
    code,
    verifier: pending.verifier,
    resource: parts.resource,
  })
  if (accessToken !== undefined) setAccessToken(ctx, parts, accessToken)
  seeOther(ctx, `${parts.settings.issuer.origin}${pending.to}`)
}

/** The flow has said no, or the person has: said once, with a way to try again. */
async function sayRefused(ctx: Context, parts: PortalParts, error: string): Promise<void> {
  const language = languageFor(ctx)
  const isIn = (await visitOf(ctx, parts)) !== undefined
  ctx.status = 403
  writePage(ctx, parts.style, {
    language,
    title: say(language, 'page.refused'),
    content: html`<p role="alert">${say(language, isIn ? 'portal.unchanged' : 'portal.not-in')}</p>
<p class="hint">${say(language, 'page.code', { code: /^\w{1,60}$/.test(error) ? error : '-' })}</p>
<a class="button" href="${basePath(parts.settings)}${parts.path}">${say(language, isIn ? 'page.return' : 'portal.again')}</a>`,
  })
}

const tokenField = 'form-token'

/**
 * The second line against other sites, behind where a POST says that it comes from.
 *
 * @throws {KnownError} CROSS_SITE
 */
function holdToken(
  ctx: Context,
  parts: PortalParts,
  { [tokenField]: given = '' }: Readonly<Record<string, string>>,
): void {
  const wanted = Buffer.from(formTokenOf(accessTokenOf(ctx, parts) ?? ''))
  const shown = Buffer.from(given)
  if (shown.length === wanted.length && timingSafeEqual(shown, wanted)) return
  throw new KnownError('CROSS_SITE', 'a form without the token that its page has')
}

/** Known to whoever has the cookie, which no script and no other site can read. */
function formTokenOf(accessToken: string): string {
  return fingerprint(`form of ${accessToken}`)
}

/** @returns absence: none, one that cannot be one, or two of that name */
function accessTokenOf(ctx: Context, parts: PortalParts): string | undefined {
  const values = cookieValues(ctx.get('Cookie'), cookieOf(parts))
  return values.length === 1 && /^[\w-]{20,512}$/.test(values[0]!) ? values[0] : undefined
}

/** No Expires: it ends with the browser's session, and is worth nothing once ours has ended. */
function setAccessToken(ctx: Context, parts: PortalParts, token: string): void {
  const secure = parts.settings.issuer.protocol === 'https:' ? '; Secure' : ''
  ctx.append('Set-Cookie', `${cookieOf(parts)}=${token}; Path=/; HttpOnly; SameSite=Lax${secure}`)
}

function cookieOf({ settings, path }: PortalParts): string {
  return cookieNameOf(settings, path.slice(1))
}
