/** What of a flow was walked by tests, and what by none: transitions, outcomes, both sides of conditions. */

export interface Walked {
  readonly transitions: Part
  /** Of steps and states, wherever they lead. */
  readonly outcomes: Part
  /** Conditions that were seen true, and seen false. */
  readonly conditions: Part
}

export interface Part {
  readonly all: number
  readonly walked: number
  /** By name, of what can happen at all in this configuration. */
  readonly missing: readonly string[]
}

/**
 * @param all every transition of the flow, by the names that test paths give: `state.option.outcome#branch`,
 *   `state?#branch` for decisions, `state?offered` for what is decided in front of an offer, `state?error`
 * @param impossible those of them that no login of this configuration takes
 */
export function coverageOf(
  all: readonly string[],
  covered: ReadonlySet<string>,
  impossible: readonly string[],
): Walked {
  const possible = all.filter((item) => !impossible.includes(item))
  const groups = Map.groupBy(possible, (item) => item.split('#')[0]!)
  const outcomes = [...groups].filter(([name]) => !name.includes('?'))
  return {
    transitions: partOf(possible, (item) => covered.has(item)),
    outcomes: partOf(
      outcomes.map(([name]) => name),
      (name) => groups.get(name)!.some((item) => covered.has(item)),
    ),
    conditions: partOf(sidesOf(all, possible), ({ items }) =>
      items.some((item) => covered.has(item)),
    ),
  }
}

interface Side {
  readonly name: string
  /** Each of them shows it. */
  readonly items: readonly string[]
}

/** Of a list of branches each condition twice: taken, and passed over for a later one. */
function sidesOf(all: readonly string[], possible: readonly string[]): Side[] {
  const lists = Map.groupBy(
    all.filter((item) => /#\d+$/.test(item)),
    (item) => item.split('#')[0]!,
  )
  return [...lists].flatMap(([name, items]) => {
    const offered = all.includes(`${name}offered`) ? [`${name}offered`] : []
    const branches = [...items, ...offered]
    // The last of a list has no condition.
    return branches.slice(0, -1).flatMap((taken, at): Side[] => {
      const sides = [
        { name: `${taken} is true`, items: [taken] },
        { name: `${taken} is false`, items: branches.slice(at + 1) },
      ]
      return sides.filter((side) => side.items.some((item) => possible.includes(item)))
    })
  })
}

function partOf<T extends string | Side>(all: readonly T[], isWalked: (one: T) => boolean): Part {
  const missing = all.filter((one) => !isWalked(one))
  return {
    all: all.length,
    walked: all.length - missing.length,
    missing: missing.map((one) => (typeof one === 'string' ? one : one.name)),
  }
}

/** A line for each part, and one for each thing that no test has walked. */
export function coverageLines({ transitions, outcomes, conditions }: Walked): string[] {
  const parts = { transitions, outcomes, 'sides of conditions': conditions }
  return Object.entries(parts).flatMap(([name, { all, walked, missing }]) => [
    `${walked} of ${all} ${name} were walked`,
    ...missing.map((one) => `  no test walks ${one}`),
  ])
}
