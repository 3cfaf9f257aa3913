import assert from 'node:assert/strict'
import { it } from 'node:test'
import { codeOf, startWorld } from '../support/world.ts'
import { passwordOf } from './people.ts'

it('pages, logins and mail speak the language that jane chooses for her account; what an application asks for comes first', async (t) => {
  const world = await startWorld(t)
  const browser = world.browser()
  const jane = { username: 'jane', password: passwordOf('jane') }
  const first = await browser.open(`${world.issuer.origin}/account`)
  const second = await browser.submit(first.form('Sign in'), jane)
  const totp = second.forms.find(({ fields }) => fields.action === 'totp')!
  const profile = await browser.submit(totp, { code: codeOf('jane', world) })
  assert.equal(profile.$('option[selected]').text(), '', 'as the browser says')

  const chosen = await browser.submit(profile.form('Save'), { 'other.locale': 'de' })
  assert.deepEqual([chosen.title, chosen.$('html').attr('lang')], ['Profil', 'de'])
  assert.equal(chosen.$('option[selected]').text(), 'Deutsch')
  const form = chosen.form('E-Mail-Adresse ändern')
  const asked = await browser.submit({ ...form, button: form.buttons[0] })
  await browser.submit(asked.form('Weiter'), { email: 'jane@new.test' })
  await world.app.deliver()
  assert.equal(world.mail.at(-1)?.subject, 'Ihr Code')

  for (const [wishes, spoken] of [
    [{}, 'de'],
    [{ ui_locales: 'en' }, 'en'],
  ] as const) {
    const elsewhere = world.browser()
    const unknown = await elsewhere.open(await world.vault.authorize(wishes))
    assert.equal(unknown.$('html').attr('lang'), 'en', 'nobody is known yet')
    const known = await elsewhere.submit(unknown.form('Sign in'), jane)
    assert.equal(known.$('html').attr('lang'), spoken)
  }
})
