/** Puts the rooms together. The only file that knows every one of them. */
import { randomBytes } from 'node:crypto'
import { createServer, type RequestListener, type Server } from 'node:http'
import { availableParallelism } from 'node:os'
import type { Knex } from 'knex'
import { administrationParts } from './administration.ts'
import { type LiveCatalogue, openCatalogue } from './catalogue.ts'
import { openDirectories } from './directories.ts'
import type { Administration } from './engine/administration.ts'
import { begin } from './engine/begin.ts'
import type { Login, LoginEvent } from './engine/login.ts'
import { openLogins } from './engine/logins.ts'
import { messageSender, type Posts } from './engine/messages.ts'
import { deliver } from './engine/outbox.ts'
import { isProvenInFull } from './engine/provable.ts'
import { defaultTryLimits, Tries, type TryLimits } from './engine/tries.ts'
import { type TurnLimits, Turns } from './engine/turns.ts'
import type { Logins } from './engine/view.ts'
import { watched } from './engine/watched.ts'
import { defaultLimits, type World } from './engine/world.ts'
import { accountPages } from './http/account/pages/routes.ts'
import { accountRoutes } from './http/account/routes.ts'
import { adminPages } from './http/admin/pages/routes.ts'
import { adminRoutes } from './http/admin/routes.ts'
import { stylesheet } from './http/browser/style.ts'
import { limits, serverOptions } from './http/limits.ts'
import { writeMessage } from './http/messages.ts'
import { eachAtItsPath } from './http/organisations.ts'
import { redirectUrisOf } from './http/portal/address.ts'
import { type ClientSettings, openIdProvider } from './http/provider/provider.ts'
import { httpServer } from './http/server.ts'
import { addressOf, basePath, issuerOf, type Settings } from './http/settings.ts'
import { deriveKey, type Sealer, sealer } from './kit/seal.ts'
import type { Secret } from './kit/secret.ts'
import type { FlowDefinition } from './language/flow.ts'
import type { Network } from './language/network.ts'
import type { PlugIns } from './language/plug-in.ts'
import { channels } from './language/reach.ts'
import {
  type ApplicationFile,
  defaultOrganisation,
  type Organisation,
  type SenderFile,
} from './language/settings.ts'
import type { StepType } from './language/step.ts'
import { noPlugIns } from './plug-ins.ts'
import { openProvisioning, scimClients, scimConnection } from './provisioning.ts'
import { waysIn } from './steps/index.ts'
import { type Accounts, openAccounts } from './store/accounts.ts'
import { openAdministration } from './store/administration.ts'
import { openAuditChain } from './store/audit-chain.ts'
import { openDirectoryLocks } from './store/directory-locks.ts'
import { openEngineStore } from './store/logins.ts'
import { migrate, openDatabase } from './store/open.ts'
import { openOutbox } from './store/outbox.ts'
import { type OverlayStore, openOverlays } from './store/overlays.ts'
import { openProviderStore } from './store/provider.ts'
import { openSigningKeys, signingKeys } from './store/signing-keys.ts'
import { sweep } from './store/sweep.ts'
import { openTries } from './store/tries.ts'

export interface AppOptions {
  /** Of the organisation `default`; every other has its own below it. */
  readonly issuer: URL
  /** As `openDatabase` takes it. */
  readonly database: string
  readonly durability: 'full' | 'normal'
  /** Networks of the proxies in front, whose word on where a request comes from is believed. Absent: none. */
  readonly trustedProxies?: readonly Network[]
  /** Master key. */
  readonly secret: Secret<Uint8Array>
  /** Masters whose seals still open. Absent: none. */
  readonly otherSecrets?: readonly Secret<Uint8Array>[]
  /** The master of what never changes: subjects of pass-through identities, the audit. Absent: `secret`. */
  readonly firstSecret?: Secret<Uint8Array>
  /** What the files of the folder say of the organisation `default`, without a problem. */
  readonly organisation: Organisation
  /** What the folders of other organisations say, by their names. Absent: there are none. */
  readonly others?: ReadonlyMap<string, Organisation>
  readonly steps: readonly StepType[]
  /** The plug-ins of each organisation that has any, by its name. Absent: none has. */
  readonly plugIns?: ReadonlyMap<string, PlugIns>
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
  /** How many hashes at once, and how many may wait. Absent: one for each processor, and 32. */
  readonly hashing?: TurnLimits
  /** For everything that one visit asks of an upstream, together. Absent: 10,000. */
  readonly upstreamTimeoutMs?: number
  /** How often one source may do what costs or guesses. Absent: `defaultTryLimits`. */
  readonly tries?: TryLimits
  /** What an organisation's messages go out by. Absent: nothing is sent, and what is to be is reported. */
  readonly posts?: (senders: readonly SenderFile[]) => Posts
  /** Told of every bug and of every failing dependency, with the support or login id. */
  readonly report: (error: unknown, id: string | undefined) => void
  /** Told of every move of a login, with the definition that the login began with. Absent: nobody is. */
  readonly moved?: (login: Login, events: readonly LoginEvent[], flow: FlowDefinition) => void
}

