/** What the readers of one file share: where problems go, which names there are, which parameters. */
import { readCondition, type Vocabulary } from './conditions.ts'
import type { Findings } from './findings.ts'
import type { Condition } from './flow.ts'
import type { NestedGroups } from './nested-groups.ts'
import type { StepType } from './step.ts'
import type { Node, ScalarNode } from './tree.ts'

/** What of a step type the language needs. */
export type StepSpec = Pick<StepType, 'declaration' | 'params'>

/** The names that a flow file can use. */
export interface Names {
  readonly steps: ReadonlyMap<string, StepSpec>
  readonly connections: readonly string[]
  /** Those that are not ours, and `internal`. */
  readonly directories: readonly string[]
  readonly services: readonly string[]
  readonly values: Vocabulary
  /** Absent: no group is in another. */
  readonly nested?: NestedGroups
}

export type Parameters = ReadonlyMap<string, string | number | boolean>

export class Scope {
  readonly findings: Findings
  readonly names: Names
  /** Whether the flow can be started by itself: then its ends are ends of a login. */
  readonly startable: boolean
  readonly #parameters: Parameters

  constructor(findings: Findings, names: Names, startable: boolean, parameters: Parameters) {
    this.findings = findings
    this.names = names
    this.startable = startable
    this.#parameters = parameters
  }

  /** A parameter's value, where the node is `$name`; otherwise the node itself. */
  given(node: Node): Node {
    if (node.kind !== 'scalar' || !isReference(node.value)) return node
    const name = String(node.value).slice(1)
    const value = this.#parameters.get(name)
    if (value !== undefined) return { ...node, value }
    const message = `this flow has no parameter \`${name}\``
    const hint = `declare it at the top: \`parameters: { ${name}: <default> }\``
    this.findings.report('parameter-unknown', node.place, message, hint)
    return node
  }

  condition(node: Node): Condition | undefined {
    const source = this.findings.text(node, 'a condition', 2000)
    if (source === undefined) return undefined
    const read = readCondition(source, this.names.values)
    if ('predicate' in read) return { source, reads: read.predicate.reads, place: node.place }
    for (const { code, at, message, hint } of read.mistakes) {
      this.findings.report(code, (node as ScalarNode).placeOf(at), message, hint)
    }
    return undefined
  }
}

export function isReference(value: unknown): boolean {
  return typeof value === 'string' && /^\$[a-z][a-z0-9-]*$/.test(value)
}
