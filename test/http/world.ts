/** A server of this room with a made-up engine and provider behind it. */

import assert from 'node:assert/strict'
import type { Context, Middleware } from 'koa'
import { inject } from 'light-my-request'
import type { Logins, LoginView, OptionView, Submission } from '../../src/engine/view.ts'
import { httpServer } from '../../src/http/server.ts'
import type { Settings } from '../../src/http/settings.ts'
import { KnownError } from '../../src/kit/errors.ts'

export const issuer = 'http://127.0.0.1:4000'
/** What a browser's cookie holds: 256 bits. */
export const secret = 'b'.repeat(43)
export const cookie = `sallyport-4000-default-browser=${secret}`

type Arrival = Parameters<Logins['arrive']>[0]

export interface Behaviour {
  readonly view?: (id: string) => LoginView
  readonly act?: (submission: Submission) => LoginView
  readonly arrive?: (arrival: Arrival) => LoginView
  readonly restart?: (id: string) => string
  readonly provider?: Middleware
  readonly ready?: () => Promise<boolean>
  readonly settings?: Partial<Settings>
}

export function worldOf(behaviour: Behaviour = {}) {
  const submissions: Submission[] = []
  const arrivals: Arrival[] = []
  const deliveries: Parameters<Logins['deliver']>[0][] = []
  const reports: { error: unknown; supportId: string | undefined }[] = []
  const show = behaviour.view ?? (() => viewOf())

  /** Like the engine's: the id alone is worth nothing. */
  const check = (browserSecret: string | undefined) => {
    if (browserSecret === undefined) throw new KnownError('BROWSER_MISMATCH', 'no secret')
  }
  const logins: Logins = {
    async view(id, browserSecret) {
      check(browserSecret)
      return show(id)
    },
    async visit({ id, browserSecret }) {
      check(browserSecret)
      return { view: await show(id), hasMoved: false }
    },
    async act({ makeAnswer: _made, ...submission }) {
      submissions.push(submission)
      check(submission.browserSecret)
      return (behaviour.act ?? (() => show(submission.id)))(submission)
    },
    async deliver(delivery) {
      deliveries.push(delivery)
    },
    confirm: async () => {},
    metadata: async (connection) => (connection === 'corp' ? '<EntityDescriptor/>' : undefined),
    async arrive({ makeAnswer: _made, ...arrival }) {
      arrivals.push(arrival)
      check(arrival.browserSecret)
      return (behaviour.arrive ?? (() => viewOf()))(arrival)
    },
    async restart(id, browserSecret) {
      check(browserSecret)
      return (behaviour.restart ?? (() => `${issuer}/auth?request_uri=urn%3Afresh`))(id)
    },
  }
  const app = httpServer({
    logins,
    provider: behaviour.provider ?? ((ctx) => providerPage(ctx)),
    answerNow: () => ({ make: async () => undefined, given: () => assert.fail('no answer') }),
    settings: { issuer: new URL(issuer), organisation: 'default', ...behaviour.settings },
    ready: behaviour.ready ?? (async () => true),
    report: (error, supportId) => reports.push({ error, supportId }),
  })
  return { app, submissions, arrivals, deliveries, reports, send: sender(app.callback()) }
}

function providerPage(ctx: Context): void {
  ctx.body = `provider at ${ctx.protocol}://${ctx.host}${ctx.path}`
}

export interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly payload?: string | Buffer
}

/** Sends as the issuer's own page would, with the browser's cookie. */
function sender(listener: Parameters<typeof inject>[0]) {
  return (url: string, { method = 'GET', headers = {}, payload }: Sent = {}) =>
    inject(listener, {
      method,
      url,
      headers: { host: '127.0.0.1:4000', cookie, ...headers },
      ...(payload !== undefined && { payload }),
    })
}

export function form(fields: Readonly<Record<string, string>>, headers = {}): Sent {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: issuer, ...headers },
    payload: new URLSearchParams(fields).toString(),
  }
}

export function json(value: unknown, headers = {}): Sent {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    payload: typeof value === 'string' ? value : JSON.stringify(value),
  }
}

export function viewOf(change: Partial<LoginView> = {}): LoginView {
  return {
    id: 'lg_1',
    flow: { name: 'thrift', title: 'Sign in to Thrift', digest: 'sha256:00' },
    application: { id: 'thrift', title: 'Thrift' },
    seq: '3.tag',
    expiresAtMs: Date.UTC(2030, 0, 1),
    status: 'awaiting_input',
    state: 'sign-in',
    options: [password, google],
    isPreferredFirst: false,
    canGoBack: false,
    messages: [],
    amr: [],
    who: undefined,
    redirect: undefined,
    isAnswered: false,
    ...change,
  }
}

const plain = { title: undefined, exhibits: [], troubled: false, isWayIn: true } as const

export const password: OptionView = {
  ...plain,
  id: 'password',
  step: 'password',
  kind: 'form',
  fields: [
    {
      name: 'username',
      kind: 'text',
      label: 'password.username',
      autocomplete: 'username',
      maxLength: 128,
      required: true,
    },
    {
      name: 'password',
      kind: 'password',
      label: 'password.password',
      autocomplete: 'current-password',
      maxLength: 256,
      required: true,
    },
  ],
}

export const google: OptionView = {
  ...plain,
  id: 'google',
  step: 'federated',
  title: 'Google',
  kind: 'away',
  fields: [],
}

export const totp: OptionView = {
  ...plain,
  id: 'totp',
  step: 'totp',
  kind: 'form',
  fields: [
    {
      name: 'code',
      kind: 'code',
      label: 'totp.code',
      autocomplete: 'one-time-code',
      maxLength: 16,
      required: true,
    },
  ],
}

export const enrol: OptionView = {
  ...plain,
  id: 'enrol-totp',
  step: 'enrol-totp',
  kind: 'choose',
  isWayIn: false,
  fields: [],
}

export function refuse(...refusal: ConstructorParameters<typeof KnownError>): never {
  throw new KnownError(...refusal)
}
