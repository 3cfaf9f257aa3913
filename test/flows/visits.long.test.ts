import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { faultsOf, looks } from '../support/axe.ts'
import { startChromium } from '../support/chromium.ts'
import { startWorld } from '../support/world.ts'
import { exampleNames } from './examples.ts'
import { pay } from './visiting.ts'
import { visits } from './visits.ts'

const ways: readonly {
  readonly name: string
  readonly script: boolean
  readonly keyboard: boolean
}[] = [
  { name: 'with script, by mouse', script: true, keyboard: false },
  { name: 'without script, by keyboard alone', script: false, keyboard: true },
]

describe('in Chromium', () => {
  let browser: Browser
  before(async () => {
    browser = await startChromium()
  })
  after(() => browser.close())

  for (const { name, script, keyboard } of ways) {
    describe(name, () => {
      for (const visit of visits) {
        if (visit.needsScript && !script) continue
        it(visit.name, (t) => pay(t, browser, visit, { script, keyboard }))
      }
    })
  }

  describe('with script, by keyboard alone', () => {
    for (const visit of visits.filter(({ needsScript }) => needsScript)) {
      it(visit.name, (t) => pay(t, browser, visit, { script: true, keyboard: true }))
    }
  })

  describe('every page is no hindrance; light and dark; 320 and 1280 px; from right to left (WCAG 2.2 AA)', () => {
    const seen = new Set<string>()
    for (const visit of visits) {
      it(visit.name, (t) => pay(t, browser, visit, { script: true, look: lookAtNew(seen) }))
    }
    it('and there are many', () => assert.ok(seen.size > 20, `${seen.size} pages`))
  })

  describe('the table of visits', () => {
    it('has every shipped flow', async (t) => {
      const world = await startWorld(t)
      const visited = new Set(
        visits.flatMap(({ from, through = [] }) => {
          return 'page' in from ? through : [from.application, ...through]
        }),
      )
      const missing = world.app
        .organisation()
        .flows.filter(({ applications }) => !applications.some((id) => visited.has(id)))
      assert.deepEqual(
        missing.map(({ name }) => name),
        [],
      )
    })

    it('has every example flow', () => {
      const visited = new Set(visits.map(({ example }) => example))
      assert.deepEqual(
        exampleNames().filter((name) => !visited.has(name)),
        [],
      )
    })
  })
})

/** Pages of ours, told apart by what they are for; one that has been looked at is passed by. */
function lookAtNew(seen: Set<string>) {
  return async (page: Page) => {
    if ((await page.locator('html[dir]').count()) === 0) return
    const kind = await kindOf(page)
    if (seen.has(kind)) return
    seen.add(kind)
    for (const look of looks) assert.deepEqual(await faultsOf(page, look), [], kind)
    await page.setExtraHTTPHeaders({ 'Accept-Language': 'ar' })
    await page.reload()
    assert.equal(await page.getAttribute('html', 'dir'), 'rtl')
    for (const look of looks) assert.deepEqual(await faultsOf(page, look), [], `ar: ${kind}`)
    await page.setExtraHTTPHeaders({})
    await page.reload()
  }
}

/** One form is asked by many flows, and looks alike in each. */
async function kindOf(page: Page): Promise<string> {
  const forms = (await page.evaluate(
    '[...document.querySelectorAll("section")].map((one) => one.ariaLabel ?? "")',
  )) as readonly string[]
  const parts = await page.locator('h2, .error, main button').allInnerTexts()
  return [...(forms.length > 0 ? forms : [await page.title()]), ...parts].join(' | ')
}
