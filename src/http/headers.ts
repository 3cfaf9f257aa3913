/**
 * What every answer says to the browser about itself, errors included (security 26 and 27). A page adds
 * its own, wider policy with `asPage`.
 */
import { randomBytes } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import type { Endpoint } from './endpoint.ts'
import type { Settings } from './settings.ts'

/** Set before anything else runs: what comes later can only replace, never forget them. */
export function safeHeaders(
  settings: Settings,
  endpointOf: (ctx: Context) => Endpoint,
): Middleware {
  const secure = settings.issuer.protocol === 'https:'
  return (ctx, next) => {
    ctx.set({
      'Content-Security-Policy': policy(nonce()),
      'X-Frame-Options': 'DENY',
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Permissions-Policy': permissions,
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Resource-Policy': 'same-origin',
    })
    if (secure) ctx.set('Strict-Transport-Security', 'max-age=63072000; includeSubDomains')
    if (endpointOf(ctx) !== 'document') ctx.set('Cache-Control', 'no-store')
    return next()
  }
}

/**
 * Marks the answer as a page with forms of ours.
 *
 * `form-action` is 'self' and no more. Chromium also holds the redirects that follow a form's POST to it,
 * hop by hop, and a sign-in ends at an upstream or an application whose addresses (and whose own
 * redirects) nobody here can list. So no POST of a page is answered with a redirect that leaves us: see
 * `browser/leave.ts`.
 *
 * `Referrer-Policy` is `same-origin`: under `no-referrer` a browser sends `Origin: null` with a form
 * (Fetch, "append a request Origin header"). To other origins both say nothing.
 *
 * @param formTargets origins that a form's answer may lead to as well: signing out goes back to a
 *   registered address of the application, which is known beforehand
 * @returns the nonce for the page's own style and script
 */
export function asPage(ctx: Context, formTargets: readonly string[] = []): string {
  const value = nonce()
  const targets = ["'self'", ...formTargets].join(' ')
  ctx.set('Content-Security-Policy', `${policy(value)}; form-action ${targets}`)
  ctx.set('Referrer-Policy', 'same-origin')
  ctx.type = 'html'
  return value
}

/** Also the OpenID provider's: it adds the hash of its own script to `script-src`. */
function policy(value: string): string {
  return [
    "default-src 'none'",
    `style-src 'nonce-${value}'`,
    `script-src 'nonce-${value}'`,
    "img-src 'self' data:",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

function nonce(): string {
  return randomBytes(16).toString('base64')
}

const permissions = [
  'accelerometer',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'microphone',
  'payment',
  'usb',
]
  .map((feature) => `${feature}=()`)
  .join(', ')
