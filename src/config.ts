/**
 * What the environment and the command line decide, each with its unit, default and bounds. Flags win
 * over the environment.
 */
import { availableParallelism } from 'node:os'
import { defaultTryLimits, type TryLimits } from './engine/tries.ts'
import { Secret } from './kit/secret.ts'
import { type Network, readNetwork } from './language/network.ts'
import { defaultRetention, type Retention } from './store/sweep.ts'

export interface Config {
  /** Where applications find the OpenID provider. `SALLYPORT_ISSUER`, `--issuer`. */
  readonly issuer: URL
  /** TCP port on which to listen, 0 to 65535. `SALLYPORT_PORT`, `--port`; default: the issuer's. */
  readonly port: number
  /**
   * `sqlite:FILE`, or `postgres://USER:PASSWORD@HOST:PORT/NAME`. `SALLYPORT_DATABASE`, `--database`; default
   * `sqlite:sallyport.sqlite`.
   */
  readonly database: string
  /** The folder of flows. `SALLYPORT_FLOWS`, `--flows`; default `flows`. */
  readonly flows: string
  /** Master key, from which all others are derived. `SALLYPORT_SECRET`: 32 bytes or more in base64url. */
  readonly secret: Secret<Uint8Array>
  /**
   * Master keys whose seals still open: of before, or of servers that have a new one already.
   * `SALLYPORT_OLD_SECRETS`, with spaces between; default: none.
   */
  readonly otherSecrets: readonly Secret<Uint8Array>[]
  /**
   * What is to stay as it is when the master key changes is made from this one: the subjects of pass-through
   * identities, and the seals of the audit. `SALLYPORT_FIRST_SECRET`; default: the master key.
   */
  readonly firstSecret: Secret<Uint8Array>
  /**
   * Networks of the proxies in front, whose `X-Forwarded-For` is believed. `SALLYPORT_TRUSTED_PROXIES`, such
   * as `10.0.0.0/8,2001:db8::/32`; default: none.
   */
  readonly trustedProxies: readonly Network[]
  /**
   * `proxy`: they tell of client certificates in `Client-Cert` (RFC 9440), and take out what a client has written
   * there itself. `SALLYPORT_CLIENT_CERTIFICATES`; default: the header means nothing.
   */
  readonly clientCertificates: boolean
  /**
   * How often one source may do what costs or guesses in ten minutes, such as `beginnings=5000 answers=500`; what
   * is not named keeps its default, 0 is no limit. `SALLYPORT_TRIES`.
   */
  readonly tries: TryLimits
  /**
   * For how many days stories are kept, such as `events=30 audit=400`; what is not named keeps its default, 0 is for
   * ever. `SALLYPORT_RETENTION`.
   */
  readonly retention: Retention
  /** `full` (default) or `normal`: what a commit survives. `SALLYPORT_DURABILITY`. */
  readonly durability: 'full' | 'normal'
  /** The least that is written to the log. `SALLYPORT_LOG`; default `info`. */
  readonly log: LogLevel
  /** Where metrics are answered, such as `127.0.0.1:9464`. `SALLYPORT_METRICS`; default: nowhere. */
  readonly metrics: { readonly host: string; readonly port: number } | undefined
  /**
   * How many processes answer, 1 to 256; `auto`: one for each processor. `SALLYPORT_WORKERS`, `--workers`; default 1:
   * the one that was started.
   */
  readonly workers: number
}

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export type Environment = Readonly<Record<string, string | undefined>>

/** What is wrong with the configuration, in a sentence for whoever started the command. */
export class ConfigProblem extends Error {
  /** The exit status: 2 where something cannot be used, 1 where it was understood and is a finding. */
  readonly status: 1 | 2 = 2
}

export interface Flags {
  readonly issuer?: string | undefined
  readonly port?: string | undefined
  readonly database?: string | undefined
  readonly flows?: string | undefined
  readonly workers?: string | undefined
}

/** @throws {ConfigProblem} */
export function readConfig(env: Environment, flags: Flags): Config {
  const issuer = readIssuer(flags.issuer ?? env.SALLYPORT_ISSUER ?? 'http://localhost:3000')
  return {
    issuer,
    port: readPort(flags.port ?? env.SALLYPORT_PORT ?? issuerPort(issuer)),
    database: readDatabase(flags, env),
    flows: flags.flows ?? env.SALLYPORT_FLOWS ?? 'flows',
    ...readSecrets(env),
    trustedProxies: readNetworks(env.SALLYPORT_TRUSTED_PROXIES ?? ''),
    clientCertificates: readClientCertificates(env),
    tries: readTries(env.SALLYPORT_TRIES ?? ''),
    retention: readRetention(env),
    durability: readDurability(env.SALLYPORT_DURABILITY ?? 'full'),
    log: readLogLevel(env.SALLYPORT_LOG ?? 'info'),
    metrics: readMetrics(env.SALLYPORT_METRICS),
    workers: readWorkers(flags.workers ?? env.SALLYPORT_WORKERS ?? '1'),
  }
}

/** @throws {ConfigProblem} */
export function readDatabase(flags: Flags, env: Environment): string {
  const url = flags.database ?? env.SALLYPORT_DATABASE ?? 'sqlite:sallyport.sqlite'
  const isOne = /^sqlite:./.test(url) || (/^postgres(ql)?:/.test(url) && URL.canParse(url))
  if (!isOne) {
    // It is not repeated: there may be a password in it.
    throw new ConfigProblem(
      'the database must be named as sqlite:FILE, or as postgres://USER:PASSWORD@HOST:PORT/NAME',
    )
  }
  return url
}

export type Secrets = Pick<Config, 'secret' | 'otherSecrets' | 'firstSecret'>

