/**
 * What an operator can change about the looks of the pages, and what of it people can read: the contrast of
 * two colours (WCAG 2.2, "contrast ratio"), and the colours that a theme has to stand on.
 */

/** `#` and six hexadecimal digits. */
export type Colour = string

/** What the files say of the pages' looks. Absent: the page's own. */
export interface Theme extends Look {
  /** Of one application's logins, by its id: whole, the house's where it says nothing. Absent: none. */
  readonly applications?: Readonly<Record<string, Look>>
}

export interface Look {
  /** Stands above every page, or for who cannot see the logo. */
  readonly name?: string
  /** SVG without script and without anything from elsewhere. */
  readonly logo?: string
  /** The same on dark ground. Absent: `logo`. */
  readonly darkLogo?: string
  readonly light: Accent
  readonly dark: Accent
  /** Of buttons and fields: 0 to 24. */
  readonly radiusPx?: number
}

/** Buttons with the text on them, and links. */
export interface Accent {
  readonly accent: Colour
  readonly accentText: Colour
}

/** What a card's accent has to be told from, and what it is where no file says otherwise. */
export const palette = {
  light: { card: '#ffffff', accent: '#2f4bb8', accentText: '#ffffff' },
  dark: { card: '#1b1d24', accent: '#a9b8ff', accentText: '#11183a' },
} as const satisfies Readonly<Record<'light' | 'dark', Accent & { readonly card: Colour }>>

/** Of text (WCAG 2.2, 1.4.3): a link is text, and so is what stands on a button. */
export const textContrastMin = 4.5

/** From 1 to 21. */
export function contrast(one: Colour, other: Colour): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light! + 0.05) / (dark! + 0.05)
}

/**
 * The colour nearest to this one, towards black or white, that is text on every one of these grounds.
 *
 * @returns absence when there is none
 */
export function readable(colour: Colour, grounds: readonly Colour[]): Colour | undefined {
  const suits = (mixed: Colour) => grounds.every((each) => contrast(mixed, each) >= textContrastMin)
  for (let percent = 0; percent <= 100; percent += 1) {
    const found = ['#000000', '#ffffff'].map((end) => mix(colour, end, percent / 100)).find(suits)
    if (found !== undefined) return found
  }
  return undefined
}

/** WCAG 2.2, "relative luminance". */
function luminance(colour: Colour): number {
  const [red, green, blue] = channels(colour).map((channel) => {
    const share = channel / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

function mix(from: Colour, to: Colour, share: number): Colour {
  const ends = channels(to)
  const mixed = channels(from).map((one, i) => Math.round(one + (ends[i]! - one) * share))
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
}

function channels(colour: Colour): readonly number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
}
