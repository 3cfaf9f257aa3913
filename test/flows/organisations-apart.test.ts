/**
 * Two organisations on one server: whatever one has given out is presented wherever the other takes its
 * like, in both directions. Every answer is a refusal, and no row of either has changed.
 */
import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { Agent } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { type Answer, exchange } from '../support/exchange.ts'
import type { RelyingParty } from '../support/relying-party.ts'
import { allRows, type Rows, rowsOf } from '../support/rows.ts'
import { signInAtGithub } from '../support/upstreams.ts'
import { visitorOf } from '../support/visitor.ts'
import { startWorld, type World } from '../support/world.ts'
import { answerAt, goTo, passTime, passwordOf, typeCode, typePassword } from './people.ts'

type Organisation = Pick<World, 'issuer' | 'browser' | 'thrift'>

/** Everything that one organisation has given out, by kind. */
interface Given {
  readonly base: string
  /** What its cookies are called. */
  readonly cookies: { readonly browser: string; readonly session: string }
  readonly clientSecret: string
  readonly browserSecret: string
  readonly session: string
  /** A login that waits for a second factor, and one that waits for an upstream. */
  readonly loginId: string
  readonly seq: string
  readonly answeredKey: string
  readonly answeredSeq: string
  readonly state: string
  /** Of a login that has ended and whose application has not been answered. */
  readonly interaction: string
  readonly code: string
  readonly codeVerifier: string
  readonly accessToken: string
  readonly refreshToken: string
  readonly idToken: string
  readonly requestUri: string
  readonly account: string
  readonly passThrough: string
}

interface Attempt {
  /** What is presented, and where. */
  readonly name: string
  readonly method?: 'GET' | 'POST'
  readonly path: string
  readonly cookie?: string
  readonly json?: unknown
  readonly form?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /** The refusal; a redirect is told by the `error` in it. */
  readonly refused: number | string
  /** It is answered so at home as well: what tells the two apart are the rows. */
  readonly alike?: boolean
  /** It comes with a session that is at home here, which is good for longer now. */
  readonly prolongs?: true
}

const redirectUri = 'http://localhost:3001/callback'
const verifier = 'v'.repeat(43)
const challenge = createHash('sha256').update(verifier).digest('base64url')
const request = {
  client_id: 'thrift',
  redirect_uri: redirectUri,
  response_type: 'code',
  scope: 'openid offline_access',
  prompt: 'consent',
  code_challenge: challenge,
  code_challenge_method: 'S256',
}

describe('two organisations', () => {
  for (const [from, to] of [
    ['acme', 'umbra'],
    ['default', 'acme'],
    ['acme', 'default'],
  ] as const) {
    it(`${to} refuses every identifier, token, cookie, code and link of ${from}, and no row changes (A-11, A-20, security 150)`, async (t) => {
      const world = await startWorld(t, { others: ['acme', 'umbra'], env: jitOff })
      const theirs = await givenBy(world, from)
      const ours = await givenBy(world, to)
      // That somebody has tried is counted where they have tried, and nowhere else.
      const rows = async () => {
        const all: Record<string, Rows> = { ...(await allRows(world.database)) }
        all.tries = all.tries!.filter(({ organisation }) => organisation !== to)
        return all
      }
      let before = await rows()
      for (const attempt of attemptsWith(theirs, ours)) {
        const answer = await send(t, ours, attempt)
        assert.equal(refusalOf(answer), attempt.refused, `${attempt.name}: ${answer.body}`)
        for (const value of secretsOf(theirs)) {
          assert.ok(
            !answer.body.includes(value) || JSON.stringify(attempt).includes(value),
            `${attempt.name} tells ${value}`,
          )
        }
        const after = await rows()
        if (attempt.prolongs) before = { ...before, sessions: after.sessions ?? [] }
        assert.deepEqual(after, before, attempt.name)
      }
      const asRefused: string[] = []
      for (const attempt of attemptsWith(theirs, theirs)) {
        const { name, refused, alike } = attempt
        const answer = await send(t, theirs, attempt)
        if (!alike && refusalOf(answer) === refused) asRefused.push(name)
      }
      assert.deepEqual(asRefused, [], 'at home, which is what they are for, none is refused so')
    })
  }

  it('have each their own keys, cookies and subjects for the same person', async (t) => {
    const world = await startWorld(t, { others: ['acme'], env: jitOff })
    const [one, other] = [await givenBy(world, 'default'), await givenBy(world, 'acme')]
    const shared = Object.entries(one).filter(
      ([kind, value]) => kind in other && value === other[kind as keyof Given],
    )
    assert.deepEqual(Object.fromEntries(shared), { codeVerifier: verifier })
    const kids = await Promise.all(
      [one, other].map(async ({ base }) => {
        const { keys } = (await exchange(new Agent(), get(`${base}/jwks`))).json<{
          keys: { kid: string; n?: string; x?: string }[]
        }>()
        return keys.flatMap(({ kid, n, x }) => [kid, n ?? x])
      }),
    )
    assert.equal(new Set(kids.flat()).size, kids.flat().length)
  })
})

