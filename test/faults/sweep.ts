/**
 * Kills a server at the writes of a journey, or has it fail at whatever it asks others for, one after another, each
 * time with a person of its own who goes on afterwards; and looks at what is left.
 */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Knex } from 'knex'
import type { Browser } from '../support/browser.ts'
import type { Crossing, Fault } from '../support/crossings.ts'
import { type Birth, Mortal } from '../support/mortal.ts'
import { startWorld, type World } from '../support/world.ts'
import type { Journey } from './journeys.ts'
import type { Life } from './person.ts'
import { isPostgres, openBeside } from './rows.ts'

/** One call of a journey that leaves the server, as it goes without a fault. */
export interface Crossed extends Crossing {
  /** The path of the request that made it. */
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
  /** What there was of the journey without a fault. */
  readonly crossed: readonly Crossed[]
  readonly faults: number
  /** How often each kind of trouble came to a person. */
  readonly trouble: Readonly<Record<string, number>>
}

/** @param pick what is to go wrong in the journey */
export async function sweep(
  t: TestContext,
  journey: Journey,
  pick: (crossed: readonly Crossed[]) => readonly Fault[],
): Promise<Swept> {
  const world = await startWorld(t)
  const db = openBeside(t, world.database)
  const crossed = await rehearse(t, journey)
  const faults = pick(crossed)
  for (let number = 1; number <= faults.length; number++) await journey.settle(world, number)
  const mortal = await startMortal(t, world)

  const trouble: Record<string, number> = {}
  for (const [index, fault] of faults.entries()) {
    const trial = trialOf(world, db, mortal, index + 1)
    world.clock.aheadMs = 0
    await order(mortal, { aheadMs: 0 })
    const { deaths } = mortal
    const fails = fault.how === 'fail' ? 1 : 0
    try {
      trial.life.errorsMax = fails
      await journey.ride(trial, () => order(mortal, { fault }))
      const { failed } = await mortal.tell()
      await order(mortal, { fault: null })
      await journey.check(trial)
      await checkRows(db)
      assert.deepEqual([failed, mortal.deaths - deaths], [fails, 1 - fails], 'failed, and died')
      assert.ok(trial.trouble.filter((one) => one === 'waited').length <= 1, 'not stuck for longer')
      const meant = fails ? isOfFault : isRefusal
      assert.deepEqual(
        mortal.reports.splice(0).filter((report) => !meant(report)),
        [],
      )
    } catch (thrown) {
      const where = `${journey.name}: ${JSON.stringify(fault)} of ${pathOf(crossed, fault)}`
      throw new Error(`${where}: ${(thrown as Error).message}`, { cause: thrown })
    }
    for (const one of trial.trouble) trouble[one] = (trouble[one] ?? 0) + 1
  }
  return { crossed, faults: faults.length, trouble }
}

/** The journey without a fault: what leaves the server, and for which request. */
async function rehearse(t: TestContext, journey: Journey): Promise<readonly Crossed[]> {
  const world = await startWorld(t)
  const db = openBeside(t, world.database)
  await journey.settle(world, 1)
  const mortal = await startMortal(t, world)
  const marks: { path: string; from: number }[] = []
  const trial = trialOf(world, db, mortal, 1)
  trial.life.asking = async (path) => {
    marks.push({ path, from: (await mortal.tell()).crossings.length })
  }
  await journey.ride(trial, async () => {
    marks.length = 0
    await order(mortal, { fault: null })
  })
  const { crossings } = await mortal.tell()
  await journey.check(trial)
  await checkRows(db)
  await mortal.stop()
  return crossings.map((crossing, index) => ({
    ...crossing,
    path: marks.findLast(({ from }) => from <= index)?.path ?? '',
  }))
}

/** In place of the world's own server. */
export async function startMortal(
  t: TestContext,
  world: World,
  more: Partial<ConstructorParameters<typeof Mortal>[0]> = {},
  birth: Birth = {},
): Promise<Mortal> {
  await world.app.close()
  const { issuer, database, env } = world
  const mortal = new Mortal({ issuer: issuer.origin, database, env, ...more }, birth)
  t.after(() => mortal.stop())
  await mortal.start()
  return mortal
}

/** A server that is not to die. */
export const immortal: Pick<Mortal, 'revive' | 'tell'> = {
  revive: async () => false,
  tell: async () => ({ crossings: [], failed: 0, heapBytes: 0, handles: 0 }),
}

export function trialOf(
  world: World,
  db: Knex,
  mortal: Pick<Mortal, 'revive' | 'tell'>,
  number: number,
): Trial {
  const { clock, issuer } = world
  const life: Life = {
    clock,
    issuer,
    errorsMax: 0,
    revive: () => mortal.revive(),
    async pass(ms) {
      clock.aheadMs += ms
      await order(mortal, { aheadMs: clock.aheadMs })
    },
  }
  return { world, db, life, browser: world.browser(), number, trouble: [] }
}

async function order(
  mortal: Pick<Mortal, 'tell'>,
  told: Parameters<Mortal['tell']>[0],
): Promise<void> {
  await mortal.tell(told)
}

/** What must hold whatever has happened (I-31, I-40). */
export async function checkRows(db: Knex): Promise<void> {
  const none = async (what: string, sql: string) => assert.deepEqual(await ask(db, sql), [], what)
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
  if (isPostgres(db)) return
  await none('a broken reference', 'pragma foreign_key_check')
  assert.deepEqual(await ask(db, 'pragma integrity_check'), [{ integrity_check: 'ok' }])
}

async function ask(db: Knex, sql: string): Promise<unknown> {
  const answer = await db.raw(sql)
  return isPostgres(db) ? answer.rows : answer
}

function pathOf(crossed: readonly Crossed[], { at, of }: Fault): string | undefined {
  return crossed.filter(({ name, isWrite }) => (of === undefined ? isWrite : name === of))[at - 1]
    ?.path
}

/** Refusals are meant, and an upstream that takes a code only once is right. */
function isRefusal(report: string): boolean {
  return /^(KnownError|UpstreamFailure|TimeoutError)\b/.test(report)
}

/** What was made to fail is told, in the words of whoever failed; knex tells of what came after it. */
function isOfFault(report: string): boolean {
  return (
    isRefusal(report) ||
    /SQLITE_IOERR|Connection terminated|StepBroken|not queryable|query already complete/.test(
      report,
    )
  )
}
