/**
 * What a new password must be (NIST SP 800-63B-4, section 3.1.1.2): long, and not one that everybody
 * tries first. No composition rules, no expiry, any characters.
 */
import { dictionary } from '@zxcvbn-ts/language-common'
import { passwordMaxLength } from './hash.ts'

/** Permanent: texts hang on them. */
export type PasswordProblem =
  | 'password.too-short'
  | 'password.too-long'
  | 'password.common'
  | 'password.context'

export interface PasswordContext {
  /** Whether the password opens nothing without a second factor: then a shorter one does. */
  readonly withSecondFactor: boolean
  readonly userName: string
  /** Names of the application, the product, the organisation. */
  readonly words: readonly string[]
}

/** In code points. */
const minLength = { alone: 15, withSecondFactor: 8 }
/** What everybody tries: 49,233 of all lengths, from those that have become known. */
const common: ReadonlySet<string> = new Set(
  dictionary['passwords-common'].map((password) => password.toLowerCase()),
)
/** What is left of a password besides words from its context must itself be worth guessing. */
const remainderMinLength = 6

/** @returns the reason why a password is refused, or `undefined` when it will do */
export function passwordProblem(
  password: string,
  { withSecondFactor, userName, words }: PasswordContext,
): PasswordProblem | undefined {
  const text = password.normalize('NFC')
  const least = withSecondFactor ? minLength.withSecondFactor : minLength.alone
  if ([...text].length < least) return 'password.too-short'
  if (text.length > passwordMaxLength) return 'password.too-long'

  const folded = text.normalize('NFKC').toLowerCase()
  const unit = repeatedUnit(folded)
  if (unit.length < 4 || isCommon(folded) || isCommon(unit)) return 'password.common'
  if (isMadeOf(folded, [userName, ...userName.split('@'), ...words])) return 'password.context'
  return undefined
}

/** `passwordpassword` is `password` typed twice. */
function repeatedUnit(text: string): string {
  return /^(.+?)\1+$/su.exec(text)?.[1] ?? text
}

/** Also `iloveyou12345678`: few in the list are as long as a password has to be, and two of them are. */
function isCommon(folded: string): boolean {
  const ends = Array.from({ length: folded.length }, (_, at) => at + 1)
  return ends.some(
    (end) =>
      common.has(folded.slice(0, end)) && (end === folded.length || common.has(folded.slice(end))),
  )
}

function isMadeOf(folded: string, words: readonly string[]): boolean {
  const telling = words.map((word) => word.normalize('NFKC').toLowerCase().trim())
  const longestFirst = telling
    .filter((word) => word.length >= 3)
    .sort((a, b) => b.length - a.length)
  const rest = longestFirst.reduce((text, word) => text.replaceAll(word, ''), folded)
  const characters = rest.replace(/[^\p{L}\p{N}]/gu, '')
  return rest !== folded && [...characters].length < remainderMinLength
}
