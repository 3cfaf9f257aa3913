/**
 * A server as the OpenID Foundation's suite finds an OpenID provider: clients that are registered by hand,
 * and a person who signs in whenever they are asked.
 *
 *     const op = await startOp(t)
 *     const { claims } = await op.redeem(await op.signIn({ prompt: 'login' }))
 */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { typePassword } from '../flows/people.ts'
import { type Parameters, RelyingParty } from '../support/relying-party.ts'
import { type Place, visitorOf } from '../support/visitor.ts'
import { shippedFile, startWorld } from '../support/world.ts'

const acr1 = 'urn:sallyport:acr:1'
const acr2 = 'urn:sallyport:acr:2'

/** A password is enough: what the suite looks at is everything else. */
const flowOf = (name: string, applications: string) => `flow: ${name}
title: Sign in
applications: [${applications}]
start: sign-in
policy:
  acr:
    ${acr1}: { factors: 1 }
    ${acr2}: { factors: 2 }
states:
  sign-in: { offer: [password], on: { success: done, exhausted: no } }
  done: { end: success }
  no: { end: failure, error: access_denied }
`

/** As they ship, and one more. The first signs with RS256, which is what the suite's own clients ask for. */
function applicationsTold(address: string): string {
  const own = shippedFile('applications.yaml')
    .replace(/^( {2}thrift:\n)/m, `$1    signing: RS256\n    backchannelLogoutUri: ${address}\n`)
    .replace(/(redirectUris: \[)(.*?\/callback)'\]/, "$1$2', $2?dummy1=lorem&dummy2=ipsum']")
    .replace(/postLogoutRedirectUris: \[.*\]/, `postLogoutRedirectUris: ['${signedOut}']`)
  return `${own}
  post:
    title: Second
    flow: thrift
    redirectUris: ['http://localhost:3001/callback']
    auth: client_secret_post
    secret: \${env:POST_CLIENT_SECRET}
    release: ['*']
`
}

/** Where the first application has people sent who have signed out. */
export const signedOut = 'http://localhost:3001/post_logout_redirect'

export type Op = Awaited<ReturnType<typeof startOp>>

export async function startOp(t: Pick<TestContext, 'after'>) {
  const heard = await listenForLogouts(t)
  const world = await startWorld(t, {
    env: { POST_CLIENT_SECRET: 'post-secret' },
    files: {
      'thrift.yaml': flowOf('thrift', 'thrift, post'),
      'vault.yaml': flowOf('vault', 'vault'),
      'applications.yaml': applicationsTold(heard.address),
    },
  })
  const browser = world.browser()
  const visitor = visitorOf(world, 'pages', browser)

  return {
    world,
    browser,
    issuer: world.issuer.origin,
    first: world.thrift,
    /** It sends its secret in the body. */
    second: await RelyingParty.discover({
      issuer: world.issuer.origin,
      clientId: 'post',
      clientSecret: 'post-secret',
      authentication: 'post',
      redirectUri: 'http://localhost:3001/callback',
    }),
    /** Logout tokens, as they have come. */
    heard: heard.tokens,

    /** Asks, and has jane type her password where it is asked for. @returns the callback's address */
    async signIn(more: Parameters = {}, by: RelyingParty = world.thrift): Promise<string> {
      const place = await visitor.begin(await by.parameters(more))
      if (place.kind === 'back') return place.url
      return (await typePassword(visitor, place, 'jane')).url
    },

    /** Asks for what jane has to be asked for. */
    async asks(more: Parameters = {}): Promise<Place> {
      const place = await visitor.begin(await world.thrift.parameters(more))
      assert.equal(place.kind, 'asks', place.says)
      return place
    },

    typePassword: async (place: Place) => (await typePassword(visitor, place, 'jane')).url,
  }
}

/** What the application is told at its callback. */
export function told(url: string): Readonly<Record<string, string>> {
  assert.ok(url.startsWith('http://localhost:3001/'), url)
  return Object.fromEntries(new URL(url).searchParams)
}

/** An application's back channel: it takes whatever comes. */
async function listenForLogouts(t: Pick<TestContext, 'after'>) {
  const tokens: string[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body = new URLSearchParams(Buffer.concat(parts).toString())
      tokens.push(body.get('logout_token') ?? '')
      response.writeHead(200).end()
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  t.after(() => new Promise((done) => server.close(done)))
  const { port } = server.address() as AddressInfo
  return { tokens, address: `http://127.0.0.1:${port}/backchannel` }
}
