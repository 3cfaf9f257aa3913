/** The few pages that the OpenID provider shows by itself: signing out, and requests that it refuses. */
import type { Context } from 'koa'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { Html, html } from '../browser/html.ts'
import { languageFor, writePage } from '../browser/page.ts'
import { say } from '../browser/texts.ts'

/** Asks before signing out. The form's token is the library's: it stands against cross-site requests. */
export function askSignOut(style: Html) {
  return (ctx: KoaContextWithOIDC, form: string): void => {
    const page = ctx as unknown as Context
    const language = languageFor(page)
    const back = ctx.oidc.session?.state?.postLogoutRedirectUri as string | undefined
    writePage(page, style, {
      language,
      title: say(language, 'sign-out.title'),
      content: html`<p>${say(language, 'sign-out.question')}</p>
${new Html(form)}
<p class="actions">
<button form="op.logoutForm" name="logout" value="yes">${say(language, 'sign-out.yes')}</button>
<button form="op.logoutForm" class="quiet">${say(language, 'sign-out.no')}</button>
</p>`,
      ...(back === undefined ? {} : { formTargets: [targetOf(back)] }),
    })
  }
}

export function saySignedOut(style: Html) {
  return (ctx: KoaContextWithOIDC): void => {
    const page = ctx as unknown as Context
    const language = languageFor(page)
    writePage(page, style, {
      language,
      title: say(language, 'sign-out.done'),
      content: html`<p>${say(language, 'sign-out.close')}</p>`,
    })
  }
}

/** A request so wrong that no application can be told: nobody knows which one would be the right one. */
export function refuseRequest(style: Html) {
  return (
    ctx: KoaContextWithOIDC,
    out: { error: string; error_description?: string | undefined },
  ): void => {
    const page = ctx as unknown as Context
    if (page.accepts('html', 'json') === 'json') {
      page.body = out
      return
    }
    const language = languageFor(page)
    writePage(page, style, {
      language,
      title: say(language, 'page.refused'),
      content: html`<p role="alert">${say(language, 'provider.refused')}</p>
<p class="hint">${say(language, 'page.code', { code: out.error })} ${out.error_description}</p>`,
    })
  }
}

/** As a CSP source: an origin, or the scheme of an application that has none of its own. */
function targetOf(address: string): string {
  const { origin, protocol } = new URL(address)
  return origin === 'null' ? protocol : origin
}