/** Whatever nobody but its owner may know. */
function secretsOf({ base: _address, cookies: _names, ...kinds }: Given): readonly string[] {
  return Object.values(kinds)
}

const jitOff = { SALLYPORT_GITHUB_JIT: 'false' }

/** Presents each of theirs wherever ours takes its kind, with all the rest as it should be. */
function attemptsWith(theirs: Given, ours: Given): readonly Attempt[] {
  const credentials = { client_id: 'thrift', client_secret: ours.clientSecret }
  const theirBrowser = `${ours.cookies.browser}=${theirs.browserSecret}`
  const asTheyAre = `${theirs.cookies.browser}=${theirs.browserSecret}; ${theirs.cookies.session}=${theirs.session}`
  const ourBrowser = `${ours.cookies.browser}=${ours.browserSecret}`
  const silent = { ...request, prompt: 'none', scope: 'openid' }
  const query = (parameters: Record<string, string>) => `/auth?${new URLSearchParams(parameters)}`
  const key = { 'idempotency-key': randomUUID() }
  const password = { seq: theirs.seq, input: { code: '000000' } }

  const byLogin = [theirBrowser, asTheyAre, ourBrowser].flatMap((cookie, index): Attempt[] => {
    const name = `a login's id (cookie ${index})`
    const at = { cookie, refused: 403 } as const
    const form = { seq: theirs.seq, action: 'totp', code: '000000' }
    return [
      { ...at, name: `${name}, its page`, path: `/login/${theirs.loginId}` },
      { ...at, name: `${name}, its form`, method: 'POST', path: `/login/${theirs.loginId}`, form },
      {
        ...at,
        name: `${name}, again`,
        method: 'POST',
        path: `/login/${theirs.loginId}/restart`,
        form: {},
      },
      { ...at, name: `${name}, as JSON`, path: `/flow-api/logins/${theirs.loginId}` },
      {
        ...at,
        name: `${name}, an action`,
        method: 'POST',
        path: `/flow-api/logins/${theirs.loginId}/actions/totp`,
        json: password,
        headers: key,
      },
      {
        ...at,
        name: `${name}, again as JSON`,
        method: 'POST',
        path: `/flow-api/logins/${theirs.loginId}/restart`,
        json: {},
      },
      { ...at, name: `an interaction (cookie ${index})`, path: `/auth/${theirs.interaction}` },
    ]
  })

  return [
    ...byLogin,
    {
      name: "a browser's cookie at our login",
      path: `/login/${ours.loginId}`,
      cookie: theirBrowser,
      refused: 403,
    },
    {
      name: 'cookies under their own names',
      path: `/flow-api/logins/${ours.loginId}`,
      cookie: asTheyAre,
      refused: 403,
    },
    {
      name: "a step's token, form",
      method: 'POST',
      path: `/login/${ours.loginId}`,
      cookie: ourBrowser,
      form: { seq: theirs.seq, action: 'totp', code: '000000' },
      refused: 403,
    },
    {
      name: "a step's token, JSON",
      method: 'POST',
      path: `/flow-api/logins/${ours.loginId}/actions/totp`,
      cookie: ourBrowser,
      json: password,
      headers: key,
      refused: 403,
    },
    {
      name: 'an idempotency key',
      method: 'POST',
      path: `/flow-api/logins/${ours.loginId}/actions/password`,
      cookie: ourBrowser,
      json: { seq: theirs.answeredSeq, input: { username: 'jane', password: 'x' } },
      headers: { 'idempotency-key': theirs.answeredKey },
      refused: 403,
    },
    {
      name: "a session's cookie",
      path: query(silent),
      cookie: `${ours.cookies.session}=${theirs.session}`,
      refused: 'login_required',
    },
    {
      name: "a session's cookie under its own name",
      path: query(silent),
      cookie: asTheyAre,
      refused: 'login_required',
    },
    {
      name: "a session's cookie, signing out",
      method: 'POST',
      path: '/session/end/confirm',
      cookie: `${ours.cookies.session}=${theirs.session}`,
      form: { logout: 'yes', xsrf: 'x' },
      alike: true,
      refused: 400,
    },
    ...[theirs.accessToken, theirs.refreshToken].map(
      (token): Attempt => ({
        name: 'introspection',
        method: 'POST',
        path: '/token/introspection',
        form: { ...credentials, token },
        refused: 'inactive',
      }),
    ),
    {
      name: 'a code',
      method: 'POST',
      path: '/token',
      form: {
        ...credentials,
        grant_type: 'authorization_code',
        code: theirs.code,
        redirect_uri: redirectUri,
        code_verifier: theirs.codeVerifier,
      },
      refused: 400,
    },
    {
      name: 'a refresh token',
      method: 'POST',
      path: '/token',
      form: { ...credentials, grant_type: 'refresh_token', refresh_token: theirs.refreshToken },
      refused: 400,
    },
    { ...userinfo(theirs), name: 'an access token', refused: 401 },
    {
      name: 'an access token as a form',
      method: 'POST',
      path: '/me',
      form: { access_token: theirs.accessToken },
      refused: 401,
    },
    {
      name: 'an ID token hint',
      path: query({ ...silent, id_token_hint: theirs.idToken }),
      refused: 'invalid_request',
    },
    {
      name: 'an ID token hint, signing out',
      path: `/session/end?id_token_hint=${theirs.idToken}`,
      refused: 400,
    },
    {
      name: 'a pushed request',
      path: query({ client_id: 'thrift', request_uri: theirs.requestUri }),
      refused: 400,
    },
    {
      name: 'a pushed request, JSON',
      method: 'POST',
      path: '/flow-api/logins',
      cookie: ourBrowser,
      json: { client_id: 'thrift', request_uri: theirs.requestUri },
      refused: 400,
    },
    ...['/token', '/request', '/token/introspection', '/token/revocation'].map(
      (path): Attempt => ({
        name: `an application's secret at ${path}`,
        method: 'POST',
        path,
        form: {
          ...request,
          grant_type: 'authorization_code',
          code: ours.code,
          token: ours.accessToken,
          client_secret: theirs.clientSecret,
        },
        refused: 401,
      }),
    ),
    ...[theirBrowser, ourBrowser, asTheyAre].map(
      (cookie, index): Attempt => ({
        name: `an upstream's answer (cookie ${index})`,
        path: `/login/callback/google?code=x&state=${theirs.state}`,
        cookie,
        // At home the first of them has used it up.
        alike: index > 0,
        refused: 400,
      }),
    ),
    ...[theirs.account, theirs.passThrough].map(
      (value): Attempt => ({
        name: 'a subject',
        path: query({ ...silent, claims: JSON.stringify({ id_token: { sub: { value } } }) }),
        cookie: `${ours.cookies.session}=${ours.session}; ${ourBrowser}`,
        alike: value === theirs.passThrough,
        refused: 'login_required',
        prolongs: true,
      }),
    ),
    ...[theirs.accessToken, theirs.refreshToken].map(
      (token): Attempt => ({
        name: 'revocation',
        method: 'POST',
        path: '/token/revocation',
        form: { ...credentials, token },
        refused: 200,
        alike: true,
      }),
    ),
  ]
}

