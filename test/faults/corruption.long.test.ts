import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { Knex } from 'knex'
import { noTryLimits } from '../../src/engine/tries.ts'
import { Chance } from '../simulation/schedule.ts'
import { allRows } from '../support/rows.ts'
import { codeOf, startWorld } from '../support/world.ts'
import { enterPassword, finishSteps, told } from './acts.ts'
import { rounds } from './rounds.ts'
import { isPostgres, openBeside } from './rows.ts'

const flips = rounds({ few: 300, all: 2_000 })

/** What a login and a session read, and write. */
const tables = [
  'accounts',
  'credentials',
  'guesses',
  'login_events',
  'logins',
  'provider_models',
  'sessions',
]

describe('a row in which one bit has fallen over', () => {
  it('lets nobody in who has not proven it, nor as anybody else, and the server goes on (security 147, security 3.5)', async (t) => {
    const { acts, db, restore, seen } = await start(t)
    const chance = new Chance(1)
    const random = (below: number) => Math.floor(chance.next() * below)
    const ends = { in: 0, out: 0 }
    for (let n = 0; n < flips; ) {
      const flip = flipOf(seen, random)
      if (!(await fall(db, flip))) continue
      const act = acts[n % acts.length]!
      try {
        ends[await act()]++
      } catch (thrown) {
        const where = `${act.name} after ${flip.table}.${flip.column} of row ${flip.at}, bit ${flip.bit}`
        throw new Error(`${where}: ${(thrown as Error).message}`, { cause: thrown })
      }
      await restore()
      n++
    }
    assert.ok(ends.out > flips / acts.length, 'more than the wrong codes are refused')
    assert.ok(ends.in > 0, 'many a bit is of no account')
    for (const act of acts.slice(1)) assert.equal(await act(), 'in', 'as it was, it is good')
    t.diagnostic(`${flips} faults: ${JSON.stringify(ends)}`)
  })
})

/** Somebody with a session, and the same person at the second factor of another browser. */
async function start(t: TestContext) {
  const world = await startWorld(t, { tries: noTryLimits })
  const db = openBeside(t, world.database)
  if (!isPostgres(db)) await db.raw('pragma foreign_keys = off')
  const inside = world.browser()
  const first = await inside.open(await finishSteps(inside, world.thrift, world))
  const { claims } = await world.thrift.redeem(first.url)
  world.clock.aheadMs += 60_000
  const half = world.browser()
  const page = await enterPassword(half, world.thrift)
  const seen = await snapshot(world.database)

  const prove = async (code: string) => {
    const browser = await half.clone()
    try {
      return await browser.submit(page.form('Verify'), { code })
    } finally {
      browser.close()
    }
  }
  /** Whoever is in is who they were, by what they have proven. */
  const isIn = async (address: string) => {
    if (!told(address).code) return 'out'
    const tokens = await world.thrift.exchange(address).catch(() => undefined)
    if (!tokens) return 'out'
    const { sub, acr, amr } = tokens.claims()!
    assert.deepEqual([sub, acr, amr], [claims.sub, claims.acr, claims.amr])
    return 'in'
  }

  const acts: readonly (() => Promise<'in' | 'out'>)[] = [
    async function wrongCode() {
      const end = await prove('000000')
      assert.equal(end.left && told(end.url).code, end.left && null, end.url)
      return 'out'
    },
    async function rightCode() {
      const end = await prove(codeOf('jane', world))
      return end.left ? isIn(end.url) : 'out'
    },
    async function session() {
      const browser = await inside.clone()
      const end = await browser.open(await world.thrift.authorize({ prompt: 'none' }))
      browser.close()
      return end.left ? isIn(end.url) : 'out'
    },
  ]
  return { acts, db, seen, restore: () => restore(db, seen) }
}

type Tables = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>

async function snapshot(database: string): Promise<Tables> {
  const all = await allRows(database)
  return Object.fromEntries(tables.map((table) => [table, all[table] ?? []]))
}

async function restore(db: Knex, seen: Tables): Promise<void> {
  await db.transaction(async (trx) => {
    if (isPostgres(db)) await trx.raw('set local session_replication_role = replica')
    for (const [table, rows] of Object.entries(seen)) {
      await trx(table).delete()
      if (rows.length > 0) await trx.batchInsert(table, [...rows])
    }
  })
}

interface Flip {
  readonly table: string
  readonly row: Readonly<Record<string, unknown>>
  /** Of the row, in its table. */
  readonly at: number
  readonly column: string
  readonly bit: number
  readonly value: string | number
}

function flipOf(seen: Tables, random: (below: number) => number): Flip {
  const filled = Object.entries(seen).filter(([, rows]) => rows.length > 0)
  const [table, rows] = filled[random(filled.length)]!
  const at = random(rows.length)
  const row = rows[at]!
  const columns = Object.keys(row).filter((name) => row[name] !== null && row[name] !== '')
  const column = columns[random(columns.length)]!
  const whole = Number(row[column])
  if (typeof row[column] === 'number' || column.endsWith('_ms') || column.endsWith('_at')) {
    // Beyond 31 bits JavaScript counts in another way.
    const bit = random(40)
    return { table, row, at, column, bit, value: whole + bitOf(whole, bit) }
  }
  const bytes = Buffer.from(String(row[column]))
  const bit = random(bytes.length * 8)
  bytes[bit >> 3]! ^= 1 << (bit & 7)
  return { table, row, at, column, bit, value: bytes.toString('latin1') }
}

/** What it takes to turn the bit over. */
function bitOf(whole: number, bit: number): number {
  const worth = 2 ** bit
  return Math.floor(whole / worth) % 2 === 1 ? -worth : worth
}

/** @returns whether the database can hold it: it may break a rule of the table */
async function fall(db: Knex, { table, row, column, value }: Flip): Promise<boolean> {
  const key = Object.fromEntries(Object.entries(row).filter(([, held]) => held !== null))
  try {
    return await db.transaction(async (trx) => {
      if (isPostgres(db)) await trx.raw('set local session_replication_role = replica')
      return (
        (await trx(table)
          .where(key)
          .update({ [column]: value })) === 1
      )
    })
  } catch {
    return false
  }
}
