/** Reads a server's database beside it, as an operator could. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Knex } from 'knex'
import { KnownError } from '../../src/kit/errors.ts'
import { openDatabase } from '../../src/store/open.ts'

/** Closed when the test ends. */
export function openBeside(t: Pick<TestContext, 'after'>, url: string): Knex {
  const db = openDatabase({ url })
  t.after(() => db.destroy())
  return db
}

export function isPostgres(db: Knex): boolean {
  return db.client.config.client === 'pg'
}

export async function count(
  db: Knex,
  table: string,
  where: Readonly<Record<string, string | number>> = {},
): Promise<number> {
  const row = await db(table).where(where).count({ n: '*' }).first()
  return Number(row?.n)
}

/** @param reports what the operator was told */
export function assertNoBug(reports: readonly unknown[]): void {
  assert.deepEqual(
    reports.filter((report) => !(report instanceof KnownError)),
    [],
  )
}
