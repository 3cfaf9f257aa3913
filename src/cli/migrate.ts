/** `sallyport migrate`: brings the database to the newest migration. */
import { parseArgs } from 'node:util'
import { readDatabase } from '../config.ts'
import { migrate, openDatabase } from '../store/open.ts'
import type { Command } from './io.ts'

export const run: Command = async (args, io) => {
  const { values } = parseArgs({ args: [...args], options: { database: { type: 'string' } } })
  const db = openDatabase({ url: readDatabase(values, io.env) })
  try {
    const names = await migrate(db)
    // Which one it is has been said by whoever called: its address may hold a password.
    io.out(names.length === 0 ? 'the database is up to date' : `ran ${names.join(', ')}`)
    return 0
  } finally {
    await db.destroy()
  }
}
