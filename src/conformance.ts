/**
 * Holds a running server to the checker's model: whoever runs it with this is told of every move that the
 * model does not have. What the checker has proven holds of a server of which nothing is ever told.
 */
import { Monitor, type Track, type Violation } from './checker/monitor.ts'
import type { Login, LoginEvent } from './engine/login.ts'
import type { StepDeclaration } from './language/declaration.ts'
import type { FlowDefinition } from './language/flow.ts'
import { sessionsOf } from './reports.ts'

export interface ConformanceOptions {
  readonly steps: readonly StepDeclaration[]
  /** Every flow of an organisation: what a session has proven may be of any of them. */
  readonly flows: (organisation: string) => readonly FlowDefinition[]
  readonly tell: (violation: Violation, loginId: string) => void
  /** Logins followed at a time; the oldest are let go of. Default 10,000. */
  readonly loginsMax?: number
}

interface Followed {
  readonly monitor: Monitor
  readonly track: Track
  /** How many of its events. */
  readonly seen: number
}

export class Conformance {
  readonly #options: ConformanceOptions
  readonly #monitors = new Map<string, Monitor>()
  readonly #tracks = new Map<string, Followed>()
  #followed = 0

  constructor(options: ConformanceOptions) {
    this.#options = options
  }

  /** How many moves it has compared. */
  get followed(): number {
    return this.#followed
  }

  /** Each move of a login, in order. One of which a move was not seen, on another node say, is left alone. */
  moved(login: Login, events: readonly LoginEvent[], flow: FlowDefinition): void {
    const known = this.#tracks.get(login.id) ?? this.#begun(login, flow)
    const seen = known.seen + events.length
    if (login.facts.events !== seen) {
      this.#tracks.delete(login.id)
      return
    }
    const { monitor } = known
    const { track, violation } = monitor.follow(known.track, events)
    this.#followed += events.length
    const { end } = login.facts
    const found = violation ?? (end && monitor.end(track, end))
    if (found) this.#options.tell(found, login.id)
    if (found || end) this.#tracks.delete(login.id)
    else this.#keep(login.id, { monitor, track, seen })
  }

  #begun(login: Login, flow: FlowDefinition): Followed {
    const monitor = this.#monitorOf(login, flow)
    return { monitor, track: monitor.begin(), seen: 0 }
  }

  /** Sessions are worked out only when the first login has one: it takes a while. */
  #monitorOf({ organisation, digest, facts }: Login, flow: FlowDefinition): Monitor {
    const key = facts.session ? `${digest} with a session of ${organisation}` : digest
    const known = this.#monitors.get(key)
    if (known) return known
    const { steps, flows } = this.#options
    const others = flows(organisation).filter(({ name }) => name !== flow.name)
    const found = facts.session ? sessionsOf([...others, flow], steps) : []
    // A session may have been added to by several logins.
    const all = { proofs: found.flatMap(({ proofs }) => proofs) }
    const monitor = new Monitor(flow, steps, facts.session ? [...found, all] : [])
    this.#monitors.set(key, monitor)
    return monitor
  }

  #keep(id: string, track: Followed): void {
    this.#tracks.delete(id)
    this.#tracks.set(id, track)
    if (this.#tracks.size > (this.#options.loginsMax ?? 10_000)) {
      const [oldest] = this.#tracks.keys()
      this.#tracks.delete(oldest!)
    }
  }
}
