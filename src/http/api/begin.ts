/**
 * Begins a login for a program: the OpenID provider's own authorization endpoint is run in this process,
 * with the client's cookies. Whatever the library demands of a browser's request it demands of this one,
 * and nobody makes a code by hand.
 */
import type { IncomingMessage, RequestListener } from 'node:http'
import type { Context } from 'koa'
import { inject } from 'light-my-request'
import { type ErrorCode, KnownError } from '../../kit/errors.ts'
import type { BrowserBinding } from '../cookies.ts'
import { limits } from '../limits.ts'
import { addressOf, basePath, type Settings } from '../settings.ts'

/** How an authorization request was answered. */
export type Beginning =
  | { readonly kind: 'login'; readonly loginId: string }
  /** Nothing has to be asked: the application's answer, with its code. */
  | { readonly kind: 'complete'; readonly redirect: string }
  /** An OAuth error (RFC 6749, 4.1.2.1). `redirect` tells the application, where it may be told. */
  | {
      readonly kind: 'refused'
      readonly error: string
      readonly description: string | undefined
      readonly redirect: string | undefined
    }

export type Begin = (ctx: Context, address: string) => Promise<Beginning>

/**
 * @param app the whole server, as it stands behind a socket
 * @returns runs one address of the OpenID provider; cookies that it sets are set on the answer
 */
export function beginInProcess(
  app: () => RequestListener,
  binding: BrowserBinding,
  settings: Settings,
): Begin {
  const ask = async (ctx: Context, path: string) => {
    const answer = await inject(app(), {
      method: 'GET',
      url: path,
      headers: { ...(await headersOf(ctx, binding)), host: settings.issuer.host },
      remoteAddress: ctx.req.socket.remoteAddress ?? '127.0.0.1',
    })
    for (const cookie of [answer.headers['set-cookie'] ?? []].flat()) {
      ctx.append('Set-Cookie', String(cookie))
    }
    const refused = refusals[answer.statusCode]
    if (refused) throw refused(Number(answer.headers['retry-after']) || undefined)
    return answer
  }
  return async (ctx, address) => {
    const path = pathOf(address, settings)
    for (let asked = 0; asked < asksMax; asked++) {
      const { statusCode, headers, body } = await ask(ctx, path)
      if (typeof headers.location !== 'string') return answeredInPlace(statusCode, body)
      const location = new URL(headers.location, addressOf(settings, '/'))
      if (!isSame(location, path, settings)) return redirected(location, settings)
    }
    throw new KnownError('BUSY', 'something changes each time that the request is asked')
  }
}

/** What a request has found can be over by the time it is answered, a session above all: then it is asked anew. */
const asksMax = 3

function isSame({ origin, pathname, search }: URL, path: string, { issuer }: Settings): boolean {
  return origin === issuer.origin && pathname + search === path
}

/** @throws {KnownError} ADDRESS_TOO_LONG: longer requests are what PAR is for (RFC 9126) */
export function authorizationAddress(
  parameters: Readonly<Record<string, string>>,
  settings: Settings,
): string {
  return addressOf(settings, `/auth?${new URLSearchParams({ ...parameters })}`)
}

function pathOf(address: string, settings: Settings): string {
  const url = new URL(address, addressOf(settings, '/'))
  if (url.origin !== settings.issuer.origin) throw new TypeError('not an address of this issuer')
  const path = url.pathname + url.search
  if (path.length > limits.urlBytes) {
    throw new KnownError('ADDRESS_TOO_LONG', 'an authorization request of more than a URL holds')
  }
  return path
}

/** The client's own cookies, and the browser's secret even if this very request has just made it. */
async function headersOf(ctx: Context, binding: BrowserBinding): Promise<Record<string, string>> {
  const isNew = binding.readBrowserSecret(ctx) === undefined
  const secret = binding.ensureBrowserSecret(ctx)
  const cookies = [ctx.get('Cookie'), isNew && `${binding.cookieName}=${secret}`]
  return {
    accept: 'application/json',
    cookie: cookies.filter(Boolean).join('; '),
    ...passedOn(ctx.req),
  }
}

function passedOn({ headers }: IncomingMessage): Record<string, string> {
  return {
    ...(headers['accept-language'] && { 'accept-language': headers['accept-language'] }),
    ...(headers['user-agent'] && { 'user-agent': headers['user-agent'] }),
    ...(headers['x-forwarded-for'] && { 'x-forwarded-for': String(headers['x-forwarded-for']) }),
  }
}

function redirected(location: URL, settings: Settings): Beginning {
  const prefix = `${basePath(settings)}/login/`
  if (location.origin === settings.issuer.origin && location.pathname.startsWith(prefix)) {
    return { kind: 'login', loginId: location.pathname.slice(prefix.length) }
  }
  const answer = new URLSearchParams(location.search || location.hash.slice(1))
  const error = answer.get('error')
  const redirect = location.href
  if (error === null) return { kind: 'complete', redirect }
  return {
    kind: 'refused',
    error,
    description: answer.get('error_description') ?? undefined,
    redirect,
  }
}

/**
 * No redirect: the request named no application to which an error may be sent; or it asked for an answer
 * that only a browser's page can carry (`form_post`), and that this API does not give.
 */
function answeredInPlace(status: number, body: string): Beginning {
  if (status < 400)
    return refused('unsupported_response_mode', 'use response_mode query or fragment')
  if (status >= 500) throw new Error(`the authorization endpoint answered ${status}`)
  const { error, error_description: description } = jsonOf(body)
  return refused(typeof error === 'string' ? error : 'invalid_request', description)
}

/** By status: what helps against it is to wait, whoever asks. */
const refusals: Readonly<Record<number, (retryAfterSeconds?: number) => KnownError>> = {
  429: (seconds) =>
    waiting('TOO_MANY_TRIES', 'the authorization endpoint was asked too often', seconds),
  503: (seconds) => waiting('BUSY', 'the authorization endpoint has no room now', seconds),
}

function waiting(code: ErrorCode, operator: string, retryAfterSeconds?: number): KnownError {
  return new KnownError(
    code,
    operator,
    retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
  )
}

function refused(error: string, description: unknown): Beginning {
  const text = typeof description === 'string' ? description : undefined
  return { kind: 'refused', error, description: text, redirect: undefined }
}

function jsonOf(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
