import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { describe, it } from 'node:test'
import { serverOptions } from '../../src/http/limits.ts'
import { KnownError } from '../../src/kit/errors.ts'
import { cookie, form, json, refuse, worldOf } from './world.ts'

const kinds = [
  '/healthz',
  '/readyz',
  '/login/lg_1',
  '/login/callback/google?state=s',
  '/flow-api/logins/lg_1',
  '/jwks',
  '/auth',
]

describe('host', () => {
  for (const host of [
    'evil.test',
    '127.0.0.1:4001',
    '127.0.0.1',
    'evil.test, 127.0.0.1:4000',
    '',
  ]) {
    it(`is the issuer's, and not "${host}" (security 31)`, async () => {
      const { send } = worldOf()
      for (const url of [
        '/login/lg_1',
        '/flow-api/logins/lg_1',
        '/.well-known/openid-configuration',
        '/auth',
      ]) {
        const { statusCode, body } = await send(url, { headers: { host } })
        assert.equal(statusCode, 421, url)
        assert.doesNotMatch(body, /evil/)
      }
    })
  }

  it('comes from the issuer for everything downstream, whatever a header says (security 31)', async () => {
    const { send } = worldOf({
      settings: { issuer: new URL('https://login.example') },
    })
    const headers = {
      host: 'login.example',
      'x-forwarded-proto': 'ftp',
      'x-forwarded-host': 'evil.test',
    }
    assert.equal((await send('/auth', { headers })).body, 'provider at https://login.example/auth')
  })

  it('with the default port spelt out is the same host', async () => {
    const { send } = worldOf({ settings: { issuer: new URL('https://login.example') } })
    assert.equal((await send('/auth', { headers: { host: 'LOGIN.example:443' } })).statusCode, 200)
  })

  it('does not matter to the health check, which asks no store', async () => {
    const { send } = worldOf()
    const { statusCode, body } = await send('/healthz', { headers: { host: '10.0.0.7:4000' } })
    assert.deepEqual([statusCode, body], [200, 'ok'])
  })

  it('does not matter to whoever asks whether to send anybody here', async () => {
    let ready = true
    const { send } = worldOf({ ready: async () => ready })
    const ask = async () =>
      (await send('/readyz', { headers: { host: '10.0.0.7:4000' } })).statusCode
    assert.equal(await ask(), 200)
    ready = false
    assert.equal(await ask(), 503)
    assert.equal((await send('/healthz')).statusCode, 200)
  })

  it('is not taken from an absolute request target (security 142)', async () => {
    const answer = await overSocket(
      `GET http://evil.test/auth HTTP/1.1\r\nHost: 127.0.0.1:4000\r\n\r\n`,
    )
    assert.match(answer, /^HTTP\/1.1 400 /)
  })
})

