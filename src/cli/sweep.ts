/** `sallyport sweep`: takes away what has expired. A running server does it by itself every minute. */
import { parseArgs } from 'node:util'
import { readDatabase, readRetention, readSecrets } from '../config.ts'
import { auditKey } from '../keys.ts'
import { migrate, openDatabase } from '../store/open.ts'
import { sweep } from '../store/sweep.ts'
import type { Command } from './io.ts'

export const run: Command = async (args, io) => {
  const { values } = parseArgs({ args: [...args], options: { database: { type: 'string' } } })
  const retention = readRetention(io.env)
  const auditKeyOf = (organisation: string) =>
    auditKey(readSecrets(io.env).firstSecret, organisation)
  const db = openDatabase({ url: readDatabase(values, io.env) })
  try {
    await migrate(db)
    const gone = Object.entries(await sweep(db, Date.now(), retention, auditKeyOf))
    io.out(gone.map(([table, count]) => `${table}: ${count}`).join('\n') || 'nothing has expired')
    return 0
  } finally {
    await db.destroy()
  }
}
