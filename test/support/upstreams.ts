/** What people do at the upstreams of the demo world. */
import type { Browser, Page } from './browser.ts'
import type { Visit } from './visitor.ts'

/** Picks a person and allows what is asked; what Google remembers it does not ask again. */
export function signInAtGoogle(name: string): Visit {
  return (page, browser) => press(page, browser, [name, 'Allow'])
}

export function signInAtGithub(login: string): Visit {
  return (page, browser) => press(page, browser, [login, 'Authorize'])
}

/** Says yes, and stays there. @returns the callback to which the browser is sent */
export async function agreeAtGithub(page: Page, browser: Browser, login: string): Promise<string> {
  const consent = await browser.submit(page.form(login))
  const sent = await browser.submit(consent.form('Authorize'), {}, { redirects: 0 })
  return String(sent.headers.location)
}

/** Says who they are, and then no. */
export function denyAtGoogle(name: string): Visit {
  return (page, browser) => press(page, browser, [name, 'Deny'])
}

export function denyAtGithub(login: string): Visit {
  return (page, browser) => press(page, browser, [login, 'Cancel'])
}

async function press(first: Page, browser: Browser, buttons: readonly string[]): Promise<Page> {
  const { origin } = new URL(first.url)
  let page = first
  for (const button of buttons) {
    const isHere = !page.left && new URL(page.url).origin === origin
    if (isHere && hasButton(page, button)) page = await browser.submit(page.form(button))
  }
  return page
}

function hasButton(page: Page, text: string): boolean {
  return page.forms.some(({ buttons }) => buttons.some((button) => button.text.startsWith(text)))
}