describe('headers', () => {
  const answers: readonly (readonly [
    string,
    number,
    () => Promise<{ statusCode: number; headers: object }>,
  ])[] = [
    ['a page', 200, () => worldOf().send('/login/lg_1')],
    [
      'a page with an error',
      422,
      () =>
        worldOf({ act: () => refuse('INPUT_INVALID', 'x') }).send(
          '/login/lg_1',
          form({ seq: '1', action: 'totp' }),
        ),
    ],
    [
      'an error page',
      403,
      () => worldOf({ view: () => refuse('BROWSER_MISMATCH', 'x') }).send('/login/lg_1'),
    ],
    [
      'an unknown host',
      421,
      () => worldOf().send('/login/lg_1', { headers: { host: 'evil.test' } }),
    ],
    [
      'a bug',
      500,
      () =>
        worldOf({
          view: () => {
            throw new Error('x')
          },
        }).send('/login/lg_1'),
    ],
    ['a redirect', 303, () => worldOf().send('/login/lg_1', form({ seq: '1', action: 'totp' }))],
    ['a callback', 303, () => worldOf().send('/login/callback/google?state=s')],
    ['the API', 200, () => worldOf().send('/flow-api/logins/lg_1')],
    [
      'an error of the API',
      403,
      () => worldOf().send('/flow-api/logins/lg_1', { headers: { cookie: '' } }),
    ],
    ['no such page', 404, () => worldOf().send('/login/lg_1/nothing')],
    ['the provider', 200, () => worldOf().send('/auth')],
  ]
  for (const [name, status, ask] of answers) {
    it(`protect ${name} (security 26 and 27)`, async () => {
      const { statusCode, headers } = await ask()
      assert.equal(statusCode, status)
      const values = headers as Record<string, string>
      assert.match(
        values['content-security-policy']!,
        /default-src 'none'.*base-uri 'none'.*frame-ancestors 'none'/,
      )
      assert.doesNotMatch(values['content-security-policy']!, /unsafe|\*/)
      assert.equal(values['x-frame-options'], 'DENY')
      assert.equal(values['x-content-type-options'], 'nosniff')
      assert.equal(values['cache-control'], 'no-store')
      assert.equal(values['cross-origin-opener-policy'], 'same-origin')
      assert.match(values['permissions-policy']!, /camera=\(\)/)
      assert.match(values['referrer-policy']!, /^(no-referrer|same-origin)$/)
      assert.equal(values['strict-transport-security'], undefined)
    })
  }

  it('ask for https ever after, when the issuer is https', async () => {
    const { send } = worldOf({ settings: { issuer: new URL('https://login.example') } })
    const { headers } = await send('/auth', { headers: { host: 'login.example' } })
    assert.equal(headers['strict-transport-security'], 'max-age=63072000; includeSubDomains')
  })

  it('carry a fresh nonce with each page, and the page uses that one', async () => {
    const { send } = worldOf()
    const [first, second] = [await send('/login/lg_1'), await send('/login/lg_1')]
    const nonceOf = (answer: typeof first) =>
      /style-src 'nonce-([^']+)'/.exec(String(answer.headers['content-security-policy']))![1]!
    assert.notEqual(nonceOf(first), nonceOf(second))
    assert.ok(first.body.includes(`<style nonce="${nonceOf(first)}">`))
  })

  it('hold forms of pages to this server', async () => {
    const { headers } = await worldOf().send('/login/lg_1')
    assert.match(String(headers['content-security-policy']), /form-action 'self'$/)
  })

  it('let the published documents be cached', async () => {
    const { headers } = await worldOf().send('/jwks')
    assert.equal(headers['cache-control'], undefined)
  })
})

describe('methods', () => {
  for (const url of kinds) {
    it(`that nobody uses are refused at ${url} (security 142)`, async () => {
      const { send } = worldOf()
      for (const method of ['TRACE', 'PUT', 'PATCH', 'DELETE']) {
        const { statusCode, headers } = await send(url, { method })
        assert.equal(statusCode, 405, method)
        assert.ok(headers.allow)
      }
    })
  }

  it('cannot be overridden by a header (security 142)', async () => {
    const { send, submissions } = worldOf()
    const headers = { 'x-http-method-override': 'POST' }
    assert.equal((await send('/login/lg_1?seq=1&action=totp', { headers })).statusCode, 200)
    assert.equal(submissions.length, 0)
  })

  it('HEAD never has an effect: refused where GET has one (I-38)', async () => {
    const { send, arrivals } = worldOf()
    for (const url of ['/login/callback/google?state=s', '/auth', '/auth/uid']) {
      assert.equal((await send(url, { method: 'HEAD' })).statusCode, 405, url)
    }
    assert.equal(arrivals.length, 0)
    assert.equal((await send('/login/lg_1', { method: 'HEAD' })).statusCode, 200)
  })

  it('GET changes nothing at any address of a login (security 25)', async () => {
    const { send, submissions } = worldOf()
    for (const url of [
      '/login/lg_1',
      '/login/lg_1?action=totp&seq=1',
      '/login/lg_1/restart',
      '/flow-api/logins/lg_1',
      '/flow-api/logins/lg_1/actions/totp',
    ]) {
      await send(url)
    }
    assert.equal(submissions.length, 0)
    const { statusCode, headers } = await send('/login/lg_1/restart')
    assert.deepEqual([statusCode, headers.allow], [405, 'POST'])
  })
})

