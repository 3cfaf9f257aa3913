/**
 * Logins, their events and the definitions that they began with. What every login asks is written out as
 * SQL: to build such a query anew costs as much as to run it.
 */
import type { Knex } from 'knex'
import type {
  Claim,
  Committed,
  DecidedMove,
  EngineStore,
  EngineTransaction,
} from '../engine/ports.ts'
import { UnitRefused } from '../engine/provider-store.ts'
import type { Sealer } from '../kit/seal.ts'
import type { OwnOutcome } from '../language/declaration.ts'
import type { Write } from '../language/write.ts'
import { countGuess, countingOf, forgetGuesses } from './guesses.ts'
import { loginOf, postedTo } from './login-rows.ts'
import { auditMove, insertEvents, insertLogin, moveRow } from './login-writes.ts'
import { openPeople } from './people.ts'
import { chunks, isPostgres, number, type Row, rowsOf } from './rows.ts'
import { commitSmallMove, smallMove } from './small-moves.ts'
import type { Unit } from './unit.ts'
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

    async keepDefinitions(definitions, nowMs) {
      for (const some of chunks(definitions, definitionsAtOnce)) {
        const digests = some.map(({ digest }) => digest)
        const known = await db('definitions')
          .where({ organisation })
          .whereIn('digest', digests)
          .pluck('digest')
        const rows = some
          .filter(({ digest }) => !known.includes(digest))
          .map(({ digest, body }) => ({ organisation, digest, body: body(), created_ms: nowMs }))
        if (rows.length > 0) await db('definitions').insert(rows).onConflict().ignore()
      }
    },
  }
}

/** A definition may be as long as a file. */
const definitionsAtOnce = 100

async function takeClaim(
  db: Knex,
  organisation: string,
  { login, claim, nowMs, untilMs, spent, guess }: Claim,
): Promise<number | undefined> {
  const bindings = [claim, untilMs, JSON.stringify(spent), organisation, login.id, login.revision]
  if (guess && isPostgres(db)) {
    // One statement: one way to the database and back, and one commit.
    const counted = countingOf(organisation, guess, nowMs, 'from taken')
    const { counting } = counted
    const answer = await db.raw(
      `with taken as (${taking}), counted as (${counting}) select count from counted`,
      [...bindings, nowMs, ...counted.bindings],
    )
    const [row] = rowsOf<Row>(answer)
    return row && number(row, 'count')
  }
  const taken = await db.raw(`${taking}`, [...bindings, nowMs])
  if (rowsOf(taken).length !== 1) return undefined
  return guess ? countGuess(db, organisation, guess, nowMs) : 0
}

const taking = `update logins set claim = ?, claim_until_ms = ?, spent = ?
  where organisation = ? and id = ? and revision = ? and status = 'running'
    and (claim is null or claim_until_ms < ?)
  returning id`

/** Thrown inside a transaction to end it: nothing of it is written. */
class Undone extends Error {}

async function commitMove(
  db: Knex,
  organisation: string,
  seals: Sealers,
  move: DecidedMove,
): Promise<Committed> {
  const small = isPostgres(db) ? smallMove(move) : undefined
  if (small) return commitSmallMove(db, seals.facts, small)
  const { login, claim, from, writes, forget, events, wrong, nowMs, answer } = move
  // Units of work are made by this store alone.
  const unit = answer as Unit | undefined
  const given = unit?.answerColumns()
  try {
    return await db.transaction(async (trx) => {
      if (!(await moveRow(trx, login, seals.facts, { claim, from }, given))) return 'stale'
      const done: Write[] = []
      const apply = async (some: readonly Write[]) => {
        for (const write of some) {
          const applied = await applyWrite(trx, organisation, seals.credentials, write, nowMs)
          if (!applied && write.otherwise !== 'skip') throw new Undone()
          if (applied === true) done.push(write)
        }
      }
      await apply(writes.filter((write) => !isOfFactor(write)))
      await insertEvents(trx, login, events)
      await unit?.write(trx)
      await apply(writes.filter(isOfFactor))
      if (forget) await forgetGuesses(trx, organisation, forget)
      await auditMove(trx, login, events, done, wrong)
      return 'committed'
    })
  } catch (thrown) {
    if (thrown instanceof Undone) return 'conflict'
    if (thrown instanceof UnitRefused) return 'refused'
    throw thrown
  }
}

/**
 * Sessions before factors, and factors before guesses, as wherever these are written: else two tabs would wait for each
 * other.
 */
function isOfFactor({ write }: Write): boolean {
  return write === 'advance-counter' || write === 'replace-secret'
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
      await moveRow(trx, login, seals.facts)
      await insertEvents(trx, login, events)
      await auditMove(trx, login, events, done, wrong)
    },

    create: (login, events) => insertLogin(trx, seals.facts, login, events, done),
  }
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
