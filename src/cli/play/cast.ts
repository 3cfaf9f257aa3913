/**
 * Who plays in a story, and what is so in their world: read from the facts of its moves.
 *
 * A story names facts where they are first asked. What the first mention of a fact says is so from the
 * beginning; where a later one says otherwise, and no move of the story has made it so, another login or an
 * administrator has changed it meanwhile.
 */
import type { StoryFact, StoryMove } from '../../checker/story.ts'
import type { Case, OwnOutcome, StepDeclaration } from '../../language/declaration.ts'
import type { FactValue } from '../../language/facts.ts'
import type { FlowDefinition, Option, Transition } from '../../language/flow.ts'

/** Everything about one person; a story has another one where it names another one. */
export interface Part {
  /** World atoms from the beginning: `has(totp)`, `association(google)`, `account.active`, ... */
  readonly world: ReadonlyMap<string, boolean>
  /** What their upstream or their account says of them. Null: nothing. */
  readonly facts: ReadonlyMap<string, FactValue | null>
  /** Facts that are such that a condition which reads them cannot be decided. */
  readonly undecidable: ReadonlySet<string>
  /** How cases of the story are brought about, in the words of their declarations. */
  readonly enacted: ReadonlySet<string>
}

export interface Change {
  readonly atom: string
  readonly value: boolean
}

/** One thing that a person, or time, does: what leads to the next place where the login rests. */
export interface Act {
  /** Index of the move that it makes; -1 for the beginning of the login. */
  readonly move: number
  readonly part: Part
  /** What changes before it is done, and while it is at work. */
  readonly before: readonly Change[]
  readonly during: readonly Change[]
  /** Moves that follow by themselves and that only a fault or chance brings about. */
  readonly forced: readonly number[]
}

export interface Cast {
  readonly parts: readonly Part[]
  readonly acts: readonly Act[]
  /** What the application is to ask for. */
  readonly asks: { readonly application: string | undefined; readonly acr: readonly string[] }
}

const persons: ReadonlySet<StoryMove['kind']> = new Set([
  'answer',
  'wrong',
  'fault',
  'back',
  'cancel',
  'expire',
  'attack',
])

export function castOf(
  moves: readonly StoryMove[],
  flow: FlowDefinition,
  steps: readonly StepDeclaration[],
): Cast {
  const reading = new Reading(flow, steps)
  for (const [index, move] of moves.entries()) reading.move(move, index)
  return reading.cast()
}

/** The option that a move speaks of. */
export function optionOf(flow: FlowDefinition, { state, option }: StoryMove): Option | undefined {
  const at = flow.states[state]
  const options = at?.kind === 'offer' ? at.options : at?.kind === 'run' ? [at.option] : []
  return options.find(({ id }) => id === option)
}

interface OpenPart extends Part {
  readonly world: Map<string, boolean>
  readonly facts: Map<string, FactValue | null>
  readonly undecidable: Set<string>
  readonly enacted: Set<string>
  /** What is so now, after what the story has done. */
  readonly now: Map<string, boolean>
}

interface OpenAct extends Act {
  readonly before: Change[]
  readonly during: Change[]
  readonly forced: number[]
}

class Reading {
  readonly #flow: FlowDefinition
  readonly #steps: ReadonlyMap<string, StepDeclaration>
  readonly #parts: OpenPart[] = [newPart()]
  readonly #acts: OpenAct[] = []
  readonly #waiting: Change[] = []
  readonly #acr: string[] = []
  readonly #stack: { readonly state: string; readonly known: boolean }[] = []
  #application: string | undefined
  #connection: string | undefined
  #known: boolean = false
  #rests: boolean = false

  constructor(flow: FlowDefinition, steps: readonly StepDeclaration[]) {
    this.#flow = flow
    this.#steps = new Map(steps.map((step) => [step.type, step]))
    this.#act(-1)
  }