/** What one organisation has of its own. Nothing of it is reachable from another. */
export interface Tenant {
  readonly issuer: URL
  readonly accounts: Accounts
  readonly administration: Administration
  /** What is switched of connections and applications. A change is in force within a second. */
  readonly overlays: OverlayStore
  /** What the files say with what the database lays over them, as it is in force now. */
  organisation(): Organisation
  /** Sends what waits to be sent and is due, once each. @returns how many were tried */
  deliver(): Promise<number>
  /** Seals the audit records that have come since. @returns how many */
  sealAudit(): Promise<number>
}

/** The members of a tenant are those of the organisation `default`. */
export interface App extends Tenant {
  /** Every organisation by its name, `default` included. */
  readonly tenants: ReadonlyMap<string, Tenant>
  /** Takes away what has expired. @returns how many rows of each table */
  sweep(): Promise<Readonly<Record<string, number>>>
  /** Not yet listening. */
  readonly server: Server
  /** How busy it is: connections to the database, and turns at a processor. */
  load(): {
    readonly connections: { readonly used: number; readonly awaited: number }
    readonly turns: { readonly used: number; readonly awaited: number }
  }
  /** Lets requests under way finish, and closes the database. */
  close(): Promise<void>
}

const defaultUpstreamTimeoutMs = 10_000
const readyWithinMs = 1_000

