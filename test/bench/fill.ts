/** Fills the database of a server with people, and with logins that rest where logins rest. */
import { Agent } from 'node:http'
import type { Knex } from 'knex'
import { sealers } from '../../src/keys.ts'
import { hashPassword } from '../../src/steps/password/hash.ts'
import { openAccounts } from '../../src/store/accounts.ts'
import { openDatabase } from '../../src/store/open.ts'
import { applyWrite } from '../../src/store/writes.ts'
import { copy, likeIt, type Pattern, rowsWhere } from './copies.ts'
import { begin, rests } from './logins.ts'
import { cheapHash, janesPassword, masterKey, totpSecret } from './secrets.ts'
import type { Bench } from './servers.ts'

const organisation = 'default'

export interface Size {
  /** People: `jane0` and so on, each with a password, an authenticator app, a group and two attributes. */
  readonly accounts: number
  readonly logins: number
}

export async function fill(server: Bench, database: string, size: Size): Promise<void> {
  const db = openDatabase({ url: database, durability: 'normal' })
  try {
    const isSqlite = db.client.config.client === 'sqlite3'
    if (isSqlite) await db.raw('pragma cache_size = -1000000')
    if (size.accounts > 0) await addPeople(db, size.accounts)
    if (size.logins > 0) await addLogins(db, server, size.logins)
    // What the database does by itself within minutes.
    await db.raw(isSqlite ? 'pragma wal_checkpoint(truncate)' : 'analyze')
    if (!isSqlite) await db.raw('checkpoint')
  } finally {
    await db.destroy()
  }
}

/** One in ten has an upstream identity. */
async function addPeople(db: Knex, many: number): Promise<void> {
  const all = Array.from({ length: many }, (_, at) => at)
  for (const [name, links] of Object.entries({ plain: 0, linked: 1 })) {
    const pattern = await personPattern(db, { name, links, many })
    await copy(
      db,
      pattern,
      all.filter((at) => Number(at % 10 === 0) === links),
    )
  }
}

async function personPattern(
  db: Knex,
  { name, links, many }: { readonly name: string; readonly links: number; readonly many: number },
): Promise<Pattern> {
  const seal = sealers(masterKey, organisation).credentials
  const userName = `pattern-${name}`
  const secrets = {
    password: await hashPassword(janesPassword, cheapHash),
    totp: totpSecret,
  }
  const other = { employee: `${userName}-17`, unit: 'engineering' }
  const id = await openAccounts(db, { organisation, seal, waysIn: [], now: Date.now }).add(
    {
      userName,
      claims: { name: userName, email: `${userName}@thrift.example`, emailVerified: true, other },
      groups: ['staff'],
      credentials: Object.entries(secrets).map(([kind, secret]) => ({ kind, secret })),
    },
    Date.now(),
  )
  const own = { otherwise: 'conflict', account: id!, write: 'associate' } as const
  for (let link = 0; link < links; link++) {
    const upstream = { ...own, connection: 'google', subject: `${userName}-subject` }
    await applyWrite(db, organisation, seal, upstream, Date.now())
  }
  const credentials = await rowsWhere(db, 'credentials', 'account_id = ?', id!)
  const hanging = ['associations', 'account_groups', 'account_attributes'].map(
    async (table) => [table, await rowsWhere(db, table, 'account_id = ?', id!)] as const,
  )
  return {
    rows: {
      accounts: await rowsWhere(db, 'accounts', 'id = ?', id!),
      credentials,
      ...Object.fromEntries(await Promise.all(hanging)),
    },
    fresh: (number) =>
      new Map([
        [id!, likeIt(id!, number / many)],
        [userName, `jane${number}`],
        ...credentials.flatMap((row) => {
          const fresh = likeIt(`${row.id}`, number / many)
          // It opens in its own row alone.
          const sealed = seal.seal(secrets[row.kind as keyof typeof secrets], fresh)
          return [[`${row.id}`, fresh] as const, [`${row.sealed_secret}`, sealed] as const]
        }),
      ]),
  }
}

/** As many of each kind. None of the copies can be gone on with: their facts are sealed to another's place. */
async function addLogins(db: Knex, server: Bench, many: number): Promise<void> {
  const agent = new Agent()
  const patterns: Pattern[] = []
  for (const way of rests) {
    await begin({ agent, issuer: server.issuer, times: [] }, way, 0)
    patterns.push(await loginPattern(db, many))
  }
  agent.destroy()
  for (const [index, pattern] of patterns.entries()) {
    const own = Array.from({ length: many }, (_, at) => at)
    await copy(
      db,
      pattern,
      own.filter((at) => at % patterns.length === index),
    )
  }
}

/** Of the one that has begun last. */
async function loginPattern(db: Knex, many: number): Promise<Pattern> {
  const logins = await rowsWhere(db, 'logins', '1 = 1 order by created_ms desc limit 1')
  const { id, interaction_uid, awaited_hash, browser_hash } = logins[0]!
  const ids = [id, interaction_uid, awaited_hash, browser_hash].flatMap((one) => one ?? [])
  return {
    rows: {
      logins,
      login_events: await rowsWhere(db, 'login_events', 'login_id = ?', `${id}`),
      provider_models: await rowsWhere(db, 'provider_models', 'id = ?', `${interaction_uid}`),
    },
    fresh: (number) => new Map(ids.map((one) => [`${one}`, likeIt(`${one}`, number / many)])),
  }
}
