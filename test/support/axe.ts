/**
 * What makes a page hard for people who do not see it, or not well, or use no mouse: found by axe-core in a
 * real browser, in light and dark, at a phone's width and at a desk's.
 *
 *     for (const look of looks) assert.deepEqual(await faultsOf(page, look), [])
 */
import axe from 'axe-core'
import type { Page } from 'playwright-core'

export interface Look {
  /** CSS pixels; 320 is what 1280 become at 400 % (WCAG 2.2, 1.4.10). */
  readonly width: number
  readonly scheme: 'light' | 'dark'
}

export const looks: readonly Look[] = [320, 1280].flatMap((width) => [
  { width, scheme: 'light' },
  { width, scheme: 'dark' },
])

/** Of WCAG 2.2, levels A and AA, and what axe-core calls best practice; and of being wider than the screen. */
export async function faultsOf(page: Page, look: Look): Promise<readonly string[]> {
  await setLook(page, look)
  await page.evaluate(axe.source)
  const found = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as Found
  const isWide = await page.evaluate('document.documentElement.scrollWidth > innerWidth')
  return [
    ...found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`)),
    ...(isWide ? [`wider than ${look.width} px`] : []),
  ]
}

export async function setLook(page: Page, { width, scheme }: Look): Promise<void> {
  await page.setViewportSize({ width, height: 800 })
  await page.emulateMedia({ colorScheme: scheme })
}

interface Found {
  readonly violations: readonly {
    readonly id: string
    readonly nodes: readonly { readonly html: string }[]
  }[]
}
