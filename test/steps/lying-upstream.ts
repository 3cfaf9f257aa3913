/**
 * An OpenID provider that tells the truth unless it is told to lie, and then in one named way.
 *
 * It keeps no people and asks nobody: `nonce` is what the departure sent, and any code buys a token. It
 * writes its tokens by hand, so that they can be wrong in every way.
 */
import { createHash, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

type Json = Readonly<Record<string, unknown>>

/** Each absent: the truth. `undefined` as the value of a claim or a member leaves it out. */
export interface Lies {
  readonly metadata?: (issuer: string) => Json
  readonly header?: Json
  readonly claims?: Json
  readonly userInfo?: Json
  /** Signs with another key than the one that it publishes. */
  readonly otherKey?: boolean
  readonly signature?: (input: string) => string
  /** Signs with this digest instead of SHA-256. */
  readonly digest?: 'sha512'
  /** Members of the key that it publishes. */
  readonly key?: Json
  readonly token?: Json
  /** Answers requests for a path in its own way. */
  readonly answers?: Readonly<Record<string, Answerer>>
}

type Answerer = (request: IncomingMessage, response: ServerResponse, body: string) => unknown

export interface LyingUpstream {
  readonly url: string
  /** The paths that were asked, in order. */
  readonly asked: string[]
  lies: Lies
  nonce: string
  /** Makes a new key and forgets the old one. */
  rotate(): void
  publicKey(): KeyObject
  close(): Promise<void>
}

export const clientId = 'sallyport'

/** @param now milliseconds since the Unix epoch */
export async function startLyingUpstream(now: () => number): Promise<LyingUpstream> {
  let keys = newKeys(1)
  const other = newKeys(1)
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const upstream: LyingUpstream = {
    url,
    asked: [],
    lies: {},
    nonce: '',
    rotate: () => {
      keys = newKeys(Number(keys.kid) + 1)
    },
    publicKey: () => keys.publicKey,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', url).pathname
    upstream.asked.push(path)
    const body = await text(request)
    const answerer = upstream.lies.answers?.[path]
    if (answerer) {
      await answerer(request, response, body)
      return
    }
    const json = truth(path)
    response.writeHead(json ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(json ?? {}))
  }

  function truth(path: string): Json | undefined {
    const { lies } = upstream
    switch (path) {
      case '/.well-known/openid-configuration':
        return {
          issuer: url,
          authorization_endpoint: `${url}/auth`,
          token_endpoint: `${url}/token`,
          jwks_uri: `${url}/jwks`,
          userinfo_endpoint: `${url}/me`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
          authorization_response_iss_parameter_supported: true,
          ...lies.metadata?.(url),
        }
      case '/jwks': {
        const jwk = keys.publicKey.export({ format: 'jwk' })
        return { keys: [{ ...jwk, kid: keys.kid, use: 'sig', alg: 'RS256', ...lies.key }] }
      }
      case '/token':
        return {
          access_token: 'access-token-1',
          token_type: 'Bearer',
          id_token: idToken(),
          ...lies.token,
        }
      case '/me':
        return { sub: 's-1', name: 'From User Info', ...lies.userInfo }
      default:
        return undefined
    }
  }

  function idToken(): string {
    const { lies } = upstream
    const seconds = Math.floor(now() / 1000)
    const header = { alg: 'RS256', kid: keys.kid, ...lies.header }
    const claims = {
      iss: url,
      sub: 's-1',
      aud: clientId,
      iat: seconds,
      exp: seconds + 300,
      nonce: upstream.nonce,
      email: 's@x.test',
      email_verified: true,
      name: 'Sue',
      ...lies.claims,
    }
    const input = `${encode(header)}.${encode(claims)}`
    const key = lies.otherKey ? other.privateKey : keys.privateKey
    const rsa = () => sign(lies.digest ?? 'sha256', Buffer.from(input), key).toString('base64url')
    return `${input}.${lies.signature?.(input) ?? rsa()}`
  }

  return upstream
}

/** RFC 7636, section 4.2, S256. */
export function challengeOf(verifier: string | null): string {
  return createHash('sha256')
    .update(verifier ?? '')
    .digest('base64url')
}

/** HS256 with the public key as its secret: what a verifier falls for that lets the token choose. */
export function signWithPublicKey(key: KeyObject): (input: string) => string {
  const secret = key.export({ type: 'spki', format: 'pem' })
  return (input) => createHmac('sha256', secret).update(input).digest('base64url')
}

function newKeys(kid: number) {
  return { ...generateKeyPairSync('rsa', { modulusLength: 2048 }), kid: String(kid) }
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
