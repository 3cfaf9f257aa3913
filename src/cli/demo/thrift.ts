/**
 * Thrift, the demo application: what somebody would write who wants people to sign in by Sallyport. It
 * has no accounts and no passwords, only openid-client. Vault is a second application in the same
 * place, whose flow is stricter.
 */
import { randomBytes } from 'node:crypto'
import Router from '@koa/router'
import Koa, { type Context } from 'koa'
import * as client from 'openid-client'
import { readOwnForm } from './form.ts'
import { cookiePrefix, listenOnLoopback, type Running } from './loopback.ts'
import type { SentMessage } from './outbox.ts'
import {
  type Authenticator,
  answerAuthenticator,
  answerHome,
  answerOutbox,
  type Notice,
  type SignedIn,
} from './thrift-pages.ts'

export interface ThriftOptions {
  /** 0, which is the default, lets the system choose. */
  readonly port?: number
  /** Sallyport's address. It is asked for at the first sign-in, not before. */
  readonly issuer: string
  /** Redirects to `/callback`; after signing out, to `/`. */
  readonly thrift: Credentials
  /** Redirects to `/vault/callback`; after signing out, to `/`. */
  readonly vault: Credentials
  /**
   * What people can do about their own account. Each is a public client of that id, and redirects to
   * `/<id>/callback`. Absent: nothing.
   */
  readonly ownAccount?: readonly OwnAccount[]
  /** What was sent, for the page that stands in for a mailbox and a telephone; the latest last. */
  readonly outbox?: readonly SentMessage[]
  /** Whose codes the page shows that stands in for a telephone. */
  readonly authenticators?: readonly Authenticator[]
  /** Milliseconds since the Unix epoch; the system's clock when absent. */
  readonly now?: () => number
}

export interface Credentials {
  readonly clientId: string
  readonly clientSecret: string
}

export type OwnAccount = keyof typeof ownAccountNames

const ownAccountNames = {
  recover: 'Account recovery',
  password: 'Your password',
  'sign-up': 'Sign up',
} as const

/** @throws what `listen` reports, e.g. `EADDRINUSE` */
export function startThrift(options: ThriftOptions): Promise<Running> {
  return listenOnLoopback(options.port ?? 0, (url) => {
    const world: World = {
      url,
      applications: [
        { name: 'Thrift', path: '', ...options.thrift },
        { name: 'Vault', path: '/vault', ...options.vault },
        ...(options.ownAccount ?? []).map((clientId) => ({
          name: ownAccountNames[clientId],
          path: `/${clientId}`,
          clientId,
        })),
      ],
      issuer: new URL(options.issuer),
      authenticators: options.authenticators ?? [],
      outbox: options.outbox ?? [],
      now: options.now ?? Date.now,
      cookie: `${cookiePrefix('thrift', url)}.session`,
      sessions: new Map(),
    }
    const app = new Koa()
    app.use(routes(world).routes())
    return app.callback()
  })
}

interface Application extends Pick<Credentials, 'clientId'> {
  readonly name: string
  /** Absent: it keeps none. */
  readonly clientSecret?: string
  /** In front of `/login` and `/callback`. */
  readonly path: string
}

/** What one browser has under way, and who has signed in with it. */
interface Session {
  readonly pending: Map<string, Pending>
  signedIn?: SignedIn
  /** Shown once, on the home page. */
  notice?: Notice
}

interface Pending {
  readonly codeVerifier: string
  readonly nonce: string
}

interface World {
  readonly url: string
  readonly applications: readonly Application[]
  readonly issuer: URL
  readonly authenticators: readonly Authenticator[]
  readonly outbox: readonly SentMessage[]
  readonly now: () => number
  readonly cookie: string
  readonly sessions: Map<string, Session>
}

function routes(world: World): Router {
  const router = new Router()
  router.get('/', (ctx) => showHome(ctx, world))
  router.get('/authenticator', (ctx) => answerAuthenticator(ctx, world.authenticators, world.now()))
  router.get('/outbox', (ctx) => answerOutbox(ctx, world.outbox))
  router.post('/logout', (ctx) => signOut(ctx, world))
  for (const application of world.applications) {
    router.get(`${application.path}/login`, (ctx) => signIn(ctx, world, application))
    router.get(`${application.path}/callback`, (ctx) => takeAnswer(ctx, world, application))
  }
  return router
}

function showHome(ctx: Context, world: World): void {
  const session = sessionOf(ctx, world)
  const { notice } = session
  delete session.notice
  answerHome(ctx, {
    signedIn: session.signedIn,
    notice,
    offers: (id) => world.applications.some(({ clientId }) => clientId === id),
    authenticators: world.authenticators,
    nowMs: world.now(),
  })
}

/** What the links of the home page may ask for; anything else in the query is not passed on. */
const passedOn = ['prompt', 'max_age', 'acr_values', 'login_hint', 'ui_locales']

