/** One server of every organisation: its database, its processors, its sockets. */
import { createServer, type Server } from 'node:http'
import { availableParallelism } from 'node:os'
import type { Knex } from 'knex'
import { Admission } from './engine/admission.ts'
import { type TurnLimits, Turns, turnsOf } from './engine/turns.ts'
import { limits, serverOptions } from './http/limits.ts'
import { eachAtItsPath } from './http/organisations.ts'
import { auditKey } from './keys.ts'
import { defaultOrganisation, type Organisation } from './language/settings.ts'
import { migrate, openDatabase } from './store/open.ts'
import { defaultRetention, type Retention, sweep } from './store/sweep.ts'
import { openTenant, type Tenant, type TenantOptions } from './tenant.ts'

export interface AppOptions extends TenantOptions {
  /** As `openDatabase` takes it. */
  readonly database: string
  readonly durability: 'full' | 'normal'
  /** What the files of the folder say of the organisation `default`, without a problem. */
  readonly organisation: Organisation
  /** What the folders of other organisations say, by their names. Absent: there are none. */
  readonly others?: ReadonlyMap<string, Organisation>
  /** How long stories are kept. Absent: `defaultRetention`. */
  readonly retention?: Retention
  /** How many hashes at once, and how many may wait. Absent: this server's part of one for each processor, and 32. */
  readonly hashing?: TurnLimits
  /** How many servers share this machine and its part of the database, this one included. Absent: it is alone. */
  readonly workers?: number
}

/** The members of a tenant are those of the organisation `default`. */
export interface App extends Tenant {
  /** Every organisation by its name, `default` included. */
  readonly tenants: ReadonlyMap<string, Tenant>
  /** Takes away what has expired. @returns how many rows of each table */
  sweep(): Promise<Readonly<Record<string, number>>>
  /** Not yet listening. */
  readonly server: Server
  /** How busy it is: connections to the database, turns at a processor, and logins that it has not let begin. */
  load(): {
    readonly connections: { readonly used: number; readonly awaited: number }
    readonly turns: { readonly used: number; readonly awaited: number }
    readonly refused: number
  }
  /** Lets requests under way finish, and closes the database. */
  close(): Promise<void>
}

const readyWithinMs = 1_000

/** Nothing stays open of one that cannot be. */
export async function openApp(options: AppOptions): Promise<App> {
  const { database: url, durability, workers: servers = 1 } = options
  const db = openDatabase({ url, durability, servers })
  try {
    return await openOn(db, options)
  } catch (thrown) {
    await db.destroy()
    throw thrown
  }
}

async function openOn(db: Knex, options: AppOptions): Promise<App> {
  await migrate(db)
  const closing = new AbortController()
  const turns = new Turns(options.hashing ?? turnsOf(availableParallelism(), options.workers))
  const { eventLoopUtilization } = performance
  const admission = new Admission({ turns, loopTime: () => eventLoopUtilization() })
  const shared = { ...options, db, turns, admission, ready: () => isReady(db, closing.signal) }
  const first = await openTenant(shared, defaultOrganisation, options.organisation)
  const tenants = new Map([[defaultOrganisation, first]])
  for (const [name, files] of options.others ?? []) {
    tenants.set(name, await openTenant(shared, name, files))
  }
  const server = createServer(serverOptions(), eachAtItsPath([...tenants.values()]))
  server.maxConnections = limits.connections

  return {
    issuer: first.issuer,
    accounts: first.accounts,
    administration: first.administration,
    overlays: first.overlays,
    verdicts: first.verdicts,
    organisation: first.organisation,
    tenants,
    deliver: () => inEach(tenants, (tenant) => tenant.deliver()),
    sealAudit: () => inEach(tenants, (tenant) => tenant.sealAudit()),
    sweep: () => sweepNow(db, options),
    server,
    load() {
      const { pool } = db.client
      return {
        connections: { used: pool.numUsed(), awaited: pool.numPendingAcquires() },
        turns: { used: turns.underWay, awaited: turns.waiting },
        refused: admission.refused,
      }
    },
    async close() {
      closing.abort()
      await closeServer(server)
      await Promise.all([...tenants.values()].map((tenant) => tenant.close()))
      await db.destroy()
    },
  }
}

/** @returns the sum of what was done in each */
async function inEach(
  tenants: ReadonlyMap<string, Tenant>,
  work: (tenant: Tenant) => Promise<number>,
): Promise<number> {
  const done = await Promise.all([...tenants.values()].map(work))
  return done.reduce((sum, count) => sum + count, 0)
}

function sweepNow(
  db: Knex,
  { now, secret, firstSecret = secret, retention = defaultRetention }: AppOptions,
): Promise<Readonly<Record<string, number>>> {
  return sweep(db, now(), retention, (organisation) => auditKey(firstSecret, organisation))
}

/** Not from when it is told to stop; nor while the database does not answer. */
async function isReady(db: Knex, closing: AbortSignal): Promise<boolean> {
  try {
    await db.raw('select 1').timeout(readyWithinMs)
    return !closing.aborted
  } catch {
    return false
  }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!server.listening) return resolve()
    server.close((error) => (error ? reject(error) : resolve()))
    server.closeIdleConnections()
  })
}
