import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Middleware } from 'koa'
import {
  cookie,
  enrol,
  form,
  google,
  issuer,
  json,
  password,
  refuse,
  secret,
  totp,
  viewOf,
  worldOf,
} from './world.ts'

const base = `${issuer}/flow-api/logins/lg_1`
const authorization = {
  client_id: 'thrift',
  redirect_uri: 'https://thrift.example/cb',
  response_type: 'code',
}

describe('the representation of a login', () => {
  it('has what a program needs that knows no step', async () => {
    const { send } = worldOf({
      view: () =>
        viewOf({
          options: [totp],
          state: 'second-factor',
          canGoBack: true,
          amr: ['pwd'],
          who: 'Jane',
          messages: [{ code: 'totp.invalid', level: 'error', option: 'totp', attemptsLeft: 3 }],
        }),
    })
    const answer = await send('/flow-api/logins/lg_1')
    assert.equal(answer.statusCode, 200)
    assert.match(String(answer.headers['content-type']), /^application\/json/)
    const none = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: {},
      required: [],
      additionalProperties: false,
    }
    const title = { code: 'totp.title', text: 'Enter the code of your authenticator app' }
    assert.deepEqual(answer.json(), {
      id: 'lg_1',
      flow: { name: 'thrift', title: 'Sign in to Thrift', digest: 'sha256:00' },
      application: { id: 'thrift', title: 'Thrift' },
      seq: '3.tag',
      expiresAt: '2030-01-01T00:00:00.000Z',
      status: 'awaiting_input',
      step: { id: 'second-factor', type: 'totp', title },
      actions: [
        {
          name: 'totp',
          method: 'POST',
          href: `${base}/actions/totp`,
          type: 'totp',
          kind: 'form',
          title,
          input: {
            ...none,
            properties: {
              code: {
                type: 'string',
                title: 'Six-digit code',
                maxLength: 16,
                minLength: 1,
                writeOnly: true,
              },
            },
            required: ['code'],
          },
          hints: {
            code: {
              label: 'totp.code',
              type: 'text',
              autocomplete: 'one-time-code',
              inputmode: 'numeric',
            },
          },
        },
        {
          name: 'back',
          method: 'POST',
          href: `${base}/actions/back`,
          title: { code: 'page.back', text: 'Back' },
          input: none,
        },
        {
          name: 'cancel',
          method: 'POST',
          href: `${base}/actions/cancel`,
          title: { code: 'page.cancel', text: 'Cancel' },
          input: none,
        },
      ],
      messages: [
        {
          code: 'totp.invalid',
          level: 'error',
          text: 'That code is not right. Codes change every 30 seconds, and each works once. 3 tries left.',
          action: 'totp',
          field: 'code',
          attemptsLeft: 3,
        },
      ],
      facts: { amr: ['pwd'], who: 'Jane' },
    })
  })

  it('offers the same ways and fields as the page (both renderings agree)', async () => {
    const { send } = worldOf({
      view: () => viewOf({ options: [password, google, enrol, totp], canGoBack: true }),
    })
    const { actions } = (await send('/flow-api/logins/lg_1')).json()
    const page = (await send('/login/lg_1')).body
    for (const { name, title, input } of actions) {
      assert.match(page, new RegExp(`(name="action" )?value="${name}"`))
      assert.ok(page.includes(title.text), title.text)
      for (const field of Object.keys(input.properties)) assert.ok(page.includes(`name="${field}"`))
    }
    assert.equal(page.match(/name="action" value=/g)!.length, actions.length)
  })

  it('of a way that leads elsewhere has where to, once it is taken', async () => {
    const redirect = 'https://accounts.example/authorize?state=s'
    const { send } = worldOf({ act: () => viewOf({ status: 'awaiting_upstream', redirect }) })
    const google = (await send('/flow-api/logins/lg_1')).json().actions[1]
    assert.deepEqual(
      [google.name, google.kind, google.method, google.title.text],
      ['google', 'away', 'POST', 'Continue with Google'],
    )
    const answer = await send(new URL(google.href).pathname, json({ seq: '3.tag' }))
    assert.equal(answer.statusCode, 200)
    assert.deepEqual(
      [answer.json().status, answer.json().redirect],
      ['awaiting_upstream', redirect],
    )
  })

  it('of a finished login has nothing left to do but to go on', async () => {
    const redirect = `${issuer}/auth/uid`
    const { send } = worldOf({ view: () => viewOf({ status: 'complete', redirect }) })
    const { status, actions, step, ...rest } = (await send('/flow-api/logins/lg_1')).json()
    assert.deepEqual([status, actions, step, rest.redirect], ['complete', [], undefined, redirect])
  })
})

