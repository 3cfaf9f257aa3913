/** What a page shows beside the fields: a picture to scan, a text to keep. */
import type { Exhibit } from '../../language/step.ts'
import { type Html, html } from './html.ts'
import { type Language, say } from './texts.ts'

/**
 * @param before the one above it
 * @returns nothing for what the page's script asks the browser: a form carries it
 */
export function exhibitHtml(
  exhibit: Exhibit,
  before: Exhibit | undefined,
  language: Language,
): Html | undefined {
  if (exhibit.kind === 'ceremony') return undefined
  if (exhibit.kind === 'note') return html`<p>${say(language, exhibit.code)}</p>`
  return exhibit.kind === 'qr' ? qr(exhibit, language) : text(exhibit, before, language)
}

/** As an image, not as markup: whatever is in it, nothing of it runs or reaches the page. */
function qr({ svg, secretText }: Extract<Exhibit, { kind: 'qr' }>, language: Language): Html {
  const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
  return html`<p>${say(language, 'exhibit.qr.scan')}</p>
<img class="qr" src="${source}" alt="${say(language, 'exhibit.qr.alt')}" width="208" height="208">
<p>${say(language, 'exhibit.qr.type')}<br><code>${secretText}</code></p>`
}

/** Several of one kind have their label once: nobody wants to read ten times what ten codes are. */
function text(exhibit: Text, before: Exhibit | undefined, language: Language): Html {
  const isNamed = before?.kind === 'text' && before.label === exhibit.label
  const label = !isNamed && html`${say(language, exhibit.label)}<br>`
  return html`<p class="kept">${label}<code>${exhibit.text}</code></p>`
}

type Text = Extract<Exhibit, { kind: 'text' }>
