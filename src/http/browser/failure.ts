/** A refusal or a bug, as a page: what the person can know of it, and the way on where there is one. */
import type { Context } from 'koa'
import type { Failure } from '../errors.ts'
import { type Html, html } from './html.ts'
import { languageFor, writePage } from './page.ts'
import { type Language, say } from './texts.ts'

/** Where a person can go from an error. */
export interface WayOn {
  /** A form's POST to this path. */
  readonly restart?: string
  /** A link to this path. */
  readonly again?: string
}

export function writeFailure(ctx: Context, style: Html, failure: Failure, way: WayOn = {}): void {
  const language = languageFor(ctx)
  writePage(ctx, style, {
    language,
    title: say(language, 'page.refused'),
    content: html`<p role="alert">${say(language, `error.${failure.code}`)}</p>
<p class="hint">${traceText(failure, language)}</p>
${way.restart !== undefined && restartHtml(way.restart, language)}
${way.again !== undefined && html`<a class="button" href="${way.again}">${say(language, 'page.return')}</a>`}`,
  })
}

function traceText({ code, supportId }: Failure, language: Language): string {
  return supportId === undefined
    ? say(language, 'page.code', { code })
    : say(language, 'page.support', { supportId })
}

function restartHtml(path: string, language: Language): Html {
  return html`<form method="post" action="${path}"><button>${say(language, 'page.restart')}</button></form>`
}
