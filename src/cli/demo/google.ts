/**
 * Stands in for Google: a real OpenID provider with its own people, pages and session.
 *
 * With other people and another title it stands in for a company's provider as well.
 */
import { generateKeyPair, randomBytes, type webcrypto } from 'node:crypto'
import { promisify } from 'node:util'
import Router from '@koa/router'
import type { Context, Next } from 'koa'
import Provider, { type Configuration, type JWK } from 'oidc-provider'
import { readOwnForm } from './form.ts'
import { cookiePrefix, listenOnLoopback, type Running } from './loopback.ts'
import { memoryAdapter } from './memory-adapter.ts'
import { answerPage, html, type Look } from './page.ts'
import type { OidcPerson } from './people.ts'

export interface GoogleOptions {
  /** 0, which is the default, lets the system choose. */
  readonly port?: number
  /** What the pages call it, and (in lower case) its cookies; `Google` when absent. */
  readonly title?: string
  readonly client: ClientSettings
  readonly people: readonly OidcPerson[]
}

/** The one client that an upstream of the demo world knows. */
export interface ClientSettings {
  readonly id: string
  readonly secret: string
  /** What the consent page calls it; `Sallyport` when absent. */
  readonly title?: string
  readonly redirectUris: readonly string[]
}

/** What can be made to go wrong at an upstream, now and until it is taken back. */
export interface Faults {
  /** Every authorization request is answered with this OAuth error, without asking anyone. */
  authorize: string | undefined
  /** Every request is answered with 503. */
  down: boolean
}

export interface RunningGoogle extends Running {
  /** Read at every request, by subject: what is changed here is what is asserted next. */
  readonly people: Map<string, OidcPerson>
  readonly faults: Faults
}

/** @throws what `listen` reports, e.g. `EADDRINUSE` */
export async function startGoogle(options: GoogleOptions): Promise<RunningGoogle> {
  const people = new Map(options.people.map((person) => [person.subject, person]))
  const faults: Faults = { authorize: undefined, down: false }
  const running = await listenOnLoopback(options.port ?? 0, async (url) => {
    const look = { title: options.title ?? 'Google', colour: '#1a73e8' }
    const provider = new Provider(url, await configure(url, look, options.client, people))
    provider.use((ctx, next) => failOnPurpose(ctx, next, faults, options.client, url))
    provider.use(pages({ provider, look, client: options.client, people }).routes())
    return provider.callback()
  })
  return { ...running, people, faults }
}

async function failOnPurpose(
  ctx: Context,
  next: Next,
  faults: Faults,
  client: ClientSettings,
  issuer: string,
): Promise<void> {
  if (faults.down) {
    ctx.status = 503
    return
  }
  const { redirect_uri: back, state } = ctx.query
  const known = client.redirectUris.find((uri) => uri === back)
  if (!faults.authorize || ctx.path !== '/auth' || !known) return next()
  const answer = new URL(known)
  answer.searchParams.set('error', faults.authorize)
  if (typeof state === 'string') answer.searchParams.set('state', state)
  answer.searchParams.set('iss', issuer)
  ctx.redirect(answer.href)
}

type People = ReadonlyMap<string, OidcPerson>

const hourSeconds = 3600

async function configure(
  url: string,
  look: Look,
  client: ClientSettings,
  people: People,
): Promise<Configuration> {
  const prefix = cookiePrefix(look.title.toLowerCase(), url)
  return {
    adapter: memoryAdapter(),
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [...client.redirectUris],
        require_auth_time: true,
      },
    ],
    jwks: { keys: [await signingKey()] },
    cookies: {
      keys: [randomBytes(32).toString('base64url')],
      names: {
        session: `${prefix}.session`,
        interaction: `${prefix}.interaction`,
        resume: `${prefix}.resume`,
      },
    },
    // Like the real one, it takes the secret either way.
    clientAuthMethods: ['client_secret_post', 'client_secret_basic'],
    ttl: {
      Interaction: hourSeconds,
      AccessToken: hourSeconds,
      IdToken: hourSeconds,
      Grant: 24 * hourSeconds,
      Session: 24 * hourSeconds,
    },
    pkce: { required: () => true },
    claims: {
      openid: ['sub', 'amr', 'auth_time'],
      email: ['email', 'email_verified'],
      profile: ['name', 'preferred_username', 'groups'],
    },
    // Like the real one, the ID token has the profile in it, not the user info alone.
    conformIdTokenClaims: false,
    findAccount: (_, subject) => accountOf(subject, people),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => answerSignOut(ctx, look, form),
        postLogoutSuccessSource: (ctx) =>
          answerPage(ctx, look, html`<h1>Signed out of ${look.title}</h1>`),
      },
    },
    renderError: (ctx, out) =>
      answerPage(ctx, look, html`<h1>${out.error}</h1><p>${out.error_description}</p>`),
  }
}

/** One for as long as the process lives: to make it takes a tenth of a second. */
let kept: Promise<JWK> | undefined
function signingKey(): Promise<JWK> {
  kept ??= newKey()
  return kept
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const jwk = privateKey.export({ format: 'jwk' }) as webcrypto.JsonWebKey
  return { ...jwk, use: 'sig', alg: 'RS256' } as JWK
}

function accountOf(subject: string, people: People) {
  const person = people.get(subject)
  if (!person) return undefined
  const claims = () => ({
    sub: subject,
    email: person.email,
    email_verified: person.emailVerified,
    name: person.name,
    preferred_username: person.preferredUsername,
    ...(person.groups && { groups: [...person.groups] }),
  })
  return { accountId: subject, claims }
}

