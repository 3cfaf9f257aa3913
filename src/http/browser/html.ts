/**
 * HTML as a tagged template that escapes whatever is put into it.
 *
 * Our own, because it is thirty lines whose one promise is the escaping: a template engine brings a
 * second language, a loader and a way to say "not escaped" in every template.
 */
export class Html {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return this.#text
  }
}

/** `false` and `undefined` print nothing, so that `${wanted && html`...`}` can be written. */
export type Part = Html | string | number | false | undefined | readonly Part[]

/** Attributes must stand in double quotes. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(
    strings.map((string, i) => string + (i < parts.length ? print(parts[i]) : '')).join(''),
  )
}

function print(part: Part): string {
  if (part === undefined || part === false) return ''
  if (part instanceof Html) return part.toString()
  if (typeof part === 'object') return part.map(print).join('')
  return escaped(String(part))
}

/** Safe in text and in a quoted attribute (HTML, section 13.1.2.3). */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
