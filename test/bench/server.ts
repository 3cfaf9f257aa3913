/**
 * One server in a process of its own: `server.ts JSON`. It says `{ ready }` to its parent, and what it has used
 * whenever it is told something.
 */
import type { Server } from 'node:http'
import { getHeapSpaceStatistics } from 'node:v8'
import { type App, openApp } from '../../src/app.ts'
import { listen } from '../../src/cli/listen.ts'
import { loadFolder } from '../../src/cli/load.ts'
import { noTryLimits } from '../../src/engine/tries.ts'
import { KnownError } from '../../src/kit/errors.ts'
import { listStepTypes } from '../../src/steps/index.ts'
import { hashPassword, owaspCost } from '../../src/steps/password/hash.ts'
import { type Asked, countAsked } from './asked.ts'
import { type BareOptions, bareServer } from './bare.ts'
import { type PageOptions, pageServer } from './page.ts'
import { Profiler, type SentFrame } from './profile.ts'
import { cheapHash, janesPassword, masterKey, totpSecret } from './secrets.ts'
import { countSent, countSignatures } from './sent.ts'

interface SallyportOptions {
  readonly kind: 'sallyport'
  readonly issuer: string
  readonly database: string
  readonly flows: string
  readonly env: Readonly<Record<string, string>>
  /** How many people there are with an authenticator app, beside Bo and Kim, who have none. */
  readonly janes: number
  /** How many there are like Bo. Absent: none. */
  readonly bos?: number
  /** Absent: a password's hash costs next to nothing. */
  readonly hash?: 'full'
}

/** What the process can be told. */
export interface Told {
  /** How far its clock is ahead from now on, in milliseconds. */
  readonly aheadMs?: number
  /** To do all at once what a server does beside answering, until nothing is left of it. */
  readonly tend?: true
  /** To take away first whatever it keeps in memory without need. */
  readonly collect?: true
  /** To look at where its time goes, and to tell what it has seen. */
  readonly profile?: 'begin' | 'end'
}

/** What it says to that. */
export interface Used {
  /** User and system time since the process began, in microseconds. */
  readonly cpuMicros: number
  readonly rssBytes: number
  /** Of objects and texts: not of code, more of which is compiled as long as a server runs. */
  readonly heapBytes: number
  /** Sockets, timers and files that it has open. */
  readonly handles: number
  /** What PostgreSQL was asked. */
  readonly asked: Asked
  /** To whoever has asked it. */
  readonly sentBytes: number
  /** With a private key. */
  readonly signatures: number
  readonly profile?: SentFrame
}

export type ServerOptions =
  | SallyportOptions
  | (BareOptions & { readonly kind: 'bare' })
  | (PageOptions & { readonly kind: 'page' })

async function sallyport(options: SallyportOptions): Promise<App> {
  const hashCost = options.hash === 'full' ? owaspCost : cheapHash
  const steps = listStepTypes({ issuer: new URL(options.issuer), hashCost })
  const organisation = await loadFolder(options.flows, process.cwd(), steps, options.env)
  const app = await openApp({
    database: options.database,
    durability: 'full',
    issuer: new URL(options.issuer),
    tries: noTryLimits,
    secret: masterKey,
    organisation,
    steps,
    now: () => Date.now(),
    // A refusal is an answer, and counted by those who get it.
    report: (error) => error instanceof KnownError || console.error(error),
  })
  const add = async (userName: string, password: string, more: readonly Credential[]) => {
    const credentials = [{ kind: 'password', secret: password }, ...more]
    const claims = { name: userName }
    await app.accounts.add({ userName, claims, groups: [], credentials }, Date.now())
  }
  const herons = await hashPassword('seven quiet herons', hashCost)
  for (const name of ['bo', 'kim']) await add(name, herons, [])
  for (let bo = 0; bo < (options.bos ?? 0); bo++) await add(`bo${bo}`, herons, [])
  const password = await hashPassword(janesPassword, hashCost)
  for (let jane = 0; jane < options.janes; jane++) {
    await add(`jane${jane}`, password, [{ kind: 'totp', secret: totpSecret }])
  }
  return app
}

interface Credential {
  readonly kind: string
  readonly secret: string
}

/** Beside ours, what it is compared with. */
async function start(its: ServerOptions): Promise<{ readonly server: Server; readonly app?: App }> {
  if (its.kind === 'bare') return { server: await bareServer(its) }
  if (its.kind === 'page') return { server: await pageServer(its) }
  const ours = await sallyport(its)
  return { server: ours.server, app: ours }
}

const options = JSON.parse(process.argv[2]!) as ServerOptions
let aheadMs = 0
moveClock()
const asked = countAsked()
const signatures = countSignatures()
const { server, app } = await start(options)
const sentBytes = countSent(server)
const profiler = new Profiler()
await listen(server, Number(new URL(options.issuer).port))
process.on('message', async (told: Told) => {
  aheadMs = told.aheadMs ?? aheadMs
  if (told.tend) await tend(app!)
  if (told.collect) globalThis.gc!()
  if (told.profile === 'begin') await profiler.begin()
  const profile = told.profile === 'end' && (await profiler.end())
  const { user, system } = process.cpuUsage()
  const { rss } = process.memoryUsage()
  process.send!({
    cpuMicros: user + system,
    rssBytes: rss,
    heapBytes: heapBytes(),
    handles: process.getActiveResourcesInfo().length,
    asked,
    sentBytes: sentBytes(),
    signatures: signatures(),
    ...(profile && { profile }),
  } satisfies Used)
})
process.on('disconnect', () => process.exit())
process.send!({ ready: true })

/** For the libraries as well. */
function moveClock(): void {
  const { now } = Date
  Date.now = () => now() + aheadMs
}

function heapBytes(): number {
  const spaces = getHeapSpaceStatistics().filter(
    ({ space_name }) => !/code|trusted/.test(space_name),
  )
  return spaces.reduce((sum, { space_used_size }) => sum + space_used_size, 0)
}

async function tend(its: App): Promise<void> {
  while ((await its.deliver()) > 0);
  while ((await its.sealAudit()) > 0);
  while (Object.keys(await its.sweep()).length > 0);
}
