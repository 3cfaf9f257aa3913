/** Guesses at an account's factors, and messages to one address, counted in windows. */
import type { Knex } from 'knex'
import type { Claim, Guess } from '../engine/ports.ts'
import { number, type Row, rowsOf } from './rows.ts'

/** @returns how many the window holds, this one included */
export function countGuess(
  db: Knex,
  organisation: string,
  guess: NonNullable<Claim['guess']>,
  nowMs: number,
): Promise<number> {
  return 'addressHash' in guess
    ? countMessage(db, organisation, guess, nowMs)
    : countOfAccount(db, organisation, guess, nowMs)
}

async function countOfAccount(
  db: Knex,
  organisation: string,
  guess: Guess & { readonly sinceMs: number },
  nowMs: number,
): Promise<number> {
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

export async function forgetGuesses(
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
