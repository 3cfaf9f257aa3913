/**
 * Puts called flows in the place of their calls.
 *
 * The states of a called flow get the ids `caller/state`; its ends become the caller's transitions. What
 * it does not wire of `cancelled`, `timeout` and `error` goes where the caller says.
 */
import type { Outcome } from './declaration.ts'
import type { Defaults, DraftWire } from './draft.ts'
import type { Findings } from './findings.ts'
import type { Branch, Transition } from './flow.ts'
import { type Inlined, Inlining, type SharedFlows } from './inlined.ts'
import { didYouMean, nearest } from './nearest.ts'
import { parseFlow, parseParameters } from './parse.ts'
import type { Parameters } from './parse-scope.ts'
import type { ParsedBranch, ParsedFlow, ParsedState, Wire, Word } from './parsed.ts'
import { assumptionsOf, placesNamed, promisesOf } from './promises.ts'

export function inlineCalls(flow: ParsedFlow, shared: SharedFlows, findings: Findings): Inlined {
  const work = new Inlining(flow, shared, findings)
  const top = new Level(work, flow, '', undefined)
  top.inline()
  work.spreadGaps()
  const { ends, calls, idleEnds, properties } = work
  const drafts = new Map([...work.drafts, ...ends])
  return { start: top.entry(), drafts, calls, idleEnds, properties }
}

type Call = ParsedState & { readonly kind: 'call' }

/** One flow at one place: the flow itself, or one call of another. */
class Level {
  readonly #work: Inlining
  readonly #flow: ParsedFlow
  readonly #prefix: string
  readonly #outer: { readonly level: Level; readonly call: Call } | undefined
  readonly #children = new Map<string, Level | undefined>()
  /** Ends that something leads to. */
  readonly #ended = new Set<string>()
  #known: Defaults | undefined
  /** Places that properties of this flow name: an end among them stays as a state. */
  readonly #spoken: ReadonlySet<string>

  constructor(
    work: Inlining,
    flow: ParsedFlow,
    prefix: string,
    outer: { readonly level: Level; readonly call: Call } | undefined,
  ) {
    this.#work = work
    this.#flow = flow
    this.#prefix = prefix
    this.#outer = outer
    this.#spoken = placesNamed(flow)
  }

