/**
 * User names for accounts that are made without asking anyone.
 *
 * One canonical form, so that names that a person would take for the same are the same: full-width and
 * other compatibility forms, case, and how accents are composed make no difference (RFC 8265, section
 * 3.3, UsernameCaseMapped, with NFKC for its width mapping). Uniqueness is for the store to hold.
 */

/** In code points. */
const nameMax = 128

/**
 * Names that people take for a part of the house (RFC 2142 for the mailboxes). Nobody gets one by what an
 * upstream says of them.
 */
const reserved: ReadonlySet<string> = new Set([
  'abuse',
  'admin',
  'administrator',
  'anonymous',
  'guest',
  'help',
  'hostmaster',
  'local',
  'moderator',
  'none',
  'nobody',
  'null',
  'owner',
  'postmaster',
  'root',
  'sallyport',
  'security',
  'staff',
  'superuser',
  'support',
  'sysadmin',
  'system',
  'undefined',
  'webmaster',
])

/** @returns the canonical form, or `undefined` where the text makes no name */
export function usableName(text: string): string | undefined {
  const name = canonicalName(text)
  return isName(name) && !looksReserved(name) ? name : undefined
}

/**
 * The name that somebody wants, at an upstream or by typing it here.
 *
 * @param address verified, or absent: a name that looks like an address must be this one
 * @returns the canonical form, or `undefined` where the text makes no name for them
 */
export function chosenName(wanted = '', address: string | undefined): string | undefined {
  const name = usableName(wanted)
  // A colon would let one upstream take the name that a person of another gets by their subject.
  if (name === undefined || name.includes(':')) return undefined
  return name.includes('@') && name !== (address && usableName(address)) ? undefined : name
}

/**
 * Folds what is not a difference between names. Folding twice changes nothing more.
 *
 * Unicode's full case folding (Unicode Standard, 3.13) by way of upper case: `ß`, `ẞ` and `SS` are the
 * same, and a final sigma is a sigma.
 */
export function canonicalName(text: string): string {
  const upper = text.normalize('NFKC').toLowerCase().toUpperCase()
  return upper.toLowerCase().replaceAll('ς', 'σ').normalize('NFKC').trim()
}

function isName(name: string): boolean {
  return (
    [...name].length <= nameMax &&
    // RFC 8264, section 4.2: letters, digits, marks and what is printable in ASCII; no space.
    /^[\p{L}\p{M}\p{Nd}\x21-\x7e]+$/u.test(name) &&
    !/\p{Default_Ignorable_Code_Point}/u.test(name) &&
    /[\p{L}\p{Nd}]/u.test(name) &&
    !/^[.]|[.]$/.test(name) &&
    !mixesLookalikes(name) &&
    !looksLatin(name)
  )
}

/** `adm1n` and `r00t` are read as what they are not. */
function looksReserved(name: string): boolean {
  const plain = name.replaceAll('0', 'o').replaceAll(/[5$]/g, 's').replaceAll('3', 'e')
  return ['i', 'l'].some((one) => reserved.has(plain.replaceAll(/[1|!]/g, one)))
}

/**
 * Small letters of Cyrillic, Greek and Armenian that look like Latin ones (UTS #39, confusables.txt), as far
 * as they are drawn alike in common fonts.
 */
const latinLookalikes = /^[асԁеһіјӏорԛѕԝхуѵοναιρυγսօհոցզ]$/u

/** UTS #39, section 5.2: a whole name in letters of another script that could be read as a Latin one. */
function looksLatin(name: string): boolean {
  const letters = [...name].filter((letter) => /\p{L}/u.test(letter))
  return letters.length > 0 && letters.every((letter) => latinLookalikes.test(letter))
}

/** UTS #39, section 5.1: Latin letters stand with none of the scripts that have letters like them. */
function mixesLookalikes(name: string): boolean {
  const others =
    /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Coptic}]/u
  return /\p{Script=Latin}/u.test(name) && others.test(name)
}
