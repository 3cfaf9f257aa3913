/** From what the explorers have found to a verdict for each property, with its story. */
import type { FlowDefinition, Property } from '../language/flow.ts'
import { type BuiltIn, builtIns } from './builtin.ts'
import {
  brokenProgress,
  environmentsOf,
  exploreWhole,
  mayGoRoundBySession,
  restless,
  trapped,
  type Whole,
} from './environments.ts'
import type { Finding, Limits } from './explore.ts'
import { checkFaces, type FacesChecked } from './faces.ts'
import { findGuardedWay } from './guarded-way.ts'
import { checkGuards, type GuardFinding } from './guards.ts'
import * as layout from './layout.ts'
import type { Model } from './model.ts'
import { keyOf } from './properties.ts'
import { remediesFor } from './remedies.ts'
import { abstracted, type Report, type Verdict } from './report.ts'
import type { Searched } from './search.ts'
import { nameOf, tell } from './story.ts'
import type { Together } from './two-logins.ts'

export interface Case {
  readonly flow: FlowDefinition
  /** One login by itself, and the same with everything that others may do meanwhile. */
  readonly alone: Searched
  readonly crowd: Searched
  /** Two logins at the same time; explored when first asked for. Absent: nobody wants to know. */
  readonly together: () => Together | undefined
  readonly limits: Limits
  readonly sessionsComplete: boolean
}

type Judged = Pick<Verdict, 'verdict'> & Partial<Verdict>

export function judge(found: Case): Report {
  const { flow, alone } = found
  const guards = checkGuards(alone.model)
  const progress = new Progress(found)
  const faces = checkFaces(alone.model, alone.starts[0]!, alone.base, 20_000)
  const verdicts = [
    ...builtIns.map((builtIn) => ({
      place: placeOf(flow),
      ...judgeBuiltIn(builtIn, found, guards, progress, faces),
      property: builtIn.id,
      sentence: builtIn.sentence,
      by: builtIn.by,
    })),
    ...flow.properties.map((property) => ({
      place: property.place,
      ...judgeOwn(property, found, progress),
      property: property.name,
      sentence: sentenceOf(property),
      by: 'author' as const,
    })),
  ]
  return {
    flow: flow.name,
    file: flow.file,
    states: alone.explored.states,
    transitions: alone.explored.transitions,
    environments: progress.environments,
    sessions: alone.model.setup.sessions.length,
    verdicts,
    weaker: flow.weaker.map(({ ways, because }) => ({ ways, because })),
    assumptions: flow.assume.map(({ source }) => source),
    abstracted,
  }
}

function judgeBuiltIn(
  { id }: BuiltIn,
  found: Case,
  guards: readonly GuardFinding[],
  progress: Progress,
  faces: FacesChecked,
): Judged {
  const guard = guards.find(({ property }) => property === id)
  if (guard) return judgeGuard(guard, found)
  if (id === 'I-36') return judgeFaces(faces)
  if (id === 'security 112') return judgeWays(found)
  if (id === 'I-07') return worst(judgeEntry(found), progress.judge('trapped'))
  if (id === 'I-09') return worst(judgeAgainst(id, found), progress.judge('restless'))
  return judgeAgainst(id, found)
}

/** Broken by what the file says; told as a story where a login can come by. */
function judgeGuard({ text, place, way }: GuardFinding, { alone, flow }: Case): Judged {
  const finding = way && findGuardedWay(alone.explored, way)
  const told = finding ? broken(alone, finding, 'broken', flow) : { verdict: 'broken' as const }
  return { ...told, because: text, place }
}

/** Alone first: what is certain there is certain. */
function judgeAgainst(id: string, found: Case): Judged {
  const { alone, crowd } = found
  const certain = alone.watch.against.get(id)?.certain
  if (certain) return broken(alone, certain, 'broken', found.flow, id)
  const possible = alone.watch.against.get(id)?.possible
  if (possible) {
    const because = 'it hangs on a condition that I cannot decide exactly'
    return { ...broken(alone, possible, 'possibly broken', found.flow, id), because }
  }
  const shared = crowd.watch.against.get(id)
  const meanwhile = shared?.certain ?? shared?.possible
  if (meanwhile) return judgeMeanwhile(id, meanwhile, found)
  return whenComplete(found, { verdict: 'holds' })
}

