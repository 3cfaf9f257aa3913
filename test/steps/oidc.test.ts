import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { after, before, beforeEach, describe, it } from 'node:test'
import { Secret } from '../../src/kit/secret.ts'
import type { FailureCode } from '../../src/steps/federated/failure.ts'
import { type OidcSettings, openUpstream } from '../../src/steps/federated/upstream.ts'
import { metadataFaults, tokenFaults, troubles } from '../support/upstream-faults.ts'
import {
  challengeOf,
  clientId,
  type Lies,
  type LyingUpstream,
  startLyingUpstream,
} from './lying-upstream.ts'

const redirectUri = 'https://sallyport.test/callback/fake'
const startMs = Date.parse('2031-05-01T08:00:00Z')

let liar: LyingUpstream
let nowMs = startMs
const seconds = () => Math.floor(nowMs / 1000)
const now = () => nowMs

before(async () => {
  liar = await startLyingUpstream(now)
})
after(() => liar.close())
beforeEach(() => {
  liar.lies = {}
  liar.asked.length = 0
  nowMs += 3_600_000 * 2
})

const base = {
  protocol: 'oidc',
  id: 'fake',
  clientId,
  clientSecret: { value: undefined },
  scopes: [],
  claims: [],
  hosts: [],
} as const

const open = (settings: Partial<OidcSettings> = {}, timeoutMs = 5000) =>
  openUpstream(
    {
      ...base,
      issuer: liar.url,
      clientSecret: { value: new Secret('hush-hush') },
      scopes: ['email', 'profile'],
      ...settings,
    },
    redirectUri,
    { now, timeoutMs, allowInsecure: true },
  )

type Opened = ReturnType<typeof open>

async function depart(upstream: Opened, forceAuthentication = false) {
  const { url, keep } = await upstream.depart({ state: 'st-1', forceAuthentication })
  const sent = new URL(url).searchParams
  liar.nonce = sent.get('nonce') ?? ''
  return { sent, keep }
}

const callback = (query: Record<string, string> = {}) =>
  `${redirectUri}?${new URLSearchParams({ code: 'c', state: 'st-1', iss: liar.url, ...query })}`

/** One honest departure, and an arrival with the lies told. */
async function arrive(lies: Lies = {}, url = callback(), upstream = open()) {
  const { keep } = await depart(upstream)
  liar.lies = lies
  return upstream.arrive(url, 'st-1', keep)
}

const refusal = (code: FailureCode) => (thrown: unknown) => {
  assert.ok(thrown instanceof Error && 'code' in thrown)
  assert.equal(thrown.code, code, thrown.message)
  assert.doesNotMatch(thrown.message, /hush-hush|eyJ|access-token|s@x\.test/)
  assert.equal(thrown.cause, undefined)
  return true
}

