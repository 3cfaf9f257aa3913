/**
 * A server of our own to play on: the same flows, an empty database, upstreams that follow a script, and a
 * clock that can be moved on. Nothing is checked before, so that what the checker found can be seen.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'light-my-request'
import { type App, openApp } from '../../app.ts'
import { Conformance } from '../../conformance.ts'
import type { Login, LoginEvent } from '../../engine/login.ts'
import { noTryLimits } from '../../engine/tries.ts'
import { sealers } from '../../keys.ts'
import { randomSecret } from '../../kit/random.ts'
import { Secret } from '../../kit/secret.ts'
import type { StepDeclaration } from '../../language/declaration.ts'
import type { FlowDefinition } from '../../language/flow.ts'
import { readNetwork } from '../../language/network.ts'
import type { PlugIns } from '../../language/plug-in.ts'
import type { ConnectionFile, DirectoryFile, Organisation } from '../../language/settings.ts'
import type { StepType } from '../../language/step.ts'
import { listStepTypes } from '../../steps/index.ts'
import { openDatabase } from '../../store/open.ts'
import { applyWrite } from '../../store/writes.ts'
import { postsInto, type SentMessage } from '../demo/outbox.ts'
import { listen } from '../listen.ts'
import { type Authority, newAuthority } from './authority.ts'
import { brittle, type Faults } from './brittle.ts'
import { Client, overHttp, type Send } from './client.ts'
import { type Directories, scriptedDirectories } from './directories.ts'
import { emptyDatabase, stageSecret } from './empty-database.ts'
import { stageVerifier } from './presenting.ts'
import { type Services, startServices } from './services.ts'
import { startUpstreams, type Upstreams } from './upstreams.ts'

export interface Stage {
  readonly issuer: URL
  readonly app: App
  readonly organisation: Organisation
  readonly steps: ReadonlyMap<string, StepType>
  readonly upstreams: Upstreams
  readonly services: Services
  readonly directories: Directories
  readonly faults: Faults
  /** Who makes people's certificates. */
  readonly authority: Authority
  /** Adding to `aheadMs` moves the server's time on. */
  readonly clock: { aheadMs: number }
  /** Every login that the server has moved, as it stands, with its events; the latest move last. */
  readonly logins: ReadonlyMap<string, Moved>
  /** What the server has reported to its operator. */
  readonly reports: readonly unknown[]
  /** Moves that the model has not, each with its login's id. */
  readonly violations: readonly string[]
  /** How many moves were compared with the model. */
  compared(): number
  client(): Client
  /** Writes as the engine would. @returns whether it was written */
  write(write: Parameters<typeof applyWrite>[3]): Promise<boolean>
  /** As if time had passed: guesses count from nothing again, and a code of now is right. */
  forgetSpent(): Promise<void>
  /** Has what waits delivered. @returns what is in each that has come, the latest last */
  messagesTo(address: string): Promise<readonly string[]>
  now(): number
  close(): Promise<void>
}

export interface Moved {
  readonly login: Login
  readonly events: readonly LoginEvent[]
  readonly flow: FlowDefinition
}

export interface StageOptions {
  /** `http`: over a socket of loopback. `process`: in this process, which is faster. */
  readonly transport?: 'http' | 'process'
  /** Keeps only the latest logins; all when absent. */
  readonly loginsMax?: number
  /** Step types of one's own, beside those that there are, or in place of one of the same name. */
  readonly steps?: readonly StepType[]
}

/** A hash that costs nothing to speak of: what is played for is everything else. */
export const cheapHash = { memoryKib: 8, passes: 1, lanes: 1 }

const loopback = ['127.0.0.0/8', '::1/128']