function userinfo({ accessToken }: Given): Attempt {
  return {
    name: 'at home',
    path: '/me',
    headers: { authorization: `Bearer ${accessToken}` },
    refused: 200,
  }
}

/** The status, or the OAuth error of a redirect or an answer that says no in another way. */
function refusalOf({ status, headers, body }: Answer): number | string {
  if (body === '{"active":false}') return 'inactive'
  const { location } = headers
  return (location && new URL(location, 'http://here').searchParams.get('error')) || status
}

const get = (url: string) => ({ method: 'GET', url, headers: {} })

async function send(t: TestContext, { base }: Given, attempt: Attempt): Promise<Answer> {
  const { method = 'GET', path, cookie, json, form, headers } = attempt
  const agent = new Agent()
  t.after(() => agent.destroy())
  const [body, type] = json
    ? [JSON.stringify(json), 'application/json']
    : form
      ? [String(new URLSearchParams({ ...form })), 'application/x-www-form-urlencoded']
      : [undefined, undefined]
  return exchange(agent, {
    method,
    url: base + path,
    headers: {
      accept: 'application/json',
      // A page of ours sends forms; the token endpoint is asked by applications.
      ...(form && /^\/(?:login|session)\//.test(path) && { origin: new URL(base).origin }),
      ...(cookie && { cookie }),
      ...(body !== undefined && { 'content-type': type }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  })
}

/** Somebody in one browser stops at every place where something has been given out. */
async function givenBy(world: World, name: string): Promise<Given> {
  const organisation: Organisation = name === 'default' ? world : await world.other(name)
  const { thrift, issuer } = organisation
  const base = issuer.href.replace(/\/$/, '')
  const clientSecret = name === 'default' ? world.env.THRIFT_CLIENT_SECRET : `${name}-thrift-secret`
  const browser = organisation.browser()
  const program = visitorOf(organisation, 'API', browser)
  const person = visitorOf(organisation, 'pages', browser)
  const post = async (path: string, body: object, headers = {}) => {
    const sent = { 'content-type': 'application/json', 'idempotency-key': randomUUID(), ...headers }
    const answer = await browser.send(base + path, {
      method: 'POST',
      headers: sent,
      body: JSON.stringify(body),
    })
    return answer.json<Record<string, string>>()
  }

  const waiting = await program.begin(await thrift.parameters())
  const answeredKey = randomUUID()
  const typed = await post(
    `/flow-api/logins/${waiting.loginId}/actions/password`,
    { seq: waiting.seq, input: { username: 'jane', password: passwordOf('jane') } },
    { 'idempotency-key': answeredKey },
  )
  const away = await program.begin(await thrift.parameters())
  const upstream = await post(`/flow-api/logins/${away.loginId}/actions/google`, {
    seq: away.seq,
    input: {},
  })

  const { claims, tokens } = await thrift.redeem((await signInWith({}, thrift)).url)
  const open = await signInWith({ ...request, prompt: 'login', state: 's' })
  const guest = visitorOf(organisation, 'pages')
  const choice = await guest.begin(await thrift.parameters())
  const gil = await goTo(guest, choice, 'github', signInAtGithub('gil'))
  const pushed = await browser.send(`${base}/request`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: String(new URLSearchParams({ ...request, client_secret: clientSecret })),
  })
  const code = answerAt(open).code!
  const logins = await rowsOf(world.database, 'logins')
  const answered = logins.find(({ answer_code }) => answer_code === code)
  const jar = await browser.cookies.getCookies(`${base}/`)
  const cookieOf = (what: string) => jar.find(({ key }) => key.endsWith(`-${name}-${what}`))!

  return {
    base,
    cookies: { browser: cookieOf('browser').key, session: cookieOf('session').key },
    clientSecret,
    browserSecret: cookieOf('browser').value,
    session: cookieOf('session').value,
    loginId: waiting.loginId,
    seq: typed.seq!,
    answeredKey,
    answeredSeq: waiting.seq,
    state: new URL(upstream.redirect!).searchParams.get('state')!,
    interaction: String(answered?.interaction_uid),
    code,
    codeVerifier: verifier,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token!,
    idToken: tokens.id_token!,
    requestUri: pushed.json<{ request_uri: string }>().request_uri,
    account: claims.sub,
    passThrough: (await thrift.redeem(gil.url)).claims.sub,
  }

  async function signInWith(parameters: Record<string, string>, application?: RelyingParty) {
    const more = { scope: 'openid offline_access', prompt: 'consent' }
    const first = await person.begin(application ? await application.parameters(more) : parameters)
    const second = await typePassword(person, first, 'jane')
    const end = await typeCode(world, person, second, 'jane')
    passTime(world)
    return end
  }
}
