/**
 * A link that was sent, on whichever device it is opened. Opening it changes nothing (link scanners do, too); its
 * form sends the number that stands where the login waits. Nobody is signed in here.
 */
import type { Context, Middleware } from 'koa'
import type { Logins } from '../../engine/view.ts'
import { readForm } from '../body.ts'
import { type Html, html } from './html.ts'
import { languageFor, writePage } from './page.ts'
import { say } from './texts.ts'

interface LinkParts {
  readonly logins: Pick<Logins, 'confirm'>
  readonly style: Html
}

/** Whatever the token is: only the form says whether it is one. */
export function askForNumber({ style }: LinkParts): Middleware {
  return async (ctx) => {
    const language = languageFor(ctx)
    writePage(ctx, style, {
      language,
      title: say(language, 'link.title'),
      content: html`<p>${say(language, 'link.warning')}</p>
<form method="post">
<div class="field"><label for="number">${say(language, 'link.number')}</label>
<input id="number" name="number" type="text" inputmode="numeric" maxlength="2" autocomplete="off" \
class="code" dir="ltr" required autofocus></div>
<p class="actions"><button>${say(language, 'link.submit')}</button></p>
</form>`,
    })
  }
}

/** The same is said of a right number and of a wrong one: there is one try, and no telling. */
export function takeNumber({ logins, style }: LinkParts): Middleware {
  return async (ctx) => {
    const { number = '' } = await readForm(ctx)
    await logins.confirm({ token: readToken(ctx), number })
    const language = languageFor(ctx)
    writePage(ctx, style, {
      language,
      title: say(language, 'link.done'),
      content: html`<p>${say(language, 'link.go-on')}</p>`,
    })
  }
}

/** Mail programs take what stands around a link for a part of it. */
function readToken(ctx: Context): string {
  return String(ctx.params.token).replace(/[^\w-]/g, '')
}
