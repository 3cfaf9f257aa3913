/** A login where it stands, as a page. One renderer for every step there is or will be. */
import type { LoginView } from '../../engine/view.ts'
import { isTyped } from './field.ts'
import { type Html, html } from './html.ts'
import { lastOf, lastUsedFirst } from './last-used.ts'
import { webAddress } from './leave.ts'
import { errorsOf, messageText } from './messages.ts'
import {
  asksAfter,
  buttonHtml,
  fieldId,
  formHtml,
  isForm,
  optionTitle,
  type Setting,
} from './option.ts'
import type { Page } from './page.ts'
import { ceremonyOf } from './passkey.ts'
import { passkeyScript } from './script.ts'
import { type Language, say } from './texts.ts'

/**
 * @param path the login's own path
 * @param notice said above everything else, for an answer that was refused
 * @param used option ids that were used in this browser, the last one first
 */
export function loginPage(
  shown: LoginView,
  language: Language,
  path: string,
  notice?: string,
  used: readonly string[] = [],
): Page {
  const view = lastUsedFirst(shown, used)
  const inError = notice !== undefined || errorsOf(view).length > 0
  const title = titleOf(view, language)
  const content = view.status === 'complete' ? complete : choices
  return {
    language,
    title: inError ? say(language, 'page.error', { title }) : title,
    heading: view.flow.title,
    ...(view.options.some(ceremonyOf) && { script: passkeyScript }),
    content: html`${whoHtml(view, language)}
${summaryHtml(view, language, notice)}
${content({ view, language, path, last: lastOf(view, used) })}`,
  }
}

/** What the page is for, most particular first (WCAG 2.2, 2.4.2). */
function titleOf({ status, options, flow }: LoginView, language: Language): string {
  if (status === 'complete') return `${say(language, 'page.complete')} ${flow.title}`
  const only = options.length === 1 ? optionTitle(options[0]!, language) : flow.title
  return only === flow.title ? only : `${only} – ${flow.title}`
}

/** Reached by Back or a second tab: the way on is a link, so that Back is no trap. */
function complete({ view, language }: Setting): Html {
  return html`<p>${say(language, 'page.complete')}</p>
${onwardHtml(view, say(language, 'page.continue-to', { application: view.application.title }))}`
}

function choices(setting: Setting): Html {
  const { view, language } = setting
  const forms = view.options.filter(isForm)
  const buttons = view.options.filter((option) => !isForm(option))
  const isAfter = asksAfter(view)
  const asked = forms.map((option) => formHtml(option, setting))
  const otherWays = forms.length > 0 && !isAfter && say(language, 'page.other-ways')
  return html`${view.status === 'awaiting_upstream' && awayHtml(setting)}
${!isAfter && asked}
${
  buttons.length > 0 &&
  html`<section${otherWays && html` aria-label="${otherWays}"`}>
${buttons.map((option) => buttonHtml(option, setting))}
</section>`
}
${isAfter && asked}
${navHtml(setting)}`
}

/** Back from an upstream before it has answered: on to it again, or any other way. */
function awayHtml({ view, language }: Setting): Html {
  return html`<div class="note"><p>${say(language, 'page.away')}</p>
${onwardHtml(view, say(language, 'page.continue'))}</div>`
}

function onwardHtml({ redirect }: LoginView, text: string): Html | false {
  return (
    redirect !== undefined && html`<a class="button" href="${webAddress(redirect)}">${text}</a>`
  )
}

function whoHtml({ application, flow, who }: LoginView, language: Language): Html {
  const isNamed = flow.title.toLowerCase().includes(application.title.toLowerCase())
  return html`
${!isNamed && html`<p class="soft">${say(language, 'page.for', { application: application.title })}</p>`}
${who !== undefined && html`<p class="soft">${say(language, 'page.who', { who })}</p>`}`
}

/** Errors first, each with a link to where it can be mended (WCAG 2.2, 3.3.1 and 3.3.3). */
function summaryHtml(view: LoginView, language: Language, notice: string | undefined): Html {
  const errors = errorsOf(view)
  const isMended = errors.some(({ option }) => fieldToMend(view, option)) || errors.length === 0
  const infos = view.messages.filter(({ level }) => level === 'info')
  return html`${
    (errors.length > 0 || notice !== undefined) &&
    html`<div class="summary" role="alert"${!isMended && html` autofocus tabindex="-1"`}>
<p><strong>${say(language, 'page.summary')}</strong></p>
${notice !== undefined && html`<p>${notice}</p>`}
${errors.map((message) => {
  const text = messageText(message, view, language)
  const target = fieldToMend(view, message.option)
  return html`<p>${target === undefined ? text : html`<a href="#${target}">${text}</a>`}</p>`
})}
</div>`
  }
${infos.map((message) => html`<div class="note" role="status"><p>${messageText(message, view, language)}</p></div>`)}`
}

function fieldToMend(view: LoginView, optionId: string | undefined): string | undefined {
  const option = view.options.find(({ id, kind }) => id === optionId && kind === 'form')
  const field = option?.fields.find(isTyped)
  return option && field && fieldId(view, option, field.name)
}

function navHtml({ view, language, path }: Setting): Html {
  return html`<nav><form method="post" action="${path}">
<input type="hidden" name="seq" value="${view.seq}">
${view.canGoBack && html`<button name="action" value="back">${say(language, 'page.back')}</button>`}
<button name="action" value="cancel">${say(language, 'page.cancel')}</button>
</form></nav>`
}
