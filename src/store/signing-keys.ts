/** The private keys that sign what applications are told. Sealed; made when there are none. */
import { generateKeyPairSync } from 'node:crypto'
import type { Knex } from 'knex'
import { randomId } from '../kit/random.ts'
import type { Sealer } from '../kit/seal.ts'
import { type Row, text } from './rows.ts'

/**
 * An ES256 key to sign with, and an RS256 one for applications that know nothing else (RFC 7518).
 *
 * @returns private JSON Web Keys, the newest of each kind first
 */
export async function signingKeys(
  db: Knex,
  organisation: string,
  seal: Sealer,
  nowMs: number,
): Promise<readonly object[]> {
  const known = await readKeys(db, organisation, seal)
  if (known.length > 0) return known
  for (const alg of ['ES256', 'RS256'] as const) {
    const jwk = newKey(alg)
    const sealed_jwk = seal.seal(JSON.stringify(jwk), jwk.kid)
    const row = { organisation, kid: jwk.kid, alg, generation: 1, sealed_jwk, created_ms: nowMs }
    // Another node may be starting too: whoever was first made the key that all sign with.
    await db('signing_keys').insert(row).onConflict(['organisation', 'alg', 'generation']).ignore()
  }
  return readKeys(db, organisation, seal)
}

async function readKeys(db: Knex, organisation: string, seal: Sealer): Promise<object[]> {
  const rows: Row[] = await db('signing_keys')
    .where({ organisation })
    .orderBy([{ column: 'generation', order: 'desc' }, 'alg'])
  return rows.map((row) => JSON.parse(seal.open(text(row, 'sealed_jwk'), text(row, 'kid'))))
}

function newKey(alg: 'ES256' | 'RS256'): Record<string, unknown> & { kid: string } {
  const { privateKey } =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: randomId('key') }
}
