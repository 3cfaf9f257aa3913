/**
 * Stands in for GitHub: OAuth 2 as GitHub speaks it, which is not OpenID Connect. No ID token, no
 * `nonce`, no `iss`; who the person is must be asked for; and errors of the token endpoint come with
 * status 200.
 *
 * Source: GitHub's documentation, "Authorizing OAuth apps" and "Troubleshooting OAuth app access token
 * request errors"; the REST reference for `/user` and `/user/emails`.
 */
import { randomBytes } from 'node:crypto'
import Router from '@koa/router'
import Koa, { type Context } from 'koa'
import { readForm, readOwnForm } from './form.ts'
import { type Code, type Codes, newCodes, redeem } from './github-codes.ts'
import {
  answerConsentPage,
  answerHome,
  answerNoSuchApplication,
  answerSignIn,
} from './github-pages.ts'
import type { ClientSettings, Faults } from './google.ts'
import { cookiePrefix, listenOnLoopback, type Running } from './loopback.ts'
import type { GithubPerson } from './people.ts'

export interface GithubOptions {
  /** 0, which is the default, lets the system choose. */
  readonly port?: number
  readonly client: ClientSettings
  readonly people: readonly GithubPerson[]
  /** Milliseconds since the Unix epoch; the system's clock when absent. */
  readonly now?: () => number
}

export interface RunningGithub extends Running {
  /** Read at every request, by login: what is changed here is what is told next. */
  readonly people: Map<string, GithubPerson>
  readonly faults: Faults
}

/** @throws what `listen` reports, e.g. `EADDRINUSE` */
export async function startGithub(options: GithubOptions): Promise<RunningGithub> {
  const people = new Map(options.people.map((person) => [person.login, person]))
  const faults: Faults = { authorize: undefined, down: false }
  const running = await listenOnLoopback(options.port ?? 0, (url) => {
    const world: World = {
      client: options.client,
      people,
      faults,
      cookie: `${cookiePrefix('github', url)}.session`,
      now: options.now ?? Date.now,
      sessions: new Map(),
      codes: newCodes(),
      tokens: new Map(),
    }
    const app = new Koa()
    app.use(async (ctx, next) => {
      if (faults.down) ctx.status = 503
      else await next()
    })
    app.use(routes(world).routes())
    return app.callback()
  })
  return { ...running, people, faults }
}

interface Session {
  readonly login: string
  /** Stands in the forms: another site cannot know it. */
  readonly formToken: string
  /** Scopes that the person has agreed to, who is not asked about them again; absent: never asked. */
  agreed?: readonly string[]
}

interface Token {
  readonly login: string
  readonly scopes: readonly string[]
}

interface World {
  readonly client: ClientSettings
  readonly people: ReadonlyMap<string, GithubPerson>
  readonly faults: Faults
  readonly cookie: string
  readonly now: () => number
  readonly sessions: Map<string, Session>
  readonly codes: Codes
  readonly tokens: Map<string, Token>
}

function routes(world: World): Router {
  const router = new Router()
  router.get('/', (ctx) => answerHome(ctx, sessionOf(ctx, world)))
  router.get('/login', (ctx) => answerSignIn(ctx, world, ownPath(String(ctx.query.return_to))))
  router.post('/session', (ctx) => takePerson(ctx, world))
  router.post('/logout', (ctx) => signOut(ctx, world))
  router.get('/login/oauth/authorize', (ctx) => authorize(ctx, world))
  router.post('/login/oauth/authorize', (ctx) => takeConsent(ctx, world))
  router.post('/login/oauth/access_token', (ctx) => answerToken(ctx, world))
  router.get('/user', (ctx) => answerUser(ctx, world))
  router.get('/user/emails', (ctx) => answerEmails(ctx, world))
  return router
}

interface AuthorizationRequest {
  readonly redirectUri: string
  readonly scopes: readonly string[]
  readonly state: string | undefined
  readonly codeChallenge: string | undefined
}

function authorize(ctx: Context, world: World): void {
  const query = new URLSearchParams(ctx.querystring)
  const request = readRequest(ctx, query, world)
  if (!request) return
  const session = sessionOf(ctx, world)
  if (world.faults.authorize) answerError(ctx, request, world.faults.authorize)
  else if (!session) ctx.redirect(`/login?return_to=${encodeURIComponent(ctx.url)}`)
  else if (hasAgreed(session, request)) answerCode(ctx, world, request, session)
  else answerConsentPage(ctx, world.client, request.scopes, session)
}

async function takeConsent(ctx: Context, world: World): Promise<void> {
  const form = await readOwnForm(ctx)
  const session = sessionOf(ctx, world)
  if (!session || form.authenticity_token !== session.formToken) ctx.throw(422)
  const request = readRequest(ctx, new URLSearchParams(ctx.querystring), world)
  if (!request) return
  if (form.authorize !== '1') return answerError(ctx, request, 'access_denied')
  session.agreed = [...(session.agreed ?? []), ...request.scopes]
  answerCode(ctx, world, request, session)
}

function hasAgreed({ agreed }: Session, request: AuthorizationRequest): boolean {
  return agreed !== undefined && request.scopes.every((scope) => agreed.includes(scope))
}

