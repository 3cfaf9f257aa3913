/**
 * Logins, their events and the definitions that they began with. What every login asks is written out as
 * SQL: to build such a query anew costs as much as to run it.
 */
import type { Knex } from 'knex'
import { actorOf, auditOfMove } from '../engine/audited.ts'
import type { Login, LoginEvent, LoginFacts } from '../engine/login.ts'
import type {
  Claim,
  DecidedMove,
  EngineStore,
  EngineTransaction,
  Guess,
  Wrong,
} from '../engine/ports.ts'
import type { Sealer } from '../kit/seal.ts'
import type { OwnOutcome } from '../language/declaration.ts'
import type { Write } from '../language/write.ts'
import { insertAudits } from './audit.ts'
import { openPeople } from './people.ts'
import { number, optionalNumber, optionalText, type Row, rowsOf, text } from './rows.ts'
import { applyWrite } from './writes.ts'

export interface Sealers {
  readonly facts: Sealer
  readonly credentials: Sealer
}

export function openEngineStore(db: Knex, organisation: string, seals: Sealers): EngineStore {
  const findBy = async (column: 'id' | 'awaited_hash', value: string) => {
    const answer = await db.raw(`select * from logins where organisation = ? and ${column} = ?`, [
      organisation,
      value,
    ])
    const [row] = rowsOf<Row>(answer)
    return row && loginOf(row, seals.facts)
  }

  return {
    people: () => openPeople(db, organisation, seals.credentials),
    findLogin: (id) => findBy('id', id),
    findAwaiting: (awaitedHash) => findBy('awaited_hash', awaitedHash),

    async keepPosted(login, form) {
      const sealed_posted = seals.facts.seal(form, postedTo(login))
      const { id, awaitedHash = null } = login
      await db('logins')
        .where({ organisation, id, awaited_hash: awaitedHash, status: 'running' })
        .whereNull('sealed_posted')
        .update({ sealed_posted })
    },

    claim: (claim) => takeClaim(db, organisation, claim),

    async release(login, claim) {
      await db('logins')
        .where({ organisation, id: login.id, claim })
        .update({ claim: null, claim_until_ms: null })
    },

    commit: (move) => commitMove(db, organisation, seals, move),

    transaction: (work) => db.transaction((trx) => work(openTransaction(trx, organisation, seals))),

    async findDefinition(digest) {
      const row = await db('definitions').first('body').where({ organisation, digest })
      return row?.body
    },

    async keepDefinition(digest, body, nowMs) {
      await db('definitions')
        .insert({ organisation, digest, body, created_ms: nowMs })
        .onConflict()
        .ignore()
    },
  }
}

async function takeClaim(
  db: Knex,
  organisation: string,
  { login, claim, nowMs, untilMs, spent, guess }: Claim,
): Promise<number | undefined> {
  const taken = await db.raw(
    `update logins set claim = ?, claim_until_ms = ?, spent = ?
     where organisation = ? and id = ? and revision = ? and status = 'running'
       and (claim is null or claim_until_ms < ?)
     returning id`,
    [claim, untilMs, JSON.stringify(spent), organisation, login.id, login.revision, nowMs],
  )
  if (rowsOf(taken).length !== 1) return undefined
  if (!guess) return 0
  if ('addressHash' in guess) return countMessage(db, organisation, guess, nowMs)

  const counted = await db.raw(
    `insert into guesses (account_id, organisation, factor, count, since_ms)
     values (?, ?, ?, 1, ?)
     on conflict (account_id, factor) do update set
       count = case when guesses.since_ms < ? then 1 else guesses.count + 1 end,
       since_ms = case when guesses.since_ms < ? then excluded.since_ms else guesses.since_ms end
     returning count`,
    [guess.account, organisation, guess.factor, nowMs, guess.sinceMs, guess.sinceMs],
  )
  return number(rowsOf<Row>(counted)[0]!, 'count')
}

