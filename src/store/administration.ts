/** What an administrator sees and changes of one organisation. */
import type { Knex } from 'knex'
import {
  type Administration,
  countMax,
  type GroupRecord,
  type LoginEventRecord,
  type LoginRecord,
  type Page,
  type PageQuery,
  type SessionRecord,
} from '../engine/administration.ts'
import type { Sealer } from '../kit/seal.ts'
import { listActivity } from './activity.ts'
import { insertAudit, listAudit } from './audit.ts'
import { listDevices } from './devices.ts'
import { endSessions } from './ended-sessions.ts'
import { loginOf } from './login-rows.ts'
import { rolesOf } from './roles.ts'
import { number, optionalText, type Row, text } from './rows.ts'
import { addUser, changeUser } from './user-changes.ts'
import { findUser, listUsers, pageOf } from './users.ts'

export interface AdministrationSeals {
  readonly credentials: Sealer
  readonly facts: Sealer
}

/** @param waysIn kinds of credential that say whose account it is */
export function openAdministration(
  db: Knex,
  organisation: string,
  seals: AdministrationSeals,
  waysIn: readonly string[],
): Administration {
  return {
    rolesOf: (account) => rolesOf(db, organisation, account),
    listUsers: (query) => listUsers(db, organisation, query),
    findUser: (id) => findUser(db, organisation, id),
    addUser: (by, user, nowMs) => addUser(db, organisation, seals.credentials, by, user, nowMs),
    changeUser: (by, id, change, expected, nowMs) =>
      changeUser(
        db,
        { organisation, seal: seals.credentials, waysIn, nowMs },
        { id },
        { by, change, expected },
      ),

    listGroups: (query) => listGroups(db, organisation, query),

    async listSessions({ account, ...query }) {
      const rows = db('sessions').where({ organisation }).whereNotNull('account_id')
      if (account !== undefined) rows.where({ account_id: account })
      const { items, next } = await pageOf(rows, query, 'created_ms', { id: 'uid' })
      return { items: items.map(sessionOf), ...(next && { next }) }
    },

    async proofsOf(session) {
      const row: Row | undefined = await db('sessions')
        .first('proofs')
        .where({ organisation, uid: session })
      return row ? JSON.parse(text(row, 'proofs')) : []
    },

    listDevices: (account, nowMs) => listDevices(db, organisation, account, nowMs),
    listActivity: (query) => listActivity(db, organisation, query),

    endSession: (by, id, nowMs) =>
      db.transaction(async (trx) => {
        if ((await endSessions(trx, organisation, 'uid = ?', [id])) === 0) return false
        const done = { action: 'session.end', subject: id, detail: {} }
        await insertAudit(trx, organisation, by, done, nowMs)
        return true
      }),

    async listLogins({ status, state, application, ...query }) {
      const rows = db('logins').where({ organisation })
      if (status !== undefined) rows.where({ status })
      if (state !== undefined) rows.where({ position: state })
      if (application !== undefined) rows.where({ application })
      const { items, next } = await pageOf(rows, query, 'created_ms', { descending: true })
      return { items: items.map((row) => recordOf(row, seals.facts)), ...(next && { next }) }
    },

    async findLogin(id) {
      const row: Row | undefined = await db('logins').first().where({ organisation, id })
      if (!row) return undefined
      const events: Row[] = await db('login_events')
        .where({ organisation, login_id: id })
        .orderBy('seq')
      return { ...recordOf(row, seals.facts), events: events.map(eventOf) }
    },

    listAudit: (query) => listAudit(db, organisation, query),

    async countWaiting() {
      const of = (table: string) => db(table).where({ organisation })
      return {
        people: await countSome(db, of('accounts').where({ status: 'pending' })),
        // In these words, which the index of those that run has: a parameter could be any other.
        logins: await countSome(db, of('logins').whereRaw("status = 'running'")),
        messages: await countSome(db, of('outbox').where({ status: 'waiting' })),
        failed: await countSome(db, of('outbox').where({ status: 'failed' })),
      }
    },

    record: (by, done, nowMs) => insertAudit(db, organisation, by, done, nowMs),
  }
}

async function listGroups(
  db: Knex,
  organisation: string,
  { after, limit }: PageQuery,
): Promise<Page<GroupRecord>> {
  const groups = db('account_groups').where({ organisation })
  if (after) groups.where('group_name', '>', after.id)
  const rows: Row[] = await groups
    .select('group_name')
    .countDistinct({ members: 'account_id' })
    .groupBy('group_name')
    .orderBy('group_name')
    .limit(limit + 1)
  const items = rows
    .slice(0, limit)
    .map((row) => ({ group: text(row, 'group_name'), members: number(row, 'members') }))
  const last = items.at(-1)
  return { items, ...(rows.length > limit && last && { next: { ms: 0, id: last.group } }) }
}

/** However many there are, no more are looked at than are counted. */
async function countSome(db: Knex, rows: Knex.QueryBuilder): Promise<number> {
  const some = rows.select('id').limit(countMax).as('some')
  const row: Row | undefined = await db.count({ some: '*' }).from(some).first()
  return row ? number(row, 'some') : 0
}

function sessionOf(row: Row): SessionRecord {
  const { authorizations = {} } = JSON.parse(text(row, 'payload')) as {
    authorizations?: Record<string, unknown>
  }
  return {
    id: text(row, 'uid'),
    account: text(row, 'account_id'),
    createdMs: number(row, 'created_ms'),
    expiresMs: number(row, 'expires_at') * 1000,
    applications: Object.keys(authorizations),
  }
}

/** Of its facts only who it is and how it ended: what else they hold is for the engine. */
function recordOf(row: Row, seal: Sealer): LoginRecord {
  const { facts, ...login } = loginOf(row, seal)
  const { identity, end } = facts
  return {
    id: login.id,
    application: login.application,
    flow: login.flow,
    digest: login.digest,
    state: login.position,
    status: login.status,
    createdMs: login.createdMs,
    deadlineMs: login.deadlineMs,
    identity: {
      kind: identity.kind,
      ...(identity.kind === 'account' && { account: identity.account }),
      ...(identity.kind !== 'none' && { connection: identity.connection }),
    },
    ...(end && { outcome: end.outcome }),
    ...(end?.error !== undefined && { error: end.error }),
  }
}

function eventOf(row: Row): LoginEventRecord {
  const part = (name: string, column: string) => {
    const value = optionalText(row, column)
    return value === undefined ? {} : { [name]: value }
  }
  return {
    atMs: number(row, 'at_ms'),
    state: text(row, 'state'),
    ...part('option', 'option_id'),
    outcome: text(row, 'outcome'),
    ...part('to', 'to_state'),
    ...part('reason', 'reason'),
    decided: decidedOf(optionalText(row, 'decided')),
  }
}

function decidedOf(stored: string | undefined): LoginEventRecord['decided'] {
  const decided = JSON.parse(stored ?? '[]') as LoginEventRecord['decided']
  return decided.map(({ condition, result }) => ({ condition, result }))
}
