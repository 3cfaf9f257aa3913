/**
 * `sallyport simulate FLOW --given FILE`: one login from fixtures. It has no effects: server, database,
 * upstreams and the person are made for it and thrown away. `-` reads FILE from standard input.
 *
 *     credentials: [password]
 *     does: [password, { totp: wrong }, cancel]
 *
 * The exit status is 1 when something could not be done: the flow did not ask for it there.
 */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { StoryMove } from '../checker/story.ts'
import type { LoginEvent } from '../engine/login.ts'
import type { FlowDefinition } from '../language/flow.ts'
import { overlaid } from '../language/overlay.ts'
import type { ApplicationFile, Organisation } from '../language/settings.ts'
import { stepTypes } from '../steps/index.ts'
import { eventLines } from './event-lines.ts'
import { flowNamed } from './flow-argument.ts'
import { type Doing, type Given, readGiven } from './given.ts'
import { type Command, type Io, UsageProblem } from './io.ts'
import { readFlows } from './load.ts'
import { Acting } from './play/acting.ts'
import { type ApiLogin, loginIn, redirectIn } from './play/client.ts'
import { giveAccount, giveCredential, newPerson, type Person, setLocked } from './play/person.ts'
import { openStage, type Stage } from './play/stage.ts'

const options = {
  flows: { type: 'string' },
  given: { type: 'string' },
  json: { type: 'boolean' },
} as const

export interface Simulated {
  readonly flow: string
  readonly events: readonly LoginEvent[]
  /** Where it rests; absent where it is over. */
  readonly at: string | undefined
  /** What the application is told: `code`, or an error. Absent where the login rests. */
  readonly told: string | undefined
  readonly amr: readonly string[]
  readonly acr: string | undefined
  /** What could not be done, and why. */
  readonly refused: string | undefined
}

export const run: Command = async (args, io) => {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const { name } = await flowNamed(positionals[0], values.flows, io)
  const given = await givenIn(values.given, io)
  const folder = values.flows ?? io.env.SALLYPORT_FLOWS ?? 'flows'
  const files = await readFlows(folder, io.cwd, stepTypes, io.env)
  const simulated = await simulate(settled(files, given), name, given)
  if (values.json) io.out(JSON.stringify(simulated, undefined, 2))
  else print(simulated, io)
  return simulated.refused === undefined ? 0 : 1
}

async function givenIn(path: string | undefined, io: Io): Promise<Given> {
  if (path === undefined) throw new UsageProblem('say with --given FILE who comes and what they do')
  if (path === '-') return readGiven(await io.readInput())
  const text = await readFile(resolve(io.cwd, path), 'utf8').catch(() => {
    throw new UsageProblem(`the file ${path} cannot be read`)
  })
  return readGiven(text)
}

/** The files with the settings of connections that are given. */
function settled(files: Organisation, { jit }: Given): Organisation {
  const unknown = Object.keys(jit).find((id) => !files.connections.some((one) => one.id === id))
  if (unknown !== undefined) throw new UsageProblem(`there is no connection ${unknown}`)
  return overlaid(
    files,
    Object.fromEntries(Object.entries(jit).map(([id, on]) => [id, { jit: on }])),
  )
}

async function simulate(files: Organisation, name: string, given: Given): Promise<Simulated> {
  const stage = await openStage(files, { transport: 'process' })
  try {
    const flow = stage.organisation.flows.find((one) => one.name === name)!
    return await new Simulation(stage, flow, given).run()
  } finally {
    await stage.close()
  }
}

class Simulation {
  readonly #stage: Stage
  readonly #flow: FlowDefinition
  readonly #given: Given
  readonly #acting: Acting

  constructor(stage: Stage, flow: FlowDefinition, given: Given) {
    this.#stage = stage
    this.#flow = flow
    this.#given = given
    this.#acting = new Acting(stage, flow)
  }

  async run(): Promise<Simulated> {
    const person = await this.#person()
    const { client } = this.#acting
    const { acr, does } = this.#given
    const more = acr.length > 0 ? { acr_values: acr.join(' ') } : {}
    const { answer, asked } = await client.begin(this.#application(), more)
    let login = loginIn(answer)
    const id = login?.id ?? [...this.#stage.logins.keys()].at(-1) ?? ''
    let refused: string | undefined
    for (const doing of does) {
      refused = whyNot(login, doing)
      if (refused !== undefined || !login) break
      login = await this.#acting.do(moveOf(doing, login), login, person)
    }
    const { events = [] } = this.#stage.logins.get(id) ?? {}
    const redirect = login?.status === 'complete' ? login.redirect : redirectIn(answer)
    const at = login && login.status !== 'complete' ? login.step?.id : undefined
    const rests = { flow: this.#flow.name, events, at, refused }
    if (!redirect) return { ...rests, told: undefined, amr: [], acr: undefined }
    const told = await client.finish(redirect)
    const redeemed = told.code ? await client.redeem(asked, told.code) : undefined
    const said = told.error ?? (told.code ? 'code' : undefined)
    return { ...rests, told: said, amr: redeemed?.amr ?? [], acr: redeemed?.acr }
  }

  async #person(): Promise<Person> {
    const { account, associations, credentials, groups, locked, claims } = this.#given
    const name = claims.preferredUsername ?? 'somebody'
    const person = newPerson(name, claims)
    if (!account) return person
    const id = await giveAccount(this.#stage, person, { associations, groups })
    for (const kind of credentials) await giveCredential(this.#stage, id, kind, person)
    if (locked) await setLocked(this.#stage, person, true)
    return person
  }

  #application(): ApplicationFile {
    const id = this.#given.application ?? this.#flow.applications[0]
    const found = this.#stage.organisation.applications.find((one) => one.id === id)
    if (found && this.#flow.applications.includes(found.id)) return found
    throw new UsageProblem(`the flow ${this.#flow.name} has no application ${id ?? ''}`.trim())
  }
}

function whyNot(login: ApiLogin | undefined, { what }: Doing): string | undefined {
  if (!login || login.status === 'complete') return `it is over before ${what}`
  const offered = login.actions.map(({ name }) => name)
  if (what === 'wait' || offered.includes(what)) return undefined
  return `at ${login.step?.id} there is no ${what}: there is ${offered.join(', ')}`
}

const outcomes = { right: 'success', wrong: 'invalid', no: 'denied', nobody: 'unknown' } as const

function moveOf({ what, how }: Doing, { step }: ApiLogin): StoryMove {
  const state = step?.id ?? ''
  const about = { state, to: state, text: what, because: [], facts: [] }
  if (what === 'back' || what === 'cancel') return { ...about, kind: what }
  if (what === 'wait') return { ...about, kind: 'expire' }
  return { ...about, kind: 'answer', option: what, outcome: outcomes[how] }
}

function print({ events, at, told, amr, acr, refused }: Simulated, io: Io): void {
  for (const line of eventLines(events, events[0]?.atMs ?? 0)) io.out(line)
  if (refused !== undefined) io.out(`=>  ${refused}`)
  else if (at !== undefined) io.out(`=>  it waits at ${at}`)
  else if (told === 'code') {
    io.out(`=>  the application gets a code; its token says amr ${amr.join(' ')}, acr ${acr}`)
  } else io.out(`=>  the application is told: ${told ?? 'nothing, the login has expired'}`)
}
