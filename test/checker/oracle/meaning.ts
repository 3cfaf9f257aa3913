/** What a flow means, as far as several tellings of it are compared. */
import type { IdentityKind } from '../../../src/language/facts.ts'
import { type Condition, type Property, rulesOf, type State } from '../../../src/language/flow.ts'
import { inOrderOfText } from '../../../src/language/nearest.ts'
import type { World } from './environment.ts'

export interface Success {
  readonly end: string
  readonly kind: IdentityKind
  readonly connection: string
  readonly isNew: boolean
  readonly proofs: readonly {
    readonly state: string
    readonly option: string
    readonly factor: string
    readonly credential: string
    readonly source: string
  }[]
  readonly world: World
}

/** Whether what a property is about is given there; most are about nothing that is. */
export function isGiven(
  property: Property,
  state: State | undefined,
  is: (rule: Condition) => boolean,
): boolean {
  if (property.kind !== 'at' || property.gives === undefined) return true
  const { gives } = property
  if (state?.kind !== 'run') return false
  return rulesOf(state.option).some((rule) => rule.gives.includes(gives) && is(rule.when))
}

export class Meaning {
  /** The fewest moves of a person to each end, by its name; `!unmet` and `!blocked` are the engine's own. */
  readonly ends = new Map<string, number>()
  /** To each success: outcome, proofs, identity, environment. */
  readonly successes = new Map<string, number>()
  /** To where each property is broken first. */
  readonly broken = new Map<string, number>()

  end(name: string, moves: number): void {
    note(this.ends, name, moves)
  }
  success(success: Success, moves: number): void {
    note(this.successes, nameOf(success), moves)
  }
  breaks(property: string, moves: number): void {
    note(this.broken, property, moves)
  }
}

/** @returns texts to compare, in an order of their own */
export function told(map: ReadonlyMap<string, number>): string[] {
  return [...map].map(([name, moves]) => `${name} after ${moves}`).sort(inOrderOfText)
}

function note(map: Map<string, number>, name: string, moves: number): void {
  map.set(name, Math.min(moves, map.get(name) ?? moves))
}

function nameOf({ end, kind, connection, isNew, proofs, world }: Success): string {
  const proven = proofs.map((p) => [p.state, p.option, p.factor, p.credential, p.source].join(' '))
  // Of who has no account here nothing is known of any.
  const known = Object.keys(world).filter(
    (name) => kind === 'account' || ['name.taken', `linked ${connection}`].includes(name),
  )
  return [
    `${end}: ${isNew ? 'new ' : ''}${kind} by ${connection}`,
    proven.sort(inOrderOfText).join(' + '),
    known.filter((name) => world[name]).join(', '),
  ].join(' | ')
}
