/**
 * How a state of the model lies in memory: eight words that steer, then one word a variable.
 *
 * Words that hold sets hold the number of an interned set, so that two states are equal when their words
 * are.
 */
import type { IdentityKind } from '../language/facts.ts'

/** A packed state. */
export type Row = Int32Array
/** The word of the first variable. */
export const firstVariable = 8

export const node = 0
export const stack = 1
export const identity = 2
export const proofs = 3
export const session = 4
export const flags = 5
export const spent = 6
export const ghost = 7

/** What must never be so; kept beside the login because no login would know it of itself. */
export const ghosts = {
  otherBrowser: 1,
  nameAdopted: 2,
  guessedAgain: 4,
  afterTheEnd: 8,
  foreignSession: 16,
} as const

export const kinds: readonly IdentityKind[] = ['none', 'pass-through', 'account']
export const [none, passThrough, account] = [0, 1, 2] as const

/** identity: kind, made in this login, a target to link with, connection, and the way by which they came. */
export function packIdentity(kind: number, fresh: boolean, connection: number, way: number) {
  return kind | (fresh ? 4 : 0) | (connection << 4) | (way << 14)
}
export const withTarget = (word: number, is: boolean) => (is ? word | 8 : word & ~8)
export const hasTarget = (row: Row) => (row[identity]! & 8) !== 0
export const kindOf = (row: Row) => row[identity]! & 3
/** Kinds of identity as bits, to be asked with `isOfKind`. */
export const kindsIn = (named: readonly IdentityKind[]) =>
  named.reduce((bits, kind) => bits | (1 << kinds.indexOf(kind)), 0)
export const isOfKind = (row: Row, bits: number) => ((bits >> kindOf(row)) & 1) === 1
export const isNew = (row: Row) => (row[identity]! & 4) !== 0
export const connectionOf = (row: Row) => (row[identity]! >> 4) & 1023
export const wayOf = (row: Row) => row[identity]! >> 14

/** flags: the adverse outcome that no success has made good since, assumptions, marks passed. */
export const adverseMask = 15
export const assumed = 16
export const firstMark = 5
export const marksMax = 26

/** node: four to a state of the flow. */
export const entering = 0
export const resting = 1
export const offering = 2
export const nodeOf = (state: number, phase: number) => state * 4 + phase
export const stateOf = (row: Row) => row[node]! >> 2
export const phaseOf = (row: Row) => row[node]! & 3

/** One move of a person weighs more than any number of the lesser things that decide ties. */
export const oneMove = 4096
export const adversary = 64
export const unusual = 1
