/** Names that cannot be guessed, and what is kept of them. */
import { createHash, randomBytes } from 'node:crypto'

/** 128 random bits with a prefix that says what it names, e.g. `lg_…`. */
export function randomId(prefix: string): string {
  return `${prefix}_${randomBytes(16).toString('base64url')}`
}

/** 256 random bits. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** What is stored instead of a random secret (256 bits need no slow hash). */
export function fingerprint(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
