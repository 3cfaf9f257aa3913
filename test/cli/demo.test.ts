import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type GithubOptions, startGithub } from '../../src/cli/demo/github.ts'
import { startGoogle } from '../../src/cli/demo/google.ts'
import { githubPeople, googlePeople } from '../../src/cli/demo/people.ts'
import { Browser, type Page } from '../support/browser.ts'
import { RelyingParty } from '../support/relying-party.ts'

const redirectUri = 'https://sallyport.test/callback'
const client = { id: 'sallyport', secret: 'a-secret-of-the-tests', redirectUris: [redirectUri] }

describe('demo upstream google', () => {
  it('takes a person through sign-in and consent to an ID token and user info', async (t) => {
    const { application, browser } = await googleWorld(t)
    const signIn = await browser.open(await application.authorize())
    const consent = await browser.submit(signIn.form('Next'), { person: 'ann@x.test' })
    const { claims, userinfo } = await application.redeem(
      (await browser.submit(consent.form('Allow'))).url,
    )
    assert.equal(claims.sub, 'g-1')
    assert.deepEqual(claims.amr, ['pwd'])
    assert.equal(claims.email, 'ann@x.test')
    assert.equal(userinfo.email_verified, true)
    assert.equal(userinfo.name, 'Ann Example')
    assert.equal(userinfo.preferred_username, 'ann')
    assert.equal('groups' in userinfo, false)
  })

  it('remembers who has signed in and agreed, and asks nothing again (A-38)', async (t) => {
    const { application, browser } = await googleWorld(t)
    await allow(browser, await browser.open(await application.authorize()), 'Ann Example')
    const again = await browser.open(await application.authorize())
    assert.equal((await application.redeem(again.url)).claims.sub, 'g-1')
  })

  it('asks anew after signing out', async (t) => {
    const { google, application, browser } = await googleWorld(t)
    await allow(browser, await browser.open(await application.authorize()), 'Ann Example')
    const home = await browser.open(google.url)
    const question = await browser.follow(home.link('Sign out of Google'))
    const gone = await browser.submit(question.form('Sign out'))
    assert.match(gone.text, /Signed out of Google/)
    const page = await browser.open(await application.authorize())
    assert.match(page.text, /^Sign in with Google/)
  })

  for (const where of ['Cancel', 'Deny'] as const)
    it(`answers access_denied when the person presses ${where}`, async (t) => {
      const { application, browser } = await googleWorld(t)
      let page = await browser.open(await application.authorize())
      if (where === 'Deny') page = await browser.submit(page.form('Ann Example'))
      const { url } = await browser.submit(page.form(where))
      await assert.rejects(application.redeem(url), { error: 'access_denied' })
    })

  it('stays at the page when nobody is called that', async (t) => {
    const { application, browser } = await googleWorld(t)
    const page = await browser.open(await application.authorize())
    const same = await browser.submit(page.form('Next'), { person: '<nobody>' })
    assert.match(same.text, /Nobody here is called “<nobody>”/)
    assert.equal(same.url.startsWith('https://sallyport.test'), false)
  })

  it('wants PKCE', async (t) => {
    const { application, browser } = await googleWorld(t)
    const url = new URL(await application.authorize())
    url.searchParams.delete('code_challenge')
    url.searchParams.delete('code_challenge_method')
    const page = await browser.open(url.href)
    assert.equal(new URL(page.url).searchParams.get('error'), 'invalid_request')
  })

  it('asserts at once what a person has become', async (t) => {
    const { google, application, browser } = await googleWorld(t)
    google.people.set('g-1', { ...googlePeople[0]!, groups: ['ops'], amr: ['pwd', 'mfa'] })
    const page = await browser.open(await application.authorize())
    const { claims } = await application.redeem((await allow(browser, page, 'Ann Example')).url)
    assert.deepEqual(claims.groups, ['ops'])
    assert.deepEqual(claims.amr, ['pwd', 'mfa'])
  })

  it('can be told to fail, and to be gone', async (t) => {
    const { google, application, browser } = await googleWorld(t)
    google.faults.authorize = 'server_error'
    const page = await browser.open(await application.authorize())
    await assert.rejects(application.redeem(page.url), { error: 'server_error' })
    google.faults.down = true
    assert.equal((await browser.open(await application.authorize())).status, 503)
  })

  it('keeps its cookies apart from those of another of its kind', async (t) => {
    const { application, browser } = await googleWorld(t)
    const other = await googleWorld(t)
    await browser.open(await application.authorize())
    await browser.open(await other.application.authorize())
    const names = (await browser.cookies.serialize()).cookies.map(({ key }) => key ?? '')
    assert.equal(names.filter((name) => name.endsWith('.resume')).length, 2)
  })
})