describe('limits', () => {
  it('refuse a body of more than 16 KiB, also one that does not say its length (security 127)', async () => {
    const { send, submissions } = worldOf()
    const long = form({ seq: '1', action: 'totp', code: 'x'.repeat(16 * 1024) })
    assert.equal((await send('/login/lg_1', long)).statusCode, 413)
    assert.equal((await send('/flow-api/logins', json({ a: 'x'.repeat(17_000) }))).statusCode, 413)
    const head = `POST /login/lg_1 HTTP/1.1\r\nHost: 127.0.0.1:4000\r\nOrigin: http://127.0.0.1:4000\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n`
    const chunk = `4e20\r\n${'x'.repeat(20_000)}\r\n0\r\n\r\n`
    assert.match(await overSocket(head + chunk), /^HTTP\/1.1 413 /)
    assert.equal(submissions.length, 0)
  })

  it('refuse an address of more than 8 KiB', async () => {
    const { send } = worldOf()
    assert.equal((await send(`/auth?x=${'x'.repeat(8 * 1024)}`)).statusCode, 414)
  })

  it('refuse headers of more than 16 KiB at the socket (security 127)', async () => {
    const answer = await overSocket(
      `GET /healthz HTTP/1.1\r\nHost: x\r\nCookie: ${'x'.repeat(17_000)}\r\n\r\n`,
    )
    assert.match(answer, /^HTTP\/1.1 431 /)
  })

  it('refuse more than 50 parameters', async () => {
    const fields = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`f${i}`, 'x']))
    assert.equal((await worldOf().send('/login/lg_1', form(fields))).statusCode, 400)
  })
})

describe('the end of a request', () => {
  for (const [name, lines] of [
    ['a length and a transfer coding', 'Content-Length: 4\r\nTransfer-Encoding: chunked'],
    ['two lengths', 'Content-Length: 4\r\nContent-Length: 5'],
    ['a transfer coding that nobody knows', 'Transfer-Encoding: xchunked'],
    ['a space before the colon', 'Transfer-Encoding : chunked'],
  ] as const) {
    it(`that could be read in two ways is refused: ${name}`, async () => {
      const head = `POST /login/lg_1 HTTP/1.1\r\nHost: 127.0.0.1:4000\r\n${lines}\r\n\r\n`
      const answer = await overSocket(`${head}0\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n`)
      assert.match(answer, /^HTTP\/1\.1 400 /)
      assert.doesNotMatch(answer, /\r\nok$/)
    })
  }
})

describe('bodies', () => {
  const kindsOfBody: readonly (readonly [string, Record<string, string>])[] = [
    ['text/plain', { 'content-type': 'text/plain' }],
    ['JSON', { 'content-type': 'application/json' }],
    ['another charset', { 'content-type': 'application/x-www-form-urlencoded; charset=utf-16' }],
    ['a compressed form', { 'content-encoding': 'gzip' }],
  ]
  for (const [name, headers] of kindsOfBody) {
    it(`of a page are forms: ${name} is refused (security 24)`, async () => {
      const { send, submissions } = worldOf()
      const answer = await send('/login/lg_1', form({ seq: '1', action: 'totp' }, headers))
      assert.equal(answer.statusCode, 415)
      assert.equal(submissions.length, 0)
    })
  }

  it('of the API are JSON: a form is refused', async () => {
    assert.equal(
      (await worldOf().send('/flow-api/logins', form({ client_id: 'x' }))).statusCode,
      415,
    )
  })

  it('with a name that comes twice are refused (security 132)', async () => {
    const { send, submissions } = worldOf()
    const doubled = { ...form({}), payload: 'seq=1&action=totp&code=1&code=2' }
    assert.equal((await send('/login/lg_1', doubled)).statusCode, 400)
    assert.equal(submissions.length, 0)
  })

  it('without seq or action move nothing (security 2)', async () => {
    const { send, submissions } = worldOf()
    for (const fields of [{ seq: '1' }, { action: 'totp' }, { seq: '', action: '' }]) {
      assert.equal((await send('/login/lg_1', form(fields))).statusCode, 400)
    }
    assert.equal((await send('/login/lg_1', form({}))).statusCode, 415)
    assert.equal(submissions.length, 0)
  })

  it('that would poison a prototype are refused, and poison none (security 131)', async () => {
    const { send, submissions } = worldOf()
    assert.equal(
      (await send('/login/lg_1', form({ seq: '1', action: 'a', __proto__x: '1' }))).statusCode,
      400,
    )
    for (const body of [
      '{"seq":"1","input":{"__proto__":"x"}}',
      '{"seq":"1","input":{"__proto__":{"polluted":"x"}}}',
      '{"seq":"1","__proto__":{"input":{}}}',
    ]) {
      assert.equal((await send('/flow-api/logins/lg_1/actions/a', json(body))).statusCode, 422)
    }
    assert.equal(({} as { polluted?: string }).polluted, undefined)
    assert.equal(submissions.length, 0)
  })

  it('that nest deeply, or are no JSON, are refused without a bug (security 127 and 131)', async () => {
    const { send, reports } = worldOf()
    const bodies = [
      '['.repeat(16_000),
      '['.repeat(8000) + ']'.repeat(8000),
      '',
      '{',
      '﻿{}',
      'nul',
      '{"seq":1e400}',
      Buffer.from([0x22, 0xff, 0x22]),
    ]
    for (const payload of bodies) {
      const { statusCode } = await send('/flow-api/logins/lg_1/actions/a', { ...json(''), payload })
      assert.ok([400, 415, 422].includes(statusCode), `${statusCode}`)
    }
    assert.ok(reports.every(({ supportId }) => supportId === undefined))
  })
})

