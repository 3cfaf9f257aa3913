import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Knex } from 'knex'
import { randomId } from '../../../src/kit/random.ts'
import { openAdministration } from '../../../src/store/administration.ts'
import { openOutbox } from '../../../src/store/outbox.ts'
import { openTries } from '../../../src/store/tries.ts'
import {
  addAccount,
  claimOf,
  eventOf,
  finishedLogin,
  type OpenDatabase,
  organisation,
  type Stores,
  sealersOf,
  sessionOf,
  startMs,
  stored,
  sweepAt,
} from '../given.ts'
import { opened } from './opened.ts'
import { statements } from './statements.ts'

type Acts = Readonly<Record<string, (stores: Stores, db: Knex) => Promise<unknown>>>

/** What people and applications have the database do, again and again. */
const acts: Acts = {
  'an account is found': async ({ engine }) => {
    const account = randomId('acc')
    await engine.people().findByUserName('jane')
    await engine.people().findAccount(account)
    await engine.people().findAssociated('google', 'g-1')
    await engine.people().findByVerifiedEmail('jane@thrift.example')
    await engine.people().findByAttribute('employee', '17')
    await engine.people().isDeviceKnown(account, 'thrift', ['hash'], startMs)
    await engine.people().agreedAttributes(account, 'google')
    await engine.people().preferences(account, startMs)
    await engine.people().isAssigned(account, 'google')
    await engine.people().confirmedMs(account, 'people')
    await engine.people().otherSessions(account, 'browser', startMs)
    await engine.people().readCredential(account, 'totp')
  },

  'a login moves': async (stores) => {
    const [account, login] = [await addAccount(stores), await stored(stores)]
    await stores.engine.findLogin(login.id)
    await stores.engine.findAwaiting('hash')
    const guess = { account, factor: 'password', sinceMs: 0 }
    await stores.engine.claim({ ...claimOf(login, 'mine'), guess })
    await stores.engine.release(login, 'nobody')
    const moved = { ...login, revision: 1, facts: { ...login.facts, events: 1 } }
    await stores.engine.commit({
      login: moved,
      claim: 'mine',
      from: 0,
      writes: [],
      forget: guess,
      events: [eventOf()],
      wrong: undefined,
      nowMs: startMs,
    })
    await stores.engine.findDefinition('sha256:00')
    await stores.provider.endWithError(moved, 'access_denied')
  },

  'a login is answered': async (stores) => {
    const account = await addAccount(stores)
    const login = await stored(stores, finishedLogin(account))
    await stores.provider.findLoginByInteraction(login.interactionUid)
    const unit = stores.provider.open()
    const uid = randomId('uid')
    unit.upsert('Session', randomId('jti'), sessionOf(uid, account), 600)
    unit.upsert('Grant', randomId('g'), { accountId: account }, 600)
    unit.destroy('Interaction', login.interactionUid)
    unit.answer(login, { response: 'r', code: randomId('c') })
    await unit.commit()
  },

  'a session is gone on with, and ended': async (stores) => {
    const uid = randomId('uid')
    const account = await addAccount(stores)
    const begin = stores.provider.open()
    begin.upsert('Session', `jti-${uid}`, sessionOf(uid, account), 600)
    await begin.commit()
    const unit = stores.provider.open()
    assert.ok(await unit.find('Session', `jti-${uid}`))
    unit.upsert('Session', `next-${uid}`, sessionOf(uid, account), 600)
    await unit.commit()
    assert.ok(await stores.provider.open().findByUid('Session', uid))
    await stores.provider.open().findSessionOf('browser', account)
    const end = stores.provider.open()
    end.endSession(uid)
    await end.commit()
  },

  'a code and a token are redeemed': async ({ provider }) => {
    const [code, grantId] = [randomId('c'), randomId('g')]
    const issue = provider.open()
    issue.upsert('AuthorizationCode', code, { grantId }, 60)
    await issue.commit()
    const unit = provider.open()
    await unit.find('AuthorizationCode', code)
    await unit.readAssertion(grantId)
    unit.consume('AuthorizationCode', code)
    await unit.commit()
    await provider.isCodeUnused(code)
    const revoke = provider.open()
    revoke.revokeByGrantId('AccessToken', grantId)
    await revoke.commit()
  },

  'tries are counted, and messages taken': async (_stores, db) => {
    const tries = openTries(db, organisation)
    const tried = { tried: 'answers', whoHash: 'hash' } as const
    await tries.count(tried, startMs, 0)
    await tries.read(tried, 0)
    await openOutbox(db, organisation).take(startMs, startMs + 1000, 10)
  },
}