/** @returns how many the window holds, this one included */
async function countMessage(
  db: Knex,
  organisation: string,
  { addressHash, sinceMs }: { readonly addressHash: string; readonly sinceMs: number },
  nowMs: number,
): Promise<number> {
  const counted = await db.raw(
    `insert into address_messages (organisation, address_hash, count, since_ms)
     values (?, ?, 1, ?)
     on conflict (organisation, address_hash) do update set
       count = case when address_messages.since_ms < ? then 1 else address_messages.count + 1 end,
       since_ms = case when address_messages.since_ms < ? then excluded.since_ms
         else address_messages.since_ms end
     returning count`,
    [organisation, addressHash, nowMs, sinceMs, sinceMs],
  )
  return number(rowsOf<Row>(counted)[0]!, 'count')
}

/** Thrown inside a transaction to end it: nothing of it is written. */
class Undone extends Error {}

async function commitMove(
  db: Knex,
  organisation: string,
  seals: Sealers,
  { login, claim, from, writes, forget, events, wrong, nowMs }: DecidedMove,
): Promise<'committed' | 'stale' | 'conflict'> {
  try {
    return await db.transaction(async (trx) => {
      if (!(await moveRow(trx, login, seals.facts, { claim, from }))) return 'stale'
      const done: Write[] = []
      for (const write of writes) {
        const applied = await applyWrite(trx, organisation, seals.credentials, write, nowMs)
        if (!applied && write.otherwise !== 'skip') throw new Undone()
        if (applied === true) done.push(write)
      }
      if (forget) await forgetGuesses(trx, organisation, forget)
      await insertEvents(trx, login, events)
      await auditMove(trx, login, events, done, wrong)
      return 'committed'
    })
  } catch (thrown) {
    if (thrown instanceof Undone) return 'conflict'
    throw thrown
  }
}

async function forgetGuesses(
  db: Knex,
  organisation: string,
  { account, factor }: Guess,
): Promise<void> {
  await db.raw('delete from guesses where organisation = ? and account_id = ? and factor = ?', [
    organisation,
    account,
    factor,
  ])
}

function openTransaction(
  trx: Knex.Transaction,
  organisation: string,
  seals: Sealers,
): EngineTransaction {
  const done: Write[] = []
  return {
    people: openPeople(trx, organisation, seals.credentials),

    async take(login, claim) {
      // Also the revision: a login that was ended past its deadline has moved on under the claim.
      const { id, revision } = login
      const taken = await trx('logins')
        .where({ organisation, id, claim, revision, status: 'running' })
        .update({ claim: null, claim_until_ms: null })
      return taken === 1
    },

    async apply(writes, nowMs) {
      const applied = await applyAll(trx, organisation, seals.credentials, writes, nowMs)
      done.push(...applied.done)
      return applied.outcome
    },

    forgetGuesses: (guess) => forgetGuesses(trx, organisation, guess),

    async save(login, events, wrong) {
      await moveRow(trx, login, seals.facts, undefined)
      await insertEvents(trx, login, events)
      await auditMove(trx, login, events, done, wrong)
    },

    create: (login, events) => insertLogin(trx, seals.facts, login, events, done),
  }
}

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

