/** `theme.yaml`: the looks of the pages. What people could not read, and a logo that does more than look, are problems. */
import { type Environment, entriesOf, type FieldSpecs, readFields, Values } from './fields.ts'
import type { Findings } from './findings.ts'
import { didYouMean } from './nearest.ts'
import type { SourceFile } from './source.ts'
import { contrast, type Look, palette, readable, type Theme, textContrastMin } from './theme.ts'
import type { Entry, MapNode } from './tree.ts'

const aColour = {
  kind: 'text',
  pattern: /^#[0-9a-fA-F]{6}$/,
  shape: 'six hexadecimal digits in quotes, as `"#2f4bb8"`',
} as const
const aPicture = {
  kind: 'text',
  pattern: /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*\.svg$/,
  shape: 'the name of an SVG file in this folder, as `logo.svg`',
} as const

export const themeFields = {
  name: {
    kind: 'text',
    longest: 60,
    pattern: /^[^"\\<>{}\n\r\f]+$/,
    shape: 'a name without quotes, brackets and `\\`',
    description: 'of the house: above every page, or for who cannot see the logo',
  },
  logo: {
    ...aPicture,
    description: 'an SVG file beside this one, without script; 16,000 characters',
  },
  darkLogo: { ...aPicture, description: 'the logo on dark ground; `logo` unless said' },
  accent: { ...aColour, description: 'buttons and links' },
  accentText: { ...aColour, description: 'the text on buttons' },
  darkAccent: { ...aColour, description: 'buttons and links on dark ground' },
  darkAccentText: { ...aColour, description: 'the text on buttons on dark ground' },
  radiusPx: {
    kind: 'int',
    min: 0,
    max: 24,
    default: 10,
    description: 'the corners of buttons and fields, in CSS pixels; 0 to 24',
  },
} as const satisfies FieldSpecs

/** UTF-16 units; a page weighs less than 30 kB with everything. */
const longestPicture = 16_000

/** Whether a file of the folder is a picture, and no YAML. */
export function isPicture({ name }: SourceFile): boolean {
  return name.endsWith('.svg')
}

/**
 * @param applications ids of those that there are. Absent: they could not be read
 * @returns absence when the file says nothing that can be read
 */
export function readTheme(
  root: MapNode,
  pictures: readonly SourceFile[],
  applications: readonly string[] | undefined,
  env: Environment,
  findings: Findings,
): Theme | undefined {
  const known = findings.keys(root, 'the file', ['theme', 'applications'])
  const entry = findings.need(known, 'theme', 'the file', 'add `theme:`')
  const node = entry && findings.map(entry.value, '`theme`')
  const read = (look: MapNode, what: string, house?: Look) =>
    readLook(look, what, house, pictures, env, findings)
  const house = node && read(node, 'the theme')
  const entries = new Map([...known.entries].filter(([key]) => key === 'applications'))
  if (entries.size === 0) return house
  const own = entriesOf({ ...known, entries }, 'applications', 'application', findings)
  for (const { id, place } of own) {
    if (applications === undefined || applications.includes(id)) continue
    const message = `there is no application \`${id}\` that could look so`
    findings.report('application-unknown', place, message, didYouMean(id, applications))
  }
  const looks = own.map(({ id, what, node }) => [id, read(node, what, house)] as const)
  return house && { ...house, applications: Object.fromEntries(looks) }
}

/** @param house what is so where the look says nothing. Absent: what the pages have */
function readLook(
  node: MapNode,
  what: string,
  house: Look | undefined,
  pictures: readonly SourceFile[],
  env: Environment,
  findings: Findings,
): Look {
  const values = new Values(readFields(node, what, themeFields, env, findings))
  const base = house ?? palette
  const light = accentOf(base.light, values.text('accent'), values.text('accentText'))
  const dark = accentOf(base.dark, values.text('darkAccent'), values.text('darkAccentText'))
  reportFaint(node, ['accent', 'accentText'], 'light', light, findings)
  reportFaint(node, ['darkAccent', 'darkAccentText'], 'dark', dark, findings)
  const picture = (key: string) =>
    pictureOf(node.entries.get(key), values.text(key), pictures, findings)
  const name = values.text('name') || house?.name
  const own = picture('logo')
  const logo = own ?? house?.logo
  // The house's on dark ground is none of another logo.
  const darkLogo = picture('darkLogo') ?? (own === undefined ? house?.darkLogo : undefined)
  const saysRadius = house === undefined || node.entries.has('radiusPx')
  const radiusPx = saysRadius ? values.int('radiusPx') : house.radiusPx
  return {
    light,
    dark,
    ...(name !== undefined && name !== '' && { name }),
    ...(logo !== undefined && { logo }),
    ...(darkLogo !== undefined && { darkLogo }),
    ...(radiusPx !== undefined && { radiusPx }),
  }
}

type Scheme = keyof typeof palette

function accentOf(base: Look['light'], accent: string, accentText: string): Look['light'] {
  return { accent: accent || base.accent, accentText: accentText || base.accentText }
}

/** @param keys what the two colours are called in the file */
function reportFaint(
  { entries }: MapNode,
  [accentKey, textKey]: readonly [string, string],
  scheme: Scheme,
  { accent, accentText }: Look['light'],
  findings: Findings,
): void {
  const [accentEntry, textEntry] = [entries.get(accentKey), entries.get(textKey)]
  const { card } = palette[scheme]
  const report = reporter(findings)
  if (accentEntry && contrast(accent, card) < textContrastMin) {
    report(accentEntry, `the ${scheme} ground \`${card}\``, accent, [card])
  } else if (contrast(accentText, accent) >= textContrastMin) return
  else if (textEntry) report(textEntry, `\`${accent}\``, accentText, [accent])
  else if (accentEntry) {
    report(accentEntry, `the text on it, \`${accentText}\`,`, accent, [card, accentText])
  }
}

function reporter(findings: Findings) {
  return ({ key, value }: Entry, against: string, colour: string, grounds: readonly string[]) => {
    const ratio = Math.min(...grounds.map((each) => contrast(colour, each))).toFixed(2)
    const better = readable(colour, grounds)
    const message = `\`${key}\` has a contrast of ${ratio} to ${against} and needs ${textContrastMin}`
    const hint =
      better === undefined
        ? 'say both colours: no accent alone has enough contrast to both'
        : `\`"${better}"\` would do (WCAG 2.2, 1.4.3)`
    findings.report('contrast-low', value.place, message, hint)
  }
}

function pictureOf(
  entry: Entry | undefined,
  name: string,
  pictures: readonly SourceFile[],
  findings: Findings,
): string | undefined {
  if (entry === undefined || name === '') return undefined
  const { place } = entry.value
  const found = pictures.find((each) => each.name === name)
  if (found === undefined) {
    const message = `there is no file \`${name}\` beside this one`
    const names = pictures.map((each) => each.name)
    return findings.report('picture-unknown', place, message, didYouMean(name, names))
  }
  if (found.text.length > longestPicture) {
    const message = `\`${name}\` has ${found.text.length} characters; at most ${longestPicture} are served`
    return findings.report(
      'picture-refused',
      place,
      message,
      'draw it simpler, or take out what an editor has left in it',
    )
  }
  const wrong = refused.find(([pattern]) => pattern.test(found.text))
  if (wrong === undefined && /<svg[\s>]/.test(found.text)) return found.text
  const message = `\`${name}\` ${wrong?.[1] ?? 'is no SVG'}`
  return findings.report(
    'picture-refused',
    place,
    message,
    'export it as a plain SVG, with nothing but shapes',
  )
}

/** What a picture must not have: people would load it from elsewhere, or it would do something. */
const refused: readonly (readonly [RegExp, string])[] = [
  [/<!(?:DOCTYPE|ENTITY)/i, 'declares a document type'],
  [/<(?:[\w-]+:)?(?:script|foreignObject|iframe)[\s/>]/i, 'has more in it than shapes'],
  [/\son\w+\s*=/i, 'does something when something happens'],
  [/(?:href|src)\s*=\s*["']?\s*(?!["'\s]*#)/i, 'names something outside itself'],
  [/url\(\s*["']?(?!#)|@import/i, 'names something outside itself'],
]