/** What administrators look through: the first page, and one in the middle of everything. */
const looks: Acts = {
  'people are looked through': (_stores, db) => eachPage(db, (at, page) => at.listUsers(page)),
  'people who wait are looked through': (_stores, db) =>
    eachPage(db, (at, page) => at.listUsers({ ...page, status: 'pending' })),
  'sessions are looked through': (_stores, db) => eachPage(db, (at, page) => at.listSessions(page)),
  'logins are looked through': (_stores, db) => eachPage(db, (at, page) => at.listLogins(page)),
  'the audit is looked through': (_stores, db) =>
    eachPage(db, (at, page) => at.listAudit({ ...page, changes: true })),
  'what is over is swept': (_stores, db) => sweepAt(db, startMs),
  'what waits is counted': (_stores, db) => administrationOn(db).countWaiting(),
}

function administrationOn(db: Knex) {
  return openAdministration(db, organisation, sealersOf(organisation), ['password'])
}

type At = ReturnType<typeof administrationOn>

async function eachPage(
  db: Knex,
  list: (at: At, page: { limit: number; after?: { ms: number; id: string } }) => Promise<unknown>,
): Promise<void> {
  const at = administrationOn(db)
  await list(at, { limit: 50 })
  await list(at, { limit: 50, after: { ms: startMs, id: 'x' } })
}

/**
 * No statement of a login reads a table from end to end, or all of an organisation's rows: what one login costs
 * does not grow with how many there have been.
 */
export function planTests(open: OpenDatabase): void {
  describe('the plans of what every login asks', () => {
    const world = opened(open)
    // SQLite takes an explained write for one that goes on: no transaction beside it ends.
    const explaining = opened(open)
    before(() => fill(explaining().db))

    for (const [act, does] of Object.entries(acts)) {
      it(`finds rows by an index that names them when ${act}`, async () => {
        const { db, stores } = world()
        const asked = await statements(db, () => does(stores, db))
        assert.ok(asked.length > 0)
        const wide: string[] = []
        for (const sql of new Set(asked)) {
          for (const step of await widePlanOf(explaining().db, sql)) wide.push(`${step}: ${sql}`)
        }
        assert.deepEqual(wide, [])
      })
    }

    for (const [act, does] of Object.entries(looks)) {
      it(`reads rows in their order, from where a page begins, when ${act}`, async () => {
        const { db, stores } = world()
        const all = await statements(db, () => does(stores, db))
        // What hangs on a page is sorted: it is no more than that, and found by it.
        const asked = all.filter((sql) => / limit /.test(sql))
        const hanging = all.filter((sql) => !/ limit /.test(sql))
        assert.ok(asked.length > 1)
        for (const sql of hanging) {
          assert.deepEqual(await widePlanOf(explaining().db, sql), [], sql)
        }
        const sorted: string[] = []
        for (const sql of new Set(asked)) {
          for (const step of await sortedPlanOf(explaining().db, sql))
            sorted.push(`${step}: ${sql}`)
        }
        assert.deepEqual(sorted, [])
      })
    }

    it('tells of a page that is sorted, and of one that is read from the beginning', async () => {
      const { db } = explaining()
      const pages = [
        'select * from accounts where organisation = ? order by claims limit 9',
        `select * from accounts where organisation = ? and (created_ms > ? or id > ?)
           order by created_ms, id limit 9`,
      ]
      for (const sql of pages) assert.ok((await sortedPlanOf(db, sql)).length > 0, sql)
    })

    it('tells of a statement that has no index', async () => {
      const { db } = explaining()
      const sql = 'select id from accounts where organisation = ? and source = ?'
      assert.equal((await widePlanOf(db, sql)).length, 1)
    })
  })
}

