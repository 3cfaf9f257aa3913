/** People on their way at a PostgreSQL of their own, behind a wire. */
import type { TestContext } from 'node:test'
import { noTryLimits } from '../../src/engine/tries.ts'
import { createDatabase } from '../support/database.ts'
import { startPostgres } from '../support/postgres.ts'
import { Wire } from '../support/wire.ts'
import { startWorld } from '../support/world.ts'
import { byPassword } from './journeys.ts'
import { openBeside } from './rows.ts'
import { checkRows, immortal, trialOf } from './sweep.ts'

/** What is answered to them is on the disk. */
export async function startBehindWire(t: TestContext, { people }: { readonly people: number }) {
  const server = await startPostgres()
  t.after(() => server.close())
  const database = await createDatabase(server.url)
  const wire = await Wire.lay(Number(new URL(database).port))
  t.after(() => wire.close())
  const through = Object.assign(new URL(database), { port: wire.port }).href
  const world = await startWorld(t, { database: through, durability: 'full', tries: noTryLimits })
  for (let number = 1; number <= people; number++) await byPassword.settle(world, number)
  const db = openBeside(t, `${database}?application_name=beside`)
  const trials = Array.from({ length: people }, (_, n) => trialOf(world, db, immortal, n + 1))

  /** Nobody who was let in is without it, and nothing is there twice. */
  async function check(): Promise<void> {
    for (const trial of trials) await byPassword.check(trial)
    await checkRows(db)
  }

  return { server, database, wire, world, trials, check }
}
