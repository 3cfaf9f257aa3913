/** Groups in groups: whoever is given a group is in all those that it is in, however far up. */
import type { Findings } from './findings.ts'
import type { DirectoryFile } from './settings.ts'

/** By a group, all those that it is in: the nearest first, each once, and never itself. */
export type NestedGroups = ReadonlyMap<string, readonly string[]>

export function nestedGroups(directories: readonly DirectoryFile[]): NestedGroups {
  const direct = directGroups(directories)
  return new Map([...direct.keys()].map((group) => [group, above(group, direct)]))
}

/** @returns the groups, and after them those that they are in */
export function withNested(groups: readonly string[], nested: NestedGroups): readonly string[] {
  const all = [...groups, ...groups.flatMap((group) => nested.get(group) ?? [])]
  return [...new Set(all)]
}

/** A group that is in itself says that two groups are one: that is a slip, and nobody's wish. */
export function reportNestedCycles(
  directories: readonly DirectoryFile[],
  findings: Findings,
): void {
  const direct = directGroups(directories)
  const told = new Set<string>()
  for (const group of direct.keys()) {
    const way = told.has(group) ? undefined : wayBack(group, direct)
    if (!way) continue
    for (const each of way) told.add(each)
    const place = directories.find((each) => memberOf(each)[group])!.place
    const message = `the group \`${group}\` is in itself: ${way.join(' -> ')}`
    findings.report('value-invalid', place, message, 'take one of these out of `memberOf`')
  }
}

type Direct = ReadonlyMap<string, readonly string[]>

function memberOf(directory: DirectoryFile): Readonly<Record<string, readonly string[]>> {
  return directory.kind === 'local' ? (directory.memberOf ?? {}) : {}
}

function directGroups(directories: readonly DirectoryFile[]): Direct {
  const direct = new Map<string, readonly string[]>()
  for (const [group, upper] of directories.flatMap((each) => Object.entries(memberOf(each)))) {
    direct.set(group, [...(direct.get(group) ?? []), ...upper])
  }
  return direct
}

function above(group: string, direct: Direct): readonly string[] {
  const found = new Set([group])
  // A set that grows while it is walked: each comes once, also in a circle.
  for (const each of found) for (const upper of direct.get(each) ?? []) found.add(upper)
  found.delete(group)
  return [...found]
}

/** @returns the shortest way from a group to itself, both ends told */
function wayBack(group: string, direct: Direct): readonly string[] | undefined {
  const ways = [[group]]
  const seen = new Set<string>()
  for (const way of ways) {
    for (const upper of direct.get(way.at(-1)!) ?? []) {
      if (upper === group) return [...way, upper]
      if (seen.has(upper)) continue
      seen.add(upper)
      ways.push([...way, upper])
    }
  }
  return undefined
}
