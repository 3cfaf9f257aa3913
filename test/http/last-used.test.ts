import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { load } from 'cheerio'
import { cookie, enrol, form, google, password, viewOf, worldOf } from './world.ts'

describe('the way that was last used', () => {
  const ways = 'sallyport-4000-default-ways'
  const three = { options: [password, google, { ...google, id: 'github', title: 'GitHub' }] }

  it('is remembered by a cookie of option ids, whatever came of it; Back and Cancel are no way', async () => {
    const { send } = worldOf({ view: () => viewOf(three) })
    const used = async (action: string, before = '') => {
      const { headers } = await send(
        '/login/lg_1',
        form({ seq: '1', action }, { cookie: `${cookie}; ${ways}=${before}` }),
      )
      return [headers['set-cookie'] ?? []].flat().find((each) => each.startsWith(ways))
    }
    const attributes = 'Path=/; HttpOnly; SameSite=Lax; Max-Age=15552000'
    assert.equal(await used('google'), `${ways}=google; ${attributes}`)
    assert.equal(await used('google', 'password.google'), `${ways}=google.password; ${attributes}`)
    assert.match((await used('totp', '<script>.a.b.c.d.e.f.g.h.i'))!, /=totp\.a\.b\.c\.d\.e\.f\.g;/)
    for (const action of ['back', 'cancel', 'a;b']) assert.equal(await used(action), undefined)
  })

  it('stands first and says so; without a choice nothing does', async () => {
    const { send } = worldOf({ view: () => viewOf(three) })
    const shown = async (value: string) => {
      const headers = { cookie: `${cookie}; ${ways}=${value}` }
      const $ = load((await send('/login/lg_1', { headers })).body)
      const buttons = $('button.way')
        .toArray()
        .map((button) => $(button).text())
      return [buttons, $('.hint').text()]
    }
    const [google, github] = ['Continue with Google', 'Continue with GitHub']
    assert.deepEqual(await shown(''), [[google, github], ''])
    assert.deepEqual(await shown('totp.github.google'), [[github, google], 'Used here last time'])
    assert.deepEqual(await shown('password'), [[google, github], 'Used here last time'])
    const one = worldOf({ view: () => viewOf({ options: [password] }) })
    const { body } = await one.send('/login/lg_1', {
      headers: { cookie: `${cookie}; ${ways}=password` },
    })
    assert.doesNotMatch(body, /Used here/)
  })

  it('is never one that adds something, nor an answer to a question', async () => {
    const { send } = worldOf({ view: () => viewOf({ options: [password, google, enrol] }) })
    const headers = { cookie: `${cookie}; ${ways}=enrol-totp` }
    const $ = load((await send('/login/lg_1', { headers })).body)
    assert.equal($('button.way').first().text(), 'Continue with Google')
    assert.equal($('.hint').text(), '')
  })
})
