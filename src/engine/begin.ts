/** The start of a login: one run of an application's flow for one authorization request. */

import { randomId } from '../kit/random.ts'
import { callingOut } from './call-out.ts'
import type { Heard } from './consult.ts'
import { Draft } from './draft.ts'
import type { Login, LoginEvent, LoginFacts, RequestFacts, SessionFacts } from './login.ts'
import type { EngineTransaction, People } from './ports.ts'
import { NeedsTransaction, settle } from './walk.ts'
import type { World } from './world.ts'

export interface Beginning {
  readonly application: string
  readonly request: RequestFacts
  /** The IP address that the request comes from. Absent: not known for certain. */
  readonly address?: string | undefined
  /** The account and the dated proofs of the browser's session; absent without one. */
  readonly session: SessionFacts | undefined
  readonly browserHash: string
  /** Fingerprints of the secrets by which the browser may be known. Absent: it has none. */
  readonly devices?: readonly string[]
  readonly interactionUid: string
}

export interface Begun {
  readonly login: Login
  readonly events: readonly LoginEvent[]
  /** False: the caller has still to write it, with whatever else its request writes. */
  readonly stored: boolean
}

/**
 * Begins a login and walks it to where it first rests. With a session, that may be its end.
 *
 * @throws {Error} when the application has no flow: the files were checked, so that is a bug
 */
export async function begin(world: World, beginning: Beginning): Promise<Begun> {
  const login = blank(world, beginning)
  const heard: Heard = new Map()
  try {
    const draft = await walkFrom(world, login, world.store.people(), undefined, heard)
    return { login: draft.login, events: draft.events, stored: false }
  } catch (thrown) {
    if (!(thrown instanceof NeedsTransaction)) throw thrown
  }
  return callingOut(() =>
    world.store.transaction(async (tx) => {
      const draft = await walkFrom(world, login, tx.people, tx, heard)
      await tx.create(draft.login, draft.events)
      return { login: draft.login, events: draft.events, stored: true }
    }),
  )
}

async function walkFrom(
  world: World,
  login: Login,
  people: People,
  tx: EngineTransaction | undefined,
  heard: Heard,
): Promise<Draft> {
  const flow = world.catalogue.flow(login.flow)!
  const draft = new Draft(world, flow, login, people, {}, heard)
  await settle(draft, tx)
  draft.change({ events: draft.events.length })
  return draft
}

function blank(world: World, beginning: Beginning): Login {
  const application = world.catalogue.application(beginning.application)
  const isNew = beginning.request.prompt.includes('create')
  const name = isNew ? application?.signUp : application?.flow
  const flow = name === undefined ? undefined : world.catalogue.flow(name)
  if (!flow) throw new Error(`application ${beginning.application} has no flow`)
  const nowMs = world.now()
  return {
    id: randomId('lg'),
    organisation: world.organisation,
    application: beginning.application,
    flow: flow.definition.name,
    digest: flow.digest,
    position: flow.initial,
    revision: 0,
    status: 'running',
    spent: {},
    facts: startingFacts(beginning),
    browserHash: beginning.browserHash,
    interactionUid: beginning.interactionUid,
    awaitedHash: undefined,
    claim: undefined,
    claimUntilMs: undefined,
    answeredKey: undefined,
    createdMs: nowMs,
    deadlineMs: nowMs + flow.definition.withinMs,
  }
}

function startingFacts(beginning: Beginning): LoginFacts {
  // OpenID Connect Core, 3.1.2.1: `login` asks again, `select_account` lets the person be another; and `create`
  // (Initiating User Registration, section 4) is for somebody who is nobody here yet.
  const anew = ['login', 'select_account', 'create'].some((word) =>
    beginning.request.prompt.includes(word),
  )
  return {
    identity: { kind: 'none' },
    proofs: [],
    request: beginning.request,
    address: beginning.address,
    ...(beginning.devices?.length ? { devices: beginning.devices } : {}),
    ...(beginning.session ? { sessionOf: beginning.session.account } : {}),
    session: anew ? undefined : beginning.session,
    stack: [],
    chosen: [],
    away: undefined,
    message: undefined,
    offered: [],
    troubled: [],
    end: undefined,
    events: 0,
  }
}