/** Certain where another login of the same person is seen to do it; else anybody might, or nobody. */
function judgeMeanwhile(
  id: string,
  alarm: Finding,
  { alone, crowd, flow, together }: Case,
): Judged {
  const both = together()
  const certain = both?.watch.against.get(id)?.certain
  if (both && certain) {
    const story = both.tell(certain, endingOf(alone.model, certain))
    const place = flow.states[story.moves.at(-1)?.state ?? flow.start]?.place
    const because = 'another login of the same person changes something meanwhile'
    return { verdict: 'broken', story, because, ...(place ? { place } : {}) }
  }
  const unseen =
    (both?.complete ?? true)
      ? ''
      : ' (two logins at the same time are too many states to see them all)'
  const because = `only if another login, or an administrator, changes something meanwhile${unseen}`
  return { ...broken(crowd, alarm, 'possibly broken', flow, id), because }
}

function whenComplete({ alone, crowd, limits, sessionsComplete }: Case, judged: Judged): Judged {
  if (alone.explored.complete && crowd.explored.complete && sessionsComplete) return judged
  return { verdict: 'not decided', because: `limit of ${limits.states} states reached` }
}

function broken(
  { explored, model }: Searched,
  finding: Finding,
  verdict: 'broken' | 'possibly broken',
  flow: FlowDefinition,
  id = '',
): Judged {
  const story = tell(explored, finding, endingOf(explored.model, finding))
  const remedies = remediesFor(model, finding, id)
  const last = story.moves.at(-1)
  const place = flow.states[last?.state ?? flow.start]?.place
  return {
    verdict,
    story,
    ...(place ? { place } : {}),
    ...(remedies.length > 0 ? { remedies } : {}),
  }
}

function endingOf(model: Model, { row }: Finding): string {
  const worth = model.proofSets.worth(row[layout.proofs]!)
  const kind = layout.kinds[layout.kindOf(row)]!
  const who =
    kind === 'none' ? 'nobody' : kind === 'account' ? 'an account' : 'a pass-through identity'
  const proven = worth.amr.length > 0 ? worth.amr.join(' + ') : 'nothing'
  const factors = worth.factors === 1 ? '1 factor' : `${worth.factors} factors`
  return `at ${nameOf(model, row)} with ${who}, proven: ${proven} (${factors})`
}

/** Attack 112: ways in are compared by the weakest success that each allows. */
function judgeWays(found: Case): Judged {
  const { alone, flow } = found
  const ways = [...alone.watch.ways]
  const most = Math.max(0, ...ways.map(([, { factors }]) => factors))
  const declared = flow.weaker.flatMap((weaker) => weaker.ways)
  const weak = ways.filter(([way, { factors }]) => factors < most && !declared.includes(way))
  const [first] = weak
  if (!first) return whenComplete(found, { verdict: 'holds' })
  const names = weak.map(([way, { factors }]) => `${way} (${factors})`).join(', ')
  return {
    ...broken(alone, first[1].finding, 'broken', flow),
    because: `${names} ask for fewer factors than the others (${most}), and are not declared weaker`,
    remedies: [
      `ask people who come by ${first[0]} for as much as the others`,
      `say it aloud: weaker: [{ ways: [${first[0]}], because: ... }]`,
    ],
  }
}

/** I-07: by each way that can name a subject somebody gets in. */
function judgeEntry(found: Case): Judged {
  const { alone, flow } = found
  if (!alone.explored.complete) return whenComplete(found, { verdict: 'holds' })
  const ways = alone.model.states.flatMap(({ state, options }) =>
    state.kind === 'offer' && alone.watch.entrances.has(state.id)
      ? options.filter(
          ({ declaration }) => declaration.needs.includes('none') && declaration.credential,
        )
      : [],
  )
  const closed = ways.find(({ option }) => !alone.watch.ways.has(option.id))
  if (!closed) return { verdict: 'holds' }
  return {
    verdict: 'broken',
    because: `nobody who comes by ${closed.option.id} ever gets in`,
    place: closed.option.place ?? placeOf(flow),
  }
}