  inline(): void {
    const { states, start } = this.#flow
    if (!this.#work.spend(this.#flow, Math.max(1, states.size))) return
    this.#follow(start)
    for (const state of states.values()) this.#draft(state)
    this.#promise()
    if (!this.#outer) return
    for (const state of states.values()) {
      if (state.kind === 'end' && !this.#ended.has(state.id)) this.#work.idleEnds.push(state)
    }
  }

  #promise(): void {
    const { properties, calls, findings } = this.#work
    const called = { flow: this.#flow, prefix: this.#prefix, entry: this.entry(), calls }
    properties.push(...assumptionsOf(called))
    if (this.#outer) properties.push(...promisesOf(called, findings))
  }

  /** The id of the state that is entered first. */
  entry(): string | undefined {
    const { start, states } = this.#flow
    const state = states.get(start.text)
    if (state === undefined) return undefined
    if (state.kind === 'call') return this.#child(state)?.entry()
    if (state.kind !== 'end' || !this.#outer) return this.#prefix + state.id
    const message = `\`${this.#flow.name}\` begins where it ends`
    return this.#work.findings.report('value-invalid', start.place, message, 'name another state')
  }

  #draft(state: ParsedState): void {
    const id = this.#prefix + state.id
    const { place } = state
    if (state.kind === 'call') {
      this.#inlineCall(state)
      return
    }
    if (state.kind === 'end') {
      this.#draftEnd(state)
      return
    }
    const on = state.on.map((wire) => this.#wire(wire))
    const base = { id, place, on, defaults: this.#defaults() }
    if (state.kind === 'offer') {
      const { kind, options, attempts, fresh, maxAgeMs } = state
      const skip = this.#transition(state.skip)
      const age = maxAgeMs === undefined ? {} : { maxAgeMs }
      this.#work.drafts.set(id, { ...base, kind, options, skip, attempts, fresh, ...age })
    } else if (state.kind === 'run') {
      this.#work.drafts.set(id, { ...base, kind: 'run', option: state.option })
    } else {
      const branches = this.#transition(state.branches)
      this.#work.drafts.set(id, { ...base, kind: 'decide', branches })
    }
  }

  #inlineCall(call: Call): void {
    const child = this.#child(call)
    if (child === undefined) return
    const entry = child.entry()
    if (entry !== undefined) this.#work.calls.set(this.#prefix + call.id, entry)
    child.inline()
    const ends = child.#outcomes()
    for (const outcome of ends) {
      if (this.#exit(call, outcome) === undefined) this.#reportOpen(call, outcome)
    }
    for (const wire of call.on) {
      if (ends.has(wire.outcome) || hasDefault(wire.outcome)) continue
      const message = `\`${call.flow.text}\` never ends with \`${wire.outcome}\``
      const hint = didYouMean(wire.outcome, ends)
      this.#work.findings.report('outcome-impossible', wire.place, message, hint)
    }
  }

  #reportOpen(call: Call, outcome: Outcome): void {
    const message = `\`${call.flow.text}\` can end with \`${outcome}\`, and \`${call.id}\` does not say what then`
    const hint = `add \`${outcome}: <state>\` under its \`on\``
    this.#work.findings.report('outcome-unwired', call.place, message, hint)
  }

  #outcomes(): ReadonlySet<Outcome> {
    const ends = [...this.#flow.states.values()].filter((state) => state.kind === 'end')
    return new Set(ends.map(({ outcome }) => outcome))
  }

  /** An end of a called flow stays as a state only where its caller's transition has conditions. */
  #draftEnd(state: ParsedState & { kind: 'end' }): void {
    const id = this.#prefix + state.id
    const { place, outcome, error } = state
    if (!this.#outer) {
      const told = error === undefined ? {} : { error }
      return void this.#work.drafts.set(id, { kind: 'end', id, place, outcome, ...told })
    }
    const branches = this.#outer.level.#exit(this.#outer.call, outcome)
    if (branches === undefined || (branches.length < 2 && !this.#spokenOf(state))) return
    const defaults = this.#defaults()
    const ended = this.#prefix + outcome
    this.#work.drafts.set(id, { kind: 'decide', id, place, branches, on: [], defaults, ended })
  }

  #spokenOf({ id, outcome }: ParsedState & { kind: 'end' }): boolean {
    return this.#spoken.has(id) || this.#spoken.has(outcome)
  }

  #wire({ branches, ...wire }: Wire): DraftWire {
    return { ...wire, branches: this.#transition(branches) }
  }

  #transition(branches: readonly ParsedBranch[]): Transition {
    return branches.flatMap(({ to, because, ...branch }): Branch[] => {
      const followed = this.#follow(to)
      if (followed === undefined) return []
      const reason = because ?? followed.because
      return [{ ...branch, to: followed.to, ...(reason === undefined ? {} : { because: reason }) }]
    })
  }

  /** From a name in this flow to a state's id. */
  #follow(word: Word): Pick<Branch, 'to' | 'because'> | undefined {
    const state = this.#flow.states.get(word.text)
    if (state === undefined && this.#work.findings.full) return undefined
    if (state === undefined) {
      const message = `there is no state \`${word.text}\``
      const known = [...this.#flow.states.keys()]
      this.#work.findings.report('state-unknown', word.place, message, didYouMean(word.text, known))
      // A misspelt name is read as the one that was meant, so that one mistake is one problem.
      const text = nearest(word.text, known)
      if (text !== undefined) return this.#follow({ ...word, text })
      this.#work.findings.leaveGap(word.place)
      return undefined
    }
    if (state.kind === 'call') {
      const to = this.#child(state)?.entry()
      return to === undefined ? undefined : { to }
    }
    if (state.kind !== 'end' || !this.#outer) return { to: this.#prefix + state.id }
    this.#ended.add(state.id)
    const exit = this.#outer.level.#exit(this.#outer.call, state.outcome)
    if (exit?.length === 1 && !this.#spokenOf(state)) return exit[0]
    return { to: this.#prefix + state.id }
  }

  /** Where a call goes on when the called flow has ended so. */
  #exit(call: Call, outcome: Outcome): Transition | undefined {
    const wire = call.on.find((line) => line.outcome === outcome)
    if (wire !== undefined) return this.#transition(wire.branches)
    return hasDefault(outcome) ? this.#defaults()[outcome] : undefined
  }

  #child(call: Call): Level | undefined {
    if (!this.#children.has(call.id)) {
      const called = this.#called(call)
      const prefix = `${this.#prefix}${call.id}/`
      const child = called && new Level(this.#work, called, prefix, { level: this, call })
      this.#children.set(call.id, child)
    }
    return this.#children.get(call.id)
  }

  #called(call: Call): ParsedFlow | undefined {
    const { shared, findings } = this.#work
    const { text, place } = call.flow
    const found = shared.roots.get(text)
    if (found === undefined) {
      const hint = didYouMean(text, shared.roots.keys())
      findings.leaveGap(place)
      return findings.report('call-unknown', place, `there is no shared flow \`${text}\``, hint)
    }
    const stack = this.#stack()
    if (stack.includes(text)) {
      const way = [...stack.slice(stack.indexOf(text)), text].join(' -> ')
      const message = `this call never ends: ${way}`
      findings.leaveGap(place)
      return findings.report('call-cycle', place, message, 'a flow cannot call itself')
    }
    const parameters = givenTo(call, parseParameters(found.root, findings), findings)
    return parseFlow(found.file, found.root, shared.names, findings, parameters, true)
  }

  /** The flows that are being called here, outermost first. */
  #stack(): readonly string[] {
    const outer = this.#outer === undefined ? [] : this.#outer.level.#stack()
    return [...outer, this.#flow.name]
  }

  #defaults(): Defaults {
    this.#known ??= this.#override(
      this.#outer === undefined
        ? this.#builtIn()
        : this.#outer.level.#override(this.#outer.level.#defaults(), this.#outer.call.on),
      this.#flow.on,
    )
    return this.#known
  }

  #override(outer: Defaults, on: readonly Wire[]): Defaults {
    const own = (outcome: keyof Defaults) => {
      const wire = on.find((line) => line.outcome === outcome)
      return wire === undefined ? outer[outcome] : this.#transition(wire.branches)
    }
    return { cancelled: own('cancelled'), timeout: own('timeout'), error: own('error') }
  }

  /** Ends that no file has to write. Their ids cannot be written in one. */
  #builtIn(): Defaults {
    const { place } = this.#flow
    const end = (outcome: keyof Defaults, error: string): Transition => {
      const id = `on:${outcome}`
      this.#work.ends.set(id, { kind: 'end', id, place, outcome, error })
      return [{ to: id, place }]
    }
    return {
      cancelled: end('cancelled', 'access_denied'),
      timeout: end('timeout', 'access_denied'),
      error: end('error', 'server_error'),
    }
  }
}

function hasDefault(outcome: Outcome): outcome is keyof Defaults {
  return outcome === 'cancelled' || outcome === 'timeout' || outcome === 'error'
}

function givenTo(state: Call, declared: Parameters, findings: Findings): Parameters {
  const all = new Map(declared)
  for (const { name, place, value } of state.given) {
    const fallback = declared.get(name)
    if (fallback === undefined) {
      const message = `\`${state.flow.text}\` has no parameter \`${name}\``
      findings.report('parameter-unknown', place, message, didYouMean(name, declared.keys()))
    } else if (typeof fallback !== typeof value) {
      const message = `the parameter \`${name}\` is a ${typeof fallback}, and this is a ${typeof value}`
      findings.report('value-invalid', place, message, `write it as \`${name}: ${fallback}\``)
    } else all.set(name, value)
  }
  return all
}