describe('an action', () => {
  it('is handed to the engine with seq, input and Idempotency-Key', async () => {
    const { send, submissions } = worldOf()
    const input = { username: 'jane', password: 'pw' }
    const sent = json({ seq: '3.tag', input }, { 'idempotency-key': 'k-1' })
    assert.equal((await send('/flow-api/logins/lg_1/actions/password', sent)).statusCode, 200)
    const { deviceSecret, ...submission } = submissions[0]!
    assert.match(deviceSecret!, /^[\w-]{43}$/, 'the browser may be asked to keep a fresh one')
    assert.deepEqual(
      { ...submission, input: { ...submission.input } },
      {
        id: 'lg_1',
        browserSecret: secret,
        seq: '3.tag',
        action: 'password',
        input,
        idempotencyKey: 'k-1',
        presented: {},
        source: '127.0.0.1',
      },
    )
  })

  it('that is wrong is 200 with a message, like every expected outcome', async () => {
    const messages = [
      { code: 'password.invalid', level: 'error', option: 'password', attemptsLeft: 4 },
    ] as const
    const { send } = worldOf({ act: () => viewOf({ messages }) })
    const answer = await send('/flow-api/logins/lg_1/actions/password', json({ seq: '1' }))
    assert.equal(answer.statusCode, 200)
    assert.deepEqual(
      [answer.json().messages[0].code, answer.json().messages[0].field],
      ['password.invalid', undefined],
    )
  })

  it('that is out of date is 409 with the login as it is now', async () => {
    const { send } = worldOf({
      act: () => refuse('STEP_NOT_CURRENT', 'x'),
      view: () => viewOf({ seq: '9.now' }),
    })
    const answer = await send('/flow-api/logins/lg_1/actions/password', json({ seq: '1' }))
    assert.equal(answer.statusCode, 409)
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/)
    assert.equal(answer.json().code, 'STEP_NOT_CURRENT')
    assert.equal(answer.json().login.seq, '9.now')
    assert.equal(answer.json().login.actions[0].name, 'password')
  })

  it('that is too late is 410 with the way to a fresh login', async () => {
    const { send } = worldOf({
      act: () => refuse('LOGIN_EXPIRED', 'x'),
      view: () => refuse('LOGIN_EXPIRED', 'x'),
    })
    for (const answer of [
      await send('/flow-api/logins/lg_1/actions/password', json({ seq: '1' })),
      await send('/flow-api/logins/lg_1'),
    ]) {
      assert.equal(answer.statusCode, 410)
      assert.deepEqual(answer.json().restart, { method: 'POST', href: `${base}/restart` })
    }
  })

  // Types that are not strings, as an attacker would send them to a query builder.
  const wrong = [
    null,
    [],
    1,
    {},
    { seq: 1 },
    { seq: null },
    { seq: '1', input: null },
    { seq: '1', input: [] },
    { seq: '1', input: { password: { $ne: 1 } } },
    { seq: '1', input: { password: null } },
    { seq: '1', input: { password: true } },
    { seq: '1', input: { password: ['a'] } },
    { seq: '1', input: { password: 1 } },
    { seq: '1', more: 'x' },
  ]
  for (const body of wrong) {
    it(`of the wrong shape moves nothing: ${JSON.stringify(body)} (security 101)`, async () => {
      const { send, submissions } = worldOf()
      const answer = await send('/flow-api/logins/lg_1/actions/password', json(body))
      assert.deepEqual([answer.statusCode, answer.json().code], [422, 'INPUT_INVALID'])
      assert.equal(submissions.length, 0)
    })
  }

  it('with an Idempotency-Key that cannot be one is refused', async () => {
    const { send } = worldOf()
    for (const key of ['x'.repeat(256), 'a b']) {
      const sent = json({ seq: '1' }, { 'idempotency-key': key })
      assert.equal((await send('/flow-api/logins/lg_1/actions/password', sent)).statusCode, 400)
    }
  })
})

describe('a problem', () => {
  it('has type, title, status and code (RFC 9457)', async () => {
    const { send } = worldOf({ view: () => refuse('BROWSER_MISMATCH', 'x') })
    const answer = await send('/flow-api/logins/lg_1')
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/)
    assert.deepEqual(answer.json(), {
      type: 'urn:sallyport:problem:browser-mismatch',
      title: 'This browser knows of no such sign-in. Please start again from the application.',
      status: 403,
      code: 'BROWSER_MISMATCH',
    })
  })

  it('is how a program is answered outside the API, too', async () => {
    const { send } = worldOf()
    const headers = { accept: 'application/json' }
    assert.equal(
      (await send('/login/lg_1', { headers: { ...headers, cookie: '' } })).json().code,
      'BROWSER_MISMATCH',
    )
  })
})

