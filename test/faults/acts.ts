/** What people do at the shipped flows, one act a function. A page that is not the expected one throws. */

import { KnownError } from '../../src/kit/errors.ts'
import type { StepCall, StepType } from '../../src/language/step.ts'
import { Browser, type Form, type Page } from '../support/browser.ts'
import type { Answer } from '../support/exchange.ts'
import type { Parameters, RelyingParty } from '../support/relying-party.ts'
import { codeOf, type World } from '../support/world.ts'

export const jane = { username: 'jane', password: 'paper lantern quartz' }
export const bo = { username: 'bo', password: 'seven quiet herons' }

/** As far as the page after the password. */
export async function enterPassword(
  browser: Browser,
  application: RelyingParty,
  person = jane,
  more: Parameters = {},
): Promise<Page> {
  const page = await browser.open(await application.authorize(more))
  return browser.submit(page.form('Sign in'), person)
}

/**
 * As far as the address at which the application will be answered, which is not asked yet: the last step is taken by
 * a program, which has no page to be sent on from.
 *
 * @param steps 30 seconds each, that the authenticator app is ahead: a code works once
 */
export async function finishSteps(
  browser: Browser,
  application: RelyingParty,
  world: World,
  { steps = 0, more = {} }: { steps?: number; more?: Parameters } = {},
): Promise<string> {
  const second = await enterPassword(browser, application, jane, more)
  const { action, fields } = second.form('Verify')
  const login = new URL(action).pathname.replace('/login/', '/flow-api/logins/')
  const input = { code: codeOf('jane', world, steps) }
  const answer = await browser.send(`${world.issuer.origin}${login}/actions/totp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ seq: fields.seq, input }),
  })
  return answer.json<{ readonly redirect: string }>().redirect
}

/** The request that a form sends, for many to be sent at the same moment. */
export function post({ issuer }: World, form: Form, fields: Readonly<Record<string, string>>) {
  return {
    url: form.action,
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      origin: issuer.origin,
      'sec-fetch-site': 'same-origin',
    },
    body: new URLSearchParams({
      ...form.fields,
      ...(form.button?.name && { [form.button.name]: form.button.value }),
      ...fields,
    }).toString(),
  }
}

/**
 * Signs in at the stand-in for Google, which may know this browser already, and stops before coming back.
 *
 * @returns the callback's address
 */
export async function leaveGoogle(
  browser: Browser,
  page: Page,
  person: string,
  world: Pick<World, 'issuer'>,
): Promise<string> {
  const callback = `${world.issuer.origin}/login/callback/`
  const stopping = new Browser({ stopAt: [callback] }, browser.cookies)
  let there = await stopping.submit(page.form('Continue with Google'))
  if (!there.left) there = await stopping.submit(there.form('Next'), { person })
  if (!there.left) there = await stopping.submit(there.form('Allow'))
  stopping.close()
  if (!there.left) throw new Error(`Google kept the person at ${there.url}: ${there.text}`)
  return there.url
}

/** The secret that an enrolment shows, in groups of four (RFC 4648, section 6). */
export function secretOn(page: Page): string {
  const shown = /\b(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}\b/.exec(page.text)?.[0]
  if (!shown) throw new Error(`no secret is shown: ${page.text}`)
  return shown.replaceAll(' ', '')
}

/** Goes on from an answer, as its browser would, until it is out of this machine or stands at a page. */
export async function goOn(browser: Browser, { headers, url }: Answer): Promise<Page> {
  const location = headers.location
  if (!location) throw new Error(`the answer of ${url} leads nowhere`)
  return browser.open(new URL(location, url).href)
}

/** What the application is told in an address. */
export function told(address: string): { code: string | null; error: string | null } {
  const { searchParams } = new URL(address)
  return { code: searchParams.get('code'), error: searchParams.get('error') }
}

/** Every value that a browser is ever handed for a cookie whose name ends in `what`, from now on. */
export function recordCookies(browser: Browser, what: string): Set<string> {
  const handed = new Set<string>()
  const { cookies } = browser
  const set = cookies.setCookie.bind(cookies)
  cookies.setCookie = ((cookie: string, ...rest: [string]) => {
    const [pair = ''] = cookie.split(';')
    const [name, value] = pair.split('=')
    if (name?.endsWith(what) && value) handed.add(pair)
    return set(cookie, ...rest)
  }) as typeof cookies.setCookie
  return handed
}

/**
 * Two tabs of one browser, each of an application of its own, whose last request is the same moment's.
 *
 * @param last of the second: the form by which its login ends, or the address at which it is answered
 */
export async function finishTogether(world: World, last: 'form' | 'address') {
  const browser = world.browser()
  const handed = recordCookies(browser, '-session')
  const first = { url: await finishSteps(browser, world.thrift, world) }
  // A code works once: the second one is of the next half minute.
  const steps = 1
  const second = async () => {
    const { form } = await enterPassword(browser, world.vault)
    return post(world, form('Verify'), { code: codeOf('jane', world, steps) })
  }
  const requests =
    last === 'form'
      ? [first, await second()]
      : [first, { url: await finishSteps(browser, world.vault, world, { steps }) }]
  const answers = await browser.sendTogether(requests)
  const thrift = await goOn(browser, answers[0]!)
  const vault = await goOn(browser, answers[1]!)
  const redeemed = {
    thrift: await world.thrift.redeem(thrift.url),
    vault: await world.vault.redeem(vault.url),
  }
  return { browser, handed, redeemed }
}

/** Whether a report is of something that nobody meant to happen. */
export function isBug(reported: unknown): boolean {
  return !(reported instanceof KnownError)
}

/** Puts a counter around the work of every step. */
export function countWork() {
  const done: Record<string, number> = {}
  const steps = (all: readonly StepType[]) =>
    all.map((step) => ({
      ...step,
      work(call: StepCall) {
        const { type } = step.declaration
        done[type] = (done[type] ?? 0) + 1
        return step.work(call)
      },
    }))
  return { done, steps }
}
