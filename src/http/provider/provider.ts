/** `oidc-provider`, with our flows in front of it. */

import Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import compose from 'koa-compose'
import mount from 'koa-mount'
import { type KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { Beginning, Begun } from '../../engine/begin.ts'
import type { Login } from '../../engine/login.ts'
import type { Sender } from '../../engine/outbox.ts'
import type { People } from '../../engine/ports.ts'
import type { ProviderStore } from '../../engine/provider-store.ts'
import { subjectOf } from '../../engine/subject.ts'
import { KnownError } from '../../kit/errors.ts'
import { clientAddress } from '../client-address.ts'
import { cookieNameOf } from '../cookie.ts'
import { browserBinding } from '../cookies.ts'
import { addressOf, basePath, type Settings } from '../settings.ts'
import { findAccountIn } from './account.ts'
import { adapterOver } from './adapter.ts'
import { type AnswerNow, answerNow } from './answer-now.ts'
import { Answers } from './answers.ts'
import { accountApiOf, adminApiOf, findHolder, type TokenHolder } from './api-access.ts'
import { backchannelSender, leaveWord } from './backchannel.ts'
import { findClient, scimApiOf, type TokenClient } from './client-access.ts'
import { clientMetadata } from './clients.ts'
import { type Configured, lifetimesAndFeatures } from './configuration.ts'
import type { AnswerParts } from './make-answer.ts'
import { refuseRequest } from './pages.ts'
import { flowPolicy } from './policy.ts'
import { asAddresses } from './posted.ts'
import { type Redeem, redeemInProcess } from './redeem.ts'
import { restartUrl } from './restart.ts'
import { resumeLogin } from './resume.ts'
import { keepRefusal, unitOfWork } from './unit.ts'

export interface ProviderParts extends Configured {
  readonly store: ProviderStore
  /** A fresh reader. */
  readonly people: () => People
  readonly begin: (beginning: Beginning) => Promise<Begun>
  readonly releaseOf: (application: string) => readonly string[]
  /** Live, once `refresh` has been waited for. */
  readonly isEnabled: (application: string) => boolean
  /** Takes over what an administrator has switched. */
  readonly refresh: () => Promise<void>
  /** Private keys (RFC 7517), the one to sign with first. */
  readonly signingKeys: readonly object[]
  readonly subjectKey: Uint8Array
}

export interface OpenIdProvider {
  /** Everything at the issuer's path that is not ours. */
  readonly middleware: Middleware
  /** For our pages: whoever ends a login there is sent on to the application. */
  readonly answerNow: (ctx: Context) => AnswerNow
  /** Who sends the messages that sessions leave behind when they end. */
  readonly senders: Readonly<Record<string, Sender>>
  /** Whose an access token for the admin API is; absent: nobody's, or it is for something else. */
  findHolder(token: string): Promise<TokenHolder | undefined>
  /** The same of one for the account API. */
  findOwner(token: string): Promise<TokenHolder | undefined>
  /** Whose SCIM client an access token is of; absent: nobody's, or it is for something else. */
  findProvisioner(token: string): Promise<TokenClient | undefined>
  /** For our own pages. */
  readonly redeem: Redeem
  resumeUrl(interactionUid: string): string
  /** @throws {Error} when the old request is gone */
  restartUrl(login: Login): Promise<string>
  /** The library's own server errors. */
  onError(report: (error: unknown) => void): void
}

export function openIdProvider(parts: ProviderParts): OpenIdProvider {
  const { settings, store } = parts
  const binding = browserBinding(settings)
  const names = cookieNames(settings)
  const answers = new Answers({ ...parts, organisation: settings.organisation })
  const policy = flowPolicy({
    store,
    begin: parts.begin,
    ensureBrowserSecret: binding.ensureBrowserSecret,
    devices: binding.devices,
    addressOf: (ctx) => clientAddress(ctx.req, settings.trustedProxies ?? []),
    answers,
    signUps: new Set(parts.clients.flatMap(({ id, signsUp }) => (signsUp ? [id] : []))),
  })
  const provider = new Provider(settings.issuer.href.replace(/\/$/, ''), {
    ...lifetimesAndFeatures(parts, answers),
    adapter: adapterOver(store),
    clients: parts.clients.map(clientMetadata),
    jwks: { keys: parts.signingKeys as never[] },
    findAccount: findAccountIn(parts.people, store, parts.releaseOf),
    // Only a finished login grants anything.
    loadExistingGrant: (ctx) =>
      answers.answered(ctx) ? answers.grantFor(ctx) : Promise.resolve(undefined),
    interactions: { policy, url: interactionUrl(parts, answers) },
    // Initiating User Registration via OpenID Connect 1.0, section 3.
    discovery: { prompt_values_supported: ['none', ...policy.map(({ name }) => name)] },
    cookies: {
      names,
      // Of the whole host, as its name demands; the name says of which organisation it is.
      long: { httpOnly: true, sameSite: 'lax', path: '/' },
      short: { httpOnly: true, sameSite: 'lax' },
    },
    renderError: refuseRequest(parts.style),
  })
  const answerParts: AnswerParts = {
    store,
    answers,
    devices: binding.devices,
    sessionCookieName: names.session,
    resumeCookieName: names.resume,
    subjectOfLogin: ({ facts: { identity } }) =>
      identity.kind === 'none'
        ? undefined
        : subjectOf(parts.subjectKey, settings.organisation, identity),
    now: parts.now,
  }
  const router = new Router()
  router.get(
    '/auth/:uid',
    resumeLogin({
      ...answerParts,
      readBrowserSecret: binding.readBrowserSecret,
      loginPath: (id) => `${basePath(settings)}/login/${id}`,
    }),
  )
  const rest = compose<Context>([unitOfWork(store)])
  const library = mount(provider as never) as Middleware
  const atItsPath = mount(basePath(settings) || '/', library)
  const findAny = hideDisabled(provider, parts.isEnabled)
  leaveWord(provider, (message) => store.current().send(message))
  const listening = new Set(
    parts.clients.flatMap(({ id, backchannelLogoutUri }) => (backchannelLogoutUri ? [id] : [])),
  )
  const middleware = compose([
    async (_ctx: Context, next) => {
      await parts.refresh()
      return next()
    },
    asAddresses(settings),
    (ctx: Context, next) =>
      isResume(ctx) ? (router.routes() as Middleware)(ctx, next) : rest(ctx, next),
    library,
  ]) as Middleware
  return {
    senders: {
      'backchannel-logout': backchannelSender(provider, async (id) =>
        listening.has(id) ? findAny(id) : undefined,
      ),
    },
    middleware,
    answerNow: answerNow({
      ...answerParts,
      pathOf: (uid) => `${basePath(settings)}/auth/${uid}`,
      library: (ctx) => atItsPath(ctx, async () => {}),
    }),
    redeem: redeemInProcess(middleware, settings),
    findHolder: (token) => findHolder(provider, store, adminApiOf(settings), token),
    findProvisioner: (token) => findClient(provider, store, scimApiOf(settings), token),
    findOwner: (token) => findHolder(provider, store, accountApiOf(settings), token),
    resumeUrl: (uid) => addressOf(settings, `/auth/${uid}`),
    restartUrl: (login) => restartUrl(provider, parts, login),
    onError: (report) => {
      provider.on('server_error', (ctx, error) => {
        keepRefusal(ctx as unknown as Context, error)
        // A refusal is reported where it is answered.
        if (!(error instanceof KnownError)) report(error)
      })
    },
  }
}

/**
 * An application that is switched off is none: whatever it, or anybody for it, asks for. It is told of sessions
 * that end all the same.
 *
 * @returns the library's own way to find one, also where it is switched off
 */
function hideDisabled(provider: Provider, isEnabled: ProviderParts['isEnabled']) {
  const { Client } = provider
  const find = Client.find.bind(Client)
  Client.find = async (id) => (isEnabled(id) ? find(id) : undefined)
  return find
}

function isResume(ctx: Context): boolean {
  return ctx.method === 'GET' && /^\/auth\/[^/]+$/.test(ctx.path)
}

/** An interaction is the login that was begun for it: where the browser goes is where that rests. */
function interactionUrl({ store, settings }: ProviderParts, answers: Answers) {
  return async (ctx: KoaContextWithOIDC, interaction: { uid: string }): Promise<string> => {
    const begun: Begun = answers.awaited(ctx)
    const login = { ...begun.login, interactionUid: interaction.uid }
    if (begun.stored) store.current().tie(login, interaction.uid)
    else store.current().begin(login, begun.events)
    const path = login.status === 'ended' ? `/auth/${interaction.uid}` : `/login/${login.id}`
    return `${basePath(settings)}${path}`
  }
}

/** Those of a request are the library's own, for paths; they are asked for nothing that counts. */
function cookieNames(settings: Settings) {
  const ofPath = (what: string) => cookieNameOf(settings, what).replace(/^__Host-/, '__Secure-')
  return {
    session: cookieNameOf(settings, 'session'),
    interaction: ofPath('interaction'),
    resume: ofPath('resume'),
  }
}
