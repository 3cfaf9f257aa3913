/** Rows as the drivers give them, and which driver it is. */
import type { Knex } from 'knex'

/** A bigint may come as text. */
export type Row = Readonly<Record<string, string | number | null>>

export function text(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw new Error(`column ${column} holds no text`)
  return value
}

export function optionalText(row: Row, column: string): string | undefined {
  return row[column] === null || row[column] === undefined ? undefined : String(row[column])
}

export function number(row: Row, column: string): number {
  const value = Number(row[column] ?? Number.NaN)
  if (Number.isNaN(value)) throw new Error(`column ${column} holds no number`)
  return value
}

export function optionalNumber(row: Row, column: string): number | undefined {
  return row[column] === null || row[column] === undefined ? undefined : number(row, column)
}

/** Or else SQLite. */
export function isPostgres(db: Knex): boolean {
  return db.client.config.client === 'pg'
}

/** What a raw statement returned, on either driver. */
export function rowsOf<R>(answer: unknown): readonly R[] {
  return Array.isArray(answer) ? answer : (answer as { rows: R[] }).rows
}

/** All of them, in their order, in lists of at most `max`. */
export function chunks<T>(all: readonly T[], max: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / max) }, (_, at) =>
    all.slice(at * max, (at + 1) * max),
  )
}
