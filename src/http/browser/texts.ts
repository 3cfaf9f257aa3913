/**
 * What people read, by permanent code and by language.
 *
 * A code that has no text of its own takes the text of its last word under `step` (`corp.invalid` reads
 * `step.invalid`): a new step is readable on its first day. A test demands a text of its own for every
 * title and label of the steps there are.
 */
import { arabic } from './texts/ar.ts'
import { german } from './texts/de.ts'
import { english } from './texts/en.ts'

/** Every catalogue has a text for each: one that misses some does not compile. */
export type Catalogue = Readonly<Record<keyof typeof english, string>>

export interface Language {
  /** BCP 47. */
  readonly tag: string
  readonly direction: 'ltr' | 'rtl'
  readonly texts: Catalogue
}

export const languages: readonly Language[] = [
  { tag: 'en', direction: 'ltr', texts: english },
  { tag: 'de', direction: 'ltr', texts: german },
  { tag: 'ar', direction: 'rtl', texts: arabic },
]

/**
 * Picks a language for a list of wishes, best first (RFC 4647, section 3.4: `de-CH` falls back to `de`).
 *
 * @returns English where none of them is spoken here
 */
export function pickLanguage(wishes: readonly string[]): Language {
  for (const wish of wishes) {
    for (
      let tag = wish.toLowerCase();
      tag !== '';
      tag = tag.slice(0, Math.max(0, tag.lastIndexOf('-')))
    ) {
      const found = languages.find((language) => language.tag.toLowerCase() === tag)
      if (found) return found
    }
  }
  return languages[0]!
}

/** The text of a code, with `{names}` filled in. */
export function say(
  language: Language,
  code: string,
  values: Readonly<Record<string, string | number>> = {},
): string {
  const text = ownText(language, code) ?? defaultText(language, code)
  return text.replace(/\{(\w+)\}/g, (_, name: string) => isolated(values[name] ?? '', language))
}

/** Where either is written from right to left, a value must not turn the sentence around it (UAX 9, 2.2). */
function isolated(value: string | number, { direction }: Language): string {
  const isPlain = typeof value === 'number' || (direction === 'ltr' && !turning.test(value))
  return isPlain ? String(value) : `\u2068${value}\u2069`
}

/** Letters that are written from right to left, and what says that others are. */
const turning =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\u202a-\u202e]/u

/** @returns absence when the code has no text of its own */
export function ownText(language: Language, code: string): string | undefined {
  return Object.hasOwn(language.texts, code) ? language.texts[code as keyof Catalogue] : undefined
}

function defaultText(language: Language, code: string): string {
  const word = code.slice(code.lastIndexOf('.') + 1)
  return ownText(language, `step.${word}`) ?? ownText(language, 'step.title')!
}
