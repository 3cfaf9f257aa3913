/**
 * Plays as much of a story as can be played against a server that is not ours: nobody can be given an
 * account there, its upstreams follow no script, its clock stands in another room. What cannot be done is
 * said, and nothing is left out in silence.
 */
import type { StoryMove } from '../../checker/story.ts'
import type { Organisation } from '../../language/settings.ts'
import type { StepType } from '../../language/step.ts'
import { type Act, castOf } from './cast.ts'
import { type ApiLogin, Client, loginIn, overHttp } from './client.ts'
import { fillIn, newPerson } from './person.ts'
import type { Playable, Played, PlayedEnd } from './player.ts'
import { declarationsOf } from './stage.ts'

export interface Against {
  readonly issuer: URL
  /** What is known of that server: its flows, and the applications with their secrets. */
  readonly organisation: Organisation
  readonly steps: readonly StepType[]
}

/** @throws {Error} when the server does not answer, or there is no such flow */
export async function playAgainst(there: Against, story: Playable): Promise<Played> {
  const flow = there.organisation.flows.find(({ name }) => name === story.flow)
  const application = there.organisation.applications.find(({ id }) =>
    flow?.applications.includes(id),
  )
  if (!flow || !application) throw new Error(`there is no flow ${story.flow} with an application`)
  const { acts } = castOf(story.moves, flow, declarationsOf(there.steps))
  const answers = new Map<number, string>()
  let end: PlayedEnd | undefined
  const ended = (result: Played['result'], because?: string): Played => ({
    result,
    because,
    moves: story.moves.map(({ text }, at) => ({ text, answer: answers.get(at) })),
    end,
  })
  const [beginning, ...rest] = acts
  const obstacle = obstacleOf(beginning!, undefined)
  if (obstacle) return ended('cannot', `the login cannot be begun there: ${obstacle}`)
  const client = new Client(there.issuer, overHttp)
  let login = loginIn((await client.begin(application)).answer)
  for (const [at, act] of rest.entries()) {
    const move = story.moves[act.move]!
    const why = obstacleOf(act, move)
    if (why) return ended('cannot', `this move cannot be made there: ${move.text}: ${why}`)
    if (login?.step?.id !== move.state) {
      return ended('differs', `it is at ${login?.step?.id ?? 'no step'}, not at ${move.state}`)
    }
    login = await make(there, client, login, move)
    const until = rest[at + 1]?.move ?? story.moves.length
    answers.set(until - 1, login ? `at ${login.step?.id ?? 'its end'}` : 'no login')
  }
  if (login?.status === 'complete' && login.redirect) {
    const { error } = await client.finish(login.redirect)
    end = { error, amr: [], acr: undefined }
  }
  const last = story.moves.at(-1)
  const state = flow.states[last?.to ?? '']
  if (state?.kind !== 'end') return ended('as-told')
  const wanted = state.outcome === 'success' ? undefined : (state.error ?? 'access_denied')
  if (end && end.error === wanted) return ended('as-told')
  return ended(
    'differs',
    `it ends with ${end?.error ?? 'no error'}, not with ${wanted ?? 'success'}`,
  )
}

/** @returns why it cannot be done there; absence where it can */
function obstacleOf(act: Act, move: StoryMove | undefined): string | undefined {
  const made = [...act.part.world].filter(([, value]) => value).map(([atom]) => atom)
  if (made.length > 0) return `nobody can be made there of whom ${made.join(' and ')} is true`
  const set = [...act.part.facts.keys()].filter((name) =>
    /^(network|time|service|device)\./.test(name),
  )
  if (set.length > 0) return `nobody there can set ${set.join(' and ')}`
  if (act.forced.length > 0) return 'nothing there can be made to fail'
  if (act.before.length > 0 || act.during.length > 0) return 'nothing there changes meanwhile'
  if (move?.kind === 'expire') return 'its clock cannot be moved'
  if (move?.kind === 'attack') return 'it needs an engine that breaks a rule of its own'
  if (move?.kind === 'answer') return `nobody there can act as ${move.option} asks`
  return undefined
}

async function make(
  { issuer, organisation, steps }: Against,
  client: Client,
  first: ApiLogin,
  move: StoryMove,
): Promise<ApiLogin | undefined> {
  if (move.kind !== 'wrong') return loginIn(await client.act(first, move.kind))
  const nobody = newPerson('nobody-of-that-name')
  let login: ApiLogin | undefined = first
  for (let count = 0; count < (move.attempts ?? 1) && login?.step?.id === move.state; count++) {
    const action = login.actions.find(({ kind }) => kind === 'form')
    if (!action) return login
    const step = organisation.flows
      .flatMap(({ states }) => Object.values(states))
      .flatMap((state) => (state.kind === 'offer' ? state.options : []))
      .find(({ id }) => id === action.name)?.step
    const type = steps.find(({ declaration }) => declaration.type === step)
    if (!type) return login
    const asked = { step: type, action, nowMs: Date.now(), issuer }
    const input = fillIn(asked, nobody, 'as-nobody')
    login = loginIn(await client.act(login, action.name, input))
  }
  return login
}