interface World {
  readonly provider: Provider
  readonly look: Look
  readonly client: ClientSettings
  readonly people: People
}

function pages(world: World): Router {
  const router = new Router()
  router.get('/', (ctx) => answerHome(ctx, world))
  router.get('/interaction/:uid', (ctx) => answerInteraction(ctx, world))
  router.post('/interaction/:uid/person', (ctx) => takePerson(ctx, world))
  router.post('/interaction/:uid/consent', (ctx) => takeConsent(ctx, world))
  return router
}

async function answerInteraction(ctx: Context, world: World): Promise<void> {
  const { uid, prompt, session } = await world.provider.interactionDetails(ctx.req, ctx.res)
  if (prompt.name === 'login') return answerPersonPage(ctx, world, uid)
  const person = world.people.get(session?.accountId ?? '')
  answerConsentPage(ctx, world, uid, person)
}

async function takePerson(ctx: Context, world: World): Promise<void> {
  const { uid } = await world.provider.interactionDetails(ctx.req, ctx.res)
  const form = await readOwnForm(ctx)
  if (form.answer === 'deny') return finishDenied(ctx, world)
  const person = findPerson(world.people, form.person ?? '')
  if (!person) return answerPersonPage(ctx, world, uid, form.person ?? '')
  const login = { accountId: person.subject, amr: [...(person.amr ?? ['pwd'])] }
  await finish(ctx, world, { login })
}

async function takeConsent(ctx: Context, world: World): Promise<void> {
  const details = await world.provider.interactionDetails(ctx.req, ctx.res)
  const form = await readOwnForm(ctx)
  if (form.answer !== 'allow') return finishDenied(ctx, world)
  const { Grant } = world.provider
  const known = details.grantId ? await Grant.find(details.grantId) : undefined
  const grant =
    known ?? new Grant({ accountId: String(details.session?.accountId), clientId: world.client.id })
  const missing = details.prompt.details as {
    missingOIDCScope?: string[]
    missingOIDCClaims?: string[]
  }
  if (missing.missingOIDCScope) grant.addOIDCScope(missing.missingOIDCScope.join(' '))
  if (missing.missingOIDCClaims) grant.addOIDCClaims(missing.missingOIDCClaims)
  await finish(ctx, world, { consent: { grantId: await grant.save() } })
}

function findPerson(people: People, typed: string): OidcPerson | undefined {
  const wanted = typed.trim().toLowerCase()
  return [...people.values()].find((person) =>
    [person.subject, person.email, person.preferredUsername].includes(wanted),
  )
}

function finishDenied(ctx: Context, world: World): Promise<void> {
  return finish(ctx, world, { error: 'access_denied', error_description: 'the person said no' })
}

/** The library writes the redirect itself; Koa must keep its hands off. */
async function finish(
  ctx: Context,
  { provider }: World,
  result: Parameters<Provider['interactionFinished']>[2],
): Promise<void> {
  const options = { mergeWithLastSubmission: !('error' in result) }
  await provider.interactionFinished(ctx.req, ctx.res, result, options)
  ctx.respond = false
}

function answerPersonPage(ctx: Context, world: World, uid: string, notFound?: string): void {
  const { look, client, people } = world
  answerPage(
    ctx,
    look,
    html`<h1>Sign in with ${look.title}</h1>
<p>to go on to ${client.title ?? 'Sallyport'}</p>
${notFound === undefined ? undefined : html`<p role="alert" class="note">Nobody here is called “${notFound}”.</p>`}
<form method="post" action="/interaction/${uid}/person">
${[...people.values()].map(
  (person) =>
    html`<button class="plain person" name="person" value="${person.subject}">${person.name} <small>${person.email}</small></button>`,
)}
</form>
<form method="post" action="/interaction/${uid}/person">
<label for="person">Another account: e-mail address or user name</label>
<input id="person" name="person" autocomplete="username" autocapitalize="none" spellcheck="false">
<button name="answer" value="next">Next</button>
<button class="plain" name="answer" value="deny">Cancel</button>
</form>`,
  )
}

function answerConsentPage(
  ctx: Context,
  world: World,
  uid: string,
  person: OidcPerson | undefined,
): void {
  const client = world.client.title ?? 'Sallyport'
  answerPage(
    ctx,
    world.look,
    html`<h1>${client} wants to know who you are</h1>
<p>Signed in to ${world.look.title} as ${person?.name} <small>${person?.email}</small></p>
<p>${client} will be told your name, your e-mail address and whether it is verified.</p>
<form method="post" action="/interaction/${uid}/consent">
<button name="answer" value="allow">Allow</button>
<button class="plain" name="answer" value="deny">Deny</button>
</form>`,
  )
}

function answerHome(ctx: Context, { look }: World): void {
  answerPage(
    ctx,
    look,
    html`<h1>${look.title}, in the demo</h1>
<p>It remembers who has signed in, as the real one does.
<a href="/session/end">Sign out of ${look.title}</a> to come as somebody else.</p>`,
  )
}

/** @param form the library's own, with its token; it has no buttons */
function answerSignOut(ctx: Context, look: Look, form: string): void {
  answerPage(
    ctx,
    look,
    html`<h1>Sign out of ${look.title}?</h1>
${{ html: form }}
<button form="op.logoutForm" name="logout" value="yes">Sign out</button>
<button class="plain" form="op.logoutForm">Stay</button>`,
  )
}
