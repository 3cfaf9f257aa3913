/** The private keys that sign what applications are told. Sealed; made when there are none. */
import { generateKeyPairSync } from 'node:crypto'
import type { Knex } from 'knex'
import { randomId } from '../kit/random.ts'
import type { Sealer } from '../kit/seal.ts'
import { number, type Row, text } from './rows.ts'

/** As private JSON Web Keys have it, with everything else that they have. */
export interface KnownKey {
  readonly kid: string
  readonly alg: string
  /** The private part; every kind of key has it (RFC 7518, section 6). */
  readonly d: string
}

/**
 * An ES256 key to sign with, and an RS256 one for applications that know nothing else (RFC 7518).
 *
 * @param asOfMs keys that were made later are published and do not sign: not all servers know them yet. Absent: the
 * newest sign
 * @returns private JSON Web Keys, of each kind the one that signs first
 */
export async function signingKeys(
  db: Knex,
  organisation: string,
  seal: Sealer,
  nowMs: number,
  asOfMs = Number.POSITIVE_INFINITY,
): Promise<KnownKey[]> {
  const known = await readKeys(db, organisation, seal, asOfMs)
  if (known.length > 0) return known
  // All or none: a node that starts meanwhile must not go on with half of them.
  await db.transaction(async (trx) => {
    for (const alg of algorithms) await insertKey(trx, organisation, seal, alg, 1, nowMs)
  })
  return readKeys(db, organisation, seal, asOfMs)
}

/** A key, without anything of its secret. */
export interface ListedKey {
  readonly kid: string
  readonly alg: string
  readonly createdMs: number
  /** Whether it is the one that signs: the newest of its kind. Others are only published. */
  readonly signs: boolean
}

/** How long a key is published after its successor was made: what it has signed is good for an hour. */
const publishedMs = 24 * 3_600_000

export interface SigningKeys {
  /** The newest of each kind first. */
  list(): Promise<readonly ListedKey[]>
  /** A new key of each kind. Servers sign with it from their next start on, and publish the old ones. */
  rotate(nowMs: number): Promise<void>
  /** @returns `signs`, `too-early` (its successor is less than a day old), `unknown`: nothing was done */
  retire(kid: string, nowMs: number): Promise<'retired' | 'signs' | 'too-early' | 'unknown'>
}

export function openSigningKeys(db: Knex, organisation: string, seal: Sealer): SigningKeys {
  const list = () => listKeys(db, organisation)
  return {
    list,

    async rotate(nowMs) {
      for (const alg of algorithms) {
        const newest = await db('signing_keys')
          .where({ organisation, alg })
          .max({ generation: 'generation' })
          .first()
        await insertKey(db, organisation, seal, alg, Number(newest?.generation ?? 0) + 1, nowMs)
      }
    },

    async retire(kid, nowMs) {
      const keys = await list()
      const found = keys.find((key) => key.kid === kid)
      if (!found) return 'unknown'
      if (found.signs) return 'signs'
      const successor = keys.find(({ alg }) => alg === found.alg)!
      if (nowMs - successor.createdMs < publishedMs) return 'too-early'
      await db('signing_keys').where({ organisation, kid }).delete()
      return 'retired'
    },
  }
}

const algorithms = ['ES256', 'RS256'] as const

/** Of two that make the same generation one does: whoever was first made the key that all sign with. */
async function insertKey(
  db: Knex,
  organisation: string,
  seal: Sealer,
  alg: (typeof algorithms)[number],
  generation: number,
  nowMs: number,
): Promise<void> {
  const jwk = newKey(alg)
  const sealed_jwk = seal.seal(JSON.stringify(jwk), jwk.kid)
  const row = { organisation, kid: jwk.kid, alg, generation, sealed_jwk, created_ms: nowMs }
  await db('signing_keys').insert(row).onConflict(['organisation', 'alg', 'generation']).ignore()
}

async function listKeys(db: Knex, organisation: string): Promise<readonly ListedKey[]> {
  const rows: Row[] = await newestFirst(db, organisation)
  const seen = new Set<string>()
  return rows.map((row) => {
    const alg = text(row, 'alg')
    const signs = !seen.has(alg)
    seen.add(alg)
    return { kid: text(row, 'kid'), alg, createdMs: number(row, 'created_ms'), signs }
  })
}

function newestFirst(db: Knex, organisation: string): Knex.QueryBuilder {
  return db('signing_keys')
    .where({ organisation })
    .orderBy([{ column: 'generation', order: 'desc' }, 'alg'])
}

async function readKeys(
  db: Knex,
  organisation: string,
  seal: Sealer,
  asOfMs: number,
): Promise<KnownKey[]> {
  const rows: Row[] = await newestFirst(db, organisation)
  const isLater = (row: Row) => number(row, 'created_ms') > asOfMs
  // Of those that were made later the first: where there was none, that is the one that all sign with.
  const later = rows
    .filter(isLater)
    .toSorted((one, other) => number(one, 'generation') - number(other, 'generation'))
  const inOrder = [...rows.filter((row) => !isLater(row)), ...later]
  return inOrder.map((row) => JSON.parse(seal.open(text(row, 'sealed_jwk'), text(row, 'kid'))))
}

function newKey(alg: 'ES256' | 'RS256'): Record<string, unknown> & { kid: string } {
  const { privateKey } =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: randomId('key') }
}
