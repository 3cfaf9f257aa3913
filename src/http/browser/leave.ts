/** The way from a page of ours to somewhere else. */
import type { Context } from 'koa'
import { type Html, html } from './html.ts'
import { languageFor, writePage } from './page.ts'
import { say } from './texts.ts'

/**
 * Answers a form's POST that ends elsewhere.
 *
 * A browser gets a page that goes on by itself: Chromium would hold a redirect, and all that follow it,
 * to the `form-action` of the page whose form was sent, and stop there. A page's own navigation is not a
 * form's, works without script, and takes the place of this answer in the history. Whoever does not say
 * that it navigates is no such browser, and gets the plain redirect.
 */
export function leaveAfterForm(ctx: Context, style: Html, address: string): void {
  if (ctx.get('Sec-Fetch-Mode') !== 'navigate') {
    seeOther(ctx, address)
    return
  }
  const target = webAddress(address)
  const language = languageFor(ctx)
  ctx.status = 200
  writePage(ctx, style, {
    language,
    title: say(language, 'page.one-moment'),
    content: html`<p class="soft">${say(language, 'page.leaving')}</p>
<a class="button" href="${target}">${say(language, 'page.continue')}</a>`,
    onward: target,
  })
}

/** 303: whatever was sent is not sent again (RFC 9700, section 4.12). */
export function seeOther(ctx: Context, address: string): void {
  ctx.status = 303
  ctx.set('Location', webAddress(address))
  ctx.body = ''
}

/** @throws {TypeError} for anything but http and https: no engine gives such an address */
export function webAddress(address: string): string {
  const url = new URL(address)
  if (!/^https?:$/.test(url.protocol)) throw new TypeError('an address that is not of the web')
  return url.href
}
