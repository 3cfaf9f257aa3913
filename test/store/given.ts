/** What the tests of storage begin with: sealers, an account, a login, a proof. */
import type { Knex } from 'knex'
import type { Login, LoginEvent } from '../../src/engine/login.ts'
import type { Payload } from '../../src/engine/provider-store.ts'
import { randomId } from '../../src/kit/random.ts'
import { deriveKey, sealer } from '../../src/kit/seal.ts'
import { Secret } from '../../src/kit/secret.ts'
import type { Proof } from '../../src/language/facts.ts'
import { openAccounts } from '../../src/store/accounts.ts'
import { openEngineStore } from '../../src/store/logins.ts'
import { openProviderStore } from '../../src/store/provider.ts'
import { defaultRetention, sweep } from '../../src/store/sweep.ts'
import type { OpenedDatabase } from '../support/database.ts'

/** Opens a fresh database with every migration run. Each kind of database brings its own. */
export type OpenDatabase = () => Promise<OpenedDatabase>

export const organisation = 'default'
export const startMs = Date.UTC(2030, 0, 1)

/** As a server does that was told nothing of retention. */
export function sweepAt(db: Knex, nowMs: number, retention = defaultRetention) {
  return sweep(db, nowMs, retention, auditKeyOf)
}

const master = new Secret(new Uint8Array(32).fill(7))

export function auditKeyOf(tenant: string): Uint8Array {
  return deriveKey(master, `${tenant}/audit`)
}

export function sealersOf(tenant: string) {
  const of = (purpose: string) => sealer(master, `${tenant}/${purpose}`)
  return {
    facts: of('login-facts'),
    credentials: of('credentials'),
    answers: of('answers'),
    assertions: of('assertions'),
    keys: of('signing-keys'),
  }
}

/** Every store of one organisation on one database. `clock.nowMs` is the time. */
export function storesOn(db: Knex, tenant = organisation) {
  const clock = { nowMs: startMs }
  const seals = sealersOf(tenant)
  return {
    clock,
    seals,
    engine: openEngineStore(db, tenant, seals),
    provider: openProviderStore(db, tenant, seals, () => clock.nowMs),
    accounts: openAccounts(db, {
      organisation: tenant,
      seal: seals.credentials,
      waysIn: ['password', 'webauthn'],
      now: () => clock.nowMs,
    }),
  }
}

export type Stores = ReturnType<typeof storesOn>

/** @returns its id */
export async function addAccount({ accounts }: Stores, userName = randomId('u')): Promise<string> {
  const claims = { email: `${userName}@thrift.example`, emailVerified: true }
  const credentials = [
    { kind: 'password', secret: `hash of ${userName}` },
    { kind: 'totp', secret: `secret of ${userName}` },
  ]
  const id = await accounts.add({ userName, claims, groups: ['staff'], credentials }, startMs)
  if (id === undefined) throw new Error(`${userName} is taken`)
  return id
}

export function loginOf(change: Partial<Login> = {}): Login {
  return {
    id: randomId('lg'),
    organisation,
    application: 'thrift',
    flow: 'thrift',
    digest: 'sha256:00',
    position: 'sign-in',
    revision: 0,
    status: 'running',
    spent: {},
    facts: {
      identity: { kind: 'none' },
      proofs: [],
      request: {
        acr: [],
        essentialAcr: [],
        prompt: [],
        maxAgeSeconds: undefined,
        loginHint: undefined,
        uiLocales: [],
      },
      session: undefined,
      stack: [],
      chosen: [],
      away: undefined,
      message: undefined,
      offered: [],
      troubled: [],
      end: undefined,
      events: 0,
    },
    browserHash: 'browser-of-jane',
    interactionUid: randomId('in'),
    awaitedHash: undefined,
    claim: undefined,
    claimUntilMs: undefined,
    answeredKey: undefined,
    createdMs: startMs,
    deadlineMs: startMs + 900_000,
    ...change,
  }
}

/** A login that has ended well for an account. */
export function finishedLogin(account: string, change: Partial<Login> = {}): Login {
  const login = loginOf({ status: 'ended', position: 'done', ...change })
  const identity = {
    kind: 'account',
    account,
    connection: 'local',
    claims: {},
    groups: [],
    source: 'local',
    new: false,
  } as const
  const end = {
    outcome: 'success',
    error: undefined,
    acr: 'urn:sallyport:acr:1',
    amr: ['pwd'],
    authTime: startMs / 1000,
  } as const
  return { ...login, facts: { ...login.facts, identity, proofs: [proofOf()], end } }
}

export function proofOf(change: Partial<Proof> = {}): Proof {
  return {
    state: 'sign-in',
    option: 'password',
    amr: ['pwd'],
    factor: 'knowledge',
    credential: 'cred_1',
    phishingResistant: false,
    source: 'registered',
    atMs: startMs,
    ...change,
  }
}

export function eventOf(change: Partial<LoginEvent> = {}): LoginEvent {
  return {
    atMs: startMs,
    state: 'sign-in',
    option: undefined,
    outcome: 'begun',
    caseIndex: undefined,
    to: 'sign-in',
    decided: [],
    reason: undefined,
    ...change,
  }
}

/** Stores a login that has just begun. */
export async function stored({ engine }: Stores, login = loginOf()): Promise<Login> {
  await engine.transaction((tx) => tx.create(login, []))
  return login
}

/** Claims a login as one submission does. */
export function claimOf(login: Login, claim: string, nowMs = startMs) {
  return {
    login,
    claim,
    nowMs,
    untilMs: nowMs + 15_000,
    spent: login.spent,
    guess: undefined,
  }
}

/** A session's payload as the library hands it over. */
export function sessionOf(uid: string, accountId?: string, more: Payload = {}): Payload {
  return { uid, kind: 'Session', ...(accountId === undefined ? {} : { accountId }), ...more }
}

/** How many rows of a table are like this. */
export async function count(db: Knex, table: string, where: object = {}): Promise<number> {
  const [row] = await db(table).where(where).count({ n: '*' })
  return Number(row?.n)
}
