/**
 * A real browser with an authenticator in it, for what only a browser can show: the page's own script.
 *
 *     const { page, passkeys } = await openChromium(t)
 *     await page.goto(address)
 */
import type { TestContext } from 'node:test'
import chromium from '@sparticuz/chromium'
import { type Browser, chromium as driver, type Page } from 'playwright-core'

export interface Chromium {
  readonly page: Page
  /** What the page has logged as an error, e.g. for its Content-Security-Policy. */
  readonly complaints: readonly string[]
  readonly passkeys: Passkeys
}

/** A device that keeps passkeys, and whoever holds it. */
export interface Passkeys {
  /** Those that it has. */
  list(): Promise<readonly { readonly isResidentCredential: boolean; readonly signCount: number }[]>
  /** Nobody touches the device: what asks for it waits. */
  beAway(): Promise<void>
  /** Somebody touches it whenever it asks, as from the start. */
  beThere(): Promise<void>
  /** Another device is at hand from now on, with nothing in it yet. */
  changeDevice(): Promise<void>
}

/**
 * For several people, each with `openChromium`. Whoever has started it closes it.
 *
 * @param more switches of the browser itself
 */
export async function startChromium(more: readonly string[] = []): Promise<Browser> {
  const executablePath = await chromium.executablePath()
  return driver.launch({ executablePath, args: [...args, ...more], headless: true })
}

/**
 * Those that the package proposes put all into one process, which a closed context takes with it, and turn off
 * what keeps sites apart. Only the sandbox is missing, which nobody has who runs tests as root.
 */
const args = ['--no-sandbox', '--font-render-hinting=none']

export interface ChromiumOptions {
  readonly script?: boolean
  /** Absent: one of its own. */
  readonly browser?: Browser
  /** Whether it takes certificates that nobody vouches for. Absent: no. */
  readonly ignoreCertificates?: boolean
}

/** A person's own cookies and device. Everything is closed when the test ends. */
export async function openChromium(
  t: Pick<TestContext, 'after'>,
  { script = true, browser, ignoreCertificates = false }: ChromiumOptions = {},
): Promise<Chromium> {
  const used = browser ?? (await startChromium())
  if (!browser) t.after(() => used.close())
  const context = await used.newContext({
    javaScriptEnabled: script,
    ignoreHTTPSErrors: ignoreCertificates,
  })
  if (browser) t.after(() => context.close())
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  return { page, complaints, passkeys: await addDevice(page) }
}

/** A device in the browser itself: it lives as long as the page does (WebAuthn Level 3, section 11.2). */
async function addDevice(page: Page): Promise<Passkeys> {
  const protocol = await page.context().newCDPSession(page)
  await protocol.send('WebAuthn.enable', { enableUI: false })
  const add = () => protocol.send('WebAuthn.addVirtualAuthenticator', { options: device })
  let { authenticatorId } = await add()
  const present = async (enabled: boolean) => {
    await protocol.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled })
  }
  return {
    async list() {
      const { credentials } = await protocol.send('WebAuthn.getCredentials', { authenticatorId })
      return credentials
    },
    beAway: () => present(false),
    beThere: () => present(true),
    async changeDevice() {
      await protocol.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })
      ;({ authenticatorId } = await add())
    },
  }
}

const device = {
  protocol: 'ctap2',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
} as const