describe('demo upstream github', () => {
  it('gives a code that buys a token, and tells who the person is by id', async (t) => {
    const { browser, authorize, redeem, api } = await githubWorld(t)
    const answer = await redeem({ code: codeIn(await agree(browser, await authorize())) })
    assert.match(String(answer.headers['content-type']), /^application\/x-www-form-urlencoded/)
    const fields = new URLSearchParams(answer.body)
    assert.equal(fields.get('token_type'), 'bearer')
    assert.equal(fields.get('scope'), 'read:user,user:email')
    const token = String(fields.get('access_token'))
    const user = (await api('/user', token)).json<Record<string, unknown>>()
    assert.deepEqual([user.id, user.login, user.email], [1001, 'gil', null])
    assert.deepEqual((await api('/user/emails', token)).json(), [
      { email: 'gil@x.test', primary: true, verified: true, visibility: 'private' },
    ])
  })

  it('answers in JSON when asked to', async (t) => {
    const { browser, authorize, redeem } = await githubWorld(t)
    const code = codeIn(await agree(browser, await authorize()))
    const answer = await redeem({ code }, { accept: 'application/json' })
    assert.equal(answer.json<{ token_type: string }>().token_type, 'bearer')
  })

  it('sends neither an ID token nor iss', async (t) => {
    const { browser, authorize, redeem } = await githubWorld(t)
    const page = await agree(browser, await authorize({ scope: 'openid user' }))
    assert.deepEqual([...new URL(page.url).searchParams.keys()], ['code', 'state'])
    const answer = await redeem({ code: codeIn(page) })
    const fields = [...new URLSearchParams(answer.body).keys()]
    assert.deepEqual(fields, ['access_token', 'scope', 'token_type'])
  })

  it('refuses a code that was used, with status 200', async (t) => {
    const { browser, authorize, redeem } = await githubWorld(t)
    const code = codeIn(await agree(browser, await authorize()))
    await redeem({ code })
    const answer = await redeem({ code })
    assert.equal(answer.status, 200)
    assert.equal(new URLSearchParams(answer.body).get('error'), 'bad_verification_code')
  })

  it('refuses a code after ten minutes, and not before', async (t) => {
    let nowMs = 0
    const { browser, authorize, redeem } = await githubWorld(t, { now: () => nowMs })
    const early = codeIn(await agree(browser, await authorize()))
    const late = codeIn(await browser.open(await authorize()))
    nowMs = 10 * 60_000 - 1
    assert.match((await redeem({ code: early })).body, /^access_token=/)
    nowMs = 10 * 60_000
    assert.match((await redeem({ code: late })).body, /^error=bad_verification_code/)
  })

  it('holds a code to its PKCE challenge', async (t) => {
    // RFC 7636, appendix B.
    const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
    const { browser, authorize, redeem } = await githubWorld(t)
    const pkce = { code_challenge: challenge, code_challenge_method: 'S256' }
    const first = codeIn(await agree(browser, await authorize(pkce)))
    assert.match((await redeem({ code: first })).body, /^error=bad_verification_code/)
    const second = codeIn(await browser.open(await authorize(pkce)))
    const answer = await redeem({ code: second, code_verifier: verifier })
    assert.match(answer.body, /^access_token=/)
  })

  it('refuses a wrong client secret, with status 200', async (t) => {
    const { redeem } = await githubWorld(t)
    const answer = await redeem({ code: 'x', client_secret: 'wrong' })
    assert.equal(answer.status, 200)
    assert.match(answer.body, /^error=incorrect_client_credentials/)
  })

  it('answers access_denied when the person presses Cancel', async (t) => {
    const { browser, authorize } = await githubWorld(t)
    const signIn = await browser.open(await authorize())
    const consent = await browser.submit(signIn.form('Sign in'), { person: 'gil' })
    const { url } = await browser.submit(consent.form('Cancel'))
    assert.equal(new URL(url).searchParams.get('error'), 'access_denied')
    assert.equal(new URL(url).searchParams.get('state'), 's-1')
  })

  it('asks about a scope that was not agreed to before, and says which (A-30)', async (t) => {
    const { browser, authorize } = await githubWorld(t)
    await agree(browser, await authorize({ scope: '' }))
    assert.equal((await browser.open(await authorize({ scope: '' }))).left, true)
    const asked = await browser.open(await authorize({ scope: 'repo' }))
    assert.match(asked.text, /\brepo\b.*Authorize/s)
  })

  it('never sends anyone to an address that is not registered', async (t) => {
    const { browser, authorize } = await githubWorld(t)
    const page = await browser.open(await authorize({ redirect_uri: 'https://evil.test/' }))
    assert.ok(page.url.startsWith(`${redirectUri}?error=redirect_uri_mismatch`))
  })

  it('takes no consent that another site has posted', async (t) => {
    const { browser, authorize } = await githubWorld(t)
    const signIn = await browser.open(await authorize())
    const consent = await browser.submit(signIn.form('Sign in'), { person: 'gil' })
    const form = consent.form('Authorize')
    const forged = await browser.submit(form, {}, { from: 'https://evil.test' })
    assert.equal(forged.status, 403)
    const guessed = await browser.submit(form, {}, { extra: { authenticity_token: 'guess' } })
    assert.equal(guessed.status, 422)
  })

  it('keeps the addresses from a token without the scope, and everything from none', async (t) => {
    const { browser, authorize, redeem, api } = await githubWorld(t)
    const code = codeIn(await agree(browser, await authorize({ scope: 'read:user' })))
    const token = String(new URLSearchParams((await redeem({ code })).body).get('access_token'))
    assert.equal((await api('/user/emails', token)).status, 404)
    assert.equal((await api('/user', 'gho_wrong')).status, 401)
  })
})

