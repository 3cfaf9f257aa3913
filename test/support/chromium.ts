/**
 * A real browser with an authenticator in it, for what only a browser can show: the page's own script.
 *
 *     const { page, device } = await openChromium(t)
 *     await page.goto(address)
 */
import type { TestContext } from 'node:test'
import chromium from '@sparticuz/chromium'
import { chromium as driver, type Page } from 'playwright-core'

export interface Chromium {
  readonly page: Page
  /** What the page has logged as an error, e.g. for its Content-Security-Policy. */
  readonly complaints: readonly string[]
  /** The passkeys that the device holds. */
  passkeys(): Promise<
    readonly { readonly isResidentCredential: boolean; readonly signCount: number }[]
  >
}

/** Everything is closed when the test ends. */
export async function openChromium(
  t: Pick<TestContext, 'after'>,
  { script = true } = {},
): Promise<Chromium> {
  const browser = await driver.launch({
    executablePath: await chromium.executablePath(),
    args: chromium.args,
    headless: true,
  })
  t.after(() => browser.close())
  const context = await browser.newContext({ javaScriptEnabled: script })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  const protocol = await context.newCDPSession(page)
  await protocol.send('WebAuthn.enable', { enableUI: false })
  const { authenticatorId } = await protocol.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return {
    page,
    complaints,
    async passkeys() {
      const { credentials } = await protocol.send('WebAuthn.getCredentials', { authenticatorId })
      return credentials
    },
  }
}
