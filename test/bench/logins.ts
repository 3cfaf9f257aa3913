/** What is measured: ways from an application's request to its tokens. */
import { createHash, randomBytes } from 'node:crypto'
import type { Agent } from 'node:http'
import { generateSync } from 'otplib'
import { Authenticator, type CeremonyOptions } from '../../src/cli/play/authenticator.ts'
import { formWith, unescaped, type Visit, Visitor } from './drive.ts'
import { janesPassword, totpSecret } from './secrets.ts'

export const redirectUri = 'http://localhost:3001/callback'

/** One server as it is driven, and how long each of its answers took, in milliseconds. */
export interface Driven {
  readonly agent: Agent
  readonly issuer: string
  readonly times: number[]
  /** Whose request it is. Absent: thrift. */
  readonly application?: string
}

/** Does one of its kind, the whole of it; `count` is of all that were done at this server. */
export type Act = (count: number) => Promise<void>

/** Comes to where one of its kind begins, which is not measured. */
export type Approach = (count: number) => Promise<() => Promise<void>>

/** A person comes to where a code is given. */
type Way = (visitor: Visitor, start: string, count: number) => Promise<Visit>

/** A complete login of somebody new to the server's cookies. */
export function login(driven: Driven, way: Way): Act {
  return async (count) => {
    await complete(driven, new Visitor(driven.agent, driven.issuer, driven.times), way, count)
  }
}

/** The same browser again, which has a session from its first time on. */
export function sameSession(driven: Driven, way: Way): Act {
  const visitor = new Visitor(driven.agent, driven.issuer, driven.times)
  let isKnown = false
  return async (count) => {
    await complete(driven, visitor, isKnown ? straight : way, count)
    isKnown = true
  }
}

/** A token for a refresh token, which is another one each time. */
export function refresh(driven: Driven, way: Way): Act {
  const visitor = new Visitor(driven.agent, driven.issuer, driven.times)
  let token: string | undefined
  return async (count) => {
    const more = { scope: 'openid profile offline_access', prompt: 'consent' }
    token ??= (await complete(driven, visitor, way, count, more)).refresh_token
    const body = { grant_type: 'refresh_token', refresh_token: token! }
    token = (await redeem(driven, visitor, body)).refresh_token
    if (!token) throw new Error('no refresh token came back')
  }
}

/** One step in the middle of a login: from the code to where the browser is told to go on. */
export function totpSubmission(driven: Driven): Approach {
  return async (count) => {
    const visitor = new Visitor(driven.agent, driven.issuer, driven.times)
    const { action, fields } = await toCode(visitor, requestOf(driven).start, count)
    const code = generateSync({ secret: totpSecret })
    return async () => {
      const { status } = await visitor.press(action, { ...fields, code })
      if (status >= 400) throw new Error(`the code was answered with ${status}`)
    }
  }
}

/** A page of a few lines that reads a row, and writes one. */
export function plainPage(driven: Driven): Act {
  const visitor = new Visitor(driven.agent, driven.issuer, driven.times)
  return async () => {
    const { status } = await visitor.press(`${driven.issuer}/page`, { text: 'seven quiet herons' })
    if (status !== 200) throw new Error(`the page was answered with ${status}`)
  }
}

/** One that rests as far as this way goes. */
export async function begin(driven: Driven, way: Way, count: number): Promise<void> {
  const visitor = new Visitor(driven.agent, driven.issuer, driven.times)
  await way(visitor, requestOf(driven).start, count)
}

async function complete(
  driven: Driven,
  visitor: Visitor,
  way: Way,
  count: number,
  more: Readonly<Record<string, string>> = {},
): Promise<Tokens> {
  const { start, verifier } = requestOf(driven, more)
  const end = await way(visitor, start, count)
  const code = new URL(end.url).searchParams.get('code')
  if (!code) throw new Error(`no code: ${end.url} ${end.body.slice(0, 500)}`)
  const body = { grant_type: 'authorization_code', code, code_verifier: verifier }
  return redeem(driven, visitor, { ...body, redirect_uri: redirectUri })
}

