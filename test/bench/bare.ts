/** A bare `oidc-provider`: a page with a button, and a POST that says who it is. Nothing is checked. */
import { createServer, type Server } from 'node:http'
import Koa, { type Middleware } from 'koa'
import mount from 'koa-mount'
import { type AdapterFactory, Provider } from 'oidc-provider'
import { serverOptions } from '../../src/http/limits.ts'
import { adapterOver } from '../../src/http/provider/adapter.ts'
import { unitOfWork } from '../../src/http/provider/unit.ts'
import { sealer } from '../../src/kit/seal.ts'
import { openAccounts } from '../../src/store/accounts.ts'
import { migrate, openDatabase } from '../../src/store/open.ts'
import { openProviderStore } from '../../src/store/provider.ts'
import { signingKeys } from '../../src/store/signing-keys.ts'
import { masterKey } from './secrets.ts'

export interface BareOptions {
  readonly issuer: string
  readonly redirectUri: string
  /** Absent: everything is kept in memory, by the library's own adapter. */
  readonly database?: string
}

export async function bareServer(options: BareOptions): Promise<Server> {
  const seal = sealer(masterKey, 'bench')
  const db = openDatabase({
    url: options.database ?? 'sqlite::memory:',
    durability: 'full',
  })
  await migrate(db)
  const claims = { name: 'Jane Doe' }
  const account = await openAccounts(db, {
    organisation: 'default',
    seal,
    waysIn: [],
    now: Date.now,
  }).add({ userName: 'jane', claims, groups: [], credentials: [] }, Date.now())
  const keys = await signingKeys(db, 'default', seal, Date.now())
  const store = openProviderStore(
    db,
    'default',
    { facts: seal, answers: seal, assertions: seal },
    Date.now,
  )
  const provider = newProvider(
    options,
    keys,
    account!,
    options.database ? adapterOver(store) : undefined,
  )
  const app = new Koa()
  if (options.database) app.use(unitOfWork(store))
  app.use(interaction(provider, account!))
  app.use(mount(provider as never) as Middleware)
  return createServer(serverOptions(), app.callback())
}

function newProvider(
  options: BareOptions,
  keys: readonly object[],
  account: string,
  adapter: AdapterFactory | undefined,
): Provider {
  return new Provider(options.issuer, {
    ...(adapter && { adapter }),
    clients: [
      {
        client_id: 'thrift',
        client_secret: 'thrift-secret',
        token_endpoint_auth_method: 'client_secret_post',
        redirect_uris: [options.redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    jwks: { keys: keys as never[] },
    claims: { openid: ['sub', 'acr', 'amr', 'auth_time'], profile: ['name'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    findAccount: () => ({ accountId: account, claims: () => ({ sub: account, name: 'Jane Doe' }) }),
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({
        accountId: ctx.oidc.session!.accountId!,
        clientId: ctx.oidc.client!.clientId,
      })
      grant.addOIDCScope('openid profile offline_access')
      await grant.save()
      return grant
    },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    ttl: { Interaction: 7200, Session: 86_400, Grant: 86_400, AccessToken: 3600, IdToken: 3600 },
  })
}

function interaction(provider: Provider, accountId: string): Middleware {
  return async (ctx, next) => {
    if (!ctx.path.startsWith('/interaction/')) return next()
    if (ctx.method === 'GET') {
      const { uid } = await provider.interactionDetails(ctx.req, ctx.res)
      ctx.type = 'html'
      ctx.body = `<!doctype html><title>Sign in</title><form method="post" action="/interaction/${uid}"><button>Sign in</button></form>`
      return
    }
    ctx.req.resume()
    const result = { login: { accountId, amr: ['pwd'] }, consent: {} }
    const returnTo = await provider.interactionResult(ctx.req, ctx.res, result)
    ctx.redirect(returnTo)
    ctx.status = 303
  }
}