function judgeFaces({ finding, complete, pairs }: FacesChecked): Judged {
  if (finding) {
    return {
      verdict: 'broken',
      because: `at ${finding.state}, ${finding.option} answers differently for different accounts`,
      columns: finding.columns,
    }
  }
  if (complete) return { verdict: 'holds' }
  return { verdict: 'not decided', because: `limit of ${pairs} pairs of runs reached` }
}

function judgeOwn(property: Property, found: Case, progress: Progress): Judged {
  if ('from' in property) return progress.judge(keyOf(property))
  if (property.kind === 'reachable') return judgeReachable(keyOf(property), found)
  const marked = found.flow.properties.filter((one) => one.kind === 'never' && one.without)
  if (marked.indexOf(property) >= layout.marksMax) {
    const because = `limit of ${layout.marksMax} properties with \`without\` reached`
    return { verdict: 'not decided', because }
  }
  return judgeAgainst(keyOf(property), found)
}

/** The way there is the good news, so it is told with the verdict. */
function judgeReachable(name: string, { alone, flow, limits }: Case): Judged {
  const { certain, possible } = alone.watch.against.get(name) ?? {}
  if (certain) return { ...broken(alone, certain, 'broken', flow), verdict: 'holds' }
  if (possible) {
    const because = 'the way there hangs on a condition that I cannot decide exactly'
    return { ...broken(alone, possible, 'possibly broken', flow), because }
  }
  if (!alone.explored.complete) {
    return { verdict: 'not decided', because: `limit of ${limits.states} states reached` }
  }
  return { verdict: 'broken', because: 'nothing leads there' }
}

/** The second explorer, once for all properties that need whole environments. */
class Progress {
  readonly environments: number
  readonly #judged = new Map<string, Judged>()
  readonly #limits: Limits
  readonly #complete: boolean

  constructor({ flow, alone, limits }: Case) {
    const { model, base, starts } = alone
    const [plain, ...known] = starts
    const whole = exploreWhole(model, [plain!], base, limits.states)
    const sessions = mayGoRoundBySession(model) ? known : []
    const begun = exploreWhole(model, sessions, base, limits.states)
    this.#note('trapped', trapped(whole), whole)
    this.#note('restless', restless(whole), whole)
    for (const property of flow.properties) {
      if ('from' in property) this.#note(keyOf(property), brokenProgress(whole, property), whole)
    }
    this.#note('restless', restless(begun), begun)
    this.environments = environmentsOf(whole)
    this.#limits = limits
    this.#complete = whole.explored.complete && begun.explored.complete
  }

  #note(name: string, finding: Finding | undefined, { explored }: Whole): void {
    if (!finding || !explored.complete || this.#judged.has(name)) return
    this.#judged.set(name, {
      verdict: 'broken',
      story: tell(explored, finding, endingOf(explored.model, finding)),
      because: 'from there it cannot be reached any more',
    })
  }

  judge(name: string): Judged {
    const judged = this.#judged.get(name)
    if (judged) return judged
    if (this.#complete) return { verdict: 'holds' }
    return { verdict: 'not decided', because: `limit of ${this.#limits.states} states reached` }
  }
}

const order = ['holds', 'not decided', 'possibly broken', 'broken']

function worst(a: Judged, b: Judged): Judged {
  return order.indexOf(a.verdict) >= order.indexOf(b.verdict) ? a : b
}

function sentenceOf(property: Property): string {
  if ('from' in property)
    return `from ${property.from}, ${property.to} is ${property.kind.replace('-', ' ')}`
  const when = property.when ? ` when \`${property.when.source}\`` : ''
  if (property.kind === 'at') {
    const gives = property.gives === undefined ? '' : ` giving ${property.gives}`
    return `at ${property.at}${gives}${when}, \`${property.holds.source}\``
  }
  if (property.kind === 'reachable') return `${property.at} can be reached${when}`
  const without = property.without ? ` without ${property.without.join(' or ')}` : ''
  return `never ${property.at}${when}${without}`
}

function placeOf(flow: FlowDefinition) {
  return flow.states[flow.start]?.place ?? { file: flow.file, line: 1, column: 1 }
}