describe('an OpenID upstream that tells the truth', () => {
  it('is asked with code, PKCE, state and nonce, each of its own', async () => {
    const upstream = open()
    const one = await depart(upstream)
    const other = await depart(upstream)
    assert.equal(one.sent.get('response_type'), 'code')
    assert.equal(one.sent.get('client_id'), clientId)
    assert.equal(one.sent.get('redirect_uri'), redirectUri)
    assert.equal(one.sent.get('scope'), 'openid email profile')
    assert.equal(one.sent.get('state'), 'st-1')
    assert.equal(one.sent.get('code_challenge_method'), 'S256')
    for (const name of ['nonce', 'code_challenge']) {
      assert.match(one.sent.get(name) ?? '', /^[\w-]{43}$/)
      assert.notEqual(one.sent.get(name), other.sent.get(name))
    }
    assert.notEqual(one.keep.verifier, one.sent.get('code_challenge'))
  })

  it('is believed who came', async () => {
    assert.deepEqual(await arrive(), {
      answer: 'identified',
      subject: 's-1',
      claims: { email: 's@x.test', emailVerified: true, name: 'Sue' },
    })
    assert.ok(!liar.asked.includes('/me'))
  })

  it('is asked once for its metadata, and again after an hour', async () => {
    const upstream = open()
    const discoveries = () => liar.asked.filter((path) => path.startsWith('/.well-known')).length
    await arrive({}, callback(), upstream)
    nowMs += 3_599_000
    await arrive({}, callback(), upstream)
    assert.equal(discoveries(), 1)
    nowMs += 2_000
    await depart(upstream)
    assert.equal(discoveries(), 2)
  })

  it('is asked again for its metadata after a failure', async () => {
    const upstream = open()
    await assert.rejects(arrive({ otherKey: true }, callback(), upstream))
    liar.lies = {}
    liar.asked.length = 0
    await depart(upstream)
    assert.deepEqual(liar.asked, ['/.well-known/openid-configuration'])
  })

  it('is asked for user info only for what the ID token leaves out', async () => {
    const { claims } = identified(await arrive({ claims: { name: undefined } }))
    assert.ok(liar.asked.includes('/me'))
    assert.equal(claims.name, 'From User Info')
    assert.equal(claims.email, 's@x.test')
  })

  it('is told when the person must be asked anew, and must say that it did', async () => {
    const upstream = open()
    const { sent, keep } = await depart(upstream, true)
    assert.equal(sent.get('prompt'), 'login')
    assert.equal(sent.get('max_age'), '0')
    for (const auth_time of [undefined, seconds() - 3600]) {
      liar.lies = { claims: { auth_time } }
      const arrived = upstream.arrive(callback(), 'st-1', keep)
      await assert.rejects(arrived, refusal('UPSTREAM_UNTRUSTED'))
    }
    liar.lies = { claims: { auth_time: seconds() } }
    identified(await upstream.arrive(callback(), 'st-1', keep))
  })

  it('may say no for the person (scenario 3)', async () => {
    const answer = await arrive({}, callback({ error: 'access_denied', code: '' }))
    assert.deepEqual(answer, { answer: 'denied', error: 'access_denied' })
    assert.ok(!liar.asked.includes('/token'))
  })

  it('may say that it has trouble, which is nobody’s refusal (scenario 3)', async () => {
    for (const error of ['server_error', 'temporarily_unavailable', '<script>']) {
      await assert.rejects(arrive({}, callback({ error })), (thrown: unknown) => {
        refusal('UPSTREAM_ERROR')(thrown)
        assert.ok(!(thrown as Error).message.includes('<'))
        return true
      })
    }
  })

  it('may change its key at any moment, also just before it signs, and is believed at once (security 59)', async () => {
    const upstream = open()
    await arrive({}, callback(), upstream)
    liar.rotate()
    identified(await arrive({}, callback(), upstream))
    nowMs += 30_000
    liar.rotate()
    identified(await arrive({}, callback(), upstream))
    assert.equal(liar.asked.filter((path) => path === '/jwks').length, 3)
  })

  it('may name the access token that its ID token came with', async () => {
    // OpenID Connect Core, 3.1.3.6: the left half of SHA-256 of the token, for RS256.
    const at_hash = createHash('sha256').update('access-token-1').digest().subarray(0, 16)
    identified(await arrive({ claims: { at_hash: at_hash.toString('base64url') } }))
  })

  it('is asked once in half a minute for keys whose ids are made up, beside what is right (security 59)', async () => {
    const upstream = open()
    await arrive({}, callback(), upstream)
    const asked = () => liar.asked.filter((path) => path === '/jwks').length
    for (const [half, most] of [2, 3].entries()) {
      for (let made = 0; made < 20; made++) {
        await assert.rejects(arrive({ header: { kid: `made-up-${made}` } }, callback(), upstream))
        identified(await arrive({}, callback(), upstream))
      }
      assert.equal(asked(), most, `in half a minute ${half}`)
      nowMs += 30_000
    }
  })

  it('has a key that it took back believed for five minutes at most', async () => {
    const upstream = open()
    await arrive({}, callback(), upstream)
    nowMs += 5 * 60_000
    identified(await arrive({}, callback(), upstream))
    assert.equal(liar.asked.filter((path) => path === '/jwks').length, 2)
  })
})

describe('an OpenID upstream that lies in its token', () => {
  for (const [name, { security, lies }] of Object.entries(tokenFaults)) {
    it(`is not believed with ${name} (security ${security})`, async () => {
      const upstream = open()
      const { keep } = await depart(upstream)
      liar.lies = lies(liar, seconds())
      // What it offers is read anew.
      const lying = liar.lies.metadata ? open() : upstream
      const arrived = lying.arrive(callback(), 'st-1', keep)
      await assert.rejects(arrived, refusal('UPSTREAM_UNTRUSTED'))
      assert.ok(!liar.asked.includes('/evil'))
    })
  }
})

