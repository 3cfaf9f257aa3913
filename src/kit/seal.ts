/**
 * Sealing: AES-256-GCM (NIST SP 800-38D) under a key derived for one organisation and one purpose, with
 * what the text belongs to as associated data. A sealed text moved to another row does not open.
 *
 * Form: `v1.<key id>.<nonce, ciphertext and tag in base64url>`.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import type { Secret } from './secret.ts'

export interface Sealer {
  /** @param belongsTo what the text is sealed to, e.g. a row's id */
  seal(text: string, belongsTo: string): string
  /** @throws {Error} when it was sealed by another key, to something else, or was altered */
  open(sealed: string, belongsTo: string): string
}

/**
 * @param master at least 32 random bytes
 * @param purpose organisation and use, e.g. `default/login-facts`: keys of two purposes are unrelated
 *   (RFC 5869)
 * @param others masters by which nothing is sealed here any more, or not yet: what they have sealed opens
 */
export function sealer(
  master: Secret<Uint8Array>,
  purpose: string,
  others: readonly Secret<Uint8Array>[] = [],
): Sealer {
  const own = sealingKey(master, purpose)
  const keys = [own, ...others.map((other) => sealingKey(other, purpose))]

  return {
    seal(text, belongsTo) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', own.key, nonce)
      cipher.setAAD(Buffer.from(`${own.id}\0${belongsTo}`))
      const body = [cipher.update(text, 'utf8'), cipher.final()]
      const bytes = Buffer.concat([nonce, ...body, cipher.getAuthTag()])
      return `v1.${own.id}.${bytes.toString('base64url')}`
    },

    open(sealed, belongsTo) {
      const [version, id, body] = sealed.split('.')
      const found = keys.find((key) => key.id === id)
      if (version !== 'v1' || !found || !body) throw new Error('sealed by another key')
      const bytes = Buffer.from(body, 'base64url')
      if (bytes.length < 28) throw new Error('a sealed text was cut')
      const decipher = createDecipheriv('aes-256-gcm', found.key, bytes.subarray(0, 12))
      decipher.setAAD(Buffer.from(`${found.id}\0${belongsTo}`))
      decipher.setAuthTag(bytes.subarray(-16))
      return decipher.update(bytes.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8')
    },
  }
}

interface SealingKey {
  readonly key: KeyObject
  /** Of this master and purpose; it tells nothing of either. */
  readonly id: string
}

function sealingKey(master: Secret<Uint8Array>, purpose: string): SealingKey {
  const bytes = deriveKey(master, purpose)
  const id = createHash('sha256').update(bytes).digest('base64url').slice(0, 8)
  return { key: createSecretKey(bytes), id }
}

/** 32 bytes for one purpose (RFC 5869, SHA-256). */
export function deriveKey(master: Secret<Uint8Array>, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', master.reveal(), '', `sallyport/${purpose}`, 32))
}
