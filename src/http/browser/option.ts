/** One way to go on, from its description: a form to fill in, or a button that leads to one. */
import type { LoginView, OptionView } from '../../engine/view.ts'
import type { Field } from '../../language/step.ts'
import { exhibitHtml } from './exhibit.ts'
import { fieldHtml, isTyped } from './field.ts'
import { type Html, html } from './html.ts'
import { errorOf, errorsOf, messageText } from './messages.ts'
import { ceremonyAttributes, ceremonyOf, failedHtml, missingHtml } from './passkey.ts'
import { type Language, ownText, say } from './texts.ts'

export interface Setting {
  readonly view: LoginView
  readonly language: Language
  /** The login's own path. */
  readonly path: string
  /** The option that was used here the last time; absent: none of them, or there is no choice. */
  readonly last?: string | undefined
}

/** The id of an option's field in the page. */
export function fieldId(view: LoginView, option: OptionView, field: string): string {
  return `o${view.options.indexOf(option)}-${field}`
}

/**
 * A whole form. What is wrong is said once, and belongs to all its fields: which one of several it was
 * is not for everybody to know.
 */
export function formHtml(option: OptionView, setting: Setting): Html {
  const { view, language } = setting
  const error = errorOf(view, option.id)
  const place = `o${view.options.indexOf(option)}`
  const errorId = error && `${place}-error`
  const ceremony = ceremonyOf(option)
  const title = optionTitle(option, language)
  return html`<section aria-label="${title}"${ceremony && ceremonyAttributes(ceremony)}>
${title !== view.flow.title && !isSaidByButton(title, option, language) && html`<h2>${title}</h2>`}
${option.exhibits.map((exhibit, i, all) => exhibitHtml(exhibit, all[i - 1], language))}
${hintsOf(option, setting).map((hint) => html`<p class="hint">${hint}</p>`)}
<form method="post" action="${setting.path}">
${hiddenHtml(view.seq, option.id)}
${error && html`<p class="error" id="${errorId}">${messageText(error, view, language)}</p>`}
${option.fields.map((field, i) => {
  const id = fieldId(view, option, field.name)
  const focus = i === 0 && takesFocus(option, view)
  const takesPasskey = field.names === true && offersPasskey(view)
  return fieldHtml(field, { language, id, errorId, focus, takesPasskey })
})}
${ceremony && failedHtml(language)}
${buttonsHtml(option, setting)}
</form>
</section>
${ceremony && missingHtml(language)}`
}

/** Nobody wants to read twice what there is to press, where there is nothing to fill in. */
function isSaidByButton(title: string, option: OptionView, language: Language): boolean {
  const { fields } = option
  const answers = fields.flatMap(({ choices = [] }) => choices.map(({ label }) => label))
  const isOnButton =
    (isSent(option) && stepText(option, 'submit', language) === title) ||
    answers.some((label) => say(language, label) === title)
  return isOnButton && !fields.some(isTyped)
}

/** Beside an answer: whoever takes a choice has nothing to fill in. */
function isSent({ fields }: OptionView): boolean {
  return fields.every(({ kind, required }) => kind !== 'choice' || !required)
}

/** One that sends the form; and one for each answer to what is chosen. */
function buttonsHtml(option: OptionView, { view, language }: Setting): Html {
  const choices = option.fields.filter(({ kind }) => kind === 'choice')
  const isLoud = standsOut(view) === option
  const submit = html`<button${!isLoud && quiet}>${stepText(option, 'submit', language)}</button>`
  return html`${isSent(option) && submit}
${choices.map((choice) => choiceHtml(choice, language, isLoud && choice.required ? '' : quiet))}`
}

const quiet = html` class="quiet"`

/** One thing on a page: the first form, or the first way where the forms only ask about it. */
function standsOut(view: LoginView): OptionView | undefined {
  return asksAfter(view) ? view.options[0] : view.options.find(isForm)
}

/** A question that can be left comes after what it is about; where something is typed, that comes first. */
export function asksAfter({ options }: LoginView): boolean {
  const forms = options.filter(isForm)
  const isTypedIn = forms.some(({ fields }) => fields.some(isTyped))
  return forms.length > 0 && !isTypedIn && forms[0] !== options[0]
}

export function isForm({ kind }: OptionView): boolean {
  return kind === 'form'
}

function choiceHtml(
  { name, label, choices = [], required }: Field,
  language: Language,
  look: Html | '',
): Html {
  return html`<p>${say(language, label)}</p>
${choices.map(
  (each) => html`<button${look} name="${name}" value="${each.value}"\
${!required && html` formnovalidate`}>${say(language, each.label)}</button>
`,
)}`
}

/** The form in error; without one, the first that asks for anything. */
function takesFocus(option: OptionView, view: LoginView): boolean {
  if (errorsOf(view).length > 0) return errorOf(view, option.id) !== undefined
  return view.options.find(({ fields }) => fields.some(isTyped)) === option
}

/** Autofill: the browser lists passkeys where a user name is asked for (WebAuthn Level 3, section 5.1.4). */
function offersPasskey({ options }: LoginView): boolean {
  return options.some((option) => ceremonyOf(option)?.ceremony === 'get')
}

/** A button: leaves for an upstream, or chooses a way whose form comes next. */
export function buttonHtml(option: OptionView, setting: Setting): Html {
  const { view, language, path } = setting
  const hintId = `o${view.options.indexOf(option)}-hint`
  const hints = hintsOf(option, setting).join(' ')
  return html`<form method="post" action="${path}">
${hiddenHtml(view.seq, option.id)}
<button class="way${standsOut(view) === option && ' loud'}"${hints && html` aria-describedby="${hintId}"`}>${buttonText(option, language)}</button>
${hints && html`<p class="hint" id="${hintId}">${hints}</p>`}
</form>`
}

/** What is to be known of a way before it is taken. */
function hintsOf({ id, troubled }: OptionView, { language, last }: Setting): readonly string[] {
  return [
    ...(id === last ? [say(language, 'page.last-used')] : []),
    ...(troubled ? [say(language, 'page.troubled')] : []),
  ]
}

export function optionTitle(option: OptionView, language: Language): string {
  return stepText(option, 'title', language)
}

/** `<step>.continue`; a step that has none is named by its title. */
export function buttonText(option: OptionView, language: Language): string {
  const hasOwn = ownText(language, `${option.step}.continue`) !== undefined
  return hasOwn || option.title !== undefined
    ? stepText(option, 'continue', language)
    : stepText(option, 'title', language)
}

function stepText(option: OptionView, word: string, language: Language): string {
  return say(language, `${option.step}.${word}`, { title: option.title ?? '' })
}

function hiddenHtml(seq: string, action: string): Html {
  return html`<input type="hidden" name="seq" value="${seq}">
<input type="hidden" name="action" value="${action}">`
}