describe('an arrival that is not from the upstream', () => {
  const forged = [
    ['without a state (security 49)', () => `${redirectUri}?code=c&iss=${liar.url}`],
    ['with an empty state (security 49)', () => callback({ state: '' })],
    ['with the state of another login (security 49)', () => callback({ state: 'st-2' })],
    ['with two states (security 132)', () => `${callback()}&state=st-1`],
    ['with two codes (security 132)', () => `${callback()}&code=d`],
    ['with the iss of another (security 51)', () => callback({ iss: 'https://evil.test' })],
    ['without the iss that it announces (security 51)', () => `${redirectUri}?code=c&state=st-1`],
    ['with an ID token in the address', () => callback({ id_token: 'e30.e30.' })],
    [
      'with a refusal for another login (security 49)',
      () => callback({ error: 'access_denied', state: 'x' }),
    ],
  ] as const
  for (const [what, url] of forged) {
    it(`is refused ${what}, and no code is redeemed`, async () => {
      await assert.rejects(arrive({}, url()), refusal('UPSTREAM_UNTRUSTED'))
      assert.ok(!liar.asked.includes('/token'))
    })
  }

  it('is answered at the address that is registered, whatever host it was called by', async () => {
    let redeemed = new URLSearchParams()
    const upstream = open()
    const { sent, keep } = await depart(upstream)
    const url = callback().replace('https://sallyport.test', 'https://evil.test')
    const answers = {
      '/token': (_request: unknown, response: ServerResponse, body: string) => {
        redeemed = new URLSearchParams(body)
        response.writeHead(400, { 'content-type': 'application/json' })
        response.end('{"error":"invalid_grant"}')
      },
    }
    liar.lies = { answers }
    await assert.rejects(upstream.arrive(url, 'st-1', keep), refusal('UPSTREAM_ERROR'))
    assert.equal(redeemed.get('redirect_uri'), redirectUri)
    assert.equal(challengeOf(redeemed.get('code_verifier')), sent.get('code_challenge'))
  })
})

const answering =
  (status: number, type: string, body: string | Buffer, headers = {}) =>
  (_request: unknown, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': type, ...headers })
    response.end(body)
  }

describe('the metadata of an OpenID upstream', () => {
  for (const [name, { security, lies }] of Object.entries(metadataFaults)) {
    it(`is not used with ${name} (security ${security})`, async () => {
      liar.lies = lies(liar, seconds())
      await assert.rejects(depart(open()), refusal('UPSTREAM_UNTRUSTED'))
      assert.deepEqual(liar.asked, ['/.well-known/openid-configuration'])
    })
  }

  it('sends nobody to plain http, not even at a host that the connection lists', async () => {
    for (const name of ['userinfo_endpoint', 'authorization_endpoint']) {
      liar.lies = { metadata: () => ({ [name]: 'http://evil.test/' }) }
      const departure = depart(open({ hosts: ['evil.test'] }))
      await assert.rejects(departure, refusal('UPSTREAM_UNTRUSTED'))
    }
  })

  it('is not fetched from where a redirect points (security 57)', async () => {
    const to = { location: `${liar.url}/elsewhere` }
    const answers = { '/.well-known/openid-configuration': answering(302, 'text/html', '', to) }
    liar.lies = { answers }
    await assert.rejects(depart(open()))
    assert.deepEqual(liar.asked, ['/.well-known/openid-configuration'])
  })

  it('may name other hosts that the connection lists', async () => {
    liar.lies = { metadata: () => ({ userinfo_endpoint: 'https://api.fake.test/me' }) }
    await depart(open({ hosts: ['api.fake.test'] }))
  })

  it('is not asked for over plain http but on loopback, and there only when told to', async () => {
    const options = { now, timeoutMs: 5000 }
    for (const [issuer, allowInsecure] of [
      [liar.url, false],
      ['http://evil.test', true],
    ] as const) {
      const upstream = openUpstream({ ...base, issuer }, redirectUri, {
        ...options,
        allowInsecure,
      })
      const departure = upstream.depart({ state: 'st-1', forceAuthentication: false })
      await assert.rejects(departure, refusal('UPSTREAM_UNTRUSTED'))
    }
    assert.deepEqual(liar.asked, [])
  })
})

