/**
 * How fast the checker is, and how it grows: `npm run bench:checker`. Warm, the best of several runs, in
 * the process's own time (user and system), so that what else runs does not count; all that is compared
 * is of one run. `pan` is SPIN's explorer, made for one model by a C compiler.
 */
import { join } from 'node:path'
import { check, sessionProfiles } from '../../src/checker/check.ts'
import { credentialsOf } from '../../src/checker/credentials.ts'
import { allRules } from '../../src/checker/rules.ts'
import { search } from '../../src/checker/search.ts'
import { exploreTogether } from '../../src/checker/two-logins.ts'
import type { FlowDefinition } from '../../src/language/flow.ts'
import { loadFlows } from '../../src/language/load.ts'
import { stepTypes } from '../../src/steps/index.ts'
import { exploreInFull } from '../checker/spin.ts'
import { filesWith } from '../support/world.ts'
import { family, familySteps } from './family.ts'
import { exploreByPan } from './family-pan.ts'
import { exploreByXstate } from './family-xstate.ts'
import { timed } from './timed.ts'

const root = join(import.meta.dirname, '../..')
const limits = { states: 4_000_000 }
const plain = { rules: allRules, anyConfiguration: false, interference: [], sessions: [] }
const ofFamily = { ...plain, steps: familySteps }
const declarations = stepTypes.map(({ declaration }) => declaration)

/** @param times more than the first */
function best<T>(times: number, work: () => T): { readonly ms: number; readonly made: T } {
  let ms = Number.POSITIVE_INFINITY
  let made!: T
  // The first makes it warm.
  for (let time = 0; time <= times; time++) {
    const before = process.cpuUsage()
    made = work()
    const { user, system } = process.cpuUsage(before)
    ms = Math.min(ms, (user + system) / 1000)
  }
  return { ms, made }
}

function row(...cells: readonly (string | number)[]): void {
  const texts = cells.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell))
  console.log(`| ${texts.map((text) => text.padEnd(11)).join(' | ')} |`)
}

function head(title: string, ...cells: readonly string[]): void {
  console.log(`\n${title}\n`)
  row(...cells)
  row(...cells.map(() => '---'))
}

async function command(): Promise<void> {
  const best = { all: Number.POSITIVE_INFINITY, own: Number.POSITIVE_INFINITY }
  for (let time = 0; time < 8; time++) {
    const before = performance.now()
    const line = `${process.execPath} ${join(root, 'src/cli/main.ts')} check --flows ${join(root, 'flows')}`
    const { ownMs } = await timed(line, root)
    best.own = Math.min(best.own, ownMs)
    best.all = Math.min(best.all, performance.now() - before)
  }
  const [all, own] = [best.all.toFixed(0), best.own.toFixed(0)]
  console.log(`\nsallyport check, from the start of the process: ${all} ms, ${own} of its own`)
}

function shipped(): readonly FlowDefinition[] {
  const { organisation, problems } = loadFlows(filesWith(), stepTypes, {})
  if (!organisation) throw new Error(problems.map(({ message }) => message).join('\n'))
  return organisation.flows
}

function everyProperty(flows: readonly FlowDefinition[]): void {
  head('All properties, settings both ways', 'flow', 'states', 'transitions', 'environments', 'ms')
  for (const flow of flows) {
    const { ms, made } = best(40, () =>
      check({ flows: [flow] }, declarations, { anyConfiguration: true }),
    )
    const { states, transitions, environments } = made[0]!
    row(flow.name, states, transitions, environments, ms.toFixed(1))
  }
}

function twoLogins(flows: readonly FlowDefinition[]): void {
  head('Two logins at the same time', 'flow', 'states', 'transitions', 'ms')
  for (const flow of flows) {
    const sessions = sessionProfiles([flow], declarations)
    const credentials = credentialsOf([flow], declarations)
    const setup = { ...plain, steps: declarations, sessions, credentials }
    const { model, explored, starts } = search(flow, setup, limits)
    const { ms, made } = best(3, () => exploreTogether(model, starts, explored.options, limits))
    row(flow.name, made.states, made.transitions, ms.toFixed(0))
  }
}

function growth(): void {
  head('G(30, k)', 'k', 'states', 'transitions', 'ms', 'states/s')
  for (const k of [0, 4, 8, 12, 16]) {
    const { ms, made } = best(k > 12 ? 0 : 5, () => search(family(30, k), ofFamily, limits))
    const { states, transitions, complete } = made.explored
    const perSecond = Math.round((states / ms) * 1000)
    row(k, complete ? states : 'limit', transitions, ms.toFixed(0), perSecond)
  }
}

async function againstOthers(): Promise<void> {
  head('Nothing forgotten or covered', 'by', 'model', 'states', 'transitions', 'states/s', 'bytes')
  const { ms, made } = best(2, () => exploreInFull(family(30, 14), ofFamily, limits.states))
  const ours = made.states / ms
  const bytes = (made.table.bytes / made.table.size).toFixed(0)
  row('sallyport', 'G(30, 14)', made.states, made.transitions, Math.round(ours * 1000), bytes)
  const pan = await exploreByPan(30, 14)
  if (pan) {
    const theirs = pan.states / pan.ms
    // SPIN counts a transition into the first state.
    const agrees = pan.states === made.states && pan.transitions === made.transitions + 1
    if (!agrees) throw new Error('pan has explored another model')
    row('pan', 'G(30, 14)', pan.states, pan.transitions, Math.round(theirs * 1000), '')
    console.log(`\nof pan's states per second: ${((ours / theirs) * 100).toFixed(0)} %`)
  } else console.log('\npan is left out: spin and gcc are not both installed')
  const few = best(2, () => exploreInFull(family(30, 6), ofFamily, limits.states))
  const xstate = exploreByXstate(30, 6)
  const ratio = few.made.states / few.ms / (xstate.states / xstate.ms)
  console.log(
    `xstate/graph, G(30, 6): ${xstate.states} states in ${xstate.ms.toFixed(0)} ms; sallyport ${few.made.states} in ${few.ms.toFixed(0)} ms, ${ratio.toFixed(0)} times its states per second`,
  )
}

const flows = shipped()
everyProperty(flows)
await command()
twoLogins(flows)
growth()
await againstOthers()
