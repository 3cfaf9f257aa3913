/**
 * `npm run bench [-- ROUNDS LOGINS]`: server CPU of a complete login, beside a bare `oidc-provider`, in
 * interleaved batches of one run. The rows go to standard output as a table, raw data as JSON lines to
 * the file that BENCH_RAW names.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { generateSync } from 'otplib'
import { startGoogle } from '../../src/cli/demo/google.ts'
import { formWith, type Visit, Visitor } from './drive.ts'

const rounds = Number(process.argv[2] ?? 9)
const loginsARound = Number(process.argv[3] ?? 40)
const redirectUri = 'http://localhost:3001/callback'
const base = 42_000 + Math.floor(Math.random() * 2000)
const totpSecret = 'KRUGS4ZANFZSA3TPOQQGCIDSMVQWYIDT'

interface Subject {
  readonly name: string
  readonly server: Bench
  readonly login: (visitor: Visitor, start: string, count: number) => Promise<Visit>
  readonly perLogin: number[]
  readonly times: number[]
}

interface Bench {
  readonly issuer: string
  readonly child: ChildProcess
}

const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
const google = await startGoogle({
  client: { id: 'sallyport', secret: 'google-secret', redirectUris: [callback(0)] },
  people: Array.from({ length: 4 }, (_, index) => ({
    subject: `g-${index}`,
    email: `p${index}@x.test`,
    emailVerified: true,
    name: `Person ${index}`,
    preferredUsername: `p${index}`,
  })),
})
const servers = [await sallyport(), await bare('same', true), await bare('memory', false)]
const agent = new Agent({ keepAlive: true })
try {
  await main()
} finally {
  agent.destroy()
  for (const { child } of servers) child.disconnect()
  await google.close()
  rmSync(folder, { recursive: true, force: true })
}

async function main(): Promise<void> {
  const [ours, same, memory] = servers as [Bench, Bench, Bench]
  const subjects: Subject[] = [
    subject('bare oidc-provider in memory', memory, bareLogin),
    subject('bare oidc-provider, same adapter', same, bareLogin),
    subject('password', ours, passwordLogin),
    subject('password + TOTP', ours, totpLogin),
    subject('federated', ours, federatedLogin),
  ]
  for (const each of subjects) await batch(each, Math.min(loginsARound, 15), 0)
  for (const each of subjects) {
    each.perLogin.length = 0
    each.times.length = 0
  }
  for (let round = 0; round < rounds; round++) {
    for (const each of subjects) await batch(each, loginsARound, 15 + round * loginsARound)
  }
  print(subjects)
}

async function batch(each: Subject, logins: number, first: number): Promise<void> {
  const before = await cpu(each.server)
  for (let count = 0; count < logins; count++) await complete(each, first + count)
  const after = await cpu(each.server)
  const perLoginMs = (after - before) / logins / 1000
  each.perLogin.push(perLoginMs)
  if (process.env.BENCH_RAW) {
    appendFileSync(process.env.BENCH_RAW, `${JSON.stringify({ subject: each.name, perLoginMs })}\n`)
  }
}

/** From the application's request to its tokens. */
async function complete({ server, login, times }: Subject, count: number): Promise<void> {
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    client_id: 'thrift',
    response_type: 'code',
    scope: 'openid profile',
    redirect_uri: redirectUri,
    state: randomBytes(16).toString('base64url'),
    nonce: randomBytes(16).toString('base64url'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const visitor = new Visitor(agent, server.issuer, times)
  const end = await login(visitor, `${server.issuer}/auth?${query}`, count)
  const code = new URL(end.url).searchParams.get('code')
  if (!code) throw new Error(`no code: ${end.url} ${end.body.slice(0, 500)}`)
  const token = await visitor.post(`${server.issuer}/token`, {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: redirectUri,
    client_id: 'thrift',
    client_secret: 'thrift-secret',
  })
  if (!token.body.includes('"id_token"')) throw new Error(`no token: ${token.body}`)
}

async function bareLogin(visitor: Visitor, start: string): Promise<Visit> {
  const { action, fields } = formWith(await visitor.go(start, undefined, redirectUri), /Sign in/)
  return visitor.go(action, fields, redirectUri)
}

async function passwordLogin(visitor: Visitor, start: string): Promise<Visit> {
  const page = await visitor.go(start, undefined, redirectUri)
  const { action, fields } = formWith(page, /Sign in/)
  const typed = { username: 'bo', password: 'seven quiet herons' }
  return visitor.go(action, { ...fields, ...typed }, redirectUri)
}

async function totpLogin(visitor: Visitor, start: string, count: number): Promise<Visit> {
  const page = await visitor.go(start, undefined, redirectUri)
  const { action, fields } = formWith(page, /Sign in/)
  // A code works once, and the next only thirty seconds later: so each login is somebody else's.
  const typed = { username: `jane${count}`, password: 'paper lantern quartz' }
  const second = formWith(await visitor.go(action, { ...fields, ...typed }, redirectUri), /Verify/)
  const code = generateSync({ secret: totpSecret })
  return visitor.go(second.action, { ...second.fields, code }, redirectUri)
}

async function federatedLogin(visitor: Visitor, start: string, count: number): Promise<Visit> {
  const page = await visitor.go(start, undefined, redirectUri)
  const { action, fields } = formWith(page, /Google/)
  const upstream = formWith(
    await visitor.go(action, fields, redirectUri),
    new RegExp(`Person ${count % 4}`),
  )
  const consent = await visitor.go(upstream.action, upstream.fields, redirectUri)
  if (consent.url.startsWith(redirectUri)) return consent
  const allow = formWith(consent, /Allow/)
  return visitor.go(allow.action, allow.fields, redirectUri)
}

function subject(name: string, server: Bench, login: Subject['login']): Subject {
  return { name, server, login, perLogin: [], times: [] }
}

function print(subjects: readonly Subject[]): void {
  const [memory, same] = subjects as [Subject, Subject]
  console.log(
    `${rounds} rounds of ${loginsARound} logins, SQLite, durability full, hash taken out\n`,
  )
  console.log(
    '| login | server CPU, ms | to bare, same adapter | to bare, in memory | p50, ms | p99, ms |',
  )
  console.log('| --- | --- | --- | --- | --- | --- |')
  for (const each of subjects) {
    const cells = [
      each.name,
      median(each.perLogin).toFixed(2),
      ratio(each, same),
      ratio(each, memory),
      quantile(each.times, 0.5).toFixed(1),
      quantile(each.times, 0.99).toFixed(1),
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
}

/** Round by round, so that a machine whose speed drifts does not matter. */
function ratio(a: Subject, b: Subject): string {
  return `${median(a.perLogin.map((cost, round) => cost / b.perLogin[round]!)).toFixed(2)}x`
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

function quantile(values: readonly number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? Number.NaN
}

function sallyport(): Promise<Bench> {
  const janes = Array.from({ length: 15 + rounds * loginsARound }, (_, count) => ({
    userName: `jane${count}`,
    password: 'paper lantern quartz',
    totpSecret,
  }))
  return start('sallyport', 0, {
    database: `sqlite:${join(folder, 'sallyport.sqlite')}`,
    durability: 'full',
    flows: resolve(import.meta.dirname, 'flows'),
    env: {
      GOOGLE_ISSUER: google.url,
      GOOGLE_CLIENT_SECRET: 'google-secret',
      THRIFT_CLIENT_SECRET: 'thrift-secret',
    },
    people: [{ userName: 'bo', password: 'seven quiet herons' }, ...janes],
  })
}

function bare(name: string, stored: boolean): Promise<Bench> {
  return start(name, stored ? 1 : 2, {
    redirectUri,
    durability: 'full',
    ...(stored && { database: `sqlite:${join(folder, `${name}.sqlite`)}` }),
  })
}

function callback(index: number): string {
  return `http://localhost:${base + index}/login/callback/google`
}

function start(kind: string, index: number, options: object): Promise<Bench> {
  const issuer = `http://localhost:${base + index}`
  const child = fork(join(import.meta.dirname, 'server.ts'), [
    kind,
    JSON.stringify({ issuer, ...options }),
  ])
  return new Promise((done, failed) => {
    child.once('message', () => done({ issuer, child }))
    child.once('exit', (status) => failed(new Error(`server ${kind} ended with ${status}`)))
  })
}

function cpu({ child }: Bench): Promise<number> {
  return new Promise((done) => {
    child.once('message', (message) => done((message as { cpuMicros: number }).cpuMicros))
    child.send('cpu')
  })
}
