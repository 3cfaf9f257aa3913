/**
 * Redeems a code for our own pages as any application does, at the token endpoint (RFC 6749, 4.1.3), but in
 * this process: no request to ourselves over a socket, and no way around the library's own checks.
 */
import type { RequestListener } from 'node:http'
import Koa, { type Middleware } from 'koa'
import mount from 'koa-mount'
import { inject } from 'light-my-request'
import { presentAs } from '../host.ts'
import { basePath, type Settings } from '../settings.ts'

export interface Redemption {
  readonly application: string
  readonly redirectUri: string
  readonly code: string
  /** RFC 7636. */
  readonly verifier: string
  /** What the token is for (RFC 8707). */
  readonly resource: string
}

/** @returns an access token; absent: the code is not good, or no longer */
export type Redeem = (redemption: Redemption) => Promise<string | undefined>

/** @param provider everything at the issuer's path */
export function redeemInProcess(provider: Middleware, settings: Settings): Redeem {
  const app = new Koa({ env: 'in-process' })
  app.use(presentAs(settings.issuer))
  app.use(mount(basePath(settings) || '/', provider))
  const listener: RequestListener = app.callback()
  return async ({ application, redirectUri, code, verifier, resource }) => {
    const answer = await inject(listener, {
      method: 'POST',
      url: `${basePath(settings)}/token`,
      headers: {
        host: settings.issuer.host,
        'content-type': 'application/x-www-form-urlencoded',
      },
      payload: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: application,
        redirect_uri: redirectUri,
        code,
        code_verifier: verifier,
        resource,
      }).toString(),
    })
    if (answer.statusCode >= 500)
      throw new Error(`the token endpoint answered ${answer.statusCode}`)
    if (answer.statusCode !== 200) return undefined
    return (JSON.parse(answer.body) as { access_token: string }).access_token
  }
}