export async function openStage(
  files: Organisation,
  { transport = 'http', loginsMax = Number.POSITIVE_INFINITY, steps: own = [] }: StageOptions = {},
): Promise<Stage> {
  const clock = { aheadMs: 0 }
  const now = () => Date.now() + clock.aheadMs
  const issuer = new URL(`http://localhost:${await freePort()}`)
  const upstreams = await startUpstreams(now)
  const services = await startServices()
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-play-'))
  const database = await emptyDatabase(folder)
  const authority = newAuthority('Who certifies the people of a story')
  const usual = listStepTypes({ issuer, hashCost: cheapHash }).filter(
    ({ declaration }) => !own.some((step) => step.declaration.type === declaration.type),
  )
  const { steps, faults } = brittle([...usual, ...own])
  const byType = new Map(steps.map((step) => [step.declaration.type, step]))
  const directories = scriptedDirectories(folder, authority, byType)
  const organisation = withSecrets(files, upstreams, services, directories)
  const [logins, reports, violations] = [new Map<string, Moved>(), [] as unknown[], [] as string[]]
  const conformance = new Conformance({
    steps: declarationsOf(steps),
    flows: () => app.organisation().flows,
    tell: ({ flow, text }, id) => violations.push(`${id}: ${flow}: ${text}`),
  })
  const sent: SentMessage[] = []
  const app = await openApp({
    issuer,
    database,
    durability: 'normal',
    // Who plays says where they come from, as a proxy in front would.
    trustedProxies: loopback.flatMap((network) => readNetwork(network) ?? []),
    clientCertificates: true,
    plugIns: new Map([['default', stagePlugIns(organisation)]]),
    secret: stageSecret,
    tries: noTryLimits,
    organisation,
    steps,
    now,
    report: (error) => reports.push(error),
    posts: () => postsInto(sent),
    moved(login, events, flow) {
      conformance.moved(login, events, flow)
      keep(logins, { login, events, flow }, loginsMax)
    },
  })
  const db = openDatabase({ url: database, durability: 'normal' })
  const seal = sealers(stageSecret, 'default').credentials
  if (transport === 'http') await listen(app.server, Number(issuer.port), '127.0.0.1')
  const send = transport === 'http' ? overHttp : inProcess(app.server)

  return {
    issuer,
    app,
    organisation,
    steps: byType,
    upstreams,
    services,
    directories,
    faults,
    authority,
    clock,
    logins,
    reports,
    violations,
    compared: () => conformance.followed,
    client: () => new Client(issuer, send),
    async forgetSpent() {
      await db('guesses').delete()
      await db('credentials').update({ counter: 0 })
    },
    write: async (write) => (await applyWrite(db, 'default', seal, write, now())) !== false,
    async messagesTo(address) {
      await app.deliver()
      return sent.filter(({ to }) => to === address).map(({ body }) => body)
    },
    now,
    async close() {
      await app.close()
      await db.destroy()
      await upstreams.close()
      await services.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export function declarationsOf(steps: readonly StepType[]): StepDeclaration[] {
  return steps.map(({ declaration }) => declaration)
}

/** Nobody else is asked, so secrets that are not set are made up. */
function withSecrets(
  files: Organisation,
  upstreams: Upstreams,
  services: Services,
  directories: Directories,
): Organisation {
  return {
    ...files,
    services: files.services.map((service) => services.at(service)),
    plugins: files.plugins.filter(({ kind }) => kind === 'verifier'),
    connections: files.connections.map((connection) => ownOnly(upstreams.at(connection))),
    directories: files.directories.map((directory) => ownOnly(directories.at(directory))),
    applications: files.applications.map((application) => {
      const { secret } = application
      if (!secret || secret.value) return application
      return { ...application, secret: { ...secret, value: new Secret(randomSecret()) } }
    }),
  }
}

/** Code of others is not run here, and nobody keeps people by SCIM: what is built in stands in for it. */
function ownOnly<C extends ConnectionFile | DirectoryFile>(source: C): C {
  const {
    creator: _creator,
    assigner: _assigner,
    scim: _scim,
    ...own
  } = source as C & {
    creator?: string
    assigner?: string
    scim?: unknown
  }
  return own as unknown as C
}

/** Tickets are taken at their word. */
function stagePlugIns({ plugins }: Organisation): PlugIns {
  const verifiers = plugins.map(({ id }) => [id, stageVerifier] as const)
  return {
    creators: new Map(),
    assigners: new Map(),
    verifiers: new Map(verifiers),
    users: new Map(),
  }
}

function keep(logins: Map<string, Moved>, moved: Moved, loginsMax: number): void {
  const { id } = moved.login
  const before = logins.get(id)?.events ?? []
  logins.delete(id)
  logins.set(id, { ...moved, events: [...before, ...moved.events] })
  const [oldest] = logins.keys()
  if (logins.size > loginsMax) logins.delete(oldest!)
}

function inProcess(server: Server): Send {
  return async ({ method, url, headers, body }) => {
    const { host, pathname, search } = new URL(url)
    const answer = await inject((request, response) => server.emit('request', request, response), {
      method,
      url: pathname + search,
      headers: { ...headers, host },
      ...(body === undefined ? {} : { payload: body }),
    })
    const { location, 'set-cookie': cookies = [] } = answer.headers
    return {
      status: answer.statusCode,
      location: typeof location === 'string' ? location : undefined,
      body: answer.body,
      cookies: [cookies].flat().map(String),
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer()
    probe.once('error', failed)
    probe.listen(0, () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => done(port))
    })
  })
}
