/** The administrators' pages in a real browser, as people meet them. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { localPeople } from '../../src/cli/demo/people.ts'
import { languages } from '../../src/http/browser/texts.ts'
import { accountOf, commandLine, grant } from '../support/administrator.ts'
import { faultsOf, type Look, looks, setLook } from '../support/axe.ts'
import { openChromium } from '../support/chromium.ts'
import { insertConsent } from '../support/consent.ts'
import { mfaForAll } from '../support/mfa-for-all.ts'
import { visitorOf } from '../support/visitor.ts'
import { codeOf, startWorld, type World } from '../support/world.ts'

/** As long as a name gets, with nothing to break it at. */
const long = 'Donaudampfschifffahrtsgesellschaftskapitänsmützenfabrik'

describe('an administrators` page', () => {
  it('is no hindrance: every one, in light and dark, at 320 and 1280 px, and in another language (WCAG 2.2 AA)', async (t) => {
    const { world, page, complaints } = await enter(t)
    const paths = await addressesOf(world)
    for (const [i, path] of paths.entries()) {
      const [english, ...others] = languages
      for (const { tag, direction } of [english!, others[i % others.length]!]) {
        await page.setExtraHTTPHeaders({ 'Accept-Language': tag })
        await page.goto(`${world.issuer.origin}/admin${path}`)
        assert.equal(await page.getAttribute('html', 'dir'), direction)
        assert.equal(await page.locator('script').count(), 0)
        const some = tag === 'en' ? looks : [looks[i % looks.length]!]
        for (const look of some) await holds(page, look, `${path} ${tag}`)
      }
      await isReachedByKeyboard(page, path)
    }
    assert.deepEqual(complaints, [])
  })

  it('is no hindrance where it says no, and what was done, and that it may be undone by nobody', async (t) => {
    const { world, page, account } = await enter(t)
    const of = (path: string) => `${world.issuer.origin}/admin${path}`
    await page.goto(of(`/people/${account}`))
    await page.click('button:has-text("Withdraw: Administrator")')
    // The browser goes there when it has drawn the page first, which may be later than that it has loaded it.
    await page.waitForFunction('document.activeElement.getAttribute("role") === "alert"')
    assert.match(await page.title(), /^Error: /)
    for (const look of looks) await holds(page, look, 'refused')
    await page.goto(of(`/people/${await accountOf(world.app.administration, 'bo')}`))
    await page.click('button:has-text("Lock")')
    assert.match((await page.textContent('[role=status]')) ?? '', /Done/)
    await page.click('summary')
    assert.ok(await page.isVisible('button:has-text("Erase the account")'))
    for (const look of looks) await holds(page, look, 'done')
    await isReachedByKeyboard(page, 'done')
    const { administration } = world.app
    await grant(administration, account, 'viewer')
    await grant(administration, await accountOf(administration, 'bo'), 'admin')
    await administration.changeUser(
      commandLine,
      await accountOf(administration, 'bo'),
      { change: 'status', status: 'active' },
      () => true,
      0,
    )
    const withdraw = { change: 'withdraw-role', role: 'admin' } as const
    await administration.changeUser(commandLine, account, withdraw, () => true, 0)
    for (const path of ['', `/people/${account}`]) {
      await page.goto(of(path))
      for (const look of looks) await holds(page, look, `viewer ${path}`)
    }
  })

  it('shows the drawing of a flow, and of a login, as a picture that is there', async (t) => {
    const { world, page } = await enter(t)
    const [login] = (await world.app.administration.listLogins({ limit: 1 })).items
    for (const path of ['/flows/thrift', `/logins/${login!.id}`]) {
      await page.goto(`${world.issuer.origin}/admin${path}`)
      const [width, colours] = (await page.evaluate(drawn)) as [number, number]
      assert.ok(width > 300, path)
      assert.ok(colours > 1, `${path}: ${colours} colours`)
    }
  })
})

/** How wide the drawing is, and of how many colours its pixels are: its own style has worked. */
const drawn = `(() => {
  const image = document.querySelector('.drawing img')
  const canvas = document.createElement('canvas')
  canvas.width = image.naturalWidth
  canvas.height = image.naturalHeight
  const pen = canvas.getContext('2d')
  pen.drawImage(image, 0, 0)
  const pixels = new Uint32Array(pen.getImageData(0, 0, canvas.width, canvas.height).data.buffer)
  return [image.naturalWidth, new Set(pixels).size]
})()`

async function holds(page: Page, look: Look, where: string): Promise<void> {
  assert.deepEqual(await faultsOf(page, look), [], `${where} ${look.width} ${look.scheme}`)
}

/** Signed in as jane, with all that there can be to see: somebody who has everything, and a broken flow. */
async function enter(t: TestContext) {
  const world = await startWorld(t, { files: mfaForAll })
  const { administration } = world.app
  const account = await accountOf(administration, 'jane')
  await grant(administration, account, 'admin')
  const user = { userName: long, claims: { name: long, email: `${long}@x.test` }, groups: [long] }
  const { id } = (await administration.addUser(commandLine, { ...user, credentials: [] }, 0))!
  await insertConsent(world.database, id)
  const wait = { change: 'status', status: 'pending' } as const
  await administration.changeUser(commandLine, id, wait, () => true, 0)
  for (let i = 0; i < 30; i += 1) {
    const other = { userName: `u${i}`, claims: {}, groups: [`group ${i}`], credentials: [] }
    await administration.addUser(commandLine, other, 0)
  }
  await world.app.overlays.set('github', { jit: false }, 0)
  world.clock.aheadMs += 1000
  await visitorOf(world, 'pages').begin(await world.thrift.parameters())

  const { page, complaints } = await openChromium(t)
  await page.goto(`${world.issuer.origin}/admin`)
  await page.fill('input[name=username]', 'jane')
  const { password } = localPeople.find(({ userName }) => userName === 'jane')!
  await page.fill('input[name=password]', password)
  await page.click('button:has-text("Sign in")')
  await page.fill('input[name=code]', codeOf('jane', world))
  await page.click('button:has-text("Verify")')
  await page.waitForURL(/\/admin(\?|$)/)
  world.clock.aheadMs += 30_000
  return { world, page, complaints, account }
}

async function addressesOf({ app: { administration } }: World): Promise<readonly string[]> {
  const [login] = (await administration.listLogins({ limit: 1, status: 'running' })).items
  const [waiting] = (await administration.listUsers({ limit: 1, status: 'pending' })).items
  return [
    '',
    '/people',
    '/people?search=nobody',
    `/people/${waiting!.id}`,
    `/people/${await accountOf(administration, 'jane')}`,
    '/groups',
    '/connections',
    '/connections/google',
    '/connections/google?jit=false',
    '/applications',
    '/flows',
    '/flows/thrift?property=I-04',
    '/logins',
    `/logins/${login!.id}`,
    '/keys',
    '/audit',
  ]
}

/** Tab visits all that can be used, in the order in which it stands on the page (WCAG 2.2, 2.1.1, 2.4.3). */
async function isReachedByKeyboard(page: Page, where: string): Promise<void> {
  await setLook(page, looks[0]!)
  await page.reload()
  const usable = 'a[href], button, input:not([type=hidden]), select, summary, [tabindex="0"]'
  await page.evaluate(
    `usable = [...document.querySelectorAll('${usable}')].filter((each) => each.checkVisibility())`,
  )
  const count = Number(await page.evaluate('usable.length'))
  assert.ok(count > 8, where)
  for (let at = 0; at < count; at += 1) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate('usable.indexOf(document.activeElement)')
    assert.equal(focused, at, `${where}: the next one`)
  }
}
