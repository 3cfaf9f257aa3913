/** `sallyport migrate`: brings the database to the newest migration. */
import { parseArgs } from 'node:util'
import { readDatabase } from '../config.ts'
import { migrate, openDatabase } from '../store/open.ts'
import type { Command } from './io.ts'

export const run: Command = async (args, io) => {
  const { values } = parseArgs({ args: [...args], options: { database: { type: 'string' } } })
  const url = readDatabase(values, io.env)
  const db = openDatabase({ url })
  try {
    const names = await migrate(db)
    io.out(names.length === 0 ? `${url} is up to date` : `${url}: ran ${names.join(', ')}`)
    return 0
  } finally {
    await db.destroy()
  }
}