/** Nothing stays open of one that cannot be. */
export async function openApp(options: AppOptions): Promise<App> {
  const db = openDatabase({ url: options.database, durability: options.durability })
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
  const turns = new Turns(options.hashing ?? turnsOf(availableParallelism()))
  const shared: Shared = { ...options, db, turns, ready: () => isReady(db, closing.signal) }
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
    organisation: first.organisation,
    tenants,
    deliver: () => inEach(tenants, (tenant) => tenant.deliver()),
    sealAudit: () => inEach(tenants, (tenant) => tenant.sealAudit()),
    sweep: () => sweep(db, options.now()),
    server,
    load() {
      const { pool } = db.client
      return {
        connections: { used: pool.numUsed(), awaited: pool.numPendingAcquires() },
        turns: { used: turns.underWay, awaited: turns.waiting },
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

/** What every organisation is given alike. */
interface Shared extends AppOptions {
  readonly db: Knex
  /** Whether anybody should be sent here. */
  readonly ready: () => Promise<boolean>
  readonly turns: Turns
}

interface OpenTenant extends Tenant {
  readonly listener: RequestListener
  /** Closes what it keeps open towards others. */
  close(): Promise<void>
}

/** Everything is made for this organisation alone: keys, rows, cookies, addresses, and what is cached. */
async function openTenant(options: Shared, name: string, files: Organisation): Promise<OpenTenant> {
  const { db, now, report, secret, otherSecrets = [], firstSecret = secret } = options
  const seals = sealers(secret, name, otherSecrets)
  const settings: Settings = {
    issuer: issuerOf(options.issuer, name),
    organisation: name,
    trustedProxies: options.trustedProxies ?? [],
    ...(files.theme && { theme: files.theme }),
  }
  const style = stylesheet(settings.theme, basePath(settings))
  // Nobody waits for who is told: a monitor holds up no login.
  const moved = (login: Login, events: readonly LoginEvent[]): void => {
    void tell(options, catalogue, login, events)
  }
  const stored = openEngineStore(db, name, seals)
  const store = options.moved ? watched(stored, moved) : stored
  const overlays = openOverlays(db, name)
  const locks = openDirectoryLocks(db, name, now)
  const directories = openDirectories(files, locks, () => store.people())
  const catalogue = await openCatalogue(files, {
    store,
    overlays,
    directories,
    plugIns: options.plugIns?.get(name) ?? noPlugIns,
    callbackUrl: (connection) => addressOf(settings, `/login/callback/${connection}`),
    upstreamTimeoutMs: options.upstreamTimeoutMs ?? defaultUpstreamTimeoutMs,
    now,
  })
  const tries = new Tries({
    store: openTries(db, name),
    limits: options.tries ?? defaultTryLimits,
    now,
    key: deriveKey(secret, `${name}/sources`),
  })
  const world: World = {
    organisation: name,
    store,
    catalogue,
    steps: new Map(options.steps.map((step) => [step.declaration.type, step])),
    now,
    seqKey: deriveKey(secret, `${name}/seq`),
    otherSeqKeys: otherSecrets.map((other) => deriveKey(other, `${name}/seq`)),
    subjectKey: deriveKey(firstSecret, `${name}/pass-through-subjects`),
    random: (bytes) => new Uint8Array(randomBytes(bytes)),
    report,
    limits: defaultLimits,
    turns: options.turns,
    tries,
  }
  const keys = await signingKeys(db, name, seals.keys, now())
  const provider = openIdProvider({
    settings,
    store: openProviderStore(db, name, seals, now),
    people: () => store.people(),
    async begin(beginning) {
      await catalogue.refresh()
      const begun = await begin(world, beginning)
      if (!begun.stored) moved(begun.login, begun.events)
      return begun
    },
    clients: [
      ...files.applications.map((application) => clientOf(settings, application)),
      ...scimClients(files),
    ],
    releaseOf: (id) => catalogue.application(id)?.release ?? [],
    isEnabled: (id) =>
      catalogue.isApplicationEnabled(id) ||
      scimConnection(catalogue.organisation(), id) !== undefined,
    refresh: catalogue.refresh,
    furtherClaims: furtherClaims(files),
    acrValues: acrValues(files),
    signingKeys: keys,
    subjectKey: world.subjectKey,
    style,
    now,
  })
  provider.onError((error) => report(error, undefined))
  const administration = openAdministration(db, name, seals, waysIn(options.steps))
  const admin = administrationParts({
    settings,
    administration,
    catalogue,
    overlays,
    files,
    declarations: options.steps.map(({ declaration }) => declaration),
    signingKeys: openSigningKeys(db, name, seals.keys),
    keysInUse: keys.map(({ kid }) => kid),
    findHolder: provider.findHolder,
    report,
    now,
  })
  const http = httpServer({
    admin: adminRoutes(admin),
    account: accountRoutes({
      settings,
      administration,
      findOwner: provider.findOwner,
      report,
      now,
    }),
    scim: openProvisioning({
      db,
      settings,
      seal: seals.credentials,
      organisation: catalogue.organisation,
      findProvisioner: provider.findProvisioner,
      report,
      now,
    }),
    portals: [
      adminPages(
        { ...admin, style, redeem: provider.redeem, findHolder: provider.findHolder },
        files.applications.find(({ portal }) => portal === 'admin')?.id,
      ),
      accountPages({
        settings,
        style,
        administration,
        applications: files.applications,
        connections: files.connections,
        redeem: provider.redeem,
        findHolder: provider.findOwner,
        async isProven({ account, session }, sinceMs) {
          const person = await store.people().findAccount(account)
          const proofs = await administration.proofsOf(session)
          const young = proofs.filter(({ atMs }) => atMs >= sinceMs)
          return person !== undefined && isProvenInFull(world, person, young)
        },
        now,
      }),
    ],
    logins: upToDate(openLogins(world, provider), catalogue.refresh),
    provider: provider.middleware,
    rates: tries,
    settings,
    report,
    ready: options.ready,
  })

  const posts = options.posts?.(files.senders) ?? {}
  const byChannel = channels.map((channel) => [
    channel,
    messageSender(channel, {
      people: () => store.people(),
      seal: seals.credentials,
      numberAt: async ({ directory, entry }) => catalogue.directory(directory).numberOf(entry),
      post: posts[channel],
      write: (code, values, languages) =>
        writeMessage(code, withAddress(settings, values), languages),
      now,
    }),
  ])
  const senders = { ...provider.senders, ...Object.fromEntries(byChannel) }

  return {
    issuer: settings.issuer,
    accounts: openAccounts(db, {
      organisation: name,
      seal: seals.credentials,
      waysIn: waysIn(options.steps),
      now,
    }),
    administration,
    overlays,
    organisation: catalogue.organisation,
    sealAudit: () => openAuditChain(db, name, auditKey(firstSecret, name)).seal(),
    deliver: () => deliver({ outbox: openOutbox(db, name), senders, now, report }),
    listener: http.callback(),
    async close() {
      for (const directory of directories.values()) await directory.close()
    },
  }
}

async function tell(
  { moved, report }: AppOptions,
  catalogue: LiveCatalogue,
  login: Login,
  events: readonly LoginEvent[],
): Promise<void> {
  try {
    const flow = await catalogue.definition(login.digest)
    if (flow) moved?.(login, events, flow.definition)
  } catch (thrown) {
    report(thrown, login.id)
  }
}

/** A connection that is switched off is off for logins under way as well. */
function upToDate(logins: Logins, refresh: () => Promise<void>): Logins {
  return {
    async view(id, browserSecret) {
      await refresh()
      return logins.view(id, browserSecret)
    },
    async goOn(visit) {
      await refresh()
      return logins.goOn(visit)
    },
    async act(submission) {
      await refresh()
      return logins.act(submission)
    },
    async arrive(arrival) {
      await refresh()
      return logins.arrive(arrival)
    },
    async deliver(delivery) {
      await refresh()
      return logins.deliver(delivery)
    },
    metadata: logins.metadata,
    confirm: logins.confirm,
    restart: (id, browserSecret) => logins.restart(id, browserSecret),
  }
}

/** A link that a message has is below our own address. */
function withAddress(settings: Settings, values: Readonly<Record<string, string>>) {
  const { link } = values
  return link === undefined
    ? values
    : { ...values, link: addressOf(settings, `/login/link/${link}`) }
}

/** One key for each purpose of one organisation: nothing sealed for one opens for another. */
export function sealers(
  secret: Secret<Uint8Array>,
  organisation: string,
  others: readonly Secret<Uint8Array>[] = [],
) {
  const of = (purpose: string): Sealer => sealer(secret, `${organisation}/${purpose}`, others)
  return {
    facts: of('login-facts'),
    credentials: of('credentials'),
    answers: of('answers'),
    assertions: of('assertions'),
    keys: of('signing-keys'),
  }
}

function clientOf(settings: Settings, application: ApplicationFile): ClientSettings {
  const { id, title, postLogoutRedirectUris, auth, secret, signing, portal } = application
  return {
    id,
    title,
    redirectUris: redirectUrisOf(settings, application),
    postLogoutRedirectUris,
    authMethod: auth,
    secret: secret?.value,
    signing,
    backchannelLogoutUri: application.backchannelLogoutUri,
    administers: application.administers,
    selfService: application.selfService,
    signsUp: application.signUp !== undefined,
    portal: portal !== undefined,
    refresh: true,
  }
}

/** Email and phone have scopes of their own. */
function furtherClaims({ connections }: Organisation): string[] {
  const names = connections.flatMap(({ claims, attributes }) => [
    ...claims,
    ...Object.keys(attributes),
  ])
  const own = ['email', 'emailVerified', 'preferredUsername', 'phone_number', 'groups']
  return [...new Set(names)].filter((name) => !own.includes(name))
}

function acrValues({ flows }: Organisation): string[] {
  return [...new Set(flows.flatMap(({ policy }) => policy.levels.map(({ acr }) => acr)))]
}

/** @returns the sum of what was done in each */
async function inEach(
  tenants: ReadonlyMap<string, Tenant>,
  work: (tenant: Tenant) => Promise<number>,
): Promise<number> {
  const done = await Promise.all([...tenants.values()].map(work))
  return done.reduce((sum, count) => sum + count, 0)
}

/** By which an organisation's audit is sealed. */
export function auditKey(secret: Secret<Uint8Array>, organisation: string): Uint8Array {
  return deriveKey(secret, `${organisation}/audit`)
}

function turnsOf(processors: number): TurnLimits {
  return { atOnce: processors, waitingMax: 32 * processors }
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
