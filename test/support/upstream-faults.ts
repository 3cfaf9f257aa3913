/**
 * Everything that an OpenID upstream can get wrong, or pretend, by names that read on from "an upstream
 * with". Each has its number in the catalogue of attacks. A test of the client alone and a test over HTTP
 * go through the same list.
 */
import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import {
  clientId,
  type Lies,
  type LyingUpstream,
  signWithPublicKey,
} from '../steps/lying-upstream.ts'

export interface Fault {
  readonly security: number
  /** @param seconds its clock, since the Unix epoch */
  lies(upstream: LyingUpstream, seconds: number): Lies
}

const day = 86_400
const fault = (security: number, lies: Fault['lies'] | Lies): Fault => ({
  security,
  lies: typeof lies === 'function' ? lies : () => lies,
})
const header = (said: Lies['header']) => fault(54, { header: said ?? {} })
const claim = (said: Lies['claims']) => fault(55, { claims: said ?? {} })
const timed = (said: (seconds: number) => Lies['claims']) =>
  fault(55, (_, seconds) => ({ claims: said(seconds) ?? {} }))

/** Wrong in its ID token, or in what it says besides. */
export const tokenFaults: Readonly<Record<string, Fault>> = {
  'no nonce': fault(50, { claims: { nonce: undefined } }),
  'another nonce': fault(50, { claims: { nonce: 'another' } }),
  'an empty nonce': fault(50, { claims: { nonce: '' } }),
  'its nonce in a list': fault(50, ({ nonce }) => ({ claims: { nonce: [nonce] } })),
  'another issuer in its token': fault(51, { claims: { iss: 'https://evil.test' } }),
  'no signature and alg none': fault(54, { header: { alg: 'none' }, signature: () => '' }),
  'no signature and alg nOnE': fault(54, { header: { alg: 'nOnE' }, signature: () => '' }),
  'no signature at all': fault(54, { signature: () => '' }),
  'no algorithm': header({ alg: undefined }),
  'HS256 over the public key': fault(54, (upstream) => ({
    header: { alg: 'HS256' },
    signature: signWithPublicKey(upstream.publicKey()),
  })),
  'ES256 over a key of RSA': header({ alg: 'ES256' }),
  'an algorithm for encryption': header({ alg: 'RSA-OAEP' }),
  'a key that it does not publish': fault(54, { otherKey: true }),
  'a key id that it does not publish': header({ kid: 'unknown' }),
  'a key id that is a path': header({ kid: '../../../dev/null' }),
  'a key id that is a query': header({ kid: "1' OR '1'='1" }),
  'a key id that is a number': header({ kid: 1 }),
  'a key of its own in the header': fault(54, {
    otherKey: true,
    header: { kid: undefined, jwk: { kty: 'RSA', n: 'AQAB', e: 'AQAB' } },
  }),
  'an address of keys in the header': fault(54, ({ url }) => ({
    otherKey: true,
    header: { kid: 'x', jku: `${url}/evil` },
  })),
  'an address of certificates in the header': fault(54, ({ url }) => ({
    otherKey: true,
    header: { kid: 'x', x5u: `${url}/evil` },
  })),
  'an algorithm that it offers and that is none of ours': fault(54, {
    metadata: () => ({ id_token_signing_alg_values_supported: ['RS256', 'RS512'] }),
    header: { alg: 'RS512' },
    digest: 'sha512',
    key: { alg: 'RS512' },
  }),
  'an extension that is critical': header({ crit: ['exp'] }),
  'an unencoded payload': header({ b64: false, crit: ['b64'] }),
  'a signature that was cut off': fault(54, { signature: () => 'AAAA' }),
  'a signature of another token': fault(54, { signature: () => 'A'.repeat(342) }),
  'an end in the past': timed((seconds) => ({ exp: seconds - 60 })),
  'no end': claim({ exp: undefined }),
  'its end as a text': timed((seconds) => ({ exp: String(seconds + 300) })),
  'a time of issue in the future': timed((seconds) => ({ iat: seconds + 60 })),
  'a time of issue a week ago': timed((seconds) => ({ iat: seconds - 7 * day })),
  'no time of issue': claim({ iat: undefined }),
  'a beginning in the future': timed((seconds) => ({ nbf: seconds + 60 })),
  'another audience': claim({ aud: 'another' }),
  'two audiences and no azp': claim({ aud: [clientId, 'another'] }),
  'two audiences and the azp of another': claim({ aud: [clientId, 'another'], azp: 'another' }),
  'no audience': claim({ aud: undefined }),
  'no subject': claim({ sub: undefined }),
  'an empty subject': claim({ sub: '' }),
  'a number as subject': claim({ sub: 1 }),
  'a subject of 256 characters': claim({ sub: 'a'.repeat(256) }),
  'a subject with a line break': claim({ sub: 'a\nb' }),
  'its issuer with a slash': fault(55, ({ url }) => ({ claims: { iss: `${url}/` } })),
  'no issuer': claim({ iss: undefined }),
  'the hash of another access token': claim({ at_hash: 'x'.repeat(22) }),
  'no ID token at all': fault(55, { token: { id_token: undefined } }),
  'an ID token that is none': fault(55, { token: { id_token: 'e30.e30' } }),
  'user info of another': fault(56, { claims: { name: undefined }, userInfo: { sub: 's-2' } }),
  'user info of nobody': fault(56, { claims: { name: undefined }, userInfo: { sub: undefined } }),
}

