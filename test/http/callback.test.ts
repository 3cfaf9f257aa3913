import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { refuse, secret, viewOf, worldOf } from './world.ts'

const path = '/login/callback/google?code=c&state=s1'

describe("an upstream's callback", () => {
  it('reaches the engine whole, with its state and the browser it came by', async () => {
    const { send, arrivals } = worldOf()
    const { statusCode, headers } = await send(path)
    assert.deepEqual([statusCode, headers.location], [303, 'http://127.0.0.1:4000/login/lg_1'])
    assert.deepEqual(arrivals, [
      {
        connection: 'google',
        url: `http://127.0.0.1:4000${path}`,
        state: 's1',
        browserSecret: secret,
      },
    ])
  })

  it('goes straight on when the login is complete', async () => {
    const redirect = 'http://127.0.0.1:4000/auth/uid'
    const { send } = worldOf({ arrive: () => viewOf({ status: 'complete', redirect }) })
    const { statusCode, headers } = await send(path, { headers: { 'sec-fetch-mode': 'navigate' } })
    assert.deepEqual([statusCode, headers.location], [303, redirect])
  })

  const refused = [
    '/login/callback/google',
    '/login/callback/google?code=c',
    '/login/callback/google?code=c&state=',
    '/login/callback/google?code=c&state=s1&state=s2',
    '/login/callback/google?code=c&code=d&state=s1',
    '/login/callback/google?code=c&state[]=s1',
    '/login/callback/..%2fgithub?code=c&state=s1',
  ]
  for (const url of refused) {
    it(`is refused before anything is asked: ${url} (security 49 and 132)`, async () => {
      const { send, arrivals } = worldOf()
      const { statusCode, headers } = await send(url)
      assert.equal(statusCode, 400)
      assert.equal(headers.location, undefined)
      assert.equal(arrivals.length, 0)
    })
  }

  it('is refused as HEAD (I-38)', async () => {
    const { send, arrivals } = worldOf()
    for (const method of ['HEAD', 'PUT', 'OPTIONS']) {
      assert.equal((await send(path, { method })).statusCode, 405)
    }
    assert.equal(arrivals.length, 0)
  })

  const form = {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      origin: 'https://idp.test',
      'sec-fetch-site': 'cross-site',
      cookie: '',
    },
    payload: 'SAMLResponse=PHg%2B&RelayState=s1',
  }

  it('that is posted by another site is kept, and the browser comes back for it by a GET (security 29)', async () => {
    const { send, arrivals, deliveries } = worldOf()
    const { statusCode, headers } = await send('/login/callback/corp', form)
    assert.equal(statusCode, 303)
    assert.equal(headers.location, 'http://127.0.0.1:4000/login/callback/corp?state=s1')
    assert.equal(headers['set-cookie'], undefined)
    assert.deepEqual(deliveries, [{ connection: 'corp', state: 's1', form: form.payload }])
    assert.equal(arrivals.length, 0, 'nothing is done without the cookie')
  })

  const forms: readonly (readonly [string, string, number])[] = [
    ['without RelayState', 'SAMLResponse=PHg%2B', 400],
    ['with an empty RelayState', 'SAMLResponse=PHg%2B&RelayState=', 400],
    ['with two of them', 'SAMLResponse=PHg%2B&RelayState=s1&RelayState=s2', 400],
    ['with two answers', 'SAMLResponse=PHg%2B&SAMLResponse=PHh4&RelayState=s1', 400],
    ['that is too long', `SAMLResponse=${'A'.repeat(256 * 1024)}&RelayState=s1`, 413],
  ]
  for (const [name, payload, status] of forms) {
    it(`that is posted ${name} is refused, and not kept (security 49)`, async () => {
      const { send, deliveries } = worldOf()
      assert.equal((await send('/login/callback/corp', { ...form, payload })).statusCode, status)
      assert.equal(deliveries.length, 0)
    })
  }

  it('of another browser, or of no login, is a page that says to start again (security 64)', async () => {
    const other = await worldOf().send(path, { headers: { cookie: '' } })
    assert.equal(other.statusCode, 403)
    const { send } = worldOf({ arrive: () => refuse('CALLBACK_REFUSED', 'x') })
    const unsolicited = await send(path)
    assert.equal(unsolicited.statusCode, 400)
    assert.match(unsolicited.body, /start again/)
  })
})
