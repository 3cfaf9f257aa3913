/**
 * A whole Sallyport on loopback, with the shipped flows, its real upstreams and its people, for a test.
 *
 *     const world = await startWorld(t)
 *     const page = await world.browser().open(await world.thrift.authorize())
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestContext } from 'node:test'
import { generateSync } from 'otplib'
import { type AppOptions, openApp } from '../../src/app.ts'
import { startGithub } from '../../src/cli/demo/github.ts'
import { startGoogle } from '../../src/cli/demo/google.ts'
import { postsInto, type SentMessage } from '../../src/cli/demo/outbox.ts'
import { githubPeople, googlePeople, localPeople } from '../../src/cli/demo/people.ts'
import { Conformance } from '../../src/conformance.ts'
import type { TryLimits } from '../../src/engine/tries.ts'
import { issuerOf } from '../../src/http/settings.ts'
import { Secret } from '../../src/kit/secret.ts'
import { loadFlows } from '../../src/language/load.ts'
import type { Network } from '../../src/language/network.ts'
import type { PlugIns } from '../../src/language/plug-in.ts'
import type { SourceFile } from '../../src/language/source.ts'
import type { StepType } from '../../src/language/step.ts'
import { listStepTypes } from '../../src/steps/index.ts'
import { hashPassword } from '../../src/steps/password/hash.ts'
import type { Tenant } from '../../src/tenant.ts'
import { ApiClient } from './api-client.ts'
import { Browser } from './browser.ts'
import { freshDatabase } from './database.ts'
import { freePort } from './free-port.ts'
import { nodesOfWorld, serveAt } from './nodes.ts'
import { readOnce } from './read-once.ts'
import { RelyingParty } from './relying-party.ts'

/** A hash that costs nothing to speak of: what is tested here is everything else. */
export const cheapHash = { memoryKib: 8, passes: 1, lanes: 1 }

export interface WorldOptions {
  /** Files that stand in for, or beside, those of `flows/`, by name. */
  readonly files?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  /** Of the organisation `default`. */
  readonly plugIns?: PlugIns
  /** Names of organisations beside `default`, with the same files and the same people. */
  readonly others?: readonly string[]
  /** An existing database: a restart. */
  readonly database?: string
  /** Absent: `normal`, which is faster. A database that is stopped at once may forget what was just told of. */
  readonly durability?: 'full'
  readonly issuer?: URL
  /** For an upstream's answer; the server's own deadline unless said. */
  readonly upstreamTimeoutMs?: number
  /** Networks whose word on where a request comes from the server believes. */
  readonly trustedProxies?: readonly Network[]
  /** Whether those tell of client certificates. */
  readonly clientCertificates?: boolean
  /** How many hashes at once, and how many may wait; the server's own limits unless said. */
  readonly hashing?: { readonly atOnce: number; readonly waitingMax: number }
  /** How often one source may do what costs or guesses; the server's own limits unless said. */
  readonly tries?: TryLimits
  /** Puts something around the steps, e.g. to count what they do. */
  readonly steps?: (steps: readonly StepType[]) => readonly StepType[]
}

export type World = Awaited<ReturnType<typeof startWorld>>

