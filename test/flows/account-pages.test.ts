import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { localPeople } from '../../src/cli/demo/people.ts'
import type { Browser, Page } from '../support/browser.ts'
import { codeOf, startWorld, type World, type WorldOptions } from '../support/world.ts'

describe('the account pages', () => {
  it('scenario 15: jane signs in by her flow, sees what is on file and changes what is hers (A-54)', async (t) => {
    const { browser, page } = await enter(t)
    assert.deepEqual([page.status, page.title], [200, 'Profile'])
    assert.match(page.text, /User name: jane/)
    assert.match(page.text, /E-mail address jane@acme\.test Kept here/)
    const saved = await browser.submit(page.form('Save'), {
      name: 'Jane Married',
      'other.nickname': 'Janie',
    })
    assert.match(saved.text, /Saved\./)
    assert.equal(saved.form('Save').fields.name, 'Jane Married')
    const emptied = await browser.submit(saved.form('Save'), { 'other.nickname': '' })
    assert.equal(emptied.form('Save').fields['other.nickname'], '')
  })
})

/** Signs jane in to her account's pages. */
async function enter(t: Pick<TestContext, 'after'>, options: WorldOptions = {}) {
  const world = await startWorld(t, options)
  const browser = world.browser()
  return { world, browser, page: await signIn(world, browser) }
}

async function signIn(world: World, browser: Browser, path = '/account'): Promise<Page> {
  const { userName, password } = localPeople.find((person) => person.userName === 'jane')!
  const first = await browser.open(`${world.issuer.origin}${path}`)
  const second = await browser.submit(first.form('Sign in'), { username: userName, password })
  const page = await browser.submit(second.form('Verify'), { code: codeOf('jane', world) })
  world.clock.aheadMs += 31_000
  return page
}
