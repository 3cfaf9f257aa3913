/** What a piece of work asks of a database. */
import type { Knex } from 'knex'

/** The statements of `act`, without those that begin and end a transaction. */
export async function statements(db: Knex, act: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = []
  const see = ({ sql }: { sql: string }) => seen.push(sql)
  db.on('query', see)
  try {
    await act()
  } finally {
    db.removeListener('query', see)
  }
  return seen.filter((sql) => !/^(begin|commit|rollback)/i.test(sql))
}