interface Test {
  after(close: () => unknown): void
}

async function googleWorld(t: Test) {
  const google = await startGoogle({ client, people: googlePeople })
  const browser = new Browser()
  t.after(() => google.close())
  t.after(() => browser.close())
  const application = await RelyingParty.discover({
    issuer: google.url,
    clientId: client.id,
    clientSecret: client.secret,
    authentication: 'post',
    redirectUri,
  })
  return { google, browser, application }
}

async function allow(browser: Browser, signIn: Page, person: string): Promise<Page> {
  const consent = await browser.submit(signIn.form(person))
  return browser.submit(consent.form('Allow'))
}

async function githubWorld(t: Test, options: Pick<GithubOptions, 'now'> = {}) {
  const github = await startGithub({ client, people: githubPeople, ...options })
  const browser = new Browser()
  t.after(() => github.close())
  t.after(() => browser.close())
  const authorize = async (more: Record<string, string> = {}) => {
    const asked = { client_id: client.id, scope: 'read:user user:email', state: 's-1', ...more }
    return `${github.url}/login/oauth/authorize?${new URLSearchParams(asked)}`
  }
  const redeem = (form: Record<string, string>, headers: Record<string, string> = {}) =>
    browser.send(`${github.url}/login/oauth/access_token`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({
        client_id: client.id,
        client_secret: client.secret,
        ...form,
      }).toString(),
    })
  const api = (path: string, token: string) =>
    browser.send(github.url + path, {
      headers: { authorization: `Bearer ${token}`, 'user-agent': 'test' },
    })
  return { github, browser, authorize, redeem, api }
}

async function agree(browser: Browser, url: string): Promise<Page> {
  const signIn = await browser.open(url)
  const consent = await browser.submit(signIn.form('Sign in'), { person: 'gil' })
  return browser.submit(consent.form('Authorize'))
}

function codeIn(page: Page): string {
  return new URL(page.url).searchParams.get('code') ?? ''
}