async function signIn(ctx: Context, world: World, application: Application): Promise<void> {
  const session = sessionOf(ctx, world)
  const configuration = await discover(world, application).catch(() => undefined)
  if (!configuration) return goHome(ctx, session, { kind: 'unreachable', name: application.name })
  const codeVerifier = client.randomPKCECodeVerifier()
  const state = client.randomState()
  const nonce = client.randomNonce()
  remember(session, state, { codeVerifier, nonce })
  const asked = new URLSearchParams(ctx.querystring)
  const wishes = passedOn.filter((name) => asked.has(name))
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: `${world.url}${application.path}/callback`,
    scope: 'openid profile email',
    code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...Object.fromEntries(wishes.map((name) => [name, asked.get(name) ?? ''])),
  })
  ctx.redirect(url.href)
}

async function takeAnswer(ctx: Context, world: World, application: Application): Promise<void> {
  const session = sessionOf(ctx, world)
  const state = new URLSearchParams(ctx.querystring).get('state') ?? ''
  const pending = session.pending.get(state)
  session.pending.delete(state)
  if (!pending) return goHome(ctx, session, { kind: 'unexpected', name: application.name })
  try {
    const configuration = await discover(world, application)
    const answer = await redeem(configuration, new URL(ctx.url, world.url), state, pending)
    session.signedIn = { ...answer, application: application.name }
    goHome(ctx, session)
  } catch (error) {
    goHome(ctx, session, noticeOf(error, application.name))
  }
}

/** Checks `state`, `iss`, the ID token and its `nonce`: openid-client does, given what to expect. */
async function redeem(
  configuration: client.Configuration,
  url: URL,
  state: string,
  pending: Pending,
): Promise<Omit<SignedIn, 'application'>> {
  const tokens = await client.authorizationCodeGrant(configuration, url, {
    pkceCodeVerifier: pending.codeVerifier,
    expectedNonce: pending.nonce,
    expectedState: state,
    idTokenExpected: true,
  })
  const claims = tokens.claims()
  if (!claims || !tokens.id_token) throw new Error('an ID token was expected, and none came')
  const userinfo = await client.fetchUserInfo(configuration, tokens.access_token, claims.sub)
  return { idToken: tokens.id_token, claims, userinfo }
}

function noticeOf(error: unknown, name: string): Notice {
  if (error instanceof client.AuthorizationResponseError)
    return { kind: 'refused', name, error: error.error, description: error.error_description }
  if (error instanceof client.ResponseBodyError)
    return { kind: 'refused', name, error: error.error, description: error.error_description }
  return { kind: 'failed', name }
}

async function signOut(ctx: Context, world: World): Promise<void> {
  await readOwnForm(ctx)
  const session = sessionOf(ctx, world)
  const { signedIn } = session
  delete session.signedIn
  const application = world.applications.find(({ name }) => name === signedIn?.application)
  if (!signedIn || !application) return goHome(ctx, session)
  session.notice = { kind: 'signed-out', name: application.name }
  const configuration = await discover(world, application).catch(() => undefined)
  if (!configuration) return goHome(ctx, session)
  const url = client.buildEndSessionUrl(configuration, {
    id_token_hint: signedIn.idToken,
    post_logout_redirect_uri: `${world.url}/`,
  })
  ctx.redirect(url.href)
}

function goHome(ctx: Context, session: Session, notice?: Notice): void {
  if (notice) session.notice = notice
  ctx.redirect('/')
}

/** Asked anew every time, so that Sallyport may start later, or start again with other keys. */
function discover({ issuer }: World, application: Application): Promise<client.Configuration> {
  return client.discovery(
    issuer,
    application.clientId,
    undefined,
    application.clientSecret === undefined
      ? client.None()
      : client.ClientSecretBasic(application.clientSecret),
    // Everything here is on this machine, without certificates.
    { execute: [client.allowInsecureRequests], timeout: 10 },
  )
}

const sessionsMax = 1000
const pendingMax = 20

function sessionOf(ctx: Context, { sessions, cookie }: World): Session {
  const known = sessions.get(ctx.cookies.get(cookie) ?? '')
  if (known) return known
  const id = randomBytes(24).toString('base64url')
  const session: Session = { pending: new Map() }
  forgetOldest(sessions, sessionsMax)
  sessions.set(id, session)
  ctx.cookies.set(cookie, id, { httpOnly: true, sameSite: 'lax', overwrite: true })
  return session
}

function remember(session: Session, state: string, pending: Pending): void {
  forgetOldest(session.pending, pendingMax)
  session.pending.set(state, pending)
}

/** A map keeps the order in which its keys came. */
function forgetOldest(map: Map<string, unknown>, max: number): void {
  const [oldest] = map.keys()
  if (map.size >= max && oldest !== undefined) map.delete(oldest)
}
