/** One field of a form, from its description. */
import type { Field } from '../../language/step.ts'
import { type Html, html } from './html.ts'
import { type Language, say } from './texts.ts'

export interface FieldSetting {
  readonly language: Language
  /** The element's id, unique in the page. */
  readonly id: string
  /** The element that says what is wrong; absent: nothing is. */
  readonly errorId: string | undefined
  readonly focus: boolean
  /** The browser may fill it in with a passkey as well. */
  readonly takesPasskey: boolean
}

export function fieldHtml(field: Field, setting: FieldSetting): Html {
  if (field.kind === 'choice') return html``
  if (!isTyped(field)) return html`<input type="hidden" name="${field.name}" value="">`
  const { language, id, errorId, focus, takesPasskey } = setting
  const label = say(language, field.label)
  const hints = inputHints(field)
  return html`<div class="field">
<label for="${id}">${label}</label>
<input id="${id}" name="${field.name}" type="${hints.type}" maxlength="${field.maxLength}" \
autocomplete="${field.autocomplete}${takesPasskey && ' webauthn'}"\
${hints.inputmode !== undefined && html` inputmode="${hints.inputmode}"`}\
${hints.verbatim && html` autocapitalize="none" autocorrect="off" spellcheck="false"`}\
${field.kind === 'code' && html` class="code"`} dir="${isLatin(field) ? 'ltr' : 'auto'}"\
${field.required && html` required`}\
${errorId !== undefined && html` aria-invalid="true" aria-describedby="${errorId}"`}\
${focus && html` autofocus`}>
</div>`
}

/** Whether a person types it, rather than the browser's credential API or a button. */
export function isTyped(field: Field): boolean {
  return field.kind !== 'credential' && field.kind !== 'choice'
}

/** A code, an address and a number read from left to right in every language; a name as it is written. */
function isLatin({ kind }: Field): boolean {
  return kind === 'code' || kind === 'email' || kind === 'tel'
}

export interface InputHints {
  readonly type: 'text' | 'email' | 'tel' | 'password' | 'hidden'
  readonly inputmode: 'numeric' | 'email' | 'tel' | undefined
  /** No capital letters, corrections or spelling: it must arrive as typed. */
  readonly verbatim: boolean
  /** Not to be shown again, or logged, by whoever handles it. */
  readonly secret: boolean
}

/** How a person is best helped to type it. */
export function inputHints(field: Field): InputHints {
  // A recovery code has letters; what an authenticator shows has not (RFC 4226, section 5.3).
  const inputmode =
    field.autocomplete === 'one-time-code' ? 'numeric' : byKind[field.kind].inputmode
  return { ...byKind[field.kind], inputmode }
}

/** One line a kind of field. */
const byKind: Readonly<Record<Field['kind'], InputHints>> = {
  text: { type: 'text', inputmode: undefined, verbatim: true, secret: false },
  email: { type: 'email', inputmode: 'email', verbatim: true, secret: false },
  tel: { type: 'tel', inputmode: 'tel', verbatim: true, secret: false },
  password: { type: 'password', inputmode: undefined, verbatim: true, secret: true },
  'new-password': { type: 'password', inputmode: undefined, verbatim: true, secret: true },
  code: { type: 'text', inputmode: undefined, verbatim: true, secret: true },
  choice: { type: 'text', inputmode: undefined, verbatim: true, secret: false },
  credential: { type: 'hidden', inputmode: undefined, verbatim: true, secret: true },
}
