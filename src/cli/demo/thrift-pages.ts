/**
 * Thrift's pages: the two ways in, what came of the last one, and a stand-in for a telephone.
 */
import type { Context } from 'koa'
import { generateSync } from 'otplib'
import type { SentMessage } from './outbox.ts'
import { answerPage, type Html, html } from './page.ts'
import type { OwnAccount } from './thrift.ts'

/** What the application has got of a person. */
export interface SignedIn {
  /** The name of the application that the person came by. */
  readonly application: string
  readonly idToken: string
  readonly claims: Readonly<Record<string, unknown>>
  readonly userinfo: Readonly<Record<string, unknown>>
}

/** What there is to say of the last attempt. */
export type Notice =
  | { readonly kind: 'signed-out' | 'unreachable' | 'unexpected' | 'failed'; readonly name: string }
  | {
      readonly kind: 'refused'
      readonly name: string
      /** The OAuth error code. */
      readonly error: string
      readonly description: string | undefined
    }

/** An authenticator app that somebody in the demo world owns. */
export interface Authenticator {
  /** Whose it is. */
  readonly label: string
  /** base32, without padding. */
  readonly secret: string
}

export interface Home {
  readonly signedIn: SignedIn | undefined
  readonly notice: Notice | undefined
  /** Whether people can do this about their own account. */
  readonly offers: (what: OwnAccount) => boolean
  readonly authenticators: readonly Authenticator[]
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number
}

const colour = '#0b6b5e'

export function answerHome(ctx: Context, home: Home): void {
  const content = home.signedIn ? signedIn(home.signedIn) : ways
  answerPage(
    ctx,
    { title: 'Thrift', colour },
    html`<h1>Thrift</h1>
${home.notice && noticeBox(home.notice)}
${content}
${home.offers('sign-up') && !home.signedIn ? newcomer : undefined}
${home.offers('recover') && !home.signedIn ? forgotten : undefined}
${home.offers('password') && home.signedIn ? anotherPassword : undefined}
${home.authenticators.length > 0 ? authenticatorBox(home.authenticators, home.nowMs) : undefined}`,
  )
}

/** Loads itself anew when the codes change. */
export function answerAuthenticator(
  ctx: Context,
  authenticators: readonly Authenticator[],
  nowMs: number,
): void {
  const look = { title: 'Demo authenticator', colour, refreshSeconds: secondsLeft(nowMs) }
  answerPage(ctx, look, authenticatorBox(authenticators, nowMs))
}

const ways = html`<p>Thrift knows nobody. It asks Sallyport who you are.</p>
<p><a class="button" href="/login">Sign in to Thrift</a>
<a class="button" href="/vault/login">Sign in to Vault</a></p>
<p class="small">Vault is stricter: its flow wants two factors from everyone.</p>`

const forgotten = html`<p><a href="/recover/login">Forgot your password?</a> What is sent to you comes to
the <a href="/outbox" target="_blank">demo outbox</a>.</p>`

const newcomer = html`<p>New here? <a href="/sign-up/login">Sign up</a></p>`

const anotherPassword = html`<p><a href="/password/login">Change your password</a></p>`

/** The latest first. Loads itself anew, because a message takes a moment. */
export function answerOutbox(ctx: Context, outbox: readonly SentMessage[]): void {
  answerPage(
    ctx,
    { title: 'Demo outbox', colour, refreshSeconds: 5 },
    html`<section class="demo" aria-label="Demo outbox"><h1>Demo outbox</h1>
<p class="small">Mail and text messages to anybody here. Only a demo shows such a thing.</p>
${outbox.length === 0 ? html`<p>Nothing has been sent.</p>` : undefined}
${outbox.toReversed().map(messageBox)}</section>`,
  )
}

function messageBox({ channel, to, subject, body }: SentMessage): Html {
  const by = channel === 'mail' ? 'mail' : 'text message'
  return html`<h2>${subject}</h2><p class="small">${by} to ${to}</p><p>${body}</p>`
}

