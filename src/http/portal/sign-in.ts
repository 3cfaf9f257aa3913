/**
 * How our own pages sign people in: as an application like any, by a code flow with PKCE against our own
 * issuer (OpenID Connect Core, 3.1; RFC 7636). What has to be remembered between leaving and coming back is
 * in a cookie of its own, which is good for one return.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Context } from 'koa'
import { randomSecret } from '../../kit/random.ts'
import { cookieNameOf, cookieValues } from '../cookie.ts'
import { addressOf, basePath, type Settings } from '../settings.ts'

/** What the flow is asked for, besides what it always asks. */
export interface Asking {
  /** The application whose flow is run. Absent: the one that opens the pages. */
  readonly application?: string | undefined
  /** Nothing that was proven longer ago counts (OpenID Connect Core, 3.1.2.1). Absent: the flow says. */
  readonly maxAgeSeconds?: number
}

/** What is kept while somebody is away at their flow. */
export interface Pending {
  readonly application: string
  readonly state: string
  readonly verifier: string
  /** Where to go on: a path of these pages, with its query. */
  readonly to: string
}

export interface SignInParts {
  readonly settings: Settings
  /** Of these pages, below the issuer: `/account`, `/admin`. */
  readonly path: string
  /** The application that opens them. */
  readonly application: string
  /** What their tokens are for (RFC 8707), and with which scope. */
  readonly resource: string
  readonly scope: string
}

/** An address is not kept in a cookie when it is longer: then the way back leads to the first page. */
const keptMax = 1000

/** @returns where the flow begins; what has to be remembered is set as a cookie */
export function signInAddress(
  ctx: Context,
  parts: SignInParts,
  wanted: string,
  { application = parts.application, maxAgeSeconds }: Asking = {},
): string {
  const to = wanted.length <= keptMax ? wanted : `${basePath(parts.settings)}${parts.path}`
  const pending: Pending = { application, state: randomSecret(), verifier: randomSecret(), to }
  setCookie(ctx, parts, Buffer.from(JSON.stringify(pending)).toString('base64url'))
  const query = new URLSearchParams({
    client_id: application,
    redirect_uri: callbackOf(parts),
    response_type: 'code',
    scope: `openid ${parts.scope}`,
    resource: parts.resource,
    state: pending.state,
    code_challenge: createHash('sha256').update(pending.verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(maxAgeSeconds !== undefined && { max_age: String(maxAgeSeconds) }),
  })
  return addressOf(parts.settings, `/auth?${query}`)
}

/**
 * Takes what was kept: whatever the answer is, it is good no more.
 *
 * @returns absence: nobody here has left for this answer
 */
export function takePending(
  ctx: Context,
  parts: SignInParts,
  { state = '', iss }: Readonly<Record<string, string>>,
): Pending | undefined {
  const [kept, ...others] = cookieValues(ctx.get('Cookie'), pendingCookie(parts))
  if (kept === undefined) return undefined
  setCookie(ctx, parts, '', '; Max-Age=0')
  const pending = others.length === 0 ? pendingOf(kept) : undefined
  // RFC 9207: only our own issuer answers here.
  const issuer = parts.settings.issuer.href.replace(/\/$/, '')
  const isAwaited = pending && iss === issuer && isSame(pending.state, state)
  return isAwaited && isOwnPath(parts, pending.to) ? pending : undefined
}

export function callbackOf({ settings, path }: SignInParts): string {
  return addressOf(settings, `${path}/callback`)
}

/** Whether it is an address of these pages: nobody is led elsewhere. */
function isOwnPath({ settings, path }: SignInParts, to: string): boolean {
  const own = `${basePath(settings)}${path}`
  return to === own || to.startsWith(`${own}/`) || to.startsWith(`${own}?`)
}

function pendingOf(text: string): Pending | undefined {
  try {
    const kept = JSON.parse(Buffer.from(text, 'base64url').toString()) as Record<string, unknown>
    const { application, state, verifier, to } = kept
    const texts = [application, state, verifier, to]
    if (!texts.every((each) => typeof each === 'string')) return undefined
    return { application, state, verifier, to } as Pending
  } catch {
    return undefined
  }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** `Lax`, because the way back may begin at an upstream. */
function setCookie(ctx: Context, parts: SignInParts, value: string, more = ''): void {
  const secure = parts.settings.issuer.protocol === 'https:' ? '; Secure' : ''
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure}${more}`
  ctx.append('Set-Cookie', `${pendingCookie(parts)}=${value}; ${attributes}`)
}

function pendingCookie({ settings, path }: SignInParts): string {
  return cookieNameOf(settings, `${path.slice(1)}-sign-in`)
}
