/**
 * SPIN as a second explorer. It is told, state by state, which moves the checker's tables allow, and finds
 * by itself which states there are, which alarms, and the fewest moves of a person to each.
 */
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Duplex } from 'node:stream'
import { promisify } from 'node:util'
import { answer } from '../../src/checker/answer.ts'
import type { Setup } from '../../src/checker/compiled.ts'
import { type Explored, explore, type Finding, tidy } from '../../src/checker/explore.ts'
import { Labels } from '../../src/checker/labels.ts'
import * as layout from '../../src/checker/layout.ts'
import { oneMove, type Row } from '../../src/checker/layout.ts'
import { Model } from '../../src/checker/model.ts'
import { Watch } from '../../src/checker/properties.ts'
import { baseOf, startsOf } from '../../src/checker/search.ts'
import { settle } from '../../src/checker/settle.ts'
import { type Keeps, Walk, type WalkOptions } from '../../src/checker/walk.ts'
import type { FlowDefinition } from '../../src/language/flow.ts'
import { inOrderOfText } from '../../src/language/nearest.ts'

const run = promisify(execFile)
const source = join(import.meta.dirname, 'login.pml')
/** As in `login.pml`. */
const words = 96

/** Every alarm that was found, certain or only possible, with the fewest moves of a person to it. */
export type Alarms = Map<string, number>

/** What is compared: two explorers of the same moves must agree on it. */
export interface Counted {
  readonly states: number
  readonly transitions: number
  readonly alarms: Alarms
}

export async function spinIsInstalled(): Promise<boolean> {
  try {
    await run('spin', ['-V'])
    await run('gcc', ['--version'])
    return true
  } catch {
    return false
  }
}

/** Compiles SPIN's explorer in a folder of its own. */
export async function buildSpin(): Promise<{ path: string; remove(): Promise<void> }> {
  const cwd = await mkdtemp(join(tmpdir(), 'sallyport-spin-'))
  // Without -o2 SPIN hides what is written and never read, and counts fewer states.
  await run('spin', ['-o2', '-a', source], { cwd })
  const flags = ['-O2', '-w', '-DSAFETY', '-DNOREDUCE', '-DBFS']
  await run('gcc', [...flags, '-o', 'pan', 'pan.c'], { cwd })
  return { path: join(cwd, 'pan'), remove: () => rm(cwd, { recursive: true }) }
}

/** @param movesMax logins of more moves of a person are left out, and lengths are counted; absent: neither */
export async function exploreWithSpin(
  pan: string,
  flow: FlowDefinition,
  setup: Setup,
  movesMax?: number,
): Promise<Counted> {
  const moves = new Moves(flow, setup)
  const env = movesMax === undefined ? {} : { MOVES_MAX: String(movesMax) }
  const child = spawn(pan, ['-n', '-w20'], {
    cwd: dirname(pan),
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  const failed = serve(child.stdio[3] as Duplex, moves)
  let told = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      told += text
    })
  }
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  if (failed.thrown) throw failed.thrown
  if (code !== 0 || !/errors: 0\b/.test(told)) throw new Error(`SPIN ended with ${code}:\n${told}`)
  const figure = (what: RegExp) => Number(what.exec(told)?.[1])
  const alarms = [...told.matchAll(/^alarm (\d+) after (\d+)$/gm)]
  return {
    states: figure(/([\d.e+]+) states, stored/) - before.states,
    transitions: figure(/([\d.e+]+) transitions/) - before.transitions - moves.starts,
    alarms: weakest(alarms.map(([, alarm, after]) => [moves.names[Number(alarm)]!, Number(after)])),
  }
}

/** What SPIN counts before a login starts: its own first state, and the one that asks for the starts. */
const before = { states: 2, transitions: 2 }

/** The checker's own explorer with nothing forgotten and nothing covered. */
export function exploreInFull(
  flow: FlowDefinition,
  setup: Setup,
  states = 400_000,
): Counted & Explored {
  const model = new Model(flow, setup)
  const base = baseOf(model)
  const watch = new Watch(model)
  const explored = explore(model, startsOf(model, base), inFull(base), { states }, watch, false)
  return { ...explored, alarms: alarmsOf(watch) }
}

export function alarmsOf(watch: Watch): Alarms {
  return weakest(
    [...found(watch)].map(([name, { cost }]) => [name, Math.floor(cost / oneMove)] as const),
  )
}

function inFull(base: Row): WalkOptions {
  const keeps: Keeps = { spent: () => true, session: () => true }
  return { base, whole: false, dead: undefined, keeps }
}

function* found(watch: Watch): Generator<[string, Finding]> {
  for (const [property, { certain, possible }] of watch.against) {
    if (certain) yield [`${property} certain`, certain]
    if (possible) yield [`${property} possible`, possible]
  }
  for (const [way, { factors, finding }] of watch.ways) yield [`way ${way} by ${factors}`, finding]
}

