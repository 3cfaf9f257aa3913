/**
 * The browser binding: one secret for each browser. A login's id is worth nothing without it (I-25).
 *
 * It is no session: it says which browser, never who.
 */
import type { Context } from 'koa'
import { randomSecret } from '../kit/random.ts'
import { cookieNameOf, cookieValues, isSecret } from './cookie.ts'
import { type DeviceCookie, deviceCookie } from './devices.ts'
import type { Settings } from './settings.ts'

export interface BrowserBinding {
  readonly cookieName: string
  readonly devices: DeviceCookie
  /** @returns absence: no cookie, one that was not made here, or two of that name */
  readBrowserSecret(ctx: Context): string | undefined
  /** Reads it, or makes one and sets the cookie. */
  ensureBrowserSecret(ctx: Context): string
}

export function browserBinding(settings: Settings): BrowserBinding {
  const cookieName = cookieNameOf(settings, 'browser')
  const secure = settings.issuer.protocol === 'https:'

  function readBrowserSecret(ctx: Context): string | undefined {
    const values = cookieValues(ctx.get('Cookie'), cookieName)
    // Two of one name: one of them was tossed in from elsewhere, and nobody can say which.
    return values.length === 1 && isSecret(values[0]!) ? values[0] : undefined
  }

  function ensureBrowserSecret(ctx: Context): string {
    const present = readBrowserSecret(ctx) ?? madeIn.get(ctx.req)
    if (present) return present
    const secret = randomSecret()
    madeIn.set(ctx.req, secret)
    // No Expires: it ends with the browser's session. RFC 6265, section 5.2.
    const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
    ctx.append('Set-Cookie', `${cookieName}=${secret}; ${attributes}`)
    return secret
  }

  const madeIn = new WeakMap<object, string>()
  return { cookieName, devices: deviceCookie(settings), readBrowserSecret, ensureBrowserSecret }
}
