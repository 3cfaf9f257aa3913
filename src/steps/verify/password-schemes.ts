/** How databases of others keep passwords, and whether one is right. None is of our own making. */
import { createHash, pbkdf2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { verify as verifyArgon2 } from '@node-rs/argon2'
import { verify as verifyBcrypt } from '@node-rs/bcrypt'
import type { PasswordScheme } from '../../language/settings.ts'

/** @param stored absent: there is nobody, and it costs the same */
export async function matchesScheme(
  scheme: PasswordScheme,
  stored: string | undefined,
  password: string,
): Promise<boolean> {
  const { compare, nobodys } = schemes[scheme]
  const kept = stored === undefined || stored === '' ? undefined : stored
  const isRight = await compare(kept ?? nobodys, password).catch(() => false)
  return kept !== undefined && isRight
}

interface Scheme {
  compare(stored: string, password: string): Promise<boolean>
  /** Well-formed, and of no known password. */
  readonly nobodys: string
}

const pbkdf2Async = promisify(pbkdf2)
/** Against a row that would keep a processor for minutes. */
const roundsMax = 2_000_000

const schemes: Readonly<Record<PasswordScheme, Scheme>> = {
  /** RFC 9106, as a PHC string. */
  argon2: {
    compare: verifyArgon2,
    nobodys: `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
  },
  /** Bytes after the 72nd count for nothing there; a password with more is none that was meant. */
  bcrypt: {
    async compare(stored, password) {
      return Buffer.byteLength(password) <= 72 && verifyBcrypt(password, stored)
    },
    nobodys: `$2b$10$${'.'.repeat(53)}`,
  },
  /** RFC 8018, as `pbkdf2_sha256$<rounds>$<salt>$<key in base64>`. */
  'pbkdf2-sha256': {
    async compare(stored, password) {
      const [name, rounds, salt = '', key = ''] = stored.split('$')
      const count = Number(rounds)
      const wanted = Buffer.from(key, 'base64')
      if (name !== 'pbkdf2_sha256' || !(count > 0 && count <= roundsMax)) return false
      return isEqual(await pbkdf2Async(password, salt, count, wanted.length, 'sha256'), wanted)
    },
    nobodys: `pbkdf2_sha256$600000$nobody$${'A'.repeat(43)}=`,
  },
  /** `{SSHA}` and base64 of SHA-1 and salt, as old LDAP servers keep it. */
  ssha: { compare: salted('{SSHA}', 'sha1', 20), nobodys: `{SSHA}${'A'.repeat(32)}` },
  ssha256: { compare: salted('{SSHA256}', 'sha256', 32), nobodys: `{SSHA256}${'A'.repeat(48)}` },
}

function salted(prefix: string, algorithm: string, length: number): Scheme['compare'] {
  return async (stored, password) => {
    if (!stored.startsWith(prefix)) return false
    const bytes = Buffer.from(stored.slice(prefix.length), 'base64')
    const salt = bytes.subarray(length)
    const made = createHash(algorithm).update(password).update(salt).digest()
    return isEqual(made, bytes.subarray(0, length))
  }
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length > 0 && a.length === b.length && timingSafeEqual(a, b)
}
