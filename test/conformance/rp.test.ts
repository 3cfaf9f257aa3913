/** The modules for relying parties, as our side towards an upstream meets them; `rp.md` lists them all. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertOpen, faultyWorld } from '../flows/faulty-world.ts'
import type { Lies } from '../steps/lying-upstream.ts'
import { tokenFaults } from '../support/upstream-faults.ts'

type Answers = NonNullable<Lies['answers']>
type Asked = Parameters<Answers[string]>[0]

describe('our side towards an OpenID provider', () => {
  const faulty = faultyWorld('pages', 61 * 60_000)

  /** Signs in at an upstream that does so. @returns the actions where that has led */
  async function enter(lies: Lies = {}) {
    const { leave, arrive, upstream } = faulty()
    const person = await leave()
    upstream.lies = lies
    return arrive(person)
  }

  /** A name of their own for each, so that the accounts are different people's. */
  function as(module: string, more: Lies['claims'] = {}): Lies {
    return { claims: { sub: module, email: `${module}@x.test`, ...more } }
  }

  async function accepts(lies: Lies): Promise<void> {
    const place = await enter(lies)
    assert.ok('enrol-totp' in place.actions, `not let in: ${place.says}`)
  }

  async function rejects(fault: string): Promise<void> {
    const { leave, arrive, lie, unchanged } = faulty()
    const person = await leave()
    lie(tokenFaults[fault]!)
    assertOpen(await arrive(person))
    await unchanged()
  }

  /** What a request of ours to this path says, and answers it with the truth. */
  function watched(path: string, truth: Record<string, unknown>) {
    const seen: { request: Asked; body: string }[] = []
    const answers: Answers = {
      [path]: (request, response, body) => {
        seen.push({ request, body })
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(JSON.stringify(truth))
      },
    }
    return { seen, answers }
  }

  it('oidcc-client-test', async () => {
    const { upstream } = faulty()
    await accepts({ ...as('client-test', { name: undefined }), userInfo: { sub: 'client-test' } })
    const path = ['/.well-known/openid-configuration', '/auth', '/token', '/jwks', '/me']
    assert.deepEqual(new Set(upstream.asked), new Set(path))
  })

  it('oidcc-client-test-client-secret-basic', async () => {
    const { world } = faulty()
    const { seen, answers } = watched('/token', {})
    await enter({ answers })
    assert.equal(seen.length, 1)
    const [scheme, credentials = ''] = seen[0]!.request.headers.authorization!.split(' ')
    assert.equal(scheme, 'Basic')
    // RFC 6749, section 2.3.1: both are form-encoded before they are put together.
    const halves = Buffer.from(credentials, 'base64').toString().split(':').map(decodeURIComponent)
    assert.deepEqual(halves, ['sallyport', world.env.GOOGLE_CLIENT_SECRET])
    assert.equal(new URLSearchParams(seen[0]!.body).has('client_secret'), false)
  })

  it('oidcc-client-test-scope-userinfo-claims', async () => {
    const { leave, accounts } = faulty()
    const { away } = await leave()
    const scope = new URL(away.url).searchParams.get('scope') ?? ''
    assert.deepEqual(new Set(scope.split(' ')), new Set(['email', 'openid', 'profile']))
    await accepts({
      claims: { sub: 'scope', email: undefined, email_verified: undefined, name: undefined },
      userInfo: { sub: 'scope', email: 'scope@x.test', email_verified: true, name: 'From There' },
    })
    const made = (await accounts()).find(({ subject }) => subject === 'scope')!
    const account = (await faulty().rows()).accounts!.find(({ id }) => id === made.account_id)!
    assert.match(String(account.claims), /scope@x\.test.*From There/)
  })

  it('oidcc-client-test-kid-absent-single-jwks', async () => {
    await accepts({ ...as('kid-absent'), header: { kid: undefined } })
  })

  it('oidcc-client-test-kid-absent-multiple-jwks', async () => {
    const { upstream, unchanged } = faulty()
    const key = upstream.publicKey().export({ format: 'jwk' })
    const keys = ['1', '2'].map((kid) => ({ ...key, kid, use: 'sig', alg: 'RS256' }))
    const { answers } = watched('/jwks', { keys })
    assertOpen(await enter({ ...as('kid-many'), header: { kid: undefined }, answers }))
    await unchanged()
  })

  it('oidcc-client-test-idtoken-sig-rs256', () =>
    accepts({ ...as('rs256'), header: { alg: 'RS256' } }))

  it('oidcc-client-test-userinfo-bearer-header', async () => {
    const { seen, answers } = watched('/me', { sub: 'bearer', name: 'Bea' })
    await accepts({ ...as('bearer', { name: undefined }), answers })
    const [{ request, body } = { request: undefined, body: '' }] = seen
    assert.equal(request?.headers.authorization, 'Bearer access-token-1')
    assert.doesNotMatch(`${request?.url}${body}`, /access-token-1/)
  })

  it('oidcc-client-test-nonce-unless-code-flow', async () => {
    const [one, other] = [await faulty().leave(), await faulty().leave()]
    assert.match(one.nonce, /^[\w-]{43}$/)
    assert.notEqual(one.nonce, other.nonce)
  })

  it('oidcc-client-test-discovery-openid-config', async () => {
    const { begin, upstream } = faulty()
    upstream.lies = { metadata: (url) => ({ authorization_endpoint: `${url}/authorize-here` }) }
    const { visitor, place } = await begin()
    const away = await visitor.act(place, 'google')
    assert.ok(away.url.startsWith(`${upstream.url}/authorize-here?`))
  })

  it('oidcc-client-test-discovery-jwks-uri-keys', async () => {
    const { leave, arrive, upstream } = faulty()
    const key = upstream.publicKey().export({ format: 'jwk' })
    const { seen, answers } = watched('/keys-of-today', {
      keys: [{ ...key, kid: 'today', use: 'sig', alg: 'RS256' }],
    })
    const metadata = (url: string) => ({ jwks_uri: `${url}/keys-of-today` })
    upstream.lies = { metadata }
    const person = await leave()
    upstream.lies = { ...as('jwks-uri'), header: { kid: 'today' }, metadata, answers }
    assert.ok('enrol-totp' in (await arrive(person)).actions)
    assert.equal(seen.length, 1)
  })

  it('oidcc-client-test-discovery-issuer-mismatch', async () => {
    const { begin, upstream, unchanged } = faulty()
    upstream.lies = { metadata: () => ({ issuer: 'https://another.test' }) }
    const { visitor, place } = await begin()
    assertOpen(await visitor.act(place, 'google'))
    await unchanged()
  })

  it('oidcc-client-test-signing-key-rotation-just-before-signing', async () => {
    const { leave, arrive, upstream } = faulty()
    await accepts(as('rotates-before'))
    const person = await leave()
    upstream.rotate()
    upstream.lies = as('rotates-just-now')
    assert.ok('enrol-totp' in (await arrive(person)).actions)
  })

  it('oidcc-client-test-signing-key-rotation', async () => {
    await accepts(as('rotates-1'))
    faulty().upstream.rotate()
    await accepts(as('rotates-2'))
  })

  const rejected = {
    'nonce-invalid': ['another nonce'],
    'missing-iat': ['no time of issue'],
    'missing-aud': ['no audience'],
    'invalid-aud': ['another audience'],
    'idtoken-sig-none': ['no signature and alg none', 'no signature and alg nOnE'],
    'missing-sub': ['no subject'],
    'invalid-sig-rs256': ['a key that it does not publish', 'a signature of another token'],
    'invalid-iss': ['another issuer in its token'],
    'userinfo-invalid-sub': ['user info of another'],
    'invalid-athash': ['the hash of another access token'],
    'invalid-sig-hs256': ['HS256 over the public key'],
    'invalid-sig-es256': ['ES256 over a key of RSA'],
  }
  for (const [module, faults] of Object.entries(rejected)) {
    it(`oidcc-client-test-${module}`, async () => {
      for (const fault of faults) await rejects(fault)
    })
  }
})