async function auditMove(
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

/** What of a row a move changes. @returns whether the row was as expected, where something was */
async function moveRow(
  db: Knex,
  login: Login,
  seal: Sealer,
  expected: { readonly claim: string; readonly from: number } | undefined,
): Promise<boolean> {
  const row = rowOf(login, seal)
  const answer = await db.raw(
    `update logins set position = ?, revision = ?, status = ?, spent = ?, sealed_facts = ?,
       awaited_hash = ?, claim = ?, claim_until_ms = ?, answered_key = ?, sealed_posted = null
     where organisation = ? and id = ?
       ${expected ? "and claim = ? and revision = ? and status = 'running'" : ''}
     returning id`,
    [
      row.position,
      row.revision,
      row.status,
      row.spent,
      row.sealed_facts,
      row.awaited_hash,
      row.claim,
      row.claim_until_ms,
      row.answered_key,
      row.organisation,
      row.id,
      ...(expected ? [expected.claim, expected.from] : []),
    ],
  )
  return rowsOf(answer).length === 1
}

/** All or none: more than one goes under a savepoint of its own. */
async function applyAll(
  trx: Knex.Transaction,
  organisation: string,
  seal: Sealer,
  writes: readonly Write[],
  nowMs: number,
): Promise<{
  readonly outcome: 'applied' | OwnOutcome | 'again'
  readonly done: readonly Write[]
}> {
  const done: Write[] = []
  let otherwise: OwnOutcome | 'again' | undefined
  const applyTo = async (db: Knex) => {
    for (const write of writes) {
      const applied = await applyWrite(db, organisation, seal, write, nowMs)
      if (applied === true) done.push(write)
      if (applied || write.otherwise === 'skip') continue
      otherwise = write.otherwise
      return
    }
  }
  if (writes.length < 2) await applyTo(trx)
  else {
    const savepoint = await trx.transaction()
    try {
      await applyTo(savepoint)
    } catch (thrown) {
      await savepoint.rollback()
      throw thrown
    }
    await (otherwise ? savepoint.rollback() : savepoint.commit())
  }
  return otherwise ? { outcome: otherwise, done: [] } : { outcome: 'applied', done }
}

async function insertEvents(db: Knex, login: Login, events: readonly LoginEvent[]): Promise<void> {
  if (events.length === 0) return
  const first = login.facts.events - events.length
  const rows = events.map((event, index) => [
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
  await db.raw(
    `insert into login_events (login_id, seq, organisation, at_ms, digest, state, option_id, outcome,
       case_index, to_state, decided, reason)
     values ${rows.map((row) => `(${row.map(() => '?').join(', ')})`).join(', ')}`,
    rows.flat() as (string | number)[],
  )
}

function rowOf(login: Login, seal: Sealer) {
  return {
    id: login.id,
    organisation: login.organisation,
    application: login.application,
    flow: login.flow,
    digest: login.digest,
    position: login.position,
    revision: login.revision,
    status: login.status,
    spent: JSON.stringify(login.spent),
    sealed_facts: sealFacts(login, seal),
    browser_hash: login.browserHash,
    interaction_uid: login.interactionUid,
    awaited_hash: login.awaitedHash ?? null,
    claim: login.claim ?? null,
    claim_until_ms: login.claimUntilMs ?? null,
    answered_key: login.answeredKey ?? null,
    created_ms: login.createdMs,
    deadline_ms: login.deadlineMs,
  }
}

/** Facts open only in the place that they were sealed for: a moved position or digest breaks the row. */
export function sealFacts(login: Login, seal: Sealer): string {
  return seal.seal(JSON.stringify(login.facts), placeOf(login))
}

type Placed = Omit<Login, 'facts'>

/** What never changes, and what changes only together with the facts. */
function placeOf({ id, application, flow, digest, position, revision, ...login }: Placed): string {
  const { browserHash, deadlineMs } = login
  return JSON.stringify([
    id,
    application,
    flow,
    digest,
    position,
    revision,
    browserHash,
    deadlineMs,
  ])
}

/** @throws {Error} when the row was altered by anything but the engine */
export function loginOf(row: Row, seal: Sealer): Login {
  const login = placedOf(row)
  const facts = JSON.parse(seal.open(text(row, 'sealed_facts'), placeOf(login))) as LoginFacts
  const posted = optionalText(row, 'sealed_posted')
  return { ...login, facts, ...(posted && { posted: seal.open(posted, postedTo(login)) }) }
}

/** An upstream's answer opens for the login, and the departure, that it was sent to. */
function postedTo({ id, awaitedHash }: Pick<Login, 'id' | 'awaitedHash'>): string {
  return JSON.stringify(['posted', id, awaitedHash])
}

function placedOf(row: Row): Placed {
  return {
    id: text(row, 'id'),
    organisation: text(row, 'organisation'),
    application: text(row, 'application'),
    flow: text(row, 'flow'),
    digest: text(row, 'digest'),
    position: text(row, 'position'),
    revision: number(row, 'revision'),
    status: text(row, 'status') as Login['status'],
    spent: JSON.parse(text(row, 'spent')),
    browserHash: text(row, 'browser_hash'),
    interactionUid: text(row, 'interaction_uid'),
    awaitedHash: optionalText(row, 'awaited_hash'),
    claim: optionalText(row, 'claim'),
    claimUntilMs: optionalNumber(row, 'claim_until_ms'),
    answeredKey: optionalText(row, 'answered_key'),
    createdMs: number(row, 'created_ms'),
    deadlineMs: number(row, 'deadline_ms'),
  }
}
