/**
 * The one check that stands between an authorization request and its answer: the application's flow.
 *
 * Every request runs it, also when a session exists. A login that comes to its end without resting
 * answers at once; one that rests becomes the interaction's. `prompt=none` may not rest.
 */
import type { Context } from 'koa'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { errors, interactionPolicy } from 'oidc-provider'
import type { Beginning, Begun } from '../../engine/begin.ts'
import type { RequestFacts } from '../../engine/login.ts'
import type { ProviderStore } from '../../engine/provider-store.ts'
import { fingerprint, randomId } from '../../kit/random.ts'
import { acceptedLanguages } from '../browser/page.ts'
import type { DeviceCookie } from '../devices.ts'
import type { Answers } from './answers.ts'
import { replaceDevice } from './remembered.ts'

export interface FlowCheckParts {
  readonly store: ProviderStore
  readonly begin: (beginning: Beginning) => Promise<Begun>
  readonly ensureBrowserSecret: (ctx: Context) => string
  /** Where a request comes from; `undefined` where that is not certain. */
  readonly addressOf: (ctx: Context) => string | undefined
  readonly devices: DeviceCookie
  readonly answers: Answers
  /** Applications with a flow for `prompt=create`. */
  readonly signUps: ReadonlySet<string>
}

const { Check, Prompt } = interactionPolicy

/** Kept with the login; nobody reads more. */
const browserLocalesMax = 8

/**
 * `login` runs the flow; `consent` and `select_account` may be asked for, and are part of it. `create` runs the
 * application's flow for new people instead (Initiating User Registration via OpenID Connect 1.0, section 4).
 */
export function flowPolicy(parts: FlowCheckParts): interactionPolicy.Prompt[] {
  const flow = new Check(
    'flow',
    "the application's flow has something to ask",
    'login_required',
    (ctx) => asksSomething(parts, ctx as unknown as KoaContextWithOIDC),
  )
  return [
    new Prompt({ name: 'login', requestable: true }, flow),
    new Prompt({ name: 'select_account', requestable: true }),
    new Prompt({ name: 'consent', requestable: true }),
    ...(parts.signUps.size > 0 ? [new Prompt({ name: 'create', requestable: true })] : []),
  ]
}

async function asksSomething(parts: FlowCheckParts, ctx: KoaContextWithOIDC): Promise<boolean> {
  if (ctx.oidc.result?.login) {
    // Locked since the flow ended: the library would go on without an account, and answer 500.
    if (!ctx.oidc.account) throw new errors.AccessDenied('the account is not active')
    checkHint(ctx)
    return Check.NO_NEED_TO_PROMPT
  }
  checkSignUp(parts, ctx)
  const begun = await beginLogin(parts, ctx)
  const { end } = begun.login.facts
  if (end === undefined) {
    parts.answers.await(ctx, begun)
    return Check.REQUEST_PROMPT
  }
  if (end.outcome !== 'success') throw refusal(end.error ?? 'access_denied')
  // Asked for by name, a prompt is answered at the interaction's own address.
  if (ctx.oidc.prompts.size > 0 && !ctx.oidc.prompts.has('none')) {
    parts.answers.await(ctx, begun)
    return Check.REQUEST_PROMPT
  }
  checkHint(ctx)
  await parts.answers.giveAtOnce(ctx, begun)
  await replaceDevice(parts.store.current(), parts.devices, ctx as unknown as Context, begun.login)
  return Check.NO_NEED_TO_PROMPT
}

/** Whoever cannot make an account there is told so, and not asked to sign in instead. */
function checkSignUp({ signUps }: FlowCheckParts, { oidc }: KoaContextWithOIDC): void {
  if (oidc.prompts.has('create') && !signUps.has(oidc.client!.clientId)) {
    throw new errors.InvalidRequest('prompt create: nobody signs up for this application')
  }
}

async function beginLogin(parts: FlowCheckParts, ctx: KoaContextWithOIDC): Promise<Begun> {
  const secret = parts.ensureBrowserSecret(ctx as unknown as Context)
  // One that has just been made, for a browser without a cookie, is nobody's and in no table.
  const here = ctx.oidc.session?.accountId === undefined ? undefined : ctx.oidc.session.jti
  const session = await parts.store.current().sessionFacts(here)
  // Somebody else is wanted than who is here: whoever it is has to be asked.
  const isWanted = wanted(ctx).every((subject) => subject === session?.account)
  return parts.begin({
    application: ctx.oidc.client!.clientId,
    request: requestFacts(ctx),
    address: parts.addressOf(ctx as unknown as Context),
    devices: parts.devices.read(ctx as unknown as Context).map(fingerprint),
    session: isWanted ? session : undefined,
    browserHash: fingerprint(secret),
    interactionUid: randomId('in'),
  })
}

/** OpenID Connect Core, 3.1.2.1; the library has checked the shapes. */
function requestFacts(ctx: KoaContextWithOIDC): RequestFacts {
  const { oidc } = ctx
  const { acr_values, prompt, max_age, login_hint, ui_locales } = oidc.params as Record<
    string,
    string | number | undefined
  >
  const asked = (oidc.claims as { id_token?: { acr?: AcrRequest } }).id_token?.acr
  const essential = asked?.essential ? (asked.values ?? (asked.value ? [asked.value] : [])) : []
  return {
    acr: words(acr_values),
    essentialAcr: essential,
    prompt: words(prompt),
    maxAgeSeconds: max_age === undefined ? undefined : Number(max_age),
    loginHint: login_hint === undefined ? undefined : String(login_hint),
    uiLocales: words(ui_locales),
    browserLocales: acceptedLanguages(ctx as unknown as Context).slice(0, browserLocalesMax),
  }
}

interface AcrRequest {
  readonly essential?: boolean
  readonly value?: string
  readonly values?: string[]
}

function words(value: string | number | undefined): string[] {
  return String(value ?? '')
    .split(' ')
    .filter((word) => word !== '')
}

/** OpenID Connect Core, 3.1.2.1: somebody else than the hinted subject is an error, not a success. */
function checkHint(ctx: KoaContextWithOIDC): void {
  if (wanted(ctx).some((subject) => subject !== ctx.oidc.session?.accountId)) {
    throw new errors.LoginRequired('somebody else has signed in')
  }
}

/** The subjects that a request names, by `id_token_hint` or by a claim's value: at most one makes sense. */
function wanted({ oidc }: KoaContextWithOIDC): readonly string[] {
  const claim = (oidc.claims as { id_token?: { sub?: { value?: string } } }).id_token?.sub
  return [hinted(oidc.params?.id_token_hint), claim?.value].filter(
    (subject) => subject !== undefined,
  )
}

/**
 * The library verifies a hint when it takes the request, and knows nothing of it any more when the login
 * has ended: only the request that it keeps still has it.
 */
function hinted(idToken: unknown): string | undefined {
  const payload = typeof idToken === 'string' ? idToken.split('.')[1] : undefined
  if (payload === undefined) return undefined
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub?: string }).sub
}

function refusal(error: string): Error {
  return new errors.CustomOIDCProviderError(error, 'the sign-in did not succeed')
}
