/** `sallyport sweep`: takes away what has expired. A running server does it by itself every minute. */
import { parseArgs } from 'node:util'
import { readDatabase } from '../config.ts'
import { migrate, openDatabase } from '../store/open.ts'
import { sweep } from '../store/sweep.ts'
import type { Command } from './io.ts'

export const run: Command = async (args, io) => {
  const { values } = parseArgs({ args: [...args], options: { database: { type: 'string' } } })
  const db = openDatabase({ url: readDatabase(values, io.env) })
  try {
    await migrate(db)
    const gone = Object.entries(await sweep(db, Date.now()))
    io.out(gone.map(([table, count]) => `${table}: ${count}`).join('\n') || 'nothing has expired')
    return 0
  } finally {
    await db.destroy()
  }
}
