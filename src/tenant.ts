/** One organisation, put together. The only file that knows every room. */
import { createSecretKey, randomBytes } from 'node:crypto'
import type { RequestListener } from 'node:http'
import type { Knex } from 'knex'
import { administrationParts } from './administration.ts'
import { type LiveCatalogue, openCatalogue } from './catalogue.ts'
import { openDirectories } from './directories.ts'
import type { Administration } from './engine/administration.ts'
import type { Admission } from './engine/admission.ts'
import { begin } from './engine/begin.ts'
import type { Login, LoginEvent } from './engine/login.ts'
import { openLogins } from './engine/logins.ts'
import type { Posts } from './engine/messages.ts'
import { deliver } from './engine/outbox.ts'
import type { EngineStore } from './engine/ports.ts'
import { isProvenInFull } from './engine/provable.ts'
import { traceMove } from './engine/traced.ts'
import { defaultTryLimits, Tries, type TryLimits } from './engine/tries.ts'
import type { Turns } from './engine/turns.ts'
import { watched } from './engine/watched.ts'
import { defaultLimits, type World } from './engine/world.ts'
import { accountPages } from './http/account/pages/routes.ts'
import { accountRoutes } from './http/account/routes.ts'
import { adminPages } from './http/admin/pages/routes.ts'
import { adminRoutes } from './http/admin/routes.ts'
import { stylesheet } from './http/browser/style.ts'
import type { TokenHolder } from './http/provider/api-access.ts'
import { httpServer } from './http/server.ts'
import { addressOf, basePath, issuerOf, type Settings } from './http/settings.ts'
import { auditKey, sealers, verdictKey } from './keys.ts'
import { deriveKey } from './kit/seal.ts'
import type { Secret } from './kit/secret.ts'
import type { FlowDefinition } from './language/flow.ts'
import { ownLocales } from './language/locale.ts'
import type { Network } from './language/network.ts'
import type { PlugIns } from './language/plug-in.ts'
import type { Organisation, SenderFile } from './language/settings.ts'
import type { StepType } from './language/step.ts'
import { messageSenders } from './message-senders.ts'
import { openOpenId } from './openid.ts'
import { noPlugIns } from './plug-ins.ts'
import { openProvisioning } from './provisioning.ts'
import { waysIn } from './steps/index.ts'
import { type Accounts, openAccounts } from './store/accounts.ts'
import { openAdministration } from './store/administration.ts'
import { openAuditChain } from './store/audit-chain.ts'
import { openDirectoryLocks } from './store/directory-locks.ts'
import { openEngineStore } from './store/logins.ts'
import { openOutbox } from './store/outbox.ts'
import { type OverlayStore, openOverlays } from './store/overlays.ts'
import { openProviderStore } from './store/provider.ts'
import { openSigningKeys, signingKeys } from './store/signing-keys.ts'
import { openTries } from './store/tries.ts'
import { openVerdicts, type Verdicts } from './store/verdicts.ts'
import { upToDate } from './up-to-date.ts'

/** What every organisation is given alike. */
export interface TenantOptions {
  /** Of the organisation `default`; every other has its own below it. */
  readonly issuer: URL
  /** Networks of the proxies in front, whose word on where a request comes from is believed. Absent: none. */
  readonly trustedProxies?: readonly Network[]
  /** Whether those proxies tell of client certificates (RFC 9440). Absent: they do not. */
  readonly clientCertificates?: boolean
  /** Master key. */
  readonly secret: Secret<Uint8Array>
  /** Masters whose seals still open. Absent: none. */
  readonly otherSecrets?: readonly Secret<Uint8Array>[]
  /** The master of what never changes: subjects of pass-through identities, the audit. Absent: `secret`. */
  readonly firstSecret?: Secret<Uint8Array>
  /** Milliseconds since the Unix epoch: signing keys that were made later do not sign yet. Absent: the newest do. */
  readonly keysAsOfMs?: number
  readonly steps: readonly StepType[]
  /** The plug-ins of each organisation that has any, by its name. Absent: none has. */
  readonly plugIns?: ReadonlyMap<string, PlugIns>
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
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
  /** Which flows have held before. */
  readonly verdicts: Verdicts
  /** What the files say with what the database lays over them, as it is in force now. */
  organisation(): Organisation
  /** Sends what waits to be sent and is due, once each. @returns how many were tried */
  deliver(): Promise<number>
  /** Seals the audit records that have come since. @returns how many */
  sealAudit(): Promise<number>
}

interface Shared extends TenantOptions {
  readonly db: Knex
  /** Whether anybody should be sent here. */
  readonly ready: () => Promise<boolean>
  readonly turns: Turns
  readonly admission: Admission
}

interface OpenTenant extends Tenant {
  readonly listener: RequestListener
  /** Closes what it keeps open towards others. */
  close(): Promise<void>
}

