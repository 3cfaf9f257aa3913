/**
 * Values of a text or a number that tell apart what conditions ask about it.
 *
 * All parts of conditions that read one fact are split together, so that only combinations that some
 * value has are explored: of `== 'a@x'`, `endsWith('@x')` and `endsWith('@y')` four of eight.
 */
import type { ConditionTree } from '../language/condition-tree.ts'
import { nodesOf } from '../language/conditions.ts'
import { Moment } from '../language/moment.ts'
import { readNetwork } from '../language/network.ts'

/** Never a part of a text in a condition that is worth asking about. */
const filler = '\u00b7'
const piecesMax = 6

/** @returns texts; every truth that the parts can have together comes about with one of them */
export function sampleTexts(parts: readonly ConditionTree[]): string[] {
  const nodes = parts.flatMap((part) => nodesOf(part))
  const given = (name: string) =>
    nodes.flatMap((node) =>
      node.op === 'call' && node.name === name ? node.given.flatMap(textOf) : [],
    )
  const globs = given('glob').map((pattern) => pattern.split('*'))
  const whole = nodes.flatMap(textOf)
  const starts = [...given('startsWith'), ...globs.map((pieces) => pieces[0]!)]
  const ends = [...given('endsWith'), ...globs.map((pieces) => pieces.at(-1)!)]
  const within = [...given('contains'), ...globs.flatMap((pieces) => pieces.slice(1, -1))]

  const texts = new Set<string>(['', filler, ...whole])
  for (const start of ['', ...starts]) {
    for (const end of ['', ...ends]) {
      for (const middle of subsets([...new Set(within)].slice(0, piecesMax))) {
        texts.add(start + filler + middle.map((piece) => piece + filler).join('') + end)
        texts.add(overlapped(start + middle.join(''), end))
      }
    }
  }
  if (nodes.some((node) => node.op === 'call' && node.name === 'lowerAscii')) {
    for (const text of [...texts]) texts.add(text.toUpperCase())
  }
  return [...texts]
}

/** @returns whole numbers on both sides of each that is compared with */
export function sampleNumbers(parts: readonly ConditionTree[]): number[] {
  const literals = parts
    .flatMap((part) => nodesOf(part))
    .flatMap((node) =>
      node.op === 'literal' && typeof node.value === 'number' ? [node.value] : [],
    )
  return [...new Set([0, ...literals.flatMap((value) => [value - 1, value, value + 1])])]
}

/**
 * @returns an address in every set of networks that some address is in alone. One that nobody can read is a
 *   condition that fails, which every condition may
 */
export function sampleAddresses(parts: readonly ConditionTree[]): string[] {
  const networks = parts
    .flatMap((part) => nodesOf(part))
    .flatMap((node) => (node.op === 'call' && node.name === 'inNetwork' ? node.given : []))
    .flatMap(textOf)
    .flatMap((text) => readNetwork(text) ?? [])
  const edges = networks.flatMap(({ first, next }) => (next ? [first, next] : [first]))
  return [...new Set(['0.0.0.0', '::', ...edges.map(String)])]
}

const quarterMs = 15 * 60_000

/**
 * Of one place every day with the hours that are asked about. Of several places every quarter of an hour of
 * one week in January and of one in July: their clocks differ by quarters, and otherwise in summer.
 */
export function sampleTimes(parts: readonly ConditionTree[]): number[] {
  const zones = parts
    .flatMap((part) => nodesOf(part))
    .flatMap((node) =>
      node.op === 'call' && ['hour', 'weekday'].includes(node.name) ? node.given : [],
    )
    .flatMap(textOf)
  const [zone, ...others] = new Set(zones)
  if (zone !== undefined && others.length === 0) return hoursAt(zone, parts)
  const weeks = [Date.UTC(2024, 0, 8), Date.UTC(2024, 6, 8)]
  return weeks.flatMap((ms) => Array.from({ length: 7 * 24 * 4 }, (_, at) => ms + at * quarterMs))
}

function hoursAt(zone: string, parts: readonly ConditionTree[]): number[] {
  const monday = Date.UTC(2024, 0, 8)
  const ahead = new Moment(monday).hour(zone)
  const hours = sampleNumbers(parts).filter((hour) => hour >= 0 && hour < 24)
  return Array.from({ length: 7 }, (_, day) => day).flatMap((day) =>
    hours.map((hour) => monday + (day * 24 + hour - ahead) * 4 * quarterMs),
  )
}

function textOf(node: ConditionTree): string[] {
  return node.op === 'literal' && typeof node.value === 'string' ? [node.value] : []
}

function subsets(of: readonly string[]): string[][] {
  const sets: string[][] = [[]]
  for (const piece of of) sets.push(...sets.map((set) => [...set, piece]))
  return sets
}

/** The shortest text that starts and ends as told, sharing what can be shared. */
function overlapped(start: string, end: string): string {
  for (let shared = Math.min(start.length, end.length); shared > 0; shared--) {
    if (start.endsWith(end.slice(0, shared))) return start + end.slice(shared)
  }
  return start + end
}