/** @returns nothing when the request was answered, because it cannot be trusted to be sent anywhere */
function readRequest(
  ctx: Context,
  query: URLSearchParams,
  { client }: World,
): AuthorizationRequest | undefined {
  if (query.get('client_id') !== client.id) {
    answerNoSuchApplication(ctx)
    return undefined
  }
  const registered = client.redirectUris[0] ?? ''
  const asked = query.get('redirect_uri') ?? registered
  const request = {
    redirectUri: client.redirectUris.includes(asked) ? asked : registered,
    scopes: (query.get('scope') ?? '').split(/[ ,]+/).filter(Boolean),
    state: query.get('state') ?? undefined,
    codeChallenge: query.get('code_challenge') ?? undefined,
  }
  // GitHub tells the application of the mismatch at the address that it has registered.
  if (request.redirectUri === asked) return request
  answerError(ctx, request, 'redirect_uri_mismatch')
  return undefined
}

const descriptions: Readonly<Record<string, string>> = {
  access_denied: 'The user has denied your application access.',
  redirect_uri_mismatch: 'The redirect_uri is not one of this application.',
}

function answerError(ctx: Context, request: AuthorizationRequest, error: string): void {
  const description = descriptions[error] ?? 'Something went wrong.'
  answerApplication(ctx, request, { error, error_description: description })
}

function answerCode(
  ctx: Context,
  world: World,
  request: AuthorizationRequest,
  session: Session,
): void {
  const code: Code = {
    login: session.login,
    scopes: request.scopes,
    redirectUri: request.redirectUri,
    codeChallenge: request.codeChallenge,
    madeAtMs: world.now(),
  }
  answerApplication(ctx, request, { code: world.codes.add(code) })
}

function answerApplication(
  ctx: Context,
  request: AuthorizationRequest,
  answer: Readonly<Record<string, string>>,
): void {
  const url = new URL(request.redirectUri)
  for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value)
  if (request.state !== undefined) url.searchParams.set('state', request.state)
  ctx.redirect(url.href)
}

async function answerToken(ctx: Context, world: World): Promise<void> {
  const form = {
    ...Object.fromEntries(new URLSearchParams(ctx.querystring)),
    ...(await readForm(ctx)),
  }
  const result = redeem(form, world.client, world.codes, world.now())
  if ('error' in result) return answerFields(ctx, result)
  const token = `gho_${randomBytes(24).toString('base64url')}`
  world.tokens.set(token, { login: result.login, scopes: result.scopes })
  answerFields(ctx, { access_token: token, scope: result.scopes.join(','), token_type: 'bearer' })
}

/** Form-encoded unless JSON is asked for, and always with status 200. */
function answerFields(ctx: Context, fields: Readonly<Record<string, string>>): void {
  ctx.set('Cache-Control', 'no-store')
  if (ctx.get('accept').includes('application/json')) {
    ctx.body = fields
    return
  }
  ctx.type = 'application/x-www-form-urlencoded'
  ctx.body = new URLSearchParams(fields).toString()
}

function answerUser(ctx: Context, world: World): void {
  const found = bearer(ctx, world)
  if (!found) return
  const { id, login, name, email } = found.person
  ctx.body = { login, id, type: 'User', name, email, html_url: `${ctx.origin}/${login}` }
}

function answerEmails(ctx: Context, world: World): void {
  const found = bearer(ctx, world)
  if (!found) return
  // Without the scope GitHub does not say that it is forbidden, but that there is nothing.
  if (!found.token.scopes.some((scope) => scope === 'user' || scope === 'user:email')) {
    ctx.status = 404
    ctx.body = { message: 'Not Found', status: '404' }
    return
  }
  ctx.body = found.person.emails.map((email) => ({
    ...email,
    visibility: email.primary ? 'private' : null,
  }))
}

/** @returns nothing when the request was refused */
function bearer(ctx: Context, world: World): { token: Token; person: GithubPerson } | undefined {
  if (!ctx.get('user-agent')) {
    ctx.status = 403
    ctx.body = 'Request forbidden by administrative rules: a User-Agent header is needed.'
    return undefined
  }
  const given = /^(?:bearer|token) (\S+)$/i.exec(ctx.get('authorization'))?.[1]
  const token = world.tokens.get(given ?? '')
  const person = world.people.get(token?.login ?? '')
  if (token && person) return { token, person }
  ctx.status = 401
  ctx.body = { message: given ? 'Bad credentials' : 'Requires authentication', status: '401' }
  return undefined
}

function sessionOf(ctx: Context, { sessions, cookie, people }: World): Session | undefined {
  const session = sessions.get(ctx.cookies.get(cookie) ?? '')
  return session && people.has(session.login) ? session : undefined
}

async function takePerson(ctx: Context, world: World): Promise<void> {
  const form = await readOwnForm(ctx)
  const wanted = (form.person ?? '').trim().toLowerCase()
  const person = [...world.people.values()].find(
    ({ login, emails }) => login === wanted || emails.some(({ email }) => email === wanted),
  )
  if (!person) return answerSignIn(ctx, world, ownPath(form.return_to), form.person ?? '')
  const id = randomBytes(24).toString('base64url')
  const formToken = randomBytes(24).toString('base64url')
  world.sessions.set(id, { login: person.login, formToken })
  ctx.cookies.set(world.cookie, id, { httpOnly: true, sameSite: 'lax', overwrite: true })
  ctx.redirect(ownPath(form.return_to))
}

async function signOut(ctx: Context, world: World): Promise<void> {
  await readOwnForm(ctx)
  world.sessions.delete(ctx.cookies.get(world.cookie) ?? '')
  ctx.cookies.set(world.cookie, null)
  ctx.redirect('/')
}

/** Only a path of this server: anything else would make it an open redirector. */
function ownPath(path = ''): string {
  return path.startsWith('/login/oauth/authorize?') ? path : '/'
}
