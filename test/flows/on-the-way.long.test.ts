/** What happens to people on the way, at every kind of step: they reload, go back, take their time, or use two tabs. */
import assert from 'node:assert/strict'
import { after, before, describe, it, type TestContext } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { startChromium } from '../support/chromium.ts'
import { Hands } from '../support/hands.ts'
import { codeFor, codeOf } from '../support/world.ts'
import {
  askForCode,
  makePasskey,
  type Scene,
  sentCode,
  thrift,
  typeCode,
  typePassword,
  type Visit,
} from './visit.ts'
import { type Manner, setOut } from './visiting.ts'
import { visits } from './visits.ts'

/** Where somebody is on the way, and what they do there. */
interface Halt extends Pick<Visit, 'from' | 'example' | 'needsScript'> {
  readonly name: string
  /** From the first page on. @returns what is known only from then on, e.g. what a page shows */
  come(scene: Scene): Promise<string | undefined>
  /** @param known what `come` has returned */
  answer(scene: Scene, known: string | undefined): Promise<void>
  /** In a tab that still shows the page of before. Absent: the same. */
  answerLate?(scene: Scene): Promise<void>
}

const halts: readonly Halt[] = [
  {
    ...thrift,
    name: 'at a second factor',
    async come(scene) {
      await typePassword(scene, 'jane')
      return codeOf('jane', scene.world)
    },
    answer: (scene, code = '') => typeCode(scene, code),
  },
  {
    ...thrift,
    name: 'at an authenticator app that is set up',
    async come(scene) {
      await typePassword(scene, 'bo')
      return (await scene.person.scan()).searchParams.get('secret') ?? ''
    },
    answer: (scene, secret = '') => typeCode(scene, codeFor(secret, scene.world)),
  },
  {
    ...thrift,
    name: 'at an upstream',
    async come({ person }) {
      await person.press('Continue with Google')
      await person.press('Sam Staff')
      return undefined
    },
    answer: ({ person }) => person.press('Allow'),
    answerLate: ({ person }) => person.press('Continue with Google'),
  },
  {
    from: { application: 'recover', callback: '/recover/callback' },
    name: 'at a code by mail',
    async come(scene) {
      await askForCode(scene, 'jane')
      return sentCode(scene, 'jane@acme.test')
    },
    answer: (scene, code = '') => typeCode(scene, code),
  },
  {
    from: { application: 'sign-up', callback: '/sign-up/callback' },
    name: 'at an address that is proven',
    async come(scene) {
      await scene.person.fill('email', 'new@x.test')
      await scene.person.submit('email')
      return sentCode(scene, 'new@x.test')
    },
    answer: (scene, code = '') => typeCode(scene, code),
  },
  {
    from: { page: '/account' },
    name: 'at the door of the account',
    async come(scene) {
      await typePassword(scene, 'jane')
      return codeOf('jane', scene.world)
    },
    answer: (scene, code = '') => typeCode(scene, code),
  },
  {
    ...thrift,
    name: 'at a passkey that is set up',
    example: 'passkeys/passkeys.yaml',
    needsScript: true,
    async come(scene) {
      await typePassword(scene, 'bo')
      return undefined
    },
    async answer(scene) {
      await makePasskey(scene, 'This device')
      // Or the browser would fill it in at once, where sign-in begins.
      await scene.passkeys.beAway()
    },
    answerLate: ({ person }) => person.press('Cancel'),
  },
]

describe('on the way, in Chromium', () => {
  let browser: Browser
  before(async () => {
    browser = await startChromium()
  })
  after(() => browser.close())

  describe('a page that is reloaded, and left by Back and come back to, is the page that it was', () => {
    const shipped = visits.filter(({ from, example }) => 'application' in from && !example)
    for (const visit of shipped) {
      it(visit.name, async (t) => {
        const { scene, end } = await setOut(t, browser, visit, { script: true, look: staysAsItWas })
        await visit.act(scene)
        await end(visit.ends)
      })
    }
  })

  for (const halt of halts) {
    const manners: Manner[] = [{ script: true, keyboard: false }]
    if (!halt.needsScript) manners.push({ script: false, keyboard: true })
    for (const manner of manners) {
      const how = `script ${manner.script ? 'on' : 'off'}`
      it(`${halt.name}, ${how}: a tab that was left behind shows the step of now`, (t) =>
        leavesATab(t, browser, halt, manner))
      it(`${halt.name}, ${how}: who takes too long is told so, and begins anew`, (t) =>
        takesTooLong(t, browser, halt, manner))
    }
  }
})

async function leavesATab(
  t: Pick<TestContext, 'after'>,
  browser: Browser,
  halt: Halt,
  manner: Manner,
): Promise<void> {
  const { scene } = await setOut(t, browser, halt, manner)
  const { person, world } = scene
  const first = person.page.url()
  const known = await halt.come(scene)
  const other = new Hands(await person.page.context().newPage(), {
    ours: world.issuer.origin,
    ...manner,
  })
  await other.open(first)
  await halt.answer(scene, known)
  const late = { ...scene, person: other }
  await (halt.answerLate?.(late) ?? halt.answer(late, known))
  // Nobody redeems a code here: whoever comes too late is given the answer that there was, and no other.
  if (other.page.url().startsWith(world.env.THRIFT_URL!)) {
    assert.equal(other.page.url(), person.page.url())
    return
  }
  assert.match(await other.text(), /out of date|already over|This part is done/)
}

async function takesTooLong(
  t: Pick<TestContext, 'after'>,
  browser: Browser,
  halt: Halt,
  manner: Manner,
): Promise<void> {
  const { scene } = await setOut(t, browser, halt, manner)
  const { person, world } = scene
  const { page } = person
  const before = await faceOf(page)
  const known = await halt.come(scene)
  world.clock.aheadMs += 31 * 60_000
  await halt.answer(scene, known)
  assert.match(await person.text(), /took too long/)
  const late = new URL(page.url()).pathname
  await person.press('Start again')
  await page.waitForURL(({ pathname }) => /^\/login\/[^/]+$/.test(pathname) && pathname !== late)
  assert.equal(await faceOf(page), before)
}

/** Back may lead to an upstream that has been answered, and on from there: refused, and looked at no further. */
async function staysAsItWas(page: Page): Promise<void> {
  if (!page.url().includes('/login/')) return
  const before = await faceOf(page)
  await page.reload()
  assert.equal(await faceOf(page), before, 'reloaded')
  await page.goBack()
  await page.goForward()
  assert.equal(await faceOf(page), before, 'left and come back to')
}

/** What a page is, without what is new on it each time it is shown. */
async function faceOf(page: Page): Promise<string> {
  const parts = await page.locator('h1, h2, .summary, label, button').allInnerTexts()
  return `${new URL(page.url()).pathname.split('/')[1]} ${await page.title()} ${parts.join(' | ')}`
}
