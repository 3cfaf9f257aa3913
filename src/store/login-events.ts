/** What has happened to a login, as it was written down: nothing of it is sealed, and nothing a secret. */
import type { Knex } from 'knex'
import type { DecidedCondition, LoginEvent } from '../engine/login.ts'
import { number, optionalNumber, optionalText, type Row, text } from './rows.ts'

export interface LoginHistory {
  readonly id: string
  readonly application: string
  readonly flow: string
  /** Of the definition that it began with. */
  readonly digest: string
  /** Where it stands. */
  readonly state: string
  readonly status: string
  /** Milliseconds since the Unix epoch. */
  readonly createdMs: number
  readonly deadlineMs: number
  readonly events: readonly LoginEvent[]
}

/** @returns absence where this organisation has no such login, or keeps it no longer */
export async function findHistory(
  db: Knex,
  organisation: string,
  id: string,
): Promise<LoginHistory | undefined> {
  const row: Row | undefined = await db('logins').first().where({ organisation, id })
  if (!row) return undefined
  const events: Row[] = await db('login_events')
    .where({ organisation, login_id: id })
    .orderBy('seq')
  return {
    id,
    application: text(row, 'application'),
    flow: text(row, 'flow'),
    digest: text(row, 'digest'),
    state: text(row, 'position'),
    status: text(row, 'status'),
    createdMs: number(row, 'created_ms'),
    deadlineMs: number(row, 'deadline_ms'),
    events: events.map(eventOf),
  }
}

function eventOf(row: Row): LoginEvent {
  const decided = optionalText(row, 'decided')
  return {
    atMs: number(row, 'at_ms'),
    state: text(row, 'state'),
    option: optionalText(row, 'option_id'),
    outcome: text(row, 'outcome'),
    caseIndex: optionalNumber(row, 'case_index'),
    to: optionalText(row, 'to_state'),
    decided: decided === undefined ? [] : (JSON.parse(decided) as DecidedCondition[]),
    reason: optionalText(row, 'reason'),
  }
}
