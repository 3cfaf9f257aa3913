/** The engine's door: what pages and the JSON API can ask of a login. */
import { KnownError } from '../kit/errors.ts'
import { fingerprint } from '../kit/random.ts'
import { advance } from './advance.ts'
import type { Chosen, Login } from './login.ts'
import { readSeq } from './seq.ts'
import { show } from './show.ts'
import { traceLogin } from './traced.ts'
import type { Logins } from './view.ts'
import type { World } from './world.ts'

/** What the OpenID provider's side does for a login. */
export interface ProviderSide {
  /** Where a browser goes on when the login has ended. */
  resumeUrl(interactionUid: string): string
  /** A fresh authorization request with the parameters of an old one. */
  restartUrl(login: Login): Promise<string>
}

export function openLogins(world: World, provider: ProviderSide): Logins {
  const view = (login: Login) => show(world, login, provider.resumeUrl(login.interactionUid))

  const viewInTime = (login: Login) => {
    if (login.status === 'running' && expired(world, login)) throw tooLate(login)
    return view(login)
  }

  return {
    view: async (id, browserSecret) => viewInTime(await find(world, id, browserSecret)),

    async visit({ id, browserSecret, deviceSecret, source, makeAnswer }) {
      const login = await find(world, id, browserSecret)
      const confirmed = confirmedIn(login)
      if (!confirmed || expired(world, login)) {
        return { view: await viewInTime(login), hasMoved: false }
      }
      const deviceHash = fingerprint(deviceSecret)
      const { option: action } = confirmed
      const answer = { action, input: {}, answeredKey: undefined, arrival: undefined }
      const move = { ...answer, deviceHash, source, makeAnswer }
      const moved = await advance(world, login, move).catch(unlessOvertaken)
      if (moved) return { view: await view(moved), hasMoved: true }
      const now = await find(world, id, browserSecret)
      return { view: await viewInTime(now), hasMoved: false }
    },

    async act(submission) {
      const login = await find(world, submission.id, submission.browserSecret)
      const revision = revisionOf(world, login, submission.seq)
      if (revision === undefined) {
        throw new KnownError('CROSS_SITE', `login ${login.id}: the seq was not made here`)
      }
      const key = submission.idempotencyKey
      const answeredKey = key && fingerprint(`${submission.seq}\0${key}`)
      if (revision !== login.revision) {
        if (answeredKey && answeredKey === login.answeredKey) return view(login)
        throw over(login) ?? stale(login)
      }
      const refusal = over(login)
      if (refusal) throw refusal
      if (expired(world, login)) throw tooLate(login)
      const { action, input, presented, deviceSecret, source, makeAnswer } = submission
      await checkConnection(world, login, action)
      const deviceHash = deviceSecret && fingerprint(deviceSecret)
      const answer = { action, input, ...(presented && { presented }) }
      const known = { answeredKey, arrival: undefined, deviceHash, source }
      const move = { ...answer, ...known, makeAnswer }
      return view(await advance(world, login, move))
    },

    async arrive({ connection, url, state, browserSecret, makeAnswer }) {
      const { login, option } = await findAwaiting(world, connection, state)
      checkBrowser(login, browserSecret)
      checkApplication(world, login)
      if (expired(world, login)) throw tooLate(login)
      const { posted } = login
      const arrival = { url, state, ...(posted !== undefined && { posted }) }
      const submitted = { action: option, input: {}, answeredKey: undefined, arrival, makeAnswer }
      return view(await advance(world, login, submitted))
    },

    async deliver({ connection, state, form }) {
      const { login } = await findAwaiting(world, connection, state)
      if (expired(world, login)) throw tooLate(login)
      if (!world.catalogue.upstream(connection).takesPosts) {
        throw new KnownError('CALLBACK_REFUSED', `${connection} does not answer by a post`)
      }
      await world.store.keepPosted(login, form)
    },

    async confirm({ token, number }) {
      const hash = fingerprint(token)
      const login = await world.store.findAwaiting(hash)
      const waits = login?.facts.chosen.some(({ kept }) => kept?.awaits === hash)
      if (login?.status !== 'running' || !waits || expired(world, login)) {
        throw new KnownError('CALLBACK_REFUSED', 'no login waits for this link')
      }
      await world.store.keepPosted(login, number)
    },

    async metadata(connection) {
      if (!world.catalogue.connection(connection)) return undefined
      return world.catalogue.upstream(connection).metadata?.()
    },

    async restart(id, browserSecret) {
      const login = await find(world, id, browserSecret)
      if (login.status !== 'running') throw over(login) ?? stale(login)
      return provider.restartUrl(login)
    },
  }
}

