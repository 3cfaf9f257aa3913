/**
 * The browser binding: one secret for each browser. A login's id is worth nothing without it (I-25).
 *
 * It is no session: it says which browser, never who.
 */
import type { Context } from 'koa'
import { randomSecret } from '../kit/random.ts'
import type { Settings } from './settings.ts'

export interface BrowserBinding {
  readonly cookieName: string
  /** @returns absence: no cookie, one that was not made here, or two of that name */
  readBrowserSecret(ctx: Context): string | undefined
  /** Reads it, or makes one and sets the cookie. */
  ensureBrowserSecret(ctx: Context): string
}

export function browserBinding(settings: Settings): BrowserBinding {
  const cookieName = nameOf(settings)
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
  return { cookieName, readBrowserSecret, ensureBrowserSecret }
}

/**
 * `__Host-` keeps a sibling host from setting it (RFC 6265bis, section 4.1.3.2); it needs https. Ports do
 * not separate cookies, so on plain http the name carries the port.
 */
function nameOf({ issuer, organisation }: Settings): string {
  if (!/^[a-z0-9-]+$/.test(organisation)) throw new TypeError('organisation cannot name a cookie')
  return issuer.protocol === 'https:'
    ? `__Host-sallyport-${organisation}-browser`
    : `sallyport-${issuer.port || '80'}-${organisation}-browser`
}

function cookieValues(header: string, name: string): readonly string[] {
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
}

/** 256 bits in base64url. */
function isSecret(value: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(value)
}
