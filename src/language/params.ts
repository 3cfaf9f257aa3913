/**
 * The parameters of a step type, as data: the file is checked against them, the JSON Schema is made from
 * them, and the step gets them typed.
 */
import type { FactName } from './facts.ts'

export type ParamSpec =
  | { readonly kind: 'int'; readonly min: number; readonly max: number; readonly default: number }
  | { readonly kind: 'bool'; readonly default: boolean }
  | { readonly kind: 'word'; readonly values: readonly string[]; readonly default: string }
  /** Without `default` it must be said. */
  | { readonly kind: 'text'; readonly maxLength: number; readonly default?: string }
  /** A connection of `connections.yaml`, by its id: the option's. It must be said. */
  | { readonly kind: 'connection' }
  /** A directory of `directories.yaml` that is not ours, or `internal`, by its id. Without `default` it must be said. */
  | { readonly kind: 'directory'; readonly default?: string }
  /** A service of `services.yaml`, by its id. It must be said. */
  | { readonly kind: 'service' }
  /**
   * Rules in order: each a condition and a list of names. The engine decides. `matches`: the names are of what
   * accounts are found by. `nests`: they are groups, and come with those that they are in.
   */
  | {
      readonly kind: 'rules'
      readonly gives: string
      readonly matches?: true
      readonly nests?: true
    }

export type ParamSpecs = Readonly<Record<string, ParamSpec & { readonly description: string }>>

/** A rule with its condition decided. */
export interface DecidedRule {
  readonly holds: boolean
  readonly gives: readonly string[]
  /** The facts that its condition names. */
  readonly reads: readonly FactName[]
}

type ParamValue<S extends ParamSpec> = S extends { kind: 'int' }
  ? number
  : S extends { kind: 'bool' }
    ? boolean
    : S extends { kind: 'rules' }
      ? readonly DecidedRule[]
      : string

export type ParamValues<P extends ParamSpecs> = { readonly [K in keyof P]: ParamValue<P[K]> }