describe('beginning a login', () => {
  /** An authorization endpoint that begins a login, and keeps what it was asked. */
  function endpoint(answer: Middleware) {
    const asked: { url: string; cookie: string; accept: string; host: string }[] = []
    const provider: Middleware = (ctx, next) => {
      asked.push({
        url: ctx.url,
        cookie: ctx.get('Cookie'),
        accept: ctx.get('Accept'),
        host: ctx.get('Host'),
      })
      return answer(ctx, next)
    }
    return { asked, ...worldOf({ provider }) }
  }

  it("runs the provider's own endpoint with the client's cookies, and answers 201 with where it is", async () => {
    const { asked, send } = endpoint((ctx) => {
      ctx.cookies.set('_interaction', 'i1')
      ctx.redirect('/login/lg_1')
    })
    const answer = await send('/flow-api/logins', json({ ...authorization, scope: 'openid e&m' }))
    assert.equal(answer.statusCode, 201)
    assert.equal(answer.headers.location, base)
    assert.equal(answer.json().id, 'lg_1')
    assert.deepEqual(asked, [
      {
        url: '/auth?client_id=thrift&redirect_uri=https%3A%2F%2Fthrift.example%2Fcb&response_type=code&scope=openid+e%26m',
        cookie,
        accept: 'application/json',
        host: '127.0.0.1:4000',
      },
    ])
    assert.match(String(answer.headers['set-cookie']), /^_interaction=i1;/)
  })

  it('binds it to a browser that had no secret yet', async () => {
    const { asked, send } = endpoint((ctx) => ctx.redirect('/login/lg_1'))
    const answer = await send('/flow-api/logins', json(authorization, { cookie: '' }))
    assert.equal(answer.statusCode, 201)
    const made = /^sallyport-4000-default-browser=[\w-]{43}/.exec(
      [answer.headers['set-cookie']].flat()[0]!,
    )![0]
    assert.equal(asked[0]!.cookie, made)
  })

  it('takes a pushed request by its request_uri (RFC 9126)', async () => {
    const { asked, send } = endpoint((ctx) => ctx.redirect('/login/lg_1'))
    const request_uri = 'urn:ietf:params:oauth:request_uri:abc'
    await send('/flow-api/logins', json({ client_id: 'thrift', request_uri }))
    assert.match(asked[0]!.url, /^\/auth\?client_id=thrift&request_uri=urn%3Aietf/)
  })

  it('is 200 and complete when nothing has to be asked', async () => {
    const redirect = 'https://thrift.example/cb?code=c&state=s'
    const { send } = endpoint((ctx) => ctx.redirect(redirect))
    const answer = await send('/flow-api/logins', json(authorization))
    assert.equal(answer.statusCode, 200)
    assert.deepEqual(answer.json(), { status: 'complete', redirect })
  })

  it('hands on the OAuth error that the application is to be told', async () => {
    const redirect =
      'https://thrift.example/cb?error=login_required&error_description=nobody&state=s'
    const { send } = endpoint((ctx) => ctx.redirect(redirect))
    const answer = await send('/flow-api/logins', json({ ...authorization, prompt: 'none' }))
    assert.equal(answer.statusCode, 400)
    const { code, error, error_description, redirect: told } = answer.json()
    assert.deepEqual(
      [code, error, error_description, told],
      ['AUTHORIZATION_REFUSED', 'login_required', 'nobody', redirect],
    )
  })

  it('hands on an OAuth error that no application may be told', async () => {
    const { send } = endpoint((ctx) => {
      ctx.status = 400
      ctx.body = { error: 'invalid_client', error_description: 'client is invalid' }
    })
    const answer = await send('/flow-api/logins', json({ client_id: 'nobody' }))
    assert.equal(answer.statusCode, 400)
    assert.deepEqual([answer.json().error, answer.json().redirect], ['invalid_client', undefined])
  })

  it('says that it cannot hand on an answer that only a page can carry', async () => {
    const { send } = endpoint((ctx) => {
      ctx.body = '<form>'
    })
    const answer = await send(
      '/flow-api/logins',
      json({ ...authorization, response_mode: 'form_post' }),
    )
    assert.deepEqual([answer.statusCode, answer.json().error], [400, 'unsupported_response_mode'])
  })

  it('of a request that is longer than an address is refused', async () => {
    const { send } = worldOf()
    const answer = await send('/flow-api/logins', json({ request: 'x'.repeat(8 * 1024) }))
    assert.deepEqual([answer.statusCode, answer.json().code], [414, 'ADDRESS_TOO_LONG'])
  })

  it('that breaks in the provider is a bug, with one support id', async () => {
    const { send, reports } = endpoint(() => {
      throw new Error('secret detail')
    })
    const answer = await send('/flow-api/logins', json(authorization))
    assert.equal(answer.statusCode, 500)
    assert.doesNotMatch(answer.body, /secret detail/)
    assert.equal(answer.json().supportId, reports.at(-1)!.supportId)
  })

  it('afresh keeps the request of an expired one', async () => {
    const { asked, send } = endpoint((ctx) => ctx.redirect('/login/lg_2'))
    const answer = await send('/flow-api/logins/lg_1/restart', { method: 'POST' })
    assert.equal(answer.statusCode, 201)
    assert.equal(asked[0]!.url, '/auth?request_uri=urn%3Afresh')
  })

  it('does not take a form, which another site could send', async () => {
    const { send, asked } = endpoint((ctx) => ctx.redirect('/login/lg_1'))
    assert.equal((await send('/flow-api/logins', form(authorization))).statusCode, 415)
    assert.equal(asked.length, 0)
  })
})