describe('errors', () => {
  it('that are bugs say nothing but a support id, which the report has too', async () => {
    const bug = new Error('password hunter2 at /srv/secret')
    const { send, reports } = worldOf({
      view: () => {
        throw bug
      },
    })
    const page = await send('/login/lg_1')
    assert.equal(page.statusCode, 500)
    assert.doesNotMatch(page.body, /hunter2|srv|Error:/)
    assert.match(reports[0]!.supportId!, /^[0-9a-f]{10}$/)
    assert.ok(page.body.includes(reports[0]!.supportId!))
    assert.equal(reports[0]!.error, bug)

    const problem = await send('/flow-api/logins/lg_1')
    assert.equal(problem.json().code, 'INTERNAL')
    assert.equal(problem.json().supportId, reports[1]!.supportId)
    assert.doesNotMatch(problem.body, /hunter2/)
  })

  it("never show the operator's text to the person", async () => {
    const { send, reports } = worldOf({ view: () => refuse('BROWSER_MISMATCH', 'operator only') })
    assert.doesNotMatch((await send('/login/lg_1')).body, /operator only/)
    assert.doesNotMatch((await send('/flow-api/logins/lg_1')).body, /operator only/)
    assert.ok(reports[0]!.error instanceof KnownError)
  })

  it('set no cookie', async () => {
    const { send } = worldOf({
      provider: (ctx) => {
        ctx.cookies.set('half', 'done')
        throw new Error('after the cookie')
      },
    })
    const { statusCode, headers } = await send('/auth')
    assert.deepEqual([statusCode, headers['set-cookie']], [500, undefined])
  })

  it('say when to come again', async () => {
    const { send } = worldOf({
      act: () => refuse('TOO_MANY_TRIES', 'x', { retryAfterSeconds: 29.2 }),
    })
    const page = await send('/login/lg_1', form({ seq: '1', action: 'totp' }))
    assert.deepEqual([page.statusCode, page.headers['retry-after']], [429, '30'])
    const problem = await send('/flow-api/logins/lg_1/actions/totp', json({ seq: '1' }))
    assert.deepEqual([problem.statusCode, problem.headers['retry-after']], [429, '30'])
  })
})

/** Raw bytes to a real server, and the beginning of what comes back. */
async function overSocket(bytes: string): Promise<string> {
  const server = createServer(serverOptions(), worldOf().app.callback())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  try {
    return await new Promise<string>((resolve, reject) => {
      socket.once('data', (data) => resolve(data.toString()))
      socket.once('error', reject)
      socket.write(bytes.replace('Content-Type', `Cookie: ${cookie}\r\nContent-Type`))
    })
  } finally {
    socket.destroy()
    server.close()
    server.closeAllConnections()
  }
}
