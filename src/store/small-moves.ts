/**
 * A move in the middle of a login as one statement to PostgreSQL: one way there and back in place of five or six, and
 * no transaction that waits for us in between. Each of its parts writes only where the one before has.
 */
import type { Knex } from 'knex'
import { auditOfMove } from '../engine/audited.ts'
import type { DecidedMove } from '../engine/ports.ts'
import type { Sealer } from '../kit/seal.ts'
import type { Write } from '../language/write.ts'
import { changesOf, eventColumns, eventRows } from './login-writes.ts'
import { number, type Row, rowsOf } from './rows.ts'

/** One that writes its own row and events, ends a count of guesses, and counts one code up at most. */
export interface SmallMove extends Omit<DecidedMove, 'writes' | 'wrong' | 'answer'> {
  readonly advance: Advance | undefined
}

type Advance = Write & { readonly write: 'advance-counter' }

export function smallMove(move: DecidedMove): SmallMove | undefined {
  const { login, events, writes, wrong, answer } = move
  if (answer || events.length === 0) return undefined
  if (auditOfMove(login, events, writes, wrong).length > 0) return undefined
  const [first, ...others] = writes
  if (!first) return { ...move, advance: undefined }
  const isAlone = others.length === 0 && first.otherwise !== 'skip'
  return isAlone && first.write === 'advance-counter' ? { ...move, advance: first } : undefined
}

/** As `commit` of the engine's port. */
export async function commitSmallMove(
  db: Knex,
  seal: Sealer,
  { login, claim, from, forget, events, advance }: SmallMove,
): Promise<'committed' | 'stale' | 'conflict'> {
  const { organisation, id } = login
  const { assignments, values } = changesOf(login, seal)
  const rows = eventRows(login, events)
  const answer = await db.raw(
    `with held as (
       select id from logins
       where organisation = ? and id = ? and claim = ? and revision = ? and status = 'running'
       for update
     )${advance ? advancing : ''}, moved as (
       update logins set ${assignments}
       where organisation = ? and id = ? and exists (select 1 from ${advance ? 'advanced' : 'held'})
       returning id
     )${forget ? forgetting : ''}, told as (
       insert into login_events (${eventColumns})
       select event.* from moved, (values ${rows.map(() => eventPlaces).join(', ')}) as event
     )
     select (select count(*) from held) as held, (select count(*) from moved) as moved`,
    [
      ...[organisation, id, claim, from],
      ...(advance ? [advance.to, organisation, advance.credential, advance.from] : []),
      ...[...values, organisation, id],
      ...(forget ? [organisation, forget.account, forget.factor] : []),
      ...(rows.flat() as (string | number)[]),
    ],
  )
  const [row] = rowsOf<Row>(answer)
  if (number(row!, 'held') === 0) return 'stale'
  return number(row!, 'moved') === 1 ? 'committed' : 'conflict'
}

const advancing = `, advanced as (
  update credentials set counter = ? where organisation = ? and id = ? and counter = ?
    and exists (select 1 from held)
  returning id
)`

const forgetting = `, forgotten as (
  delete from guesses where organisation = ? and account_id = ? and factor = ?
    and exists (select 1 from moved)
)`

/** Of what kind each column is: in such a statement nothing says it otherwise. */
const eventPlaces = `(cast(? as text), cast(? as integer), cast(? as text), cast(? as bigint),
  cast(? as text), cast(? as text), cast(? as text), cast(? as text), cast(? as integer),
  cast(? as text), cast(? as text), cast(? as text))`
