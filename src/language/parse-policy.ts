/** The levels that an application can ask for, and the one that every login by the flow reaches. */
import type { Findings } from './findings.ts'
import type { Level, Policy } from './flow.ts'
import { didYouMean } from './nearest.ts'
import type { Entry, MapNode, Node } from './tree.ts'

export const levelKeys = ['factors', 'phishing-resistant'] as const
const longestAcr = 200

/** One factor, or two: what a flow without a `policy` means. */
const plain: readonly Level[] = [
  { acr: 'urn:sallyport:acr:1', factors: 1, phishingResistant: false },
  { acr: 'urn:sallyport:acr:2', factors: 2, phishingResistant: false },
]

export function parsePolicy(root: MapNode, findings: Findings): Policy {
  const entry = root.entries.get('policy')
  const given = entry && findings.map(entry.value, '`policy`')
  if (given === undefined) return { levels: plain, floor: plain[0]!.acr }
  const map = findings.keys(given, '`policy`', ['acr', 'floor'])
  const acr = findings.need(map, 'acr', '`policy`', 'add `acr:` and the levels')
  const read = acr && parseLevels(acr.value, findings)
  const levels = read === undefined || read.length === 0 ? plain : read
  const floor = map.entries.get('floor')
  return { levels, floor: (floor && parseFloor(floor.value, levels, findings)) ?? levels[0]!.acr }
}

/** Weakest first, whatever their order in the file. */
function parseLevels(node: Node, findings: Findings): readonly Level[] | undefined {
  const map = findings.map(node, '`acr`')
  if (map === undefined) return undefined
  const read = [...map.entries.values()].flatMap((entry) => {
    const level = parseLevel(entry, findings)
    return level === undefined ? [] : [{ level, place: entry.place }]
  })
  const sorted = read.toSorted(
    (a, b) =>
      a.level.factors - b.level.factors ||
      Number(a.level.phishingResistant) - Number(b.level.phishingResistant),
  )
  for (let i = 1; i < sorted.length; i += 1) {
    const [weak, strong] = [sorted[i - 1]!.level, sorted[i]!.level]
    const same =
      weak.factors === strong.factors && weak.phishingResistant === strong.phishingResistant
    if (!same && (!weak.phishingResistant || strong.phishingResistant)) continue
    const message = same
      ? `\`${strong.acr}\` asks for exactly what \`${weak.acr}\` asks for`
      : `neither of \`${weak.acr}\` and \`${strong.acr}\` is the stronger one`
    const hint = 'each level must ask for all that the weaker ones ask for, and more'
    findings.report('policy-unordered', sorted[i]!.place, message, hint)
  }
  return sorted.map(({ level }) => level)
}

function parseLevel({ key, place, value }: Entry, findings: Findings): Level | undefined {
  if (key === '' || key.length > longestAcr || /[\s"\\]/.test(key)) {
    const message = `\`${key}\` cannot be a level: it is sent to applications as \`acr\``
    return findings.report('name-invalid', place, message, 'use a URN, as `urn:sallyport:acr:2`')
  }
  const given = findings.map(value, `the level \`${key}\``)
  if (given === undefined) return undefined
  const map = findings.keys(given, 'a level', levelKeys)
  const factors = findings.need(map, 'factors', 'a level', 'add `factors: 1` or more')
  const count = factors && findings.int(factors.value, '`factors`', 1, 3)
  const resistant = map.entries.get('phishing-resistant')
  return {
    acr: key,
    factors: count ?? 1,
    phishingResistant:
      (resistant && findings.bool(resistant.value, '`phishing-resistant`')) ?? false,
  }
}

function parseFloor(node: Node, levels: readonly Level[], findings: Findings): string | undefined {
  const text = findings.text(node, '`floor`')
  const known = levels.map(({ acr }) => acr)
  if (text === undefined || known.includes(text)) return text
  const message = `there is no level \`${text}\``
  return findings.report('value-invalid', node.place, message, didYouMean(text, known))
}
