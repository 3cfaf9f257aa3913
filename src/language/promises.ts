/** What a called flow assumes and promises, as properties of the flow that calls it. */
import type { Findings } from './findings.ts'
import type { Property } from './flow.ts'
import { didYouMean } from './nearest.ts'
import type { ParsedFlow } from './parsed.ts'

export interface Called {
  readonly flow: ParsedFlow
  /** What the ids of its states begin with: `<call>/`, or nothing where nobody has called it. */
  readonly prefix: string
  /** The state that it begins with. Absent: there is none. */
  readonly entry: string | undefined
  /** The id of the state that a call of its own enters, by the call's id. */
  readonly calls: ReadonlyMap<string, string>
}

/** An assumption must hold wherever the flow's first state is entered, from outside or again. */
export function assumptionsOf({ flow, prefix, entry }: Called): Property[] {
  if (entry === undefined) return []
  return flow.assumes.map((holds) => {
    const name = `${belongingTo(prefix)}assumes ${holds.source}`
    return { kind: 'at', name, at: entry, holds, place: holds.place }
  })
}

/** @returns the flow's properties with the places that they name followed to where they are now */
export function promisesOf({ flow, prefix, calls }: Called, findings: Findings): Property[] {
  const ends = [...flow.states.values()].filter((state) => state.kind === 'end')
  const known = new Set([...flow.states.keys(), ...ends.map(({ outcome }) => outcome)])
  return flow.properties.map((property) => {
    const follow = (name: string, state = name) => {
      if (!known.has(state)) {
        const message = `\`${property.name}\` names \`${name}\`, and there is no such state`
        findings.report('state-unknown', property.place, message, didYouMean(name, known))
      }
      return calls.get(prefix + name) ?? prefix + name
    }
    return { ...moved(property, follow), name: belongingTo(prefix) + property.name }
  })
}

/** The places that the properties of a flow name. An end among them stays as a state when it is called. */
export function placesNamed({ properties }: ParsedFlow): ReadonlySet<string> {
  const names = new Set<string>()
  const note = (name: string) => {
    names.add(name)
    return name
  }
  for (const property of properties) moved(property, note)
  return names
}

function belongingTo(prefix: string): string {
  return prefix === '' ? '' : `${prefix.slice(0, -1)}: `
}

/** @param follow also told the state, where a place is `<state>.<option>.<outcome>` */
function moved(property: Property, follow: (name: string, state?: string) => string): Property {
  if ('from' in property) {
    return { ...property, from: follow(property.from), to: follow(property.to) }
  }
  const at = follow(property.at)
  if (property.kind !== 'never' || property.without === undefined) return { ...property, at }
  const without = property.without.map((name) => follow(name, name.split('.')[0]))
  return { ...property, at, without }
}
