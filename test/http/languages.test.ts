import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { load } from 'cheerio'
import { refuse, viewOf, worldOf } from './world.ts'

describe('a page in Arabic', () => {
  it('is from right to left, and sets what it puts into a sentence apart', async () => {
    const { send } = worldOf({ view: () => viewOf({ who: 'Jane', uiLocales: ['ar-EG'] }) })
    const { body, headers } = await send('/login/lg_1', { headers: { 'accept-language': 'en' } })
    const $ = load(body)
    assert.deepEqual([$('html').attr('dir'), $('html').attr('lang')], ['rtl', 'ar'])
    assert.equal(headers['content-language'], 'ar')
    assert.ok($('main').text().includes('\u2068Jane\u2069'))
  })

  it('says no in Arabic as well, in JSON too, with the same code', async () => {
    const { send } = worldOf({ view: () => refuse('LOGIN_OVER', 'x') })
    const headers = { 'accept-language': 'ar' }
    const page = await send('/login/lg_1', { headers })
    const { title, code } = (await send('/flow-api/logins/lg_1', { headers })).json()
    assert.equal(code, 'LOGIN_OVER')
    assert.ok(/\p{Script=Arabic}/u.test(title) && page.body.includes(title))
  })
})
