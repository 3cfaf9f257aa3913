/** What inlining makes of a flow and those that it calls. */
import type { Draft } from './draft.ts'
import type { Findings } from './findings.ts'
import type { EndState, Place, Property } from './flow.ts'
import type { Names } from './parse-scope.ts'
import type { ParsedFlow, ParsedState } from './parsed.ts'
import type { MapNode } from './tree.ts'

/** States of one flow with all that it calls; and calls, which may have no states of their own. */
const mostStates = 500

export interface Inlined {
  /** The first state's id. */
  readonly start: string | undefined
  readonly drafts: ReadonlyMap<string, Draft>
  /** Each call's id, and the id of the state that it enters. */
  readonly calls: ReadonlyMap<string, string>
  /** Ends of called flows that nothing leads to. */
  readonly idleEnds: readonly ParsedState[]
  /** What called flows promise and assume, each as a property of the flow that calls them. */
  readonly properties: readonly Property[]
}

export interface SharedFlows {
  readonly roots: ReadonlyMap<string, { readonly file: string; readonly root: MapNode }>
  readonly names: Names
}

/** What one inlining gathers over all its levels. */
export class Inlining {
  readonly shared: SharedFlows
  readonly findings: Findings
  readonly drafts = new Map<string, Draft>()
  /** Those that no file has to write. */
  readonly ends = new Map<string, EndState>()
  readonly calls = new Map<string, string>()
  readonly idleEnds: ParsedState[] = []
  readonly properties: Property[] = []
  readonly #top: ParsedFlow
  readonly #places: Place[] = []
  #spent = 0

  constructor(top: ParsedFlow, shared: SharedFlows, findings: Findings) {
    this.#top = top
    this.shared = shared
    this.findings = findings
  }

  /** @returns false when there are too many states, or calls */
  spend(flow: ParsedFlow, count: number): boolean {
    this.#spent += count
    this.#places.push(flow.place)
    if (this.#spent <= mostStates) return true
    const message = `with all that it calls, the flow has more than ${mostStates} states and calls`
    const hint = 'make two flows of it, or call fewer'
    this.findings.leaveGap(this.#top.place)
    this.findings.report('call-too-large', this.#top.start.place, message, hint)
    return false
  }

  /** What is not known of one flow is not known of those that call it, or are called by it. */
  spreadGaps(): void {
    if (!this.#places.some((place) => this.findings.hasGap(place))) return
    for (const place of this.#places) this.findings.leaveGap(place)
  }
}
