/** What a SAML connection may not say, and what it must say together. */
import type { Findings } from './findings.ts'
import type { MapNode } from './tree.ts'

/** Under which others' settings have the key for assertions that are encrypted. */
const forDecrypting = ['decryptionKey', 'decryptionCertificate', 'encryptionKey', 'encryption']

/** What the library would decrypt is what whoever encrypts chooses, padding that tells tales included. */
export function inTheOpen(node: MapNode, what: string, findings: Findings): MapNode {
  const entries = [...node.entries].filter(([key, { place }]) => {
    if (!forDecrypting.includes(key)) return true
    const message = `${what} takes no encrypted assertions: their old ciphers (AES-CBC, RSA 1.5) could not be refused`
    const hint =
      'have them signed and not encrypted: they come over TLS, by the browser of whom they are about'
    findings.report('value-invalid', place, message, hint)
    return false
  })
  return { ...node, entries: new Map(entries) }
}

/** A key without its certificate would be one that no upstream can be told of. */
export function checkSigning(node: MapNode, what: string, findings: Findings): void {
  const [key, certificate] = ['signingKey', 'signingCertificate'].map((n) => node.entries.get(n))
  if (!key === !certificate) return
  const missing = key ? 'signingCertificate' : 'signingKey'
  findings.need(node, missing, what, 'give both, or neither: our requests are unsigned then')
}
