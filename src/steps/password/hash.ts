/** How passwords are kept: argon2id (RFC 9106), as PHC strings. */
import { hash, type ParsedHashOptions, parseOptions, verify } from '@node-rs/argon2'

/** What one hash costs (RFC 9106, section 3.1). */
export interface HashCost {
  readonly memoryKib: number
  readonly passes: number
  readonly lanes: number
}

/** The first choice of OWASP's Password Storage Cheat Sheet for argon2id. */
export const owaspCost: HashCost = { memoryKib: 19_456, passes: 2, lanes: 1 }

/** In UTF-16 units. NIST SP 800-63B-4, 3.1.1.2, asks for at least 64 characters. */
export const passwordMaxLength = 512

/** argon2id in the library's numbering, whose names exist for the compiler alone. */
const argon2id = 2

/** @returns a PHC string with its own random salt */
export function hashPassword(password: string, cost: HashCost): Promise<string> {
  return hash(canonical(password), {
    algorithm: argon2id,
    memoryCost: cost.memoryKib,
    timeCost: cost.passes,
    parallelism: cost.lanes,
  })
}

/**
 * Does the work of one hash, whether or not there is anything to compare with: the time it takes says
 * nothing about whether an account exists.
 *
 * @param stored a PHC string; absent, or of a scheme that we do not know: nothing matches
 */
export async function matchesPassword(
  stored: string | undefined,
  password: string,
  cost: HashCost,
): Promise<boolean> {
  const known = stored !== undefined && parse(stored) !== undefined
  const matches = await verify(known ? stored : nobodysHash(cost), canonical(password))
  return known && matches
}

/** Whether a stored hash was made as it would be made today. */
export function isCurrent(stored: string, cost: HashCost): boolean {
  const made = parse(stored)
  return (
    made?.algorithm === argon2id &&
    made.memoryCost === cost.memoryKib &&
    made.timeCost === cost.passes &&
    made.parallelism === cost.lanes
  )
}

/** NIST SP 800-63B-4, 3.1.1.2: the same characters are the same password, however they were composed. */
function canonical(password: string): string {
  return password.normalize('NFC')
}

function parse(stored: string): ParsedHashOptions | undefined {
  try {
    return parseOptions(stored)
  } catch {
    return undefined
  }
}

/** A well-formed hash of no known password, at today's cost. */
function nobodysHash({ memoryKib, passes, lanes }: HashCost): string {
  const salt = 'A'.repeat(22)
  const digest = 'A'.repeat(43)
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$${salt}$${digest}`
}
