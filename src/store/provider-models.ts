/** What the OpenID provider keeps: grants, codes, tokens, pushed requests. */
import type { Knex } from 'knex'
import type { Payload } from '../engine/provider-store.ts'
import { UnitRefused } from '../engine/provider-store.ts'
import { isPassThrough } from '../engine/subject.ts'
import { isPostgres, rowsOf } from './rows.ts'

export interface Grantable extends ModelKey {
  readonly payload: Payload
  /** Seconds since the Unix epoch. */
  readonly expiresAt: number | undefined
  readonly sealedAssertion: string | undefined
}

export interface ModelKey {
  readonly model: string
  readonly id: string
}

/** @throws {UnitRefused} `consumed` */
export async function consumeModels(
  db: Knex,
  organisation: string,
  keys: readonly ModelKey[],
  nowMs: number,
): Promise<void> {
  for (const { model, id } of keys) {
    const changed = await db('provider_models')
      .where({ organisation, model, id })
      .whereNull('consumed_at')
      .update({ consumed_at: Math.floor(nowMs / 1000) })
    if (changed !== 1) throw new UnitRefused('consumed')
  }
}

/**
 * Of each grant at once, and before the grant itself: whoever else revokes it, in whatever words, waits at the same
 * row for this one to be done.
 *
 * @param revoked models by grant
 */
export async function revokeModels(
  db: Knex,
  organisation: string,
  revoked: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<void> {
  for (const [grantId, models] of revoked) {
    await db('provider_models')
      .where({ organisation, grant_id: grantId })
      .whereIn('model', [...models])
      .delete()
  }
}

export async function deleteModels(
  db: Knex,
  organisation: string,
  keys: readonly ModelKey[],
): Promise<void> {
  for (const { model, id } of keys) {
    await db('provider_models').where({ organisation, model, id }).delete()
  }
}

/**
 * Writes all of them in one statement. What speaks for an account of ours is written only while that
 * account is active: the statement itself asks (I-20).
 *
 * @throws {UnitRefused} `account`
 */
export async function upsertModels(
  db: Knex,
  organisation: string,
  models: readonly Grantable[],
): Promise<void> {
  if (models.length === 0) return
  const rows = models.map((model) => rowOf(organisation, model))
  const columns = Object.keys(rows[0]!.values)
  const selects = rows.map(
    ({ account }) =>
      `select ${columns.map((column) => cast(column)).join(', ')} where ${account ? activeAccount(db) : '1 = 1'}`,
  )
  const bindings = rows.flatMap(({ values, account }) => [
    ...Object.values(values),
    ...(account ? [organisation, account] : []),
  ])
  const written = await db.raw(
    `insert into provider_models (${columns.join(', ')})
     select * from (${selects.join(' union all ')}) as fresh where 1 = 1
     on conflict (organisation, model, id) do update set
       payload = excluded.payload, expires_at = excluded.expires_at,
       grant_id = excluded.grant_id, account_id = excluded.account_id,
       sealed_assertion = coalesce(excluded.sealed_assertion, provider_models.sealed_assertion)
     returning id`,
    bindings,
  )
  if (rowsOf(written).length !== models.length) throw new UnitRefused('account')
}

/**
 * For a statement of ours: two bindings, the organisation and the account. On PostgreSQL, where others
 * write at the same time, whoever is locking the account is waited for.
 */
export function activeAccount(db: Knex): string {
  const wait = isPostgres(db) ? ' for share' : ''
  return `exists (
    select 1 from accounts where organisation = ? and id = ? and status = 'active'${wait})`
}

/** The account of ours that a payload speaks for; none for a pass-through person. */
export function localAccount(payload: Payload): string | undefined {
  return payload.accountId && !isPassThrough(payload.accountId) ? payload.accountId : undefined
}

const numbers = ['expires_at']

/** PostgreSQL takes an untyped parameter in a `select` for text. */
function cast(column: string): string {
  return numbers.includes(column) ? 'cast(? as bigint)' : 'cast(? as text)'
}

function rowOf(
  organisation: string,
  { model, id, payload, expiresAt, sealedAssertion }: Grantable,
) {
  // A grant belongs to itself: revoking it takes it along with what was issued under it.
  const grantId = model === 'Grant' ? id : payload.grantId
  return {
    account: speaksForAccount.has(model) ? localAccount(payload) : undefined,
    values: {
      organisation,
      model,
      id,
      grant_id: grantId ?? null,
      account_id: payload.accountId ?? null,
      user_code: payload.userCode ?? null,
      uid: payload.uid ?? null,
      payload: JSON.stringify(payload),
      sealed_assertion: sealedAssertion ?? null,
      expires_at: expiresAt ?? null,
    },
  }
}

/** The others are nobody's, or nobody's yet. */
const speaksForAccount = new Set([
  'AuthorizationCode',
  'AccessToken',
  'RefreshToken',
  'Grant',
  'DeviceCode',
  'BackchannelAuthenticationRequest',
])