/** The option whose link was opened, and the number typed there. */
function confirmedIn({ status, posted, awaitedHash, facts }: Login): Chosen | undefined {
  if (status !== 'running' || posted === undefined) return undefined
  return facts.chosen.find(({ kept }) => kept?.awaits !== undefined && kept.awaits === awaitedHash)
}

/** Another tab has been first: what it has come to is shown. */
function unlessOvertaken(thrown: unknown): undefined {
  if (thrown instanceof KnownError && thrown.code === 'STEP_NOT_CURRENT') return undefined
  throw thrown
}

/** @returns the revision that was answered, or `undefined` if the token was never ours */
function revisionOf(world: World, login: Login, seq: string): number | undefined {
  const keys = [world.seqKey, ...(world.otherSeqKeys ?? [])]
  const revisions = keys.map((key) => readSeq(key, login.id, login.browserHash, seq))
  return revisions.find((revision) => revision !== undefined)
}

/** @throws {KnownError} CALLBACK_REFUSED */
async function findAwaiting(
  world: World,
  connection: string,
  state: string,
): Promise<{ readonly login: Login; readonly option: string }> {
  const login = await world.store.findAwaiting(fingerprint(state))
  const option = login?.facts.away?.option
  if (!login || !option || (await connectionOf(world, login, option)) !== connection) {
    throw new KnownError('CALLBACK_REFUSED', `no login awaits this answer of ${connection}`)
  }
  return { login, option }
}

/** The connection whose answer is awaited: an answer to another one's address is refused (mix-up). */
async function connectionOf(
  world: World,
  login: Login,
  option: string,
): Promise<string | undefined> {
  const flow = await world.catalogue.definition(login.digest)
  const state = flow?.definition.states[login.position]
  if (state?.kind !== 'offer') return undefined
  return state.options.find(({ id }) => id === option)?.connection
}

async function find(world: World, id: string, browserSecret: string | undefined): Promise<Login> {
  const login = await world.store.findLogin(id)
  if (!login || login.organisation !== world.organisation) {
    // An id that there is not answers as one that is somebody else's (security 20).
    throw new KnownError('BROWSER_MISMATCH', 'no login has this id')
  }
  checkBrowser(login, browserSecret)
  checkApplication(world, login)
  traceLogin(login)
  return login
}

/** Read live, at every request: what was taken away lets in nobody whom it has begun with (I-20). */
function checkApplication(world: World, login: Login): void {
  if (login.status !== 'running' || world.catalogue.isApplicationEnabled(login.application)) {
    return
  }
  throw new KnownError('APPLICATION_GONE', `login ${login.id}: no ${login.application} now`)
}

/** What is not offered here but in another state has moved on; what is another application's never was here. */
async function checkConnection(world: World, login: Login, action: string): Promise<void> {
  if (!world.catalogue.connection(action)) return
  const flow = await world.catalogue.definition(login.digest)
  if (flow && Object.hasOwn(flow.definition.connections, action)) return
  throw new KnownError('CONNECTION_NOT_OFFERED', `login ${login.id}: ${action} is not of its flow`)
}

/** The id alone is worth nothing (I-25). */
function checkBrowser(login: Login, browserSecret: string | undefined): void {
  if (!browserSecret || fingerprint(browserSecret) !== login.browserHash) {
    throw new KnownError('BROWSER_MISMATCH', `login ${login.id} belongs to another browser`)
  }
}

function expired(world: World, login: Login): boolean {
  return world.now() > login.deadlineMs
}

function tooLate(login: Login): KnownError {
  return new KnownError('LOGIN_EXPIRED', `login ${login.id} is past its deadline`, {
    about: login.id,
  })
}

function stale(login: Login): KnownError {
  return new KnownError('STEP_NOT_CURRENT', `login ${login.id} has moved on`)
}

function over(login: Login): KnownError | undefined {
  return login.status === 'answered'
    ? new KnownError('LOGIN_OVER', `login ${login.id} has been answered`)
    : undefined
}
