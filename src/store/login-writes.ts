/** How a login's row is written: when it begins, moves and is answered, with its events and what the audit says. */
import type { Knex } from 'knex'
import { actorOf, auditOfMove } from '../engine/audited.ts'
import type { Login, LoginEvent } from '../engine/login.ts'
import type { Wrong } from '../engine/ports.ts'
import { UnitRefused } from '../engine/provider-store.ts'
import type { Sealer } from '../kit/seal.ts'
import type { Write } from '../language/write.ts'
import { insertAudits } from './audit.ts'
import { rowOf } from './login-rows.ts'
import { rowsOf } from './rows.ts'

/** Writes a login that has just begun, through whatever handle its request uses. */
export async function insertLogin(
  db: Knex,
  seal: Sealer,
  login: Login,
  events: readonly LoginEvent[],
  done: readonly Write[] = [],
): Promise<void> {
  const row = rowOf(login, seal)
  const columns = Object.keys(row)
  await db.raw(
    `insert into logins (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`,
    Object.values(row),
  )
  await insertEvents(db, login, events)
  await auditMove(db, login, events, done, undefined)
}

export async function auditMove(
  db: Knex,
  login: Login,
  events: readonly LoginEvent[],
  done: readonly Write[],
  wrong: Wrong | undefined,
): Promise<void> {
  const atMs = events.at(-1)?.atMs ?? login.createdMs
  const records = auditOfMove(login, events, done, wrong)
  await insertAudits(db, login.organisation, actorOf(login), records, atMs)
}

/** What a row gets with the answer to the application. */
export interface AnswerColumns {
  readonly sealed_answer: string
  readonly answer_code: string | null
  /** Milliseconds since the Unix epoch. */
  readonly answered_ms: number
}

/** A login that has ended before its application is answered. @throws {UnitRefused} `answered`: another was first */
export async function answerLogin(db: Knex, login: Login, columns: AnswerColumns): Promise<void> {
  const { organisation, id, status, revision } = login
  const changed = await db('logins')
    .where({ organisation, id, status, revision })
    .update({ status: 'answered', interaction: null, ...columns })
  if (changed !== 1) throw new UnitRefused('answered')
}

/** Of one whose application is answered by the request that has begun it, and that keeps no answer. */
export async function markAnswered(db: Knex, login: Login, nowMs: number): Promise<void> {
  const { organisation, id } = login
  await db('logins')
    .where({ organisation, id, status: 'ended' })
    .update({ status: 'answered', answered_ms: nowMs })
}

/** Its interaction is known only once it is stored. */
export async function tieLogin(db: Knex, login: Login): Promise<void> {
  const { organisation, id, interactionUid, interaction = null } = login
  await db('logins')
    .where({ organisation, id })
    .update({ interaction_uid: interactionUid, interaction })
}

/**
 * Moves a login's row.
 *
 * @param expected absent: whoever writes has taken the login already
 * @param answer absent: the application is answered later
 * @returns whether the row was as expected, where something was
 */
export async function moveRow(
  db: Knex,
  login: Login,
  seal: Sealer,
  expected?: { readonly claim: string; readonly from: number },
  answer?: AnswerColumns,
): Promise<boolean> {
  const { assignments, values } = changesOf(login, seal, answer)
  const moved = await db.raw(
    `update logins set ${assignments}
     where organisation = ? and id = ?
       ${expected ? "and claim = ? and revision = ? and status = 'running'" : ''}
     returning id`,
    [...values, login.organisation, login.id, ...(expected ? [expected.claim, expected.from] : [])],
  )
  return rowsOf(moved).length === 1
}

/** What of a row a move changes. */
export function changesOf(login: Login, seal: Sealer, answer?: AnswerColumns) {
  const row = rowOf(login, seal)
  const changes = {
    position: row.position,
    revision: row.revision,
    status: row.status,
    spent: row.spent,
    sealed_facts: row.sealed_facts,
    awaited_hash: row.awaited_hash,
    claim: row.claim,
    claim_until_ms: row.claim_until_ms,
    answered_key: row.answered_key,
    sealed_posted: null,
    ...(answer && { ...answer, interaction: null }),
  }
  const assignments = Object.keys(changes)
    .map((column) => `${column} = ?`)
    .join(', ')
  return { assignments, values: Object.values(changes) }
}

export async function insertEvents(
  db: Knex,
  login: Login,
  events: readonly LoginEvent[],
): Promise<void> {
  if (events.length === 0) return
  const rows = eventRows(login, events)
  await db.raw(
    `insert into login_events (${eventColumns})
     values ${rows.map((row) => `(${row.map(() => '?').join(', ')})`).join(', ')}`,
    rows.flat() as (string | number)[],
  )
}

export const eventColumns = `login_id, seq, organisation, at_ms, digest, state, option_id, outcome,
  case_index, to_state, decided, reason`

/** In the order of those columns. */
export function eventRows(login: Login, events: readonly LoginEvent[]) {
  const first = login.facts.events - events.length
  return events.map((event, index) => [
    login.id,
    first + index,
    login.organisation,
    event.atMs,
    login.digest,
    event.state,
    event.option ?? null,
    event.outcome,
    event.caseIndex ?? null,
    event.to ?? null,
    event.decided.length > 0 ? JSON.stringify(event.decided) : null,
    event.reason ?? null,
  ])
}
