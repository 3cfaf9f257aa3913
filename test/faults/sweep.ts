/**
 * Kills a server at the writes of a journey, one after another, each time with a person of its own who goes
 * on afterwards; and looks at what is left.
 */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Knex } from 'knex'
import type { Browser } from '../support/browser.ts'
import { type Death, Mortal } from '../support/mortal.ts'
import { startWorld, type World } from '../support/world.ts'
import type { Journey } from './journeys.ts'
import type { Life } from './person.ts'
import { openBeside } from './rows.ts'

/** One write of a journey as it goes without a death. */
export interface Written {
  /** Counted from 1. */
  readonly at: number
  /** The first words of the statement. */
  readonly statement: string
  /** The path of the request that wrote it. */
  readonly path: string
}

/** One journey of one person. */
export interface Trial {
  readonly world: World
  readonly db: Knex
  readonly life: Life
  readonly browser: Browser
  /** Whose journey it is: a number for the name. */
  readonly number: number
  /** What went other than without a death. */
  readonly trouble: string[]
}

export interface Swept {
  readonly writes: number
  readonly kills: number
  /** How often each kind of trouble came to a person. */
  readonly trouble: Readonly<Record<string, number>>
}

/** @param pick where to kill, among the writes of the journey */
export async function sweep(
  t: TestContext,
  journey: Journey,
  pick: (written: readonly Written[]) => readonly Death[],
): Promise<Swept> {
  const world = await startWorld(t)
  const db = openBeside(t, world.database)
  const written = await rehearse(t, journey)
  const deaths = pick(written)
  for (let number = 1; number <= deaths.length; number++) await journey.settle(world, number)
  const mortal = await startMortal(t, world)

  const trouble: Record<string, number> = {}
  for (const [index, death] of deaths.entries()) {
    const trial = trialOf(world, db, mortal, index + 1)
    await order(mortal, { aheadMs: world.clock.aheadMs })
    const where = `${journey.name}: killed ${death.when} write ${death.at} (${told(written, death)})`
    const before = mortal.deaths
    try {
      await journey.ride(trial, () => order(mortal, { death }))
      await order(mortal, { death: null })
      await journey.check(trial)
      await checkRows(db)
      assert.equal(mortal.deaths, before + 1, 'it died once')
      assert.ok(trial.trouble.filter((one) => one === 'waited').length <= 1, 'not stuck for longer')
      assert.deepEqual(mortal.reports.splice(0).filter(isBug), [])
    } catch (thrown) {
      throw new Error(`${where}: ${(thrown as Error).message}`, { cause: thrown })
    }
    for (const one of trial.trouble) trouble[one] = (trouble[one] ?? 0) + 1
  }
  return { writes: written.length, kills: deaths.length, trouble }
}

/** The journey without a death: what it writes, and for which request. */
async function rehearse(t: TestContext, journey: Journey): Promise<Written[]> {
  const world = await startWorld(t)
  const db = openBeside(t, world.database)
  await journey.settle(world, 1)
  const mortal = await startMortal(t, world)
  const marks: { path: string; from: number }[] = []
  const trial = trialOf(world, db, mortal, 1)
  trial.life.asking = async (path) => {
    marks.push({ path, from: (await mortal.tell()).length })
  }
  await journey.ride(trial, async () => {
    marks.length = 0
    await order(mortal, { death: null })
  })
  const writes = await mortal.tell()
  await journey.check(trial)
  await checkRows(db)
  await mortal.stop()
  return writes.map((statement, index) => ({
    at: index + 1,
    statement,
    path: marks.findLast(({ from }) => from <= index)?.path ?? '',
  }))
}

async function startMortal(t: TestContext, world: World): Promise<Mortal> {
  await world.app.close()
  const { issuer, database, env } = world
  const mortal = new Mortal({ issuer: issuer.origin, database, env })
  t.after(() => mortal.stop())
  await mortal.start()
  return mortal
}

function trialOf(world: World, db: Knex, mortal: Mortal, number: number): Trial {
  const { clock, issuer } = world
  const life: Life = {
    clock,
    issuer,
    revive: () => mortal.revive(),
    async pass(ms) {
      clock.aheadMs += ms
      await order(mortal, { aheadMs: clock.aheadMs })
    },
  }
  clock.aheadMs = 0
  return { world, db, life, browser: world.browser(), number, trouble: [] }
}

async function order(mortal: Mortal, told: Parameters<Mortal['tell']>[0]): Promise<void> {
  await mortal.tell(told)
}

/** What must hold whatever has happened (I-31, I-40). */
export async function checkRows(db: Knex): Promise<void> {
  const none = async (what: string, sql: string) => assert.deepEqual(await db.raw(sql), [], what)
  await none(
    'a gap in the story of a login',
    'select login_id from login_events group by login_id having count(*) <> max(seq) + 1',
  )
  await none(
    'two sessions of one browser and account',
    `select account_id from sessions where account_id is not null
     group by browser_hash, account_id having count(*) > 1`,
  )
  await none(
    'a code that no login gave',
    `select id from provider_models where model = 'AuthorizationCode'
     and id not in (select answer_code from logins where answer_code is not null)
     and grant_id not in (select coalesce(grant_id, '') from provider_models where model = 'Grant')`,
  )
  await none(
    'an account from upstream without its association',
    `select id from accounts where source <> 'local'
     and id not in (select account_id from associations)`,
  )
  await none(
    'somebody with two accounts',
    'select account_id from associations group by account_id having count(*) > 1',
  )
  await none('a broken reference', 'pragma foreign_key_check')
  assert.deepEqual(await db.raw('pragma integrity_check'), [{ integrity_check: 'ok' }])
}

function told(written: readonly Written[], { at }: Death): string {
  const one = written[at - 1]
  return `${one?.path}: ${one?.statement}`
}

/** Refusals are meant, and an upstream that takes a code only once is right. */
function isBug(report: string): boolean {
  return !/^(KnownError|UpstreamFailure|TimeoutError)\b/.test(report)
}
