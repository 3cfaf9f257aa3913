import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startGoogle } from '../../src/cli/demo/google.ts'
import { googlePeople } from '../../src/cli/demo/people.ts'
import { startThrift } from '../../src/cli/demo/thrift.ts'
import { Browser, type Page } from '../support/browser.ts'
import { freePort } from '../support/free-port.ts'

// A real OpenID provider stands in for Sallyport here: Thrift must not be able to tell.
describe('demo application thrift', () => {
  it('shows two ways in to somebody who is not signed in', async (t) => {
    const { browser, thrift } = await world(t)
    const home = await browser.open(thrift.url)
    assert.equal(home.link('Sign in to Thrift').href, `${thrift.url}/login`)
    assert.equal(home.link('Sign in to Vault').href, `${thrift.url}/vault/login`)
  })

  for (const name of ['Thrift', 'Vault'])
    it(`shows who came to ${name}, and how`, async (t) => {
      const { browser, thrift } = await world(t)
      const home = await comeIn(browser, await browser.open(thrift.url), name)
      assert.equal(home.url, `${thrift.url}/`)
      assert.match(home.text, new RegExp(`Welcome to ${name}, Ann Example`))
      assert.match(home.text, /Proven by a password \(pwd\)/)
      assert.match(home.text, /You are \(sub\) g-1/)
      assert.match(home.text, /email_verified true/)
    })

  it('comes back to the home page with a sentence when the person said no (A-36)', async (t) => {
    const { browser, thrift } = await world(t)
    const home = await browser.open(thrift.url)
    const signIn = await browser.follow(home.link('Sign in to Thrift'))
    const back = await browser.submit(signIn.form('Cancel'))
    assert.equal(back.url, `${thrift.url}/`)
    assert.match(back.text, /you said no.*You can start again/)
    assert.match(back.text, /Thrift received access_denied/)
    assert.doesNotMatch((await browser.open(thrift.url)).text, /access_denied/)
  })

  it('signs out at the provider too', async (t) => {
    const { browser, thrift, google } = await world(t)
    const home = await comeIn(browser, await browser.open(thrift.url), 'Thrift')
    const page = await browser.submit(home.form('Sign out'), {}, { redirects: 0 })
    const location = new URL(String(page.headers.location))
    assert.equal(location.origin + location.pathname, `${google.url}/session/end`)
    assert.ok(location.searchParams.get('id_token_hint'))
    assert.equal(location.searchParams.get('post_logout_redirect_uri'), `${thrift.url}/`)
    assert.match((await browser.open(thrift.url)).text, /You are signed out of Thrift/)
  })

  it('takes an answer once, and none that it did not ask for', async (t) => {
    const { browser, thrift } = await world(t)
    const home = await comeIn(browser, await browser.open(thrift.url), 'Thrift')
    const callback = home.hops.find(({ url }) => url.includes('/callback?'))!.url
    assert.match((await browser.open(callback)).text, /finished already/)
    const stranger = new Browser()
    t.after(() => stranger.close())
    assert.match((await stranger.open(callback)).text, /did not ask for that sign-in/)
  })

  it('believes no answer of another issuer (RFC 9207)', async (t) => {
    const { browser, thrift } = await world(t)
    const login = await browser.open(`${thrift.url}/login`, { redirects: 0 })
    const state = new URL(String(login.headers.location)).searchParams.get('state')
    const forged = `${thrift.url}/callback?code=x&state=${state}&iss=https://evil.test`
    assert.match((await browser.open(forged)).text, /could not be believed/)
  })

  it('passes on what its links may ask for, and nothing else', async (t) => {
    const { browser, thrift } = await world(t)
    const url = `${thrift.url}/login?prompt=login&redirect_uri=https://evil.test/`
    const login = await browser.open(url, { redirects: 0 })
    const asked = new URL(String(login.headers.location)).searchParams
    assert.equal(asked.get('prompt'), 'login')
    assert.equal(asked.get('redirect_uri'), `${thrift.url}/callback`)
  })

  it('says so when the provider does not answer', async (t) => {
    const { browser, thrift, google } = await world(t)
    await google.close()
    const page = await browser.open(`${thrift.url}/login`)
    assert.match(page.text, /Sallyport does not answer/)
  })

  it('shows the codes of the demo authenticator, and says that it is one', async (t) => {
    // RFC 6238, appendix B, SHA-1 at 59 s, the last six digits; the secret is its ASCII in base32.
    const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
    const { browser, thrift } = await world(t, [{ label: 'jane', secret }])
    for (const path of ['/', '/authenticator']) {
      const page = await browser.open(thrift.url + path)
      assert.match(page.text, /Demo authenticator.*Only a demo.*Valid for 1 s more.*jane: 287082/)
    }
  })

  it('lets no script, style or frame of others in', async (t) => {
    const { browser, thrift } = await world(t)
    const policy = String((await browser.open(thrift.url)).headers['content-security-policy'])
    assert.match(policy, /^default-src 'none'; style-src 'nonce-/)
    assert.match(policy, /frame-ancestors 'none'/)
  })
})

async function world(
  t: { after(close: () => unknown): void },
  authenticators: { label: string; secret: string }[] = [],
) {
  const port = await freePort()
  const secret = 'a-secret-of-the-tests'
  const back = [`http://localhost:${port}/callback`, `http://localhost:${port}/vault/callback`]
  const google = await startGoogle({
    client: { id: 'app', secret, redirectUris: back },
    people: googlePeople,
  })
  const credentials = { clientId: 'app', clientSecret: secret }
  const thrift = await startThrift({
    port,
    issuer: google.url,
    thrift: credentials,
    vault: credentials,
    authenticators,
    now: () => 59_000,
  })
  const browser = new Browser()
  t.after(() => browser.close())
  t.after(() => thrift.close())
  t.after(() => google.close())
  return { browser, thrift, google }
}

async function comeIn(browser: Browser, home: Page, name: string): Promise<Page> {
  const signIn = await browser.follow(home.link(`Sign in to ${name}`))
  const consent = await browser.submit(signIn.form('Ann Example'))
  return browser.submit(consent.form('Allow'))
}