/** Everything is closed when the test ends, and every move there was must be one that the checker has. */
export async function startWorld(t: Pick<TestContext, 'after'>, options: WorldOptions = {}) {
  const issuer = options.issuer ?? new URL(`http://localhost:${await freePort()}`)
  const others = options.others ?? []
  const issuers = ['default', ...others].map((name) => issuerOf(issuer, name))
  const callback = (id: string) =>
    issuers.map(({ href }) => `${href.replace(/\/$/, '')}/login/callback/${id}`)
  const client = (id: string) => ({
    id: 'sallyport',
    secret: `${id}-secret`,
    redirectUris: callback(id),
  })
  const closing: (() => unknown)[] = []
  const violations: string[] = []
  const mail: SentMessage[] = []
  t.after(async () => {
    for (const close of closing.reverse()) await close()
    if (violations.length > 0) throw new Error(`outside of the model: ${violations.join('; ')}`)
  })
  const google = await startGoogle({ client: client('google'), people: googlePeople })
  closing.push(() => google.close())
  const github = await startGithub({ client: client('github'), people: githubPeople })
  closing.push(() => github.close())
  const env = {
    GOOGLE_ISSUER: google.url,
    GOOGLE_CLIENT_ID: 'sallyport',
    GOOGLE_CLIENT_SECRET: 'google-secret',
    GITHUB_URL: github.url,
    GITHUB_API_URL: github.url,
    GITHUB_CLIENT_ID: 'sallyport',
    GITHUB_CLIENT_SECRET: 'github-secret',
    THRIFT_CLIENT_SECRET: 'thrift-secret',
    VAULT_CLIENT_SECRET: 'vault-secret',
    SALLYPORT_SMTP_URL: 'smtp://localhost',
    THRIFT_URL: 'http://localhost:3001',
    ...options.env,
  }
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-'))
  closing.push(() => rmSync(folder, { recursive: true, force: true }))
  const database =
    options.database ?? (await freshDatabase(folder, others, (file) => prepare(file, others, env)))
  const reports: unknown[] = []
  const clock = { aheadMs: 0 }

  const declarations = listStepTypes({ issuer }).map(({ declaration }) => declaration)
  const conformance = new Conformance({
    steps: declarations,
    flows: (name) => app.tenants.get(name)!.organisation().flows,
    tell: ({ flow, text }) => violations.push(`${flow}: ${text}`),
  })

  async function open(
    files = options.files,
    over: Readonly<Record<string, string>> = {},
    secrets: WorldSecrets = { secret },
  ) {
    const steps = (options.steps ?? ((all) => all))(listStepTypes({ issuer, hashCost: cheapHash }))
    const { organisation, problems } = loadFlows(
      filesWith(files),
      steps,
      { ...env, ...over },
      {},
      readOnce,
    )
    if (!organisation) throw new Error(problems.map(({ message }) => message).join('\n'))
    const settings = {
      issuer,
      database,
      durability: options.durability ?? ('normal' as const),
      ...secrets,
      trustedProxies: options.trustedProxies ?? [],
      clientCertificates: options.clientCertificates ?? false,
      organisation,
      others: new Map(others.map((name) => [name, ofOther(name, files, steps, over)])),
      steps,
      ...(options.plugIns && { plugIns: new Map([['default', options.plugIns]]) }),
      ...(options.upstreamTimeoutMs && { upstreamTimeoutMs: options.upstreamTimeoutMs }),
      ...(options.tries && { tries: options.tries }),
      ...(options.hashing && { hashing: options.hashing }),
      now: () => Date.now() + clock.aheadMs,
      posts: () => postsInto(mail),
      report: (error: unknown) => reports.push(error),
      moved: conformance.moved.bind(conformance),
    }
    const first = await openApp(settings)
    const nodes = [first]
    while (nodes.length < nodesOfWorld()) nodes.push(await openApp(settings))
    const leave = await serveAt(
      Number(issuer.port),
      nodes.map(({ server }) => server),
    )
    return {
      ...first,
      async close() {
        leave()
        await Promise.all(nodes.map((node) => node.close()))
      },
    }
  }

  /** The same files, but its applications have secrets of their own. */
  function ofOther(
    name: string,
    files: WorldOptions['files'],
    steps: readonly StepType[],
    over: Readonly<Record<string, string>>,
  ) {
    const own = { ...env, ...over, ...secretsOf(name) }
    return loadFlows(filesWith(files), steps, own, {}, readOnce).organisation!
  }

  let app = await open()
  for (const tenant of app.tenants.values()) await seed(tenant)
  closing.push(() => app.close())

  const browser = (headers: Readonly<Record<string, string>> = {}) => {
    const made = new Browser({ stopAt: [`${env.THRIFT_URL}/`], headers })
    closing.push(() => made.close())
    return made
  }
  const application = (clientId: string, path: string, at = issuer, secrets = env as Secrets) =>
    RelyingParty.discover({
      issuer: at.href,
      clientId,
      clientSecret: secrets[`${clientId.toUpperCase()}_CLIENT_SECRET`]!,
      redirectUri: `${env.THRIFT_URL}${path}`,
    })

  return {
    issuer,
    database,
    /** What the files take from the environment. */
    env,
    google,
    github,
    /** What was sent, by mail or as a text message, once `app.deliver()` was called; the latest last. */
    mail,
    /** Everything that was reported to the operator. */
    reports,
    /** Adding to `aheadMs` moves the server's time on. */
    clock,
    browser,
    api: (own = browser()) => new ApiClient(issuer.href, own),
    thrift: await application('thrift', '/callback'),
    vault: await application('vault', '/vault/callback'),
    /** An organisation beside `default`. */
    async other(name: string) {
      const tenant = app.tenants.get(name)!
      return {
        ...tenant,
        browser,
        env: secretsOf(name),
        thrift: await application('thrift', '/callback', tenant.issuer, secretsOf(name)),
        vault: await application('vault', '/vault/callback', tenant.issuer, secretsOf(name)),
      }
    },
    get app() {
      return app
    },
    /** Stops the server and starts it again on the same database, with other files or settings. */
    async restart(
      files = options.files,
      over: Readonly<Record<string, string>> = {},
      secrets?: WorldSecrets,
    ) {
      await app.close()
      app = await open(files, over, secrets)
    },
  }
}

