/** A condition's meaning as a small tree of our own: what the checker reads, and `conditions.ts` evaluates. */
import type { FactName } from './facts.ts'

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>='

/** `opaque`: true, false or error, and nothing more is known of it than what it reads. */
export type ConditionTree =
  | { readonly op: 'literal'; readonly value: string | number | boolean }
  | { readonly op: 'list'; readonly items: readonly ConditionTree[] }
  | { readonly op: 'fact'; readonly name: FactName }
  | { readonly op: 'has'; readonly name: FactName }
  /** An optional fact, or what stands in for it when it is not there. */
  | { readonly op: 'or-value'; readonly name: FactName; readonly otherwise: ConditionTree }
  | { readonly op: 'not'; readonly of: ConditionTree }
  | { readonly op: 'and' | 'or'; readonly left: ConditionTree; readonly right: ConditionTree }
  | {
      readonly op: 'choose'
      readonly when: ConditionTree
      readonly met: ConditionTree
      readonly otherwise: ConditionTree
    }
  | {
      readonly op: 'compare'
      readonly by: Comparison
      readonly left: ConditionTree
      readonly right: ConditionTree
    }
  | { readonly op: 'in'; readonly item: ConditionTree; readonly list: ConditionTree }
  | {
      readonly op: 'call'
      readonly name: string
      readonly on: ConditionTree
      readonly given: readonly ConditionTree[]
    }
  | { readonly op: 'opaque'; readonly text: string; readonly reads: readonly FactName[] }