function signedIn({ application, claims, userinfo }: SignedIn): Html {
  const name = String(claims.name ?? userinfo.name ?? claims.sub)
  return html`<p>Welcome to ${application}, <strong>${name}</strong>.</p>
<h2>The way you came</h2>
<dl>${row('Proven by', methods(claims.amr))}${row('Level (acr)', claims.acr)}
${row('At (auth_time)', instant(claims.auth_time))}${row('You are (sub)', claims.sub)}</dl>
<h2>ID token</h2>
${table(claims)}
<h2>User info</h2>
${table(userinfo)}
<form method="post" action="/logout"><button>Sign out</button></form>
<p><a href="/login">Enter Thrift</a> · <a href="/vault/login">Enter Vault</a> ·
<a href="/login?prompt=login">Sign in to Thrift anew</a></p>`
}

/** RFC 8176, and what it means to a person. */
const methodNames: Readonly<Record<string, string>> = {
  pwd: 'a password',
  otp: 'a one-time code',
  mfa: 'more than one factor',
  hwk: 'a key in hardware',
  swk: 'a key in software',
  fed: 'another provider',
}

function methods(amr: unknown): string {
  if (!Array.isArray(amr) || amr.length === 0) return 'nothing that was said'
  return amr.map((method) => `${methodNames[method] ?? 'a method'} (${method})`).join(', ')
}

function instant(seconds: unknown): string | undefined {
  return typeof seconds === 'number' ? new Date(seconds * 1000).toISOString() : undefined
}

function table(values: Readonly<Record<string, unknown>>): Html {
  return html`<dl>${Object.entries(values).map(([name, value]) => row(name, value))}</dl>`
}

function row(name: string, value: unknown): Html {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? 'not said')
  return html`<dt>${name}</dt><dd>${text}</dd>`
}

function noticeBox(notice: Notice): Html {
  const detail =
    notice.kind === 'refused'
      ? html`<br><span class="small">${notice.name} received <code>${notice.error}</code>${notice.description ? `: ${notice.description}` : ''}</span>`
      : undefined
  return html`<p role="status" class="note">${sentence(notice)}${detail}</p>`
}

function sentence(notice: Notice): string {
  if (notice.kind === 'refused') return refusals[notice.error] ?? 'You were not signed in.'
  const sentences = {
    'signed-out': `You are signed out of ${notice.name}.`,
    unreachable: 'Sallyport does not answer. Is it running?',
    unexpected: `${notice.name} did not ask for that sign-in, or it was finished already.`,
    failed: `The answer to ${notice.name} could not be believed, so nobody was signed in.`,
  }
  return sentences[notice.kind]
}

const refusals: Readonly<Record<string, string>> = {
  access_denied: 'You were not signed in: you said no, or were not let in. You can start again.',
  account_exists: 'You were not signed in: somebody else here has that name already.',
  login_required: 'You were not signed in: it would have needed your answer.',
  temporarily_unavailable: 'You were not signed in: something does not answer just now.',
  unmet_authentication_requirements: 'You were not signed in: what you have proven is not enough.',
}

function authenticatorBox(authenticators: readonly Authenticator[], nowMs: number): Html {
  return html`<section class="demo" aria-label="Demo authenticator">
<h2>Demo authenticator</h2>
<p class="small">In place of the app on a telephone. Only a demo shows such a thing. Valid for
${secondsLeft(nowMs)} s more. <a href="/authenticator" target="_blank">Keep it open in a tab</a></p>
${authenticators.map(
  ({ label, secret }) => html`<p>${label}: <span class="code">${codeOf(secret, nowMs)}</span></p>`,
)}
</section>`
}

/** RFC 6238 with its usual values: SHA-1, 6 digits, 30 s. */
function codeOf(secret: string, nowMs: number): string {
  return generateSync({ secret, epoch: Math.floor(nowMs / 1000) })
}

function secondsLeft(nowMs: number): number {
  return 30 - (Math.floor(nowMs / 1000) % 30)
}