const defaultUpstreamTimeoutMs = 10_000

/** Everything is made for this organisation alone: keys, rows, cookies, addresses, and what is cached. */
export async function openTenant(
  options: Shared,
  name: string,
  files: Organisation,
): Promise<OpenTenant> {
  const { db, now, report, secret, otherSecrets = [], firstSecret = secret } = options
  const seals = sealers(secret, name, otherSecrets)
  const settings: Settings = {
    issuer: issuerOf(options.issuer, name),
    organisation: name,
    trustedProxies: options.trustedProxies ?? [],
    clientCertificates: options.clientCertificates ?? false,
    ...(files.theme && { theme: files.theme }),
  }
  const style = stylesheet(settings.theme, basePath(settings))
  // Nobody waits for who is told: a monitor holds up no login.
  const moved = (login: Login, events: readonly LoginEvent[]): void => {
    traceMove(login, events)
    void tell(options, catalogue, login, events)
  }
  const store = watched(openEngineStore(db, name, seals), moved)
  const overlays = openOverlays(db, name)
  const locks = openDirectoryLocks(db, name, now)
  const plugIns = options.plugIns?.get(name) ?? noPlugIns
  const directories = openDirectories(files, locks, () => store.people(), plugIns)
  const catalogue = await openCatalogue(files, {
    store,
    overlays,
    directories,
    plugIns,
    callbackUrl: (connection) => addressOf(settings, `/login/callback/${connection}`),
    upstreamTimeoutMs: options.upstreamTimeoutMs ?? defaultUpstreamTimeoutMs,
    now,
  })
  const world = worldOf(options, name, store, catalogue)
  const keys = await signingKeys(db, name, seals.keys, now(), options.keysAsOfMs)
  const provider = openOpenId({
    files,
    catalogue,
    settings,
    store: openProviderStore(db, name, seals, now),
    people: () => store.people(),
    async begin(beginning) {
      await catalogue.refresh()
      const begun = await begin(world, beginning)
      if (!begun.stored) moved(begun.login, begun.events)
      return begun
    },
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
  const localesOf = async ({ account }: TokenHolder) =>
    ownLocales((await store.people().findAccount(account))?.claims)
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
        { ...admin, style, redeem: provider.redeem, findHolder: provider.findHolder, localesOf },
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
        localesOf,
        async isProven({ account, session }, sinceMs) {
          const person = await store.people().findAccount(account)
          const proofs = await administration.proofsOf(session)
          const young = proofs.filter(({ atMs }) => atMs >= sinceMs)
          return person !== undefined && isProvenInFull(world, person, young)
        },
        usesLeft: ({ kind, counter }) =>
          [...world.steps.values()]
            .find(({ declaration, left }) => declaration.uses === kind && left !== undefined)
            ?.left?.(counter),
        now,
      }),
    ],
    logins: upToDate(openLogins(world, provider), catalogue.refresh),
    provider: provider.middleware,
    answerNow: provider.answerNow,
    admission: options.admission,
    rates: world.tries,
    settings,
    report,
    ready: options.ready,
  })

  const senders = {
    ...provider.senders,
    ...messageSenders(settings, options.posts?.(files.senders) ?? {}, {
      people: () => store.people(),
      seal: seals.credentials,
      numberAt: async ({ directory, entry }) => catalogue.directory(directory).numberOf(entry),
      now,
    }),
  }

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
    verdicts: openVerdicts(db, name, verdictKey(secret, name)),
    organisation: catalogue.organisation,
    sealAudit: () => openAuditChain(db, name, auditKey(firstSecret, name)).seal(),
    deliver: () => deliver({ outbox: openOutbox(db, name), senders, now, report }),
    listener: http.callback(),
    async close() {
      for (const directory of directories.values()) await directory.close()
    },
  }
}

function worldOf(
  options: Shared,
  name: string,
  store: EngineStore,
  catalogue: LiveCatalogue,
): World & { readonly tries: Tries } {
  const { db, now, report, secret, otherSecrets = [], firstSecret = secret } = options
  return {
    organisation: name,
    store,
    catalogue,
    steps: new Map(options.steps.map((step) => [step.declaration.type, step])),
    now,
    seqKey: createSecretKey(deriveKey(secret, `${name}/seq`)),
    otherSeqKeys: otherSecrets.map((other) => createSecretKey(deriveKey(other, `${name}/seq`))),
    subjectKey: deriveKey(firstSecret, `${name}/pass-through-subjects`),
    random: (bytes) => new Uint8Array(randomBytes(bytes)),
    report,
    limits: defaultLimits,
    turns: options.turns,
    tries: new Tries({
      store: openTries(db, name),
      limits: options.tries ?? defaultTryLimits,
      now,
      key: deriveKey(secret, `${name}/sources`),
    }),
  }
}

async function tell(
  { moved, report }: TenantOptions,
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
