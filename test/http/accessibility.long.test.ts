import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import type { LoginView, OptionView } from '../../src/engine/view.ts'
import { languages } from '../../src/http/browser/texts.ts'
import { serverOptions } from '../../src/http/limits.ts'
import type { StepType } from '../../src/language/step.ts'
import { stepTypes } from '../../src/steps/index.ts'
import { faultsOf, looks } from '../support/axe.ts'
import { openChromium } from '../support/chromium.ts'
import { freePort } from '../support/free-port.ts'
import { google, refuse, secret, totp, viewOf, worldOf } from './world.ts'

/** As long as a name gets, with nothing to break it at. */
const long = 'Donaudampfschifffahrtsgesellschaftskapitänsmützenfabrik'
const qr = {
  kind: 'qr',
  uri: 'otpauth://totp/x',
  svg: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v7h-7z"/></svg>',
  secretText: 'ABCD EFGH IJKL MNOP QRST UVWX YZ23 4567',
} as const

describe('a page', () => {
  const offered = stepTypes.filter(({ declaration }) => declaration.mode !== 'run')
  for (const step of offered) {
    const { type } = step.declaration
    it(`that asks for ${type} is no hindrance: asked, refused, chosen; light and dark; 320 and 1280 px (WCAG 2.2 AA)`, async (t) => {
      const form = formOf(step)
      await holdsFor(t, [
        viewOf({ options: [form] }),
        viewOf({
          options: [form, google, { ...form, id: 'x', kind: 'choose', fields: [] }],
          messages: [wrong(form)],
          canGoBack: true,
          who: 'Jane Doe',
        }),
      ])
    })
  }

  it('that has much to say is no hindrance: long names, a picture, ways that are down, a finished login', async (t) => {
    const option = { ...totp, exhibits: [qr, { kind: 'text', label: 'consent.name', text: long }] }
    const redirect = 'https://thrift.example/'
    await holdsFor(t, [
      viewOf({
        flow: { name: 'x', title: long, digest: '' },
        application: { id: 'x', title: long },
        who: long,
        options: [
          option as OptionView,
          { ...google, title: long, troubled: true },
          { ...google, id: 'b', title: 'Corp' },
        ],
      }),
      viewOf({ status: 'complete', redirect, options: [] }),
      viewOf({ status: 'awaiting_upstream', redirect }),
    ])
  })

  it('that says no is no hindrance: too late, over, none of this browser, busy', async (t) => {
    const refusals = ['LOGIN_EXPIRED', 'LOGIN_OVER', 'BROWSER_MISMATCH', 'BUSY'] as const
    await holdsFor(
      t,
      refusals.map((code) => () => refuse(code, 'x')),
    )
  })
})

/** Each view in English in every look, the last one in the other languages as well, in one of them each. */
async function holdsFor(
  t: Pick<TestContext, 'after'>,
  views: readonly (LoginView | (() => never))[],
): Promise<void> {
  const { origin, show } = await serve(t)
  const { page, complaints } = await openChromium(t)
  const [name, value] = [`sallyport-${new URL(origin).port}-default-browser`, secret]
  await page.context().addCookies([{ name, value, url: origin }])
  for (const view of views) {
    const spoken = view === views.at(-1) ? languages : languages.slice(0, 1)
    for (const [i, { tag, direction }] of spoken.entries()) {
      await page.setExtraHTTPHeaders({ 'Accept-Language': tag })
      show(view)
      await page.goto(`${origin}/login/lg_1`)
      assert.equal(await page.getAttribute('html', 'dir'), direction)
      for (const look of i === 0 ? looks : [looks[i]!]) {
        assert.deepEqual(await faultsOf(page, look), [], `${tag} ${look.width} ${look.scheme}`)
      }
      await isReachedByKeyboard(page)
    }
  }
  const refused = /the server responded with a status/
  assert.deepEqual(
    complaints.filter((text) => !refused.test(text)),
    [],
  )
}

/** Tab visits all that can be used, in the order in which it stands on the page (WCAG 2.2, 2.1.1, 2.4.3). */
async function isReachedByKeyboard(page: Page): Promise<void> {
  const usable = 'a[href], button, input:not([type=hidden])'
  await page.evaluate(
    `usable = [...document.querySelectorAll('${usable}')].filter((each) => each.checkVisibility())`,
  )
  const focused = () => page.evaluate('usable.indexOf(document.activeElement)')
  const count = Number(await page.evaluate('usable.length'))
  let last = Number(await focused())
  for (let press = 0; press <= count; press += 1) {
    await page.keyboard.press('Tab')
    const next = Number(await focused())
    assert.equal(next, last + 1 === count ? -1 : last + 1, 'the next one, or out of the page')
    last = next
  }
}

async function serve(t: Pick<TestContext, 'after'>) {
  const port = await freePort()
  const origin = `http://localhost:${port}`
  let current: LoginView | (() => never) = viewOf()
  const { app } = worldOf({
    view: () => (typeof current === 'function' ? current() : current),
    settings: { issuer: new URL(origin) },
  })
  const server = createServer(serverOptions(), app.callback())
  await new Promise<void>((done) => server.listen(port, 'localhost', done))
  t.after(() => new Promise((done) => server.close(done)))
  const show = (view: typeof current) => {
    current = view
  }
  return { origin, show }
}

function formOf({ declaration, fields }: StepType): OptionView {
  const { type } = declaration
  return {
    id: type,
    step: type,
    title: declaration.byConnection ? 'Corp' : undefined,
    kind: 'form',
    fields: declaration.byConnection ? [] : fields,
    exhibits: [],
    troubled: false,
    isWayIn: true,
  }
}

function wrong({ id, step }: OptionView) {
  return { code: `${step}.invalid`, level: 'error', option: id, attemptsLeft: 2 } as const
}
