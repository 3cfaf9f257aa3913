import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startGithub } from '../../src/cli/demo/github.ts'
import { startGoogle } from '../../src/cli/demo/google.ts'
import { corpPeople, githubPeople, googlePeople } from '../../src/cli/demo/people.ts'
import { Secret } from '../../src/kit/secret.ts'
import type { Upstream } from '../../src/language/ports.ts'
import { openUpstream, type UpstreamSettings } from '../../src/steps/federated/upstream.ts'
import { Browser, type Page } from '../support/browser.ts'

const redirectUri = 'https://sallyport.test/callback'
const client = { id: 'sallyport', secret: 'a-secret-of-the-tests', redirectUris: [redirectUri] }
const shared = {
  clientId: client.id,
  clientSecret: { value: new Secret(client.secret) },
  claims: [],
}

describe('the clients of upstreams at the demo upstreams', () => {
  it('learn from google who somebody is, and what is verified', async (t) => {
    const { upstream, browser } = await google(t, googlePeople)
    const answer = await visit(upstream, browser, async (page) => {
      const consent = await browser.submit(page.form('Una Verified'))
      return browser.submit(consent.form('Allow'))
    })
    assert.equal(answer.answer, 'identified')
    assert.ok(answer.answer === 'identified')
    assert.equal(answer.subject, 'g-4')
    assert.equal(answer.claims.email, 'una@thrift.example')
    assert.equal(answer.claims.emailVerified, false)
    assert.equal(answer.claims.preferredUsername, 'una')
  })

  it('learn from a company its groups, and that it used two factors', async (t) => {
    const { upstream, browser } = await google(t, corpPeople, 'Corp')
    const answer = await visit(upstream, browser, async (page) => {
      const consent = await browser.submit(page.form('Max Mfa'))
      return browser.submit(consent.form('Allow'))
    })
    assert.ok(answer.answer === 'identified')
    assert.deepEqual(answer.claims.groups, ['engineering'])
    assert.deepEqual(answer.claims.amr, ['pwd', 'otp', 'mfa'])
  })

  it('learn from github an id, and the verified address that the profile keeps back', async (t) => {
    const { upstream, browser } = await github(t)
    const answer = await visit(upstream, browser, async (page) => {
      const consent = await browser.submit(page.form('gil'))
      return browser.submit(consent.form('Authorize'))
    })
    assert.ok(answer.answer === 'identified')
    assert.equal(answer.subject, '1001')
    assert.equal(answer.claims.email, 'gil@x.test')
    assert.equal(answer.claims.emailVerified, true)
  })

  it('are told of a refusal by both (A-36)', async (t) => {
    const one = await google(t, googlePeople)
    const no = await visit(one.upstream, one.browser, (page) =>
      one.browser.submit(page.form('Cancel')),
    )
    assert.deepEqual(no, { answer: 'denied', error: 'access_denied' })
    const other = await github(t)
    const denied = await visit(other.upstream, other.browser, async (page) => {
      const consent = await other.browser.submit(page.form('gil'))
      return other.browser.submit(consent.form('Cancel'))
    })
    assert.deepEqual(denied, { answer: 'denied', error: 'access_denied' })
  })

  it('fail when an upstream fails, and do not take it for a refusal', async (t) => {
    const { upstream, browser, faults } = await google(t, googlePeople)
    faults.authorize = 'server_error'
    await assert.rejects(visit(upstream, browser, async (page) => page))
    const other = await github(t)
    other.faults.authorize = 'server_error'
    await assert.rejects(visit(other.upstream, other.browser, async (page) => page))
  })
})

interface Test {
  after(close: () => unknown): void
}

async function google(t: Test, people: typeof googlePeople, title = 'Google') {
  const running = await startGoogle({ client, people, title })
  const scopes = ['openid', 'profile', 'email']
  return connect(t, running, {
    protocol: 'oidc',
    hosts: [],
    id: 'google',
    issuer: running.url,
    scopes,
    ...shared,
  })
}

async function github(t: Test) {
  const running = await startGithub({ client, people: githubPeople })
  return connect(t, running, {
    protocol: 'oauth2',
    id: 'github',
    authorizationEndpoint: `${running.url}/login/oauth/authorize`,
    tokenEndpoint: `${running.url}/login/oauth/access_token`,
    userInfoEndpoint: `${running.url}/user`,
    emailsEndpoint: `${running.url}/user/emails`,
    scopes: ['read:user', 'user:email'],
    ...shared,
  })
}

function connect(
  t: Test,
  running: Awaited<ReturnType<typeof startGithub | typeof startGoogle>>,
  settings: UpstreamSettings,
) {
  const browser = new Browser()
  t.after(() => browser.close())
  t.after(() => running.close())
  const options = { now: Date.now, timeoutMs: 5000, allowInsecure: true }
  const { faults } = running
  return { upstream: openUpstream(settings, redirectUri, options), browser, faults }
}

async function visit(upstream: Upstream, browser: Browser, act: (page: Page) => Promise<Page>) {
  const { url, keep } = await upstream.depart({ state: 's-1', forceAuthentication: false })
  const back = await act(await browser.open(url))
  return upstream.arrive(back.url, 's-1', keep)
}
