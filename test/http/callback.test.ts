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

  it('is refused as HEAD and as POST (I-38)', async () => {
    const { send, arrivals } = worldOf()
    for (const method of ['HEAD', 'POST', 'OPTIONS']) {
      assert.equal((await send(path, { method })).statusCode, 405)
    }
    assert.equal(arrivals.length, 0)
  })

  it('of another browser, or of no login, is a page that says to start again (security 64)', async () => {
    const other = await worldOf().send(path, { headers: { cookie: '' } })
    assert.equal(other.statusCode, 403)
    const { send } = worldOf({ arrive: () => refuse('CALLBACK_REFUSED', 'x') })
    const unsolicited = await send(path)
    assert.equal(unsolicited.statusCode, 400)
    assert.match(unsolicited.body, /start again/)
  })
})
