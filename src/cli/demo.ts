/**
 * `sallyport demo`: the server beside a demo application and stand-ins for its upstreams, on this
 * machine, with people in all of them. The real Google and GitHub take their place when their client ids
 * and secrets are set.
 */
import { parseArgs } from 'node:util'
import { type App, openApp } from '../app.ts'
import { ConfigProblem, type Environment, readConfig } from '../config.ts'
import { randomSecret } from '../kit/random.ts'
import { listStepTypes, stepTypes } from '../steps/index.ts'
import { hashPassword, owaspCost } from '../steps/password/hash.ts'
import { keepUp } from './background.ts'
import { startGithub } from './demo/github.ts'
import { startGoogle } from './demo/google.ts'
import { postsInto, type SentMessage } from './demo/outbox.ts'
import { githubPeople, googlePeople, type LocalPerson, localPeople } from './demo/people.ts'
import { demoSecret } from './demo/secret.ts'
import { tellDemo } from './demo/story.ts'
import { startThrift } from './demo/thrift.ts'
import { holdFlows } from './gate.ts'
import type { Command } from './io.ts'
import { listen, stopped } from './listen.ts'
import { loadOrganisations } from './load.ts'
import { openLog } from './log.ts'
import { readOrganisations } from './organisations.ts'
import { serveFlags } from './serve.ts'

const ports = { thrift: '3001', google: '3002', github: '3003' }

const flags = {
  ...serveFlags,
  'thrift-port': { type: 'string' },
  'google-port': { type: 'string' },
  'github-port': { type: 'string' },
} as const

interface Running {
  close(): Promise<void>
}

export const run: Command = async (args, io) => {
  const { values } = parseArgs({ args: [...args], options: flags })
  const database = values.database ?? io.env.SALLYPORT_DATABASE ?? 'sqlite:.sallyport/demo.sqlite'
  if (!database.startsWith('sqlite:')) {
    throw new ConfigProblem('the demo keeps its key beside its database: name that as sqlite:FILE')
  }
  const port = (name: keyof typeof ports) =>
    values[`${name}-port`] ?? io.env[`SALLYPORT_${name.toUpperCase()}_PORT`] ?? ports[name]
  const url = (name: keyof typeof ports) => `http://localhost:${port(name)}`
  const issuer =
    values.issuer ?? io.env.SALLYPORT_ISSUER ?? `http://localhost:${values.port ?? '3000'}`

  const env = demoEnvironment(io.env, url, demoSecret(database, io.cwd))
  const config = readConfig(env, { ...values, database, issuer })
  const log = openLog(io, config.log, Date.now)
  const read = await readOrganisations(config.flows, io.cwd)
  const loaded = await loadOrganisations(read, io.cwd, stepTypes, env)
  const running: Running[] = []
  const outbox: SentMessage[] = []
  try {
    const callback = (connection: string) => `${config.issuer.origin}/login/callback/${connection}`
    const client = (connection: 'GOOGLE' | 'GITHUB') => ({
      id: env[`${connection}_CLIENT_ID`]!,
      secret: env[`${connection}_CLIENT_SECRET`]!,
      redirectUris: [callback(connection.toLowerCase())],
    })
    const real = {
      google: Boolean(io.env.GOOGLE_CLIENT_ID),
      github: Boolean(io.env.GITHUB_CLIENT_ID),
    }
    if (!real.google) {
      running.push(
        await startGoogle({
          port: number(port('google')),
          client: client('GOOGLE'),
          people: googlePeople,
        }),
      )
    }
    if (!real.github) {
      running.push(
        await startGithub({
          port: number(port('github')),
          client: client('GITHUB'),
          people: githubPeople,
        }),
      )
    }
    running.push(
      await startThrift({
        port: number(port('thrift')),
        issuer: config.issuer.href,
        thrift: { clientId: 'thrift', clientSecret: env.THRIFT_CLIENT_SECRET! },
        vault: { clientId: 'vault', clientSecret: env.VAULT_CLIENT_SECRET! },
        ownAccount: ['recover', 'password', 'sign-up'],
        outbox,
        authenticators: localPeople.flatMap(({ userName, totpSecret }) =>
          totpSecret ? [{ label: userName, secret: totpSecret }] : [],
        ),
      }),
    )
    const app = await openApp({
      ...config,
      ...loaded,
      workers: 1,
      steps: listStepTypes({ issuer: config.issuer }),
      now: Date.now,
      posts: () => postsInto(outbox),
      report: log.failed,
    })
    running.push(app)
    await holdFlows(app.tenants, stepTypes, { unchecked: values.unchecked === true, err: io.err })
    await seed(app)
    // People and passwords of the demo are known to everybody: it is for this machine alone.
    await listen(app.server, config.port, '127.0.0.1')
    running.push(keepUp(app, log.failed))
    io.out(
      tellDemo({
        issuer: config.issuer.href,
        thrift: url('thrift'),
        database,
        locals: localPeople,
        providers: real.google
          ? []
          : [{ title: 'Google', url: url('google'), people: googlePeople }],
        github: { url: url('github'), people: real.github ? [] : githubPeople },
      }),
    )
    await stopped(io.stop)
  } finally {
    for (const each of running.reverse()) await each.close()
  }
  return 0
}

/** What the demo sets for itself: secrets that exist only here, and the addresses of the stand-ins. */
function demoEnvironment(
  given: Environment,
  url: (name: keyof typeof ports) => string,
  secret: string,
): Environment {
  return {
    SALLYPORT_SECRET: secret,
    THRIFT_URL: url('thrift'),
    THRIFT_CLIENT_SECRET: randomSecret(),
    VAULT_CLIENT_SECRET: randomSecret(),
    GOOGLE_CLIENT_ID: 'sallyport',
    GOOGLE_CLIENT_SECRET: randomSecret(),
    GITHUB_CLIENT_ID: 'sallyport',
    GITHUB_CLIENT_SECRET: randomSecret(),
    // Nothing leaves this machine: what is sent comes to the demo's outbox.
    SALLYPORT_SMTP_URL: 'smtp://localhost',
    ...(given.GOOGLE_CLIENT_ID
      ? { GOOGLE_ISSUER: 'https://accounts.google.com' }
      : { GOOGLE_ISSUER: url('google') }),
    ...(given.GITHUB_CLIENT_ID
      ? { GITHUB_URL: 'https://github.com', GITHUB_API_URL: 'https://api.github.com' }
      : { GITHUB_URL: url('github'), GITHUB_API_URL: url('github') }),
    ...given,
  }
}

/** Everybody who is there from the start. Started again, the demo finds them and adds nobody twice. */
async function seed({ accounts }: App): Promise<void> {
  for (const person of localPeople) {
    const id = await accounts.add(await accountOf(person), Date.now())
    if (id && person.role) await accounts.setRole(person.userName, person.role, true)
    if (id && person.status === 'locked') await accounts.setStatus(person.userName, 'locked')
  }
}

async function accountOf(person: LocalPerson) {
  const { userName, name, email, groups, password, totpSecret } = person
  return {
    userName,
    claims: { name, email, emailVerified: true },
    groups,
    credentials: [
      { kind: 'password', secret: await hashPassword(password, owaspCost) },
      ...(totpSecret ? [{ kind: 'totp', secret: totpSecret }] : []),
    ],
  }
}

function number(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65535) {
    throw new ConfigProblem(`the port ${text} is not a number from 0 to 65535`)
  }
  return port
}
