/**
 * Ten codes to keep on paper (NIST SP 800-63B-4, 3.1.2, look-up secrets): `7-K3QF-9T2M-V0XA-5RDC`. Each is
 * hashed like a password; its first digit says which of the ten it is, so that one hash decides.
 */
import { type HashCost, hashPassword, matchesPassword } from '../password/hash.ts'

export const codesCount = 10

/** Crockford's base 32: no letter that could be read as another or as a digit. */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** Five bits each: 80 bits a code. */
const lettersCount = 16

/** @returns the codes as they are shown, each once */
export function drawCodes(random: (bytes: number) => Uint8Array): readonly string[] {
  return Array.from({ length: codesCount }, (_, at) => {
    const drawn = [...random(lettersCount)].map((byte) => letters[byte % letters.length]).join('')
    return `${at}-${drawn.replace(/.{4}(?=.)/g, '$&-')}`
  })
}

/** @returns what is kept of them */
export async function hashCodes(codes: readonly string[], cost: HashCost): Promise<string> {
  return JSON.stringify(await Promise.all(codes.map((code) => hashPassword(folded(code), cost))))
}

/**
 * Does the work of one hash, whatever was typed.
 *
 * @param kept what `hashCodes` made
 * @param used the codes that have been used, a bit each
 * @returns `used` with the code's bit as well, or `undefined` when it is none of them or was used before
 */
export async function useCode(
  kept: string,
  used: number,
  typed: string,
  cost: HashCost,
): Promise<number | undefined> {
  const code = folded(typed)
  const at = /^[0-9]/.test(code) ? Number(code[0]) : -1
  const hashes = JSON.parse(kept) as readonly string[]
  const matches = await matchesPassword(hashes[at], code, cost)
  const bit = 2 ** at
  return matches && (used & bit) === 0 ? used | bit : undefined
}

/** How many of them have not been used. */
export function codesLeft(used: number): number {
  return Array.from({ length: codesCount }, (_, at) => used & (2 ** at)).filter((bit) => bit === 0)
    .length
}

/** As people copy it from paper: in small letters, with other gaps, with an O for a nought. */
function folded(typed: string): string {
  return typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
}