  move(move: StoryMove, index: number): void {
    const found = this.#caseOf(move)
    if (persons.has(move.kind)) {
      // What changed since it rested was there before this is done.
      this.#rests = true
      for (const [atom, value] of this.#needsOf(move, found)) this.#need(atom, value)
      this.#act(index)
    }
    if (move.kind === 'offered') this.#cut(move.state)
    this.#learn(move, found)
    if (found?.enact) this.#part.enacted.add(found.enact)
    if (move.failed) for (const name of this.#readAfter(move)) this.#part.undecidable.add(name)
    if (this.#isForced(move, found)) this.#acts.at(-1)!.forced.push(index)
    if (found) this.#effect(move, found)
    this.#follow(move, found)
    this.#rests = move.kind === 'offered'
  }

  cast(): Cast {
    const asks = { application: this.#application, acr: this.#acr }
    return { parts: this.#parts, acts: this.#acts, asks }
  }

  get #part(): OpenPart {
    return this.#parts.at(-1)!
  }

  #act(move: number): void {
    const before = this.#waiting.splice(0)
    this.#acts.push({ move, part: this.#part, before, during: [], forced: [] })
    this.#rests = false
  }

  #learn(move: StoryMove, found: Case | undefined): void {
    const made = found ? this.#effectsOf(move, found) : new Map<string, boolean>()
    if (!persons.has(move.kind)) {
      for (const [atom, value] of this.#needsOf(move, found)) this.#need(atom, value)
    }
    for (const fact of move.facts) {
      const [value] = fact.oneOf
      if (value === undefined || fact.name.startsWith('opaque ')) continue
      if (isWorld(fact)) {
        // Told as it is afterwards: what the move itself has made so was not so before.
        if (!made.has(fact.name)) this.#need(fact.name, value === true)
      } else this.#say(fact.name, value)
    }
  }

  #need(atom: string, value: boolean): void {
    const { world, now } = this.#part
    const known = now.get(atom)
    now.set(atom, value)
    if (known === undefined) world.set(atom, value)
    else if (known !== value) this.#change({ atom, value })
  }

  /** While a submission is at work, or between two of them. */
  #change(change: Change): void {
    const act = this.#acts.at(-1)!
    if (this.#rests) this.#waiting.push(change)
    else if (act.move >= 0) act.during.push(change)
    else act.before.push(change)
  }

  #say(name: string, value: FactValue | null): void {
    if (name === 'application.id') this.#application ??= String(value)
    else if (name.startsWith('request.acr has ')) {
      if (value === true) this.#acr.push(name.slice('request.acr has '.length))
    } else if (!this.#part.facts.has(name)) this.#part.facts.set(name, value)
  }

  #effect(move: StoryMove, found: Case): void {
    for (const [atom, value] of this.#effectsOf(move, found)) this.#part.now.set(atom, value)
  }

  #effectsOf(move: StoryMove, { effects = {} }: Case): Map<string, boolean> {
    const made = this.#atomsOf(move, effects)
    if (!effects['account.exists']) return made
    // An account that has just been made holds nothing yet.
    const nothing = new Map<string, boolean>([['account.active', true]])
    for (const { uses } of this.#steps.values()) if (uses) nothing.set(`has(${uses})`, false)
    for (const id of Object.keys(this.#flow.connections)) nothing.set(`association(${id})`, false)
    return new Map([...nothing, ...made])
  }

  #needsOf(move: StoryMove, found: Case | undefined): Map<string, boolean> {
    // What a login knows by itself comes about by its own moves.
    const {
      setting: _,
      'target.known': _known,
      'target.proven': _proven,
      ...atoms
    } = found?.when ?? {}
    return this.#atomsOf(move, atoms)
  }

  #atomsOf(
    move: StoryMove,
    atoms: Readonly<Partial<Record<string, boolean>>>,
  ): Map<string, boolean> {
    const option = optionOf(this.#flow, move)
    const step = option && this.#steps.get(option.step)
    const connection = option?.connection ?? this.#connection
    const named = (atom: string) => {
      if (atom === 'association.exists') return `association(${connection})`
      if (atom !== 'account.has') return atom
      return step?.byConnection ? `association(${connection})` : `has(${step?.uses})`
    }
    return new Map(Object.entries(atoms).map(([atom, value]) => [named(atom), value === true]))
  }

  /** Who is known afterwards, and what way back there is. */
  #follow(move: StoryMove, found: Case | undefined): void {
    if (move.kind === 'back') {
      const entry = this.#stack.pop()
      if (this.#known && entry && !entry.known) this.#parts.push(newPart())
      this.#known = entry?.known ?? this.#known
      return
    }
    if (move.kind === 'answer' && move.to !== move.state) {
      this.#stack.push({ state: move.state, known: this.#known })
    }
    if (found?.effects) this.#stack.length = 0
    const names = found?.identity !== undefined || move.kind === 'session'
    if (!names || this.#known) return
    this.#known = true
    this.#connection = move.connection
  }

  #cut(state: string): void {
    const at = this.#stack.findIndex((entry) => entry.state === state)
    if (at >= 0) this.#stack.length = at
  }

  #isForced({ kind, outcome }: StoryMove, found: Case | undefined): boolean {
    if (kind === 'fault') return true
    if (kind === 'run' && (outcome === 'error' || outcome === 'timeout')) return true
    return found?.by === 'chance'
  }

  /** What the conditions behind a move read. */
  #readAfter({ kind, state: id, option, outcome }: StoryMove): readonly string[] {
    const state = this.#flow.states[id]
    if (!state || state.kind === 'end') return []
    const reads = (list: Transition = []) => list.flatMap(({ when }) => when?.reads ?? [])
    if (state.kind === 'decide') return reads(state.branches)
    if (kind === 'around') return reads(state.kind === 'offer' ? state.skip : [])
    const ended = outcome as OwnOutcome
    return reads(state.on[`${option}.${ended}`] ?? state.on[ended])
  }

  #caseOf(move: StoryMove): Case | undefined {
    const option = optionOf(this.#flow, move)
    const declaration = option && this.#steps.get(option.step)
    // What a session stands for was proven by a success, and needs what that needs.
    const index = move.kind === 'session' ? 0 : (move.case ?? -1)
    return declaration?.outcomes[move.outcome as OwnOutcome]?.[index]
  }
}

function newPart(): OpenPart {
  return {
    world: new Map(),
    facts: new Map(),
    undecidable: new Set(),
    enacted: new Set(),
    now: new Map(),
  }
}

function isWorld({ name }: StoryFact): boolean {
  return /^(has\(|association\(|account\.(exists|active)$|name\.taken$)/.test(name)
}
