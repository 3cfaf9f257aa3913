/** Single edits of a condition: an atom negated, always so or never so; `&&` where it said `||`. */
import { readCondition } from '../language/conditions.ts'
import type { Condition } from '../language/flow.ts'

export const operators = [
  'negate',
  'widen',
  'negate an atom',
  'widen an atom',
  'drop an atom',
] as const

export interface EditedCondition {
  readonly operator: (typeof operators)[number]
  readonly when: Condition
}

/** What is so of everybody, and of nobody, and never fails: a condition must read something. */
const everybody = 'proofs.factors >= 0'
const nobody = 'proofs.factors < 0'

/** @returns those that the language can read */
export function editsOfCondition(condition: Condition): EditedCondition[] {
  const { source } = condition
  const { atoms, joins } = partsOf(source)
  const made: { readonly operator: (typeof operators)[number]; readonly text: string }[] = [
    { operator: 'negate', text: `!(${source})` },
    { operator: 'widen', text: everybody },
    ...(atoms.length > 1 ? atoms : []).flatMap(([from, to]) => [
      {
        operator: 'negate an atom' as const,
        text: put(source, from, to, `!(${source.slice(from, to)})`),
      },
      { operator: 'widen an atom' as const, text: put(source, from, to, everybody) },
      { operator: 'drop an atom' as const, text: put(source, from, to, nobody) },
    ]),
    ...joins.map(([from, to]) => {
      const other = source.slice(from, to) === '&&' ? '||' : '&&'
      return { operator: 'widen' as const, text: put(source, from, to, other) }
    }),
  ]
  return made.flatMap(({ operator, text }) => {
    const read = readCondition(text)
    if (!('predicate' in read)) return []
    return [{ operator, when: { ...condition, source: text, reads: read.predicate.reads } }]
  })
}

function put(source: string, from: number, to: number, text: string): string {
  return source.slice(0, from) + text + source.slice(to)
}

type Span = readonly [from: number, to: number]

/** What `&&`, `||`, `!` and brackets put together, and where it is joined. A call's brackets are its own. */
function partsOf(source: string): { readonly atoms: Span[]; readonly joins: Span[] } {
  const atoms: Span[] = []
  const joins: Span[] = []
  let from = 0
  const end = (at: number) => {
    const text = source.slice(from, at)
    const begin = from + text.length - text.trimStart().length
    if (text.trim() !== '') atoms.push([begin, begin + text.trim().length])
  }
  for (const { 0: token, index } of source.matchAll(tokens)) {
    if (token.length > 2 || !/^(?:&&|\|\||[!()])$/.test(token)) continue
    end(index)
    if (token === '&&' || token === '||') joins.push([index, index + 2])
    from = index + token.length
  }
  end(source.length)
  return { atoms, joins }
}

/** Texts and calls as a whole, so that what joins is seen only between them. */
const tokens =
  /'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\w\((?:[^()'"]|'[^']*'|"[^"]*")*\)|&&|\|\||!=|[!()]/g
