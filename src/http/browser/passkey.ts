/** A form that the browser's credential API fills in, for a page's script to find. */
import type { OptionView } from '../../engine/view.ts'
import type { Exhibit } from '../../language/step.ts'
import { type Html, html } from './html.ts'
import { type Language, say } from './texts.ts'

export type Ceremony = Extract<Exhibit, { kind: 'ceremony' }>

export function ceremonyOf({ exhibits }: OptionView): Ceremony | undefined {
  return exhibits.find((exhibit) => exhibit.kind === 'ceremony')
}

/** Marks the form's section. It is hidden until the script has found that the browser can do it. */
export function ceremonyAttributes({ ceremony, options }: Ceremony): Html {
  return html` hidden data-ceremony="${ceremony}" data-options="${JSON.stringify(options)}"`
}

/** Shown by the script when the person has closed the browser's own dialogue, or it came to nothing. */
export function failedHtml(language: Language): Html {
  return html`<p class="error" role="alert" hidden data-failed>${say(language, 'passkey.failed')}</p>`
}

/** Says why a way is missing: the browser cannot, or may not run the script. */
export function missingHtml(language: Language): Html {
  const text = say(language, 'passkey.missing')
  return html`<p class="hint" hidden>${text}</p><noscript><p class="hint">${text}</p></noscript>`
}
