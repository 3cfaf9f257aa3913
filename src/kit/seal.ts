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
 */
export function sealer(master: Secret<Uint8Array>, purpose: string): Sealer {
  const bytes = deriveKey(master, purpose)
  const key = createSecretKey(bytes)
  const keyId = createHash('sha256').update(bytes).digest('base64url').slice(0, 8)

  return {
    seal(text, belongsTo) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      cipher.setAAD(Buffer.from(`${keyId}\0${belongsTo}`))
      const body = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final()])
      return `v1.${keyId}.${Buffer.concat([body, cipher.getAuthTag()]).toString('base64url')}`
    },

    open(sealed, belongsTo) {
      const [version, id, body] = sealed.split('.')
      if (version !== 'v1' || id !== keyId || !body) throw new Error('sealed by another key')
      const bytes = Buffer.from(body, 'base64url')
      if (bytes.length < 28) throw new Error('a sealed text was cut')
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
      decipher.setAAD(Buffer.from(`${keyId}\0${belongsTo}`))
      decipher.setAuthTag(bytes.subarray(-16))
      return decipher.update(bytes.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8')
    },
  }
}

/** 32 bytes for one purpose (RFC 5869, SHA-256). */
export function deriveKey(master: Secret<Uint8Array>, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', master.reveal(), '', `sallyport/${purpose}`, 32))
}
