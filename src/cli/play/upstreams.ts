/**
 * Upstream identity providers that say what a script tells them to: for stories that are played, not for
 * people. One server stands in for all connections of an organisation, in the protocol of each.
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Secret } from '../../kit/secret.ts'
import type { Claims } from '../../language/facts.ts'
import type { ConnectionFile } from '../../language/settings.ts'

/** What somebody does there. */
export type Visit =
  | { readonly does: 'signs-in'; readonly subject: string; readonly claims: Claims }
  | { readonly does: 'says-no' }

export interface Upstreams {
  /** The same connection, at this server. */
  at(connection: ConnectionFile): ConnectionFile
  /**
   * Somebody arrives with their browser.
   *
   * @param url where Sallyport has sent them
   * @returns the callback to which they are sent back
   */
  visit(url: string, visit: Visit): string
  close(): Promise<void>
}

interface Granted {
  readonly subject: string
  readonly claims: Claims
  readonly clientId: string
  readonly nonce: string | undefined
}

/** @param now milliseconds since the Unix epoch, of the server that asks */
export async function startUpstreams(now: () => number): Promise<Upstreams> {
  const codes = new Map<string, Granted>()
  const tokens = new Map<string, Granted>()
  const signer = newSigner()
  const server = createServer((request, response) => {
    answer(request).then(
      (body) => write(response, body === undefined ? 404 : 200, body ?? {}),
      () => write(response, 500, {}),
    )
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`

  async function answer(request: IncomingMessage): Promise<unknown> {
    const { pathname } = new URL(request.url ?? '/', origin)
    const [, connection = '', ...rest] = pathname.split('/')
    const issuer = `${origin}/${connection}`
    const token = request.headers.authorization?.replace(/^Bearer /i, '') ?? ''
    switch (rest.join('/')) {
      case '.well-known/openid-configuration':
        return metadataOf(issuer)
      case 'keys':
        return { keys: [signer.key] }
      case 'token':
        return redeem(issuer, new URLSearchParams(await readBody(request)).get('code') ?? '')
      case 'user':
        return userOf(tokens.get(token))
      case 'emails':
        return addressesOf(tokens.get(token))
      default:
        return undefined
    }
  }

  function redeem(issuer: string, code: string): unknown {
    const granted = codes.get(code)
    codes.delete(code)
    if (!granted) return { error: 'invalid_grant' }
    const accessToken = randomBytes(16).toString('base64url')
    tokens.set(accessToken, granted)
    const { nonce, subject, clientId, claims } = granted
    const seconds = Math.floor(now() / 1000)
    const times = { iat: seconds, exp: seconds + 300, auth_time: seconds }
    const about = { iss: issuer, sub: subject, aud: clientId, ...times, ...idTokenClaims(claims) }
    return {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: 300,
      ...(nonce === undefined ? {} : { id_token: signer.sign({ ...about, nonce }) }),
    }
  }

  return {
    at: (connection) => moved(connection, `${origin}/${connection.id}`),
    visit(address, visit) {
      const url = new URL(address)
      const asked = (name: string) => url.searchParams.get(name) ?? undefined
      const back = new URL(asked('redirect_uri') ?? 'about:blank')
      back.searchParams.set('state', asked('state') ?? '')
      back.searchParams.set('iss', `${origin}/${url.pathname.split('/')[1]}`)
      if (visit.does === 'says-no') back.searchParams.set('error', 'access_denied')
      else {
        const code = randomBytes(16).toString('base64url')
        const { subject, claims } = visit
        codes.set(code, {
          subject,
          claims,
          clientId: asked('client_id') ?? '',
          nonce: asked('nonce'),
        })
        back.searchParams.set('code', code)
      }
      return back.href
    },
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

function moved(connection: ConnectionFile, url: string): ConnectionFile {
  const value = new Secret('a secret of nobody')
  if (connection.protocol === 'saml') return spokenOtherwise(connection, url, value)
  const clientSecret = { reference: connection.clientSecret.reference, value }
  if (connection.protocol === 'oidc') return { ...connection, clientSecret, issuer: url, hosts: [] }
  const { issuer: _issuer, emailsEndpoint, ...rest } = connection
  return {
    ...rest,
    clientSecret,
    authorizationEndpoint: `${url}/authorize`,
    tokenEndpoint: `${url}/token`,
    userInfoEndpoint: `${url}/user`,
    ...(emailsEndpoint === undefined ? {} : { emailsEndpoint: `${url}/emails` }),
  }
}

/** Nothing here signs XML: the same people come by the same connection in another protocol. */
function spokenOtherwise(
  connection: ConnectionFile & { readonly protocol: 'saml' },
  issuer: string,
  value: Secret<string>,
): ConnectionFile {
  const clientSecret = { reference: 'NONE', value }
  const client = { clientId: 'sallyport', clientSecret, scopes: ['openid'] }
  return { ...connection, ...client, protocol: 'oidc', issuer, hosts: [] }
}

function metadataOf(issuer: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    userinfo_endpoint: `${issuer}/user`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    authorization_response_iss_parameter_supported: true,
  }
}

/** OpenID Connect Core, 5.1. */
function idTokenClaims(claims: Claims) {
  const { email, emailVerified, name, preferredUsername, groups, amr, other } = claims
  return {
    ...other,
    ...(email === undefined ? {} : { email, email_verified: emailVerified === true }),
    ...(name === undefined ? {} : { name }),
    ...(preferredUsername === undefined ? {} : { preferred_username: preferredUsername }),
    ...(groups === undefined ? {} : { groups }),
    ...(amr === undefined ? {} : { amr }),
  }
}

/** For both protocols: `sub` of OpenID Connect, `id` and `login` of plain OAuth 2. */
function userOf(granted: Granted | undefined): unknown {
  if (!granted) return undefined
  const { subject, claims } = granted
  const { amr: _amr, ...said } = idTokenClaims(claims)
  return { ...said, sub: subject, id: subject, login: claims.preferredUsername ?? null }
}

function addressesOf(granted: Granted | undefined): unknown {
  const { email, emailVerified } = granted?.claims ?? {}
  return email === undefined ? [] : [{ email, primary: true, verified: emailVerified === true }]
}

/** JSON Web Signature (RFC 7515) with ES256 (RFC 7518, section 3.4). */
function newSigner() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return {
    key: { ...publicKey.export({ format: 'jwk' }), kid: 'play', use: 'sig', alg: 'ES256' },
    sign(claims: object): string {
      const signed = `${part({ alg: 'ES256', kid: 'play', typ: 'JWT' })}.${part(claims)}`
      const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const
      return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`
    },
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function write(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
