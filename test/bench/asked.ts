/** What a process asks of PostgreSQL, counted at the driver: below knex and below everything of ours. */
import pg from 'pg'

export interface Asked {
  /** Each is a round trip: BEGIN and COMMIT as well. */
  readonly statements: number
  /** What has to reach the disk before it is answered. */
  readonly commits: number
  /** Statements by the first table that they name; those that name none are left out. */
  readonly byTable: Readonly<Record<string, number>>
}

/** @returns goes on counting */
export function countAsked(): Asked {
  const asked = { statements: 0, commits: 0, byTable: {} as Record<string, number> }
  const inside = new WeakSet<object>()
  const { query } = pg.Client.prototype
  pg.Client.prototype.query = function counted(this: pg.Client, ...given: unknown[]) {
    const text = textOf(given[0])
    asked.statements += 1
    const [, table] = /\b(?:from|into|update)\s+"?([a-z_]+)/i.exec(text) ?? []
    if (table) asked.byTable[table] = (asked.byTable[table] ?? 0) + 1
    if (/^begin/i.test(text)) inside.add(this)
    if (/^(?:commit|rollback)/i.test(text)) inside.delete(this)
    const writes =
      /^commit/i.test(text) ||
      (/^\s*(?:with\b.*\b)?(?:insert|update|delete)\b/is.test(text) && !inside.has(this))
    if (writes) asked.commits += 1
    return (query as (...all: unknown[]) => unknown).apply(this, given)
  } as typeof query
  return asked
}

function textOf(statement: unknown): string {
  return typeof statement === 'string' ? statement : String((statement as { text?: string }).text)
}
