/**
 * The cookie of a device that somebody has asked to remember: up to five secrets, the newest first. Each is
 * good for one account and one application, and which they are is known to the server alone.
 *
 * A secret is made anew whenever a device is remembered: one that somebody else has put into the browser
 * beforehand is worth nothing to them. And whenever it has stood in for something: one that was copied is worth
 * nothing once its owner has come again.
 */
import type { Context } from 'koa'
import { fingerprint } from '../kit/random.ts'
import { cookieNameOf, cookieValues, isSecret } from './cookie.ts'
import type { Settings } from './settings.ts'

const secretsMax = 5
/** Longer than any device is remembered; browsers keep no cookie longer (RFC 6265bis, 5.5). */
const cookieSeconds = 400 * 86_400

export interface DeviceCookie {
  /** @returns none without a cookie, or with two of its name */
  read(ctx: Context): readonly string[]
  /** Adds a secret to those that the browser has, if it is the one that a login has remembered. */
  keep(ctx: Context, secret: string, remembered: string | undefined): void
  /** Puts a secret in the place of the one with this fingerprint. */
  replace(ctx: Context, fingerprintBefore: string, secret: string): void
}

export function deviceCookie(settings: Settings): DeviceCookie {
  const name = cookieNameOf(settings, 'device')
  const secure = settings.issuer.protocol === 'https:' ? '; Secure' : ''

  function read(ctx: Context): readonly string[] {
    const values = cookieValues(ctx.get('Cookie'), name)
    if (values.length !== 1) return []
    return values[0]!.split('.').filter(isSecret).slice(0, secretsMax)
  }

  function write(ctx: Context, secrets: readonly string[]): void {
    const value = secrets.slice(0, secretsMax).join('.')
    const attributes = `Path=/; HttpOnly; SameSite=Lax; Max-Age=${cookieSeconds}${secure}`
    ctx.append('Set-Cookie', `${name}=${value}; ${attributes}`)
  }

  return {
    read,
    keep(ctx, secret, remembered) {
      if (remembered === fingerprint(secret)) write(ctx, [secret, ...read(ctx)])
    },
    replace(ctx, before, secret) {
      write(ctx, [secret, ...read(ctx).filter((each) => fingerprint(each) !== before)])
    },
  }
}