/** Of each way in only its weakest success, as the checker keeps it; of each alarm the fewest moves. */
function weakest(all: readonly (readonly [string, number])[]): Alarms {
  const ways = new Map<string, number>()
  for (const [name] of all) {
    const [, way, factors] = /^way (.*) by (\d+)$/.exec(name) ?? []
    if (way) ways.set(way, Math.min(Number(factors), ways.get(way) ?? 99))
  }
  const kept = all.filter(([name]) => {
    const [, way, factors] = /^way (.*) by (\d+)$/.exec(name) ?? []
    return !way || ways.get(way) === Number(factors)
  })
  return new Map([...kept].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Answers each question as it comes; SPIN asks one at a time. */
function serve(channel: Duplex, moves: Moves): { thrown?: unknown } {
  const failed: { thrown?: unknown } = {}
  let asked = Buffer.alloc(0)
  channel.on('error', () => {})
  channel.on('data', (more: Buffer) => {
    asked = Buffer.concat([asked, more])
    if (asked.length < words * 4) return
    const question = Int32Array.from({ length: words }, (_, at) => asked.readInt32LE(at * 4))
    asked = Buffer.alloc(0)
    try {
      channel.write(Buffer.from(Int32Array.from(moves.from(question)).buffer))
    } catch (thrown) {
      failed.thrown = thrown
      channel.destroy()
    }
  })
  return failed
}

/** Words that are the number of something kept beside the table: SPIN is told what that contains. */
const interned = [layout.stack, layout.proofs]

/** One flow's moves, in the words of `login.pml`. */
class Moves {
  readonly names: string[] = []
  readonly starts: number
  readonly #model: Model
  readonly #watch: Watch
  readonly #walk: Walk
  readonly #labels: Labels
  readonly #starts: readonly Row[]
  readonly #contents = new Map<string, number>()
  readonly #rows: number[] = []
  #edges: number[][] = []

  constructor(flow: FlowDefinition, setup: Setup) {
    this.#model = new Model(flow, setup)
    if (this.#model.width > words) throw new Error(`${flow.name} needs ${this.#model.width} words`)
    const base = baseOf(this.#model)
    this.#watch = new Watch(this.#model)
    this.#labels = new Labels(this.#model)
    this.#starts = startsOf(this.#model, base)
    this.starts = this.#starts.length
    this.#walk = new Walk(this.#model, inFull(base), {
      emit: (row, _label, cost) => this.#edge(row, cost),
      alarm: (property, row, label, cost) =>
        this.#watch.alarm(property, { state: 0, label, cost, row: row.slice() }),
    })
  }

  from(question: Int32Array): number[] {
    this.#edges = []
    this.#watch.against.clear()
    this.#watch.ways.clear()
    if (question[0] === 0) for (const start of this.#starts) this.#start(start.slice())
    else this.#follow(question)
    const alarms = [...found(this.#watch)].flatMap(([name, { cost }]) => [
      this.#number(name),
      Math.floor(cost / oneMove),
    ])
    return [this.#edges.length, ...this.#edges.flat(), alarms.length / 2, ...alarms]
  }

  #start(row: Row): void {
    const profile = this.#model.setup.sessions[row[layout.session]! - 1]
    this.#edge(row, profile ? (profile.moves ?? 1) * oneMove : 0)
  }

  #follow(question: Int32Array): void {
    const row = question.slice(0, this.#model.width)
    row[layout.node]!--
    for (const word of interned) row[word] = this.#rows[row[word]!]!
    this.#watch.state(row, 0, 0)
    const state = this.#model.states[layout.stateOf(row)]
    const rests = state?.state.kind === 'offer' && layout.phaseOf(row) === layout.resting
    if (rests) answer(this.#walk, this.#labels, row)
    else settle(this.#walk, this.#labels, row)
  }

  #edge(row: Row, cost: number): void {
    tidy(this.#model, row, this.#walk.options.keeps)
    const to = Array.from({ length: words }, (_, at) => row[at] ?? 0)
    to[layout.node]!++
    for (const word of interned) to[word] = this.#content(word, row[word]!)
    this.#edges.push([...to, Math.floor(cost / oneMove)])
  }

  /** Equal for equal content, whatever number the checker has given it. */
  #content(word: number, id: number): number {
    const content = `${word} ${this.#text(word, id)}`
    const known = this.#contents.get(content)
    if (known !== undefined) return known
    this.#contents.set(content, this.#rows.length)
    return this.#rows.push(id) - 1
  }

  #text(word: number, id: number): string {
    if (word === layout.proofs) {
      const slots = this.#model.proofSets.slots(id).map((slot) => JSON.stringify(slot))
      return slots.sort(inOrderOfText).join()
    }
    const top = this.#model.stacks.top(id)
    if (!top) return ''
    const { below, state, identity, proofs } = top
    return [this.#text(word, below), state, identity, this.#text(layout.proofs, proofs)].join('|')
  }

  #number(name: string): number {
    const known = this.names.indexOf(name)
    return known >= 0 ? known : this.names.push(name) - 1
  }
}