/** @throws {ConfigProblem} */
export function readSecrets(env: Environment): Secrets {
  const secret = readSecret(env.SALLYPORT_SECRET, 'SALLYPORT_SECRET')
  const others = (env.SALLYPORT_OLD_SECRETS ?? '').split(/\s+/).filter(Boolean)
  const first = env.SALLYPORT_FIRST_SECRET
  if (others.length > 0 && first === undefined) {
    throw new ConfigProblem(
      'where there are SALLYPORT_OLD_SECRETS, SALLYPORT_FIRST_SECRET must say which secret was the first: ' +
        'by another, people who pass through would be strangers to their applications',
    )
  }
  return {
    secret,
    otherSecrets: others.map((one) => readSecret(one, 'SALLYPORT_OLD_SECRETS')),
    firstSecret: first === undefined ? secret : readSecret(first, 'SALLYPORT_FIRST_SECRET'),
  }
}

/** Random bytes have more different ones among them but once in 10^20 times; what somebody typed has not. */
const differentBytesMin = 12

function readSecret(text: string | undefined, name: string): Secret<Uint8Array> {
  const bytes = Buffer.from(text ?? '', 'base64url')
  if (bytes.length < 32 || new Set(bytes).size < differentBytesMin) {
    throw new ConfigProblem(
      `${name} must hold 32 random bytes or more in base64url; make them with: ` +
        `node -p "crypto.randomBytes(32).toString('base64url')"`,
    )
  }
  return new Secret(new Uint8Array(bytes))
}

function readIssuer(text: string): URL {
  if (!URL.canParse(text)) throw new ConfigProblem(`the issuer ${text} is not an address`)
  const url = new URL(text)
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) {
    throw new ConfigProblem(`the issuer ${text} must be https, or http on this machine alone`)
  }
  if (url.search || url.hash || url.username) {
    throw new ConfigProblem(`the issuer ${text} may have no query, fragment or user`)
  }
  return url
}

function issuerPort(issuer: URL): string {
  return issuer.port || (issuer.protocol === 'https:' ? '443' : '80')
}

function readNetworks(text: string): readonly Network[] {
  const named = text.split(/[\s,]+/).filter(Boolean)
  return named.map((one) => {
    const network = readNetwork(one)
    if (network) return network
    throw new ConfigProblem(
      `SALLYPORT_TRUSTED_PROXIES lists networks such as 10.0.0.0/8, and ${one} is none`,
    )
  })
}

function readClientCertificates(env: Environment): boolean {
  const { SALLYPORT_CLIENT_CERTIFICATES: text, SALLYPORT_TRUSTED_PROXIES: proxies } = env
  if (!text) return false
  if (text !== 'proxy') {
    throw new ConfigProblem(`SALLYPORT_CLIENT_CERTIFICATES is proxy or nothing, not ${text}`)
  }
  if (proxies) return true
  throw new ConfigProblem(
    'SALLYPORT_CLIENT_CERTIFICATES needs SALLYPORT_TRUSTED_PROXIES: nobody else is believed',
  )
}

function readTries(text: string): TryLimits {
  const { windowMs, ...known } = defaultTryLimits
  const says = 'SALLYPORT_TRIES lists what may be done in ten minutes, as answers=500'
  return { ...readLimits(text, known, says), windowMs }
}

/** @throws {ConfigProblem} */
export function readRetention(env: Environment): Retention {
  const says =
    'SALLYPORT_RETENTION lists for how many days is kept what there is to tell, as events=30'
  return readLimits(env.SALLYPORT_RETENTION ?? '', defaultRetention, says)
}

/** Names and numbers, of which 0 is no limit. */
function readLimits<T extends object>(text: string, known: T, says: string): T {
  const limits: Record<string, number> = {}
  for (const one of text.split(/[\s,]+/).filter(Boolean)) {
    const [, name, number] = /^([a-z]+)=(\d{1,9})$/.exec(one) ?? []
    if (!name || !Object.hasOwn(known, name)) {
      throw new ConfigProblem(`${says}, of ${Object.keys(known).join(', ')}: not ${one}`)
    }
    limits[name] = Number(number) || Number.POSITIVE_INFINITY
  }
  return { ...known, ...limits }
}

function readPort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65535) {
    throw new ConfigProblem(`the port ${text} is not a number from 0 to 65535`)
  }
  return port
}

const workersMax = 256

function readWorkers(text: string): number {
  if (text === 'auto') return Math.min(availableParallelism(), workersMax)
  const workers = Number(text)
  if (!/^\d+$/.test(text) || workers < 1 || workers > workersMax) {
    throw new ConfigProblem(`workers are a number from 1 to ${workersMax}, or auto, not ${text}`)
  }
  return workers
}

function readDurability(text: string): 'full' | 'normal' {
  if (text === 'full' || text === 'normal') return text
  throw new ConfigProblem(`SALLYPORT_DURABILITY is full or normal, not ${text}`)
}

function readLogLevel(text: string): LogLevel {
  const level = logLevels.find((known) => known === text)
  if (level) return level
  throw new ConfigProblem(`SALLYPORT_LOG is ${logLevels.join(', ')}, not ${text}`)
}

function readMetrics(text: string | undefined): Config['metrics'] {
  if (!text) return undefined
  const said = URL.canParse(`http://${text}`) ? new URL(`http://${text}`) : undefined
  if (said?.port && said.host === text) {
    return { host: said.hostname.replace(/^\[|\]$/g, ''), port: Number(said.port) }
  }
  throw new ConfigProblem(`SALLYPORT_METRICS is a host and a port, as 127.0.0.1:9464, not ${text}`)
}
