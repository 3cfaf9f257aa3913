/**
 * The real engine, driven through the same environments: `begin` and `advance` with scripted ports. People,
 * what steps find, what fails and what a form is answered with come from here; where a login goes, what
 * counts, what is refused and how it ends is the engine's. Only its deadline is left out, which its door
 * looks at before it.
 */
import { advance } from '../../../src/engine/advance.ts'
import { type Begun, begin } from '../../../src/engine/begin.ts'
import type { Move } from '../../../src/engine/conclude.ts'
import { factValues } from '../../../src/engine/fact-values.ts'
import type { Login } from '../../../src/engine/login.ts'
import { evaluate } from '../../../src/language/conditions.ts'
import type { StepDeclaration } from '../../../src/language/declaration.ts'
import type { Condition, FlowDefinition } from '../../../src/language/flow.ts'
import type { World } from './environment.ts'
import { Meaning } from './meaning.ts'
import { NotPlayed, Stage, scriptedWorld, whoOf } from './scripted.ts'

interface Reached {
  readonly login: Login
  readonly world: World
}

/**
 * @param most plays, each of one move of one login
 * @returns nothing where there are more
 */
export async function exploreByEngine(
  flow: FlowDefinition,
  steps: readonly StepDeclaration[],
  most: number,
): Promise<Meaning | undefined> {
  const driven = new Driven(flow, steps, most)
  const seen = new Set<string>()
  let layer = await driven.starts()
  for (let moves = 0; layer.length > 0; moves++) {
    const later: Reached[] = []
    for (const reached of layer) {
      const key = keyOf(reached)
      if (seen.has(key)) continue
      seen.add(key)
      if (reached.login.status === 'ended') driven.end(reached, moves)
      else later.push(...(await driven.moves(reached)))
      if (driven.playsLeft <= 0) return undefined
    }
    layer = later
  }
  return driven.meaning
}

class Driven {
  readonly meaning = new Meaning()
  playsLeft: number
  readonly #flow: FlowDefinition
  readonly #stage: Stage

  constructor(flow: FlowDefinition, steps: readonly StepDeclaration[], most: number) {
    this.playsLeft = most
    this.#flow = flow
    this.#stage = new Stage(flow, steps)
  }

  async starts(): Promise<Reached[]> {
    const found: Reached[] = []
    for (const acr of this.#stage.environment.demands()) {
      const play = () => begin(scriptedWorld(this.#stage), beginning(acr))
      found.push(...(await this.#eachOutcome(this.#stage.environment.worlds[0]!, play)))
    }
    return found
  }

  /** Everything that a person, or chance, can make of an offer. */
  async moves({ login, world }: Reached): Promise<Reached[]> {
    const { offered, stack } = login.facts
    const found: Reached[] = []
    const go = async (action: string, as: World) => {
      const away = this.#stage.isAway(login.position, action)
      const move: Move = {
        action,
        input: {},
        answeredKey: undefined,
        arrival: away ? { url: '', state: '' } : undefined,
      }
      const after = await this.#eachOutcome(as, () =>
        advance(scriptedWorld(this.#stage), login, move),
      )
      found.push(...after)
    }
    await go('cancel', world)
    if (stack.length > 0) await go('back', world)
    for (const as of this.#stage.peopleLike(login, world))
      for (const option of offered) await go(option, as)
    return found
  }

  /** Plays a move once for each way in which everything that is chosen in it can turn out. */
  async #eachOutcome(world: World, play: () => Promise<Login | Begun>): Promise<Reached[]> {
    const found: Reached[] = []
    do {
      this.playsLeft--
      this.#stage.enter(world)
      const played = await play().catch(nothing)
      if (!played) continue
      const login = 'login' in played ? played.login : played
      found.push({ login, world: this.#stage.world })
    } while (this.playsLeft > 0 && this.#stage.script.next())
    return found
  }

  end({ login, world }: Reached, moves: number): void {
    const { end, identity, proofs } = login.facts
    const state = this.#flow.states[login.position]
    // It has gone round without anybody (I-09), which is no place to be at.
    if (state?.kind !== 'end' && end!.outcome === 'error') return
    const isUnmet = end!.error === 'unmet_authentication_requirements'
    const isBlocked = end!.outcome === 'blocked'
    this.meaning.end(isUnmet ? '!unmet' : isBlocked ? '!blocked' : login.position, moves)
    if (end!.outcome !== 'success') return
    this.meaning.success({ ...whoOf(identity), end: login.position, proofs, world }, moves)
    const values = factValues(login)
    const is = (when: Condition) => evaluate(when, values) === 'true'
    for (const property of propertiesOfSuccess(this.#flow)) {
      if (property.when && !is(property.when)) continue
      if (!('holds' in property) || !is(property.holds)) this.meaning.breaks(property.name, moves)
    }
  }
}

/** What an engine shows by its successes; the other properties speak of what it never tells. */
export function propertiesOfSuccess({ properties }: FlowDefinition) {
  return properties.flatMap((one) =>
    'at' in one && one.at === 'success' && !('without' in one) ? [one] : [],
  )
}

function nothing(thrown: unknown): undefined {
  if (!(thrown instanceof NotPlayed)) throw thrown
}

function keyOf({ login, world }: Reached): string {
  const { position, status, spent, facts } = login
  const { identity, proofs, stack, request, offered, end } = facts
  const about = identity.kind === 'none' ? undefined : world
  return JSON.stringify([
    ...[position, status, spent, identity, proofs, stack, request.acr, offered],
    ...[end?.error, about],
  ])
}

function beginning(acr: readonly string[]) {
  const request = {
    acr,
    essentialAcr: [],
    prompt: [],
    maxAgeSeconds: undefined,
    loginHint: undefined,
    uiLocales: [],
  }
  const known = { application: 'a', browserHash: 'browser', interactionUid: 'interaction' }
  return { ...known, request, session: undefined, devices: [] }
}