/** @returns the steps of its plan that sort what was read, or read what comes before the page */
async function sortedPlanOf(db: Knex, sql: string): Promise<string[]> {
  const isPostgres = db.client.config.client === 'pg'
  const steps = await (isPostgres
    ? planOnPostgres(db, sql, 'seqscan', 'bitmapscan', 'sort')
    : planOnSqlite(db, sql))
  const beginsLater = /^select.*_ms[^?]*[<>]/s.test(sql)
  return steps.filter(
    (step) =>
      /TEMP B-TREE FOR ORDER BY|(?:^|-> +)Sort +\(cost|Seq Scan on/.test(step) ||
      (beginsLater && /\(organisation=\?\)$|^Filter: .*_ms/.test(step)),
  )
}

/** @returns the steps of its plan that read more than what they look for */
function widePlanOf(db: Knex, sql: string): Promise<string[]> {
  return db.client.config.client === 'pg' ? widePlanOnPostgres(db, sql) : widePlanOnSqlite(db, sql)
}

async function widePlanOnSqlite(db: Knex, sql: string): Promise<string[]> {
  const tables = await db('sqlite_master').where({ type: 'table' }).pluck('name')
  return (await planOnSqlite(db, sql)).filter((step) => {
    const scanned = /^SCAN (\w+)/.exec(step)?.[1]
    return tables.includes(scanned) || /\(organisation=\?( AND status=\?)?\)/.test(step)
  })
}

async function planOnSqlite(db: Knex, sql: string): Promise<string[]> {
  const values = (sql.match(/\?/g) ?? []).map(() => 'x')
  const steps: { detail: string }[] = await db.raw(`explain query plan ${sql}`, values)
  return steps.map(({ detail }) => detail)
}

async function widePlanOnPostgres(db: Knex, sql: string): Promise<string[]> {
  return (await planOnPostgres(db, sql, 'seqscan')).filter(
    (step) =>
      /Seq Scan on/.test(step) ||
      /^Index Cond: \(\(?organisation\)?(::text)? = (\$\d+|\(\$\d+\))(::text)?\)$/.test(step),
  )
}

/** Told to avoid something, the planner still does it where there is no other way. */
async function planOnPostgres(
  db: Knex,
  sql: string,
  ...avoided: readonly string[]
): Promise<string[]> {
  let parameters = 0
  const numbered = sql.replace(/\?/g, () => `$${++parameters}`)
  return db.transaction(async (trx) => {
    for (const way of avoided) await trx.raw(`set local enable_${way} = off`)
    const { rows } = await trx.raw(`explain (generic_plan) ${numbered}`)
    return (rows as { 'QUERY PLAN': string }[]).map((row) => row['QUERY PLAN'].trim())
  })
}

/** PostgreSQL plans by what is there: of an empty table any index is as good as another. SQLite is never told. */
async function fill(db: Knex): Promise<void> {
  if (db.client.config.client !== 'pg') return
  for (const [table, columns] of Object.entries(filled)) {
    const names = Object.keys(columns).join(', ')
    const values = Object.values(columns).join(', ')
    await db.raw(
      `insert into ${table} (${names}) select ${values} from generate_series(1, 2000) as n`,
    )
    await db.raw(`analyze ${table}`)
  }
}

/** By table and column, the value of row `n`. */
const filled: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  accounts: {
    id: "'a' || n",
    organisation: "'default'",
    directory: "'internal'",
    user_name: "'u' || n",
    user_name_key: "'u' || n",
    email_key: "'e' || n",
    source: "'local'",
    status: "'active'",
    claims: "'{}'",
    created_ms: 'n',
  },
  credentials: {
    id: "'k' || n",
    organisation: "'default'",
    account_id: "'a' || n",
    kind: "'password'",
    sealed_secret: "'s'",
    counter: '0',
    created_ms: 'n',
  },
  associations: {
    organisation: "'default'",
    connection: "'google'",
    subject: "'s' || n",
    account_id: "'a' || n",
    created_ms: 'n',
  },
  account_groups: {
    organisation: "'default'",
    account_id: "'a' || n",
    group_name: "'staff'",
    source: "'local'",
  },
  account_attributes: {
    organisation: "'default'",
    account_id: "'a' || n",
    name: "'employee'",
    value: "'v' || n",
  },
  logins: {
    id: "'l' || n",
    organisation: "'default'",
    application: "'thrift'",
    flow: "'thrift'",
    digest: "'d'",
    position: "'sign-in'",
    revision: 'n',
    status: "'running'",
    spent: "'{}'",
    sealed_facts: "'f'",
    browser_hash: "'b' || n",
    interaction_uid: "'i' || n",
    created_ms: 'n',
    deadline_ms: 'n',
  },
  login_events: {
    login_id: "'l' || n",
    seq: '0',
    organisation: "'default'",
    at_ms: 'n',
    digest: "'d'",
    state: "'sign-in'",
    outcome: "'begun'",
  },
  provider_models: {
    organisation: "'default'",
    model: "'Grant'",
    id: "'g' || n",
    grant_id: "'g' || n",
    payload: "'{}'",
    expires_at: 'n',
  },
  sessions: {
    uid: "'u' || n",
    organisation: "'default'",
    jti: "'j' || n",
    account_id: "'a' || n",
    browser_hash: "'b' || n",
    revision: 'n',
    payload: "'{}'",
    proofs: "'[]'",
    created_ms: 'n',
    expires_at: 'n',
  },
}
