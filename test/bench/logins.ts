/** What is measured: ways from an application's request to its tokens. */
import { createHash, randomBytes } from 'node:crypto'
import type { Agent } from 'node:http'
import { generateSync } from 'otplib'
import { formWith, type Visit, Visitor } from './drive.ts'

export const redirectUri = 'http://localhost:3001/callback'
export const totpSecret = 'KRUGS4ZANFZSA3TPOQQGCIDSMVQWYIDT'

/** One server as it is driven, and how long each of its answers took, in milliseconds. */
export interface Driven {
  readonly agent: Agent
  readonly issuer: string
  readonly times: number[]
}

/** Does one of its kind, the whole of it; `count` is of all that were done at this server. */
export type Act = (count: number) => Promise<void>

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

async function complete(
  driven: Driven,
  visitor: Visitor,
  way: Way,
  count: number,
  more: Readonly<Record<string, string>> = {},
): Promise<Tokens> {
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    client_id: 'thrift',
    response_type: 'code',
    scope: 'openid profile',
    redirect_uri: redirectUri,
    state: randomBytes(16).toString('base64url'),
    nonce: randomBytes(16).toString('base64url'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  })
  const end = await way(visitor, `${driven.issuer}/auth?${query}`, count)
  const code = new URL(end.url).searchParams.get('code')
  if (!code) throw new Error(`no code: ${end.url} ${end.body.slice(0, 500)}`)
  const body = { grant_type: 'authorization_code', code, code_verifier: verifier }
  return redeem(driven, visitor, { ...body, redirect_uri: redirectUri })
}

interface Tokens {
  readonly id_token?: string
  readonly refresh_token?: string
}

async function redeem(
  { issuer }: Driven,
  visitor: Visitor,
  body: Record<string, string>,
): Promise<Tokens> {
  const client = { client_id: 'thrift', client_secret: 'thrift-secret' }
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
  return async (visitor, start, count) => {
    const page = await visitor.go(start, undefined, redirectUri)
    const { action, fields } = formWith(page, /Sign in/)
    const typed = { username: userName(count), password: 'seven quiet herons' }
    return visitor.go(action, { ...fields, ...typed }, redirectUri)
  }
}

export const byTotp: Way = async (visitor, start, count) => {
  const page = await visitor.go(start, undefined, redirectUri)
  const { action, fields } = formWith(page, /Sign in/)
  // A code works once, and the next only thirty seconds later: so each login is somebody else's.
  const typed = { username: `jane${count}`, password: 'paper lantern quartz' }
  const second = formWith(await visitor.go(action, { ...fields, ...typed }, redirectUri), /Verify/)
  const code = generateSync({ secret: totpSecret })
  return visitor.go(second.action, { ...second.fields, code }, redirectUri)
}

export const byGoogle: Way = async (visitor, start, count) => {
  const page = await visitor.go(start, undefined, redirectUri)
  const { action, fields } = formWith(page, /Google/)
  const upstream = formWith(
    await visitor.go(action, fields, redirectUri),
    new RegExp(`Person ${count % 4}`),
  )
  const consent = await visitor.go(upstream.action, upstream.fields, redirectUri)
  if (consent.url.startsWith(redirectUri)) return consent
  const allow = formWith(consent, /Allow/)
  return visitor.go(allow.action, allow.fields, redirectUri)
}
