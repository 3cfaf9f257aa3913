/** Guesses at an account's factors, and messages to one address, counted in windows. */
import type { Knex } from 'knex'
import type { Claim, Guess } from '../engine/ports.ts'
import { number, type Row, rowsOf } from './rows.ts'

/** @returns how many the window holds, this one included */
export async function countGuess(
  db: Knex,
  organisation: string,
  guess: Counted,
  nowMs: number,
): Promise<number> {
  const { counting, bindings } = countingOf(organisation, guess, nowMs)
  const counted = await db.raw(`${counting}`, [...bindings])
  return number(rowsOf<Row>(counted)[0]!, 'count')
}

export type Counted = NonNullable<Claim['guess']>

/**
 * The statement that counts, which returns `count`.
 *
 * @param from what there must be a row of for anything to be counted, e.g. `from taken`. Absent: it is counted
 */
export function countingOf(organisation: string, guess: Counted, nowMs: number, from = '') {
  const window = [nowMs, guess.sinceMs, guess.sinceMs]
  return 'addressHash' in guess
    ? { counting: countingMessage(from), bindings: [organisation, guess.addressHash, ...window] }
    : {
        counting: countingOfAccount(from),
        bindings: [guess.account, organisation, guess.factor, ...window],
      }
}

function countingOfAccount(from: string): string {
  return `insert into guesses (account_id, organisation, factor, count, since_ms)
    select cast(? as text), cast(? as text), cast(? as text), 1, cast(? as bigint) ${from} where 1 = 1
    on conflict (account_id, factor) do update set
      count = case when guesses.since_ms < ? then 1 else guesses.count + 1 end,
      since_ms = case when guesses.since_ms < ? then excluded.since_ms else guesses.since_ms end
    returning count`
}

function countingMessage(from: string): string {
  return `insert into address_messages (organisation, address_hash, count, since_ms)
    select cast(? as text), cast(? as text), 1, cast(? as bigint) ${from} where 1 = 1
    on conflict (organisation, address_hash) do update set
      count = case when address_messages.since_ms < ? then 1 else address_messages.count + 1 end,
      since_ms = case when address_messages.since_ms < ? then excluded.since_ms
        else address_messages.since_ms end
    returning count`
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