/** The master key of every world, until it is restarted with others. */
export const secret = new Secret(Uint8Array.from({ length: 32 }, (_, n) => n * 5))

export type WorldSecrets = Pick<AppOptions, 'secret' | 'otherSecrets' | 'firstSecret'>

/** What a server makes of an empty database when it starts. */
async function prepare(database: string, others: readonly string[], env: Secrets): Promise<void> {
  const issuer = new URL('http://localhost')
  const steps = listStepTypes({ issuer, hashCost: cheapHash })
  const organisation = loadFlows(filesWith(), steps, env).organisation!
  const app = await openApp({
    issuer,
    database,
    secret,
    durability: 'normal',
    organisation,
    others: new Map(others.map((name) => [name, organisation])),
    steps,
    now: Date.now,
    report: (error) => {
      throw error
    },
  })
  await app.close()
}

type Secrets = Readonly<Record<string, string>>

function secretsOf(organisation: string): Secrets {
  return {
    THRIFT_CLIENT_SECRET: `${organisation}-thrift-secret`,
    VAULT_CLIENT_SECRET: `${organisation}-vault-secret`,
  }
}

/** What jane's authenticator app shows, `steps` of 30 seconds from now. */
export function codeOf(userName: string, world: { clock: { aheadMs: number } }, steps = 0): string {
  const secret = localPeople.find((person) => person.userName === userName)!.totpSecret!
  return codeFor(secret, world, steps)
}

export function codeFor(secret: string, world: { clock: { aheadMs: number } }, steps = 0): string {
  const epoch = Math.floor((Date.now() + world.clock.aheadMs) / 1000) + steps * 30
  return generateSync({ secret, epoch })
}

async function seed({ accounts }: Tenant): Promise<void> {
  for (const { userName, name, email, groups, password, totpSecret, status } of localPeople) {
    const credentials = [{ kind: 'password', secret: await hashPassword(password, cheapHash) }]
    if (totpSecret) credentials.push({ kind: 'totp', secret: totpSecret })
    const claims = { name, email, emailVerified: true }
    await accounts.add({ userName, claims, groups, credentials }, Date.now())
    if (status === 'locked') await accounts.setStatus(userName, 'locked')
  }
}

const flowsFolder = resolve(import.meta.dirname, '../../flows')

/** The text of a file as it ships, to change something of it. */
export function shippedFile(name: string): string {
  return readFileSync(join(flowsFolder, name), 'utf8')
}

/** The shipped files of `default`, with these in place of, or beside, their own. */
export function filesWith(others: Readonly<Record<string, string>> = {}) {
  shippedFiles ??= readdirSync(flowsFolder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^(?:shared\/)?[^/]+\.yaml$/.test(name))
    .map((name) => ({ name, text: shippedFile(name) }))
  const shipped = shippedFiles.filter(({ name }) => !(name in others))
  return [...shipped, ...Object.entries(others).map(([name, text]) => ({ name, text }))]
}

/** Read once: they do not change while tests run. */
let shippedFiles: readonly SourceFile[] | undefined
