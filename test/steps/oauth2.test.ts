import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { after, before, beforeEach, describe, it } from 'node:test'
import { Secret } from '../../src/kit/secret.ts'
import type { FailureCode } from '../../src/steps/federated/failure.ts'
import { type OAuth2Settings, openUpstream } from '../../src/steps/federated/upstream.ts'
import { challengeOf, type LyingUpstream, startLyingUpstream } from './lying-upstream.ts'

const redirectUri = 'https://sallyport.test/callback/hub'
const user = { id: 1001, login: 'gil', name: 'Gil', email: 'public@x.test' }
const emails = [
  { email: 'other@x.test', primary: false, verified: true },
  { email: 'gil@x.test', primary: true, verified: true },
]

let liar: LyingUpstream
before(async () => {
  liar = await startLyingUpstream(() => 0)
})
after(() => liar.close())
beforeEach(() => {
  liar.asked.length = 0
})

type Said = readonly [status: number, type: string, body: string]
const json = (value: unknown, status = 200): Said => [
  status,
  'application/json; charset=utf-8',
  JSON.stringify(value),
]
const form = (fields: Record<string, string>): Said => [
  200,
  'application/x-www-form-urlencoded; charset=utf-8',
  new URLSearchParams(fields).toString(),
]
const token = form({ access_token: 'access-token-1', scope: 'user', token_type: 'bearer' })

interface Script {
  readonly token?: Said
  readonly user?: Said
  readonly emails?: Said
}

function play(script: Script): void {
  const say = (said: Said) => (_: unknown, response: ServerResponse) => {
    response.writeHead(said[0], { 'content-type': said[1] })
    response.end(said[2])
  }
  liar.lies = {
    answers: {
      '/hub/token': say(script.token ?? token),
      '/hub/user': say(script.user ?? json(user)),
      '/hub/emails': say(script.emails ?? json(emails)),
    },
  }
}

const open = (settings: Partial<OAuth2Settings> = {}) =>
  openUpstream(
    {
      protocol: 'oauth2',
      id: 'hub',
      authorizationEndpoint: `${liar.url}/hub/auth`,
      tokenEndpoint: `${liar.url}/hub/token`,
      userInfoEndpoint: `${liar.url}/hub/user`,
      emailsEndpoint: `${liar.url}/hub/emails`,
      clientId: 'sallyport',
      clientSecret: { value: new Secret('hush-hush') },
      claims: [],
      scopes: ['read:user', 'user:email'],
      ...settings,
    },
    redirectUri,
    { now: Date.now, timeoutMs: 5000, allowInsecure: true },
  )

async function arrive(
  script: Script = {},
  query = '?code=c&state=st-1',
  settings: Partial<OAuth2Settings> = {},
) {
  play(script)
  const upstream = open(settings)
  const { keep } = await upstream.depart({ state: 'st-1', forceAuthentication: false })
  return upstream.arrive(`${redirectUri}${query}`, 'st-1', keep)
}

async function claims(script: Script, settings = {}) {
  const answer = await arrive(script, undefined, settings)
  assert.ok(answer.answer === 'identified')
  return answer.claims
}

const refusal = (code: FailureCode) => (thrown: unknown) => {
  assert.ok(thrown instanceof Error && 'code' in thrown)
  assert.equal(thrown.code, code, thrown.message)
  assert.doesNotMatch(thrown.message, /hush-hush|access-token|x\.test/)
  assert.equal(thrown.cause, undefined)
  return true
}