/** What an application asks, and what it keeps for when it has its code. */
function requestOf(
  { application = 'thrift', issuer }: Driven,
  more: Readonly<Record<string, string>> = {},
) {
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    client_id: application,
    response_type: 'code',
    scope: 'openid profile',
    redirect_uri: redirectUri,
    state: randomBytes(16).toString('base64url'),
    nonce: randomBytes(16).toString('base64url'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  })
  return { start: `${issuer}/auth?${query}`, verifier }
}

interface Tokens {
  readonly id_token?: string
  readonly refresh_token?: string
}

async function redeem(
  { application = 'thrift', issuer }: Driven,
  visitor: Visitor,
  body: Record<string, string>,
): Promise<Tokens> {
  const client = { client_id: application, client_secret: 'thrift-secret' }
  const answer = await visitor.post(`${issuer}/token`, { ...body, ...client })
  const tokens = JSON.parse(answer.body) as Tokens
  if (!tokens.id_token) throw new Error(`no token: ${answer.body}`)
  return tokens
}

const straight: Way = (visitor, start) => visitor.go(start, undefined, redirectUri)

export const byButton: Way = async (visitor, start) => {
  const { action, fields } = formWith(await visitor.go(start, undefined, redirectUri), /Sign in/)
  return visitor.go(action, fields, redirectUri)
}

export const byPassword: Way = byPasswordOf(() => 'bo')

/** Guesses are counted by account: many at once are many people. */
export function byPasswordOf(userName: (count: number) => string): Way {
  return (visitor, start, count) => withPassword(visitor, start, userName(count))
}

export const byTotp: Way = async (visitor, start, count) => {
  const { action, fields } = await toCode(visitor, start, count)
  const code = generateSync({ secret: totpSecret })
  return visitor.go(action, { ...fields, code }, redirectUri)
}

async function toCode(visitor: Visitor, start: string, count: number) {
  return formWith(await toSecondFactor(visitor, start, count), /Verify/)
}

async function withPassword(
  visitor: Visitor,
  start: string,
  username: string,
  password = 'seven quiet herons',
): Promise<Visit> {
  const { action, fields } = formWith(await visitor.go(start, undefined, redirectUri), /Sign in/)
  return visitor.go(action, { ...fields, username, password }, redirectUri)
}

/** The first time by password, and a passkey is made; from then on by that alone. */
export function byPasskey({ issuer }: Driven): Way {
  const device = new Authenticator({ origin: issuer })
  return async (visitor, start) => {
    const isNew = device.passkeys.length === 0
    const page = isNew
      ? await withPassword(visitor, start, 'kim')
      : await visitor.go(start, undefined, redirectUri)
    const { action, fields } = formWith(page, /passkey/)
    const options = optionsIn(page)
    const response = isNew ? device.create(options) : device.get(options)
    return visitor.go(action, { ...fields, ...(isNew && { name: 'Key' }), response }, redirectUri)
  }
}

/** What the page would ask the browser's credential API. */
function optionsIn({ body }: Visit): CeremonyOptions {
  return JSON.parse(unescaped(/data-options="([^"]*)"/.exec(body)?.[1] ?? ''))
}

/** A code works once, and the next only thirty seconds later: so each login is somebody else's. */
const toSecondFactor: Way = (visitor, start, count) =>
  withPassword(visitor, start, `jane${count}`, janesPassword)

const toGoogle: Way = async (visitor, start) => {
  const page = await visitor.go(start, undefined, redirectUri)
  const { action, fields } = formWith(page, /Google/)
  return visitor.go(action, fields, redirectUri)
}

export const byGoogle: Way = async (visitor, start, count) => {
  const upstream = formWith(
    await toGoogle(visitor, start, count),
    new RegExp(`Person ${count % 4}`),
  )
  const consent = await visitor.go(upstream.action, upstream.fields, redirectUri)
  if (consent.url.startsWith(redirectUri)) return consent
  const allow = formWith(consent, /Allow/)
  return visitor.go(allow.action, allow.fields, redirectUri)
}

/** Where logins rest: at the first page, between the factors, and while somebody is at an upstream. */
export const rests: readonly Way[] = [straight, toSecondFactor, toGoogle]