const metadata = (said: Record<string, unknown>) => fault(57, { metadata: () => said })

/** Wrong in its metadata: nobody is sent there. */
export const metadataFaults: Readonly<Record<string, Fault>> = {
  'the metadata of another issuer': metadata({ issuer: 'https://evil.test' }),
  'its issuer with a slash in its metadata': fault(57, {
    metadata: (url) => ({ issuer: `${url}/` }),
  }),
  'a token endpoint at another host': metadata({ token_endpoint: 'https://evil.test/token' }),
  'its keys at another host': metadata({ jwks_uri: 'https://evil.test/k' }),
  'an authorization endpoint at another host': metadata({
    authorization_endpoint: 'https://evil.test/auth',
  }),
  'user info at another host': metadata({ userinfo_endpoint: 'https://evil.test/me' }),
  'an authorization endpoint that is a script': metadata({
    authorization_endpoint: 'javascript:alert(1)',
  }),
  'an endpoint of plain http elsewhere': metadata({ userinfo_endpoint: 'http://evil.test/me' }),
  'no keys': metadata({ jwks_uri: undefined }),
  'no algorithm that we take': metadata({
    id_token_signing_alg_values_supported: ['none', 'HS256'],
  }),
}

type Answer = (request: unknown, response: ServerResponse) => unknown

const json = 'application/json'

function answering(
  status: number,
  type: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return (_, response) => {
    response.writeHead(status, { 'content-type': type, ...headers })
    response.end(body)
  }
}

/** Wrong in how it answers, at whichever of its addresses. */
export const troubles: Readonly<
  Record<string, { readonly security: number; readonly answer: Answer; readonly late?: true }>
> = {
  'an answer 500': { security: 60, answer: answering(500, json, '{}') },
  'an answer 404': { security: 60, answer: answering(404, 'text/plain', 'no') },
  'a page instead of JSON': { security: 60, answer: answering(200, 'text/html', '<h1>Hi</h1>') },
  'half an answer': { security: 60, answer: answering(200, json, '{"access_token":') },
  'a connection that breaks': { security: 60, answer: (_, response) => response.destroy() },
  'no answer': { security: 61, late: true, answer: () => undefined },
  'an answer that drips': {
    security: 61,
    late: true,
    answer(_, response) {
      response.writeHead(200, { 'content-type': json })
      const dripping = setInterval(() => response.write(' '), 10)
      response.on('close', () => clearInterval(dripping))
    },
  },
  'an answer of 2 MiB': { security: 61, answer: answering(200, json, `"${'x'.repeat(2 ** 21)}"`) },
  'an answer that swells to 64 MiB': {
    security: 61,
    answer: answering(200, json, gzipSync(Buffer.alloc(2 ** 26, 'x')), {
      'content-encoding': 'gzip',
    }),
  },
  'an answer that leads to itself': {
    security: 61,
    answer: (_, response) => {
      response.writeHead(307, { location: '/token' })
      response.end()
    },
  },
}
