/** The keys of one organisation, each derived from the master for one purpose. */
import { deriveKey, type Sealer, sealer } from './kit/seal.ts'
import type { Secret } from './kit/secret.ts'

/** One key for each purpose of one organisation: nothing sealed for one opens for another. */
export function sealers(
  secret: Secret<Uint8Array>,
  organisation: string,
  others: readonly Secret<Uint8Array>[] = [],
) {
  const of = (purpose: string): Sealer => sealer(secret, `${organisation}/${purpose}`, others)
  return {
    facts: of('login-facts'),
    credentials: of('credentials'),
    answers: of('answers'),
    assertions: of('assertions'),
    keys: of('signing-keys'),
  }
}

/** By which it is sealed that flows of an organisation have held. */
export function verdictKey(secret: Secret<Uint8Array>, organisation: string): Uint8Array {
  return deriveKey(secret, `${organisation}/verdicts`)
}

/** By which an organisation's audit is sealed. */
export function auditKey(secret: Secret<Uint8Array>, organisation: string): Uint8Array {
  return deriveKey(secret, `${organisation}/audit`)
}