describe('an OAuth 2 upstream', () => {
  it('is asked with code, PKCE and state', async () => {
    const { url, keep } = await open().depart({ state: 'st-1', forceAuthentication: false })
    const sent = new URL(url).searchParams
    assert.equal(sent.get('response_type'), 'code')
    assert.equal(sent.get('scope'), 'read:user user:email')
    assert.equal(sent.get('state'), 'st-1')
    assert.equal(sent.get('code_challenge_method'), 'S256')
    assert.equal(sent.get('redirect_uri'), redirectUri)
    assert.deepEqual(Object.keys(keep), ['verifier'])
  })

  for (const [what, said] of [
    ['form-encoded', token],
    ['in JSON', json({ access_token: 'access-token-1', token_type: 'bearer', scope: 'user' })],
  ] as const) {
    it(`tells by its own id who has come, with a token that was answered ${what}`, async () => {
      assert.deepEqual(await arrive({ token: said }), {
        answer: 'identified',
        subject: '1001',
        claims: {
          email: 'gil@x.test',
          emailVerified: true,
          name: 'Gil',
          preferredUsername: 'gil',
        },
      })
    })
  }

  it('is given the verifier of its challenge, and our secret, in the body', async () => {
    play({})
    let redeemed = new URLSearchParams()
    const answers = {
      ...liar.lies.answers,
      '/hub/token': (_: unknown, response: ServerResponse, body: string) => {
        redeemed = new URLSearchParams(body)
        response.writeHead(200, { 'content-type': token[1] })
        response.end(token[2])
      },
    }
    liar.lies = { answers }
    const upstream = open()
    const { url, keep } = await upstream.depart({ state: 'st-1', forceAuthentication: false })
    await upstream.arrive(`${redirectUri}?code=c-1&state=st-1`, 'st-1', keep)
    const challenge = new URL(url).searchParams.get('code_challenge')
    assert.equal(challengeOf(redeemed.get('code_verifier')), challenge)
    assert.equal(redeemed.get('code'), 'c-1')
    assert.equal(redeemed.get('client_secret'), 'hush-hush')
    assert.equal(redeemed.get('redirect_uri'), redirectUri)
  })

  const unverified: readonly (readonly [string, Script])[] = [
    [
      'has verified none',
      { emails: json([{ email: 'gil@x.test', primary: true, verified: false }]) },
    ],
    [
      'says "true" as a text',
      { emails: json([{ email: 'gil@x.test', primary: true, verified: 'true' }]) },
    ],
    ['has a verified one that is not the primary', { emails: json([emails[0]]) }],
    ['does not let us know', { emails: json({ message: 'Not Found' }, 404) }],
    [
      'answers with no list',
      { emails: json({ email: 'gil@x.test', primary: true, verified: true }) },
    ],
  ]
  for (const [what, script] of unverified) {
    it(`says of the public address that it is not verified where it ${what} (security 69)`, async () => {
      const { email, emailVerified } = await claims(script)
      assert.deepEqual([email, emailVerified], ['public@x.test', false])
    })
  }

  it('is not asked for addresses where the connection has no such endpoint', async () => {
    const { emailVerified } = await claims({}, { emailsEndpoint: undefined })
    assert.equal(emailVerified, false)
    assert.ok(!liar.asked.includes('/hub/emails'))
  })

  it('is believed in neither methods, groups nor email_verified', async () => {
    const boast = json({ ...user, amr: ['mfa'], groups: ['admins'], email_verified: true })
    const said = await claims({ user: boast }, { emailsEndpoint: undefined })
    assert.deepEqual([said.amr, said.groups, said.emailVerified], [undefined, undefined, false])
  })

  for (const id of [undefined, null, '', 1.5, -0.1, 2 ** 60, [1001], { id: 1 }, true, 'a b']) {
    it(`has told of nobody with the id ${JSON.stringify(id)}`, async () => {
      await assert.rejects(arrive({ user: json({ ...user, id }) }), refusal('UPSTREAM_UNTRUSTED'))
    })
  }

  const troubles: readonly (readonly [string, Script, FailureCode])[] = [
    [
      'refuses the code with status 200',
      { token: form({ error: 'bad_verification_code', error_description: 'hush-hush' }) },
      'UPSTREAM_ERROR',
    ],
    [
      'refuses the code with status 400',
      { token: json({ error: 'invalid_grant' }, 400) },
      'UPSTREAM_ERROR',
    ],
    ['gives no token', { token: form({ scope: 'user' }) }, 'UPSTREAM_UNTRUSTED'],
    ['answers with a page', { token: [200, 'text/html', '<h1>'] }, 'UPSTREAM_UNREACHABLE'],
    [
      'does not know its own token',
      { user: json({ message: 'Bad credentials' }, 401) },
      'UPSTREAM_ERROR',
    ],
    ['cannot say who it is', { user: json({}, 500) }, 'UPSTREAM_ERROR'],
    ['cannot say which addresses', { emails: json({}, 503) }, 'UPSTREAM_ERROR'],
    ['says it in HTML', { user: [200, 'text/html', '<h1>'] }, 'UPSTREAM_UNTRUSTED'],
  ]
  for (const [what, script, code] of troubles) {
    it(`is ${code} where it ${what} (security 60)`, async () => {
      await assert.rejects(arrive(script), refusal(code))
    })
  }

  it('passes a refusal on, and tells it from trouble (scenario 3)', async () => {
    const denied = await arrive({}, '?error=access_denied&state=st-1')
    assert.deepEqual(denied, { answer: 'denied', error: 'access_denied' })
    const trouble = arrive({}, '?error=application_suspended&state=st-1')
    await assert.rejects(trouble, refusal('UPSTREAM_ERROR'))
  })

  for (const query of [
    '?code=c',
    '?code=c&state=',
    '?code=c&state=st-2',
    '?code=c&state=st-1&state=st-1',
  ]) {
    it(`is not asked for a token when somebody arrives with ${query} (security 49)`, async () => {
      await assert.rejects(arrive({}, query), refusal('UPSTREAM_UNTRUSTED'))
      assert.deepEqual(liar.asked, [])
    })
  }

  it('has its iss compared where the connection knows it, and passed over where not (security 51)', async () => {
    const query = `?code=c&state=st-1&iss=${encodeURIComponent('https://hub.test')}`
    assert.equal((await arrive({}, query)).answer, 'identified')
    assert.equal((await arrive({}, query, { issuer: 'https://hub.test' })).answer, 'identified')
    const other = arrive({}, query, { issuer: 'https://other.test' })
    await assert.rejects(other, refusal('UPSTREAM_UNTRUSTED'))
  })

  it('is not opened with an endpoint on plain http', () => {
    assert.throws(() => open({ tokenEndpoint: 'http://hub.test/token' }), /is not https/)
  })
})