describe('an OpenID upstream in trouble (security 60, 61)', () => {
  for (const [name, { security, answer, late: isLate }] of Object.entries(troubles)) {
    const code = isLate ? 'UPSTREAM_TIMEOUT' : 'UPSTREAM_UNREACHABLE'
    it(`is ${code} with ${name} (security ${security})`, async () => {
      const upstream = open({}, isLate ? 150 : 5000)
      const arrived = arrive({ answers: { '/token': answer } }, callback(), upstream)
      await assert.rejects(arrived, (thrown: unknown) => {
        refusal(code)(thrown)
        return (thrown as Error).name === (isLate ? 'TimeoutError' : 'UpstreamFailure')
      })
      assert.equal(liar.asked.filter((path) => path === '/token').length, 1)
    })
  }

  it('is UPSTREAM_ERROR where it does not know the code', async () => {
    const body = '{"error":"invalid_grant","error_description":"hush-hush"}'
    const answers = { '/token': answering(400, 'application/json', body) }
    await assert.rejects(arrive({ answers }), refusal('UPSTREAM_ERROR'))
  })

  for (const path of ['/.well-known/openid-configuration', '/token', '/jwks'])
    it(`is late where ${path} never answers`, async () => {
      await assert.rejects(
        late(path, () => undefined),
        refusal('UPSTREAM_TIMEOUT'),
      )
    })

  it('is not reached where nobody listens', async () => {
    const gone = await startLyingUpstream(now)
    await gone.close()
    await assert.rejects(depart(open({ issuer: gone.url })), refusal('UPSTREAM_UNREACHABLE'))
  })

  async function late(path: string, answerer: (_: unknown, response: ServerResponse) => unknown) {
    const upstream = open({}, 150)
    const lies = { answers: { [path]: answerer } }
    if (!path.startsWith('/.well-known')) return arrive(lies, callback(), upstream)
    liar.lies = lies
    return depart(upstream)
  }
})

describe('the claims of an OpenID upstream (security 69, 79, 80)', () => {
  const claimsFor = async (claims: Record<string, unknown>, settings = {}) =>
    identified(await arrive({ claims }, callback(), open(settings))).claims

  for (const unverified of [undefined, false, 'true', 1, ['true'], null]) {
    it(`say that no address is verified with email_verified = ${JSON.stringify(unverified)}`, async () => {
      assert.equal((await claimsFor({ email_verified: unverified })).emailVerified, false)
    })
  }

  it('take no word of the user info on an address that the ID token gives', async () => {
    liar.lies = {}
    const answer = await arrive({
      claims: { name: undefined, email: 'victim@x.test', email_verified: undefined },
      userInfo: { email: 's@x.test', email_verified: true },
    })
    assert.equal(identified(answer).claims.emailVerified, false)
  })

  it('take no word of the user info on the methods that were used', async () => {
    const answer = await arrive({ claims: { name: undefined }, userInfo: { amr: ['mfa'] } })
    assert.equal(identified(answer).claims.amr, undefined)
  })

  it('are unsaid where they have the wrong type, are too long or have control characters', async () => {
    const wrong = [
      { a: 1 },
      ['x'],
      7,
      true,
      null,
      '',
      'x'.repeat(257),
      'a\r\nb',
      'a\u0000b',
      '\ud800',
    ]
    for (const value of wrong) {
      const claims = await claimsFor({ name: value, email: value, preferred_username: value })
      // The name is asked for again, of the user info.
      assert.equal(claims.email, undefined)
      assert.equal(claims.preferredUsername, undefined)
      assert.equal(claims.emailVerified, false)
    }
  })

  it('have lists of words, each once, and no more than fits', async () => {
    const groups = [
      'staff',
      'staff',
      7,
      null,
      ['nested'],
      { a: 1 },
      'x'.repeat(65),
      'a\nb',
      'board',
    ]
    assert.deepEqual((await claimsFor({ groups })).groups, ['staff', 'board'])
    const many = [...Array(10_000).keys()].map((at) => `g${at}`)
    assert.equal((await claimsFor({ groups: many })).groups?.length, 100)
    assert.equal((await claimsFor({ groups: 'admins' })).groups, undefined)
  })

  it('pass the standard ones and those that the connection lets through, and no others', async () => {
    const said = { locale: 'de', department: 'Ops', shoe_size: 44, deep: { a: 1 } }
    assert.deepEqual((await claimsFor(said)).other, { locale: 'de' })
    const claims = ['department', 'shoe_size', 'deep', 'absent', '__proto__', 'constructor']
    const { other } = await claimsFor(said, { claims })
    assert.deepEqual(other, { locale: 'de', department: 'Ops', shoe_size: 44 })
  })
})

function identified<A extends { readonly answer: string }>(answer: A) {
  assert.equal(answer.answer, 'identified')
  return answer as Extract<A, { answer: 'identified' }>
}
