/** Flows by name for the oracles: what is shipped, and what the corpus has. */

import type { StepDeclaration } from '../../../src/language/declaration.ts'
import type { FlowDefinition } from '../../../src/language/flow.ts'
import { loadFlows } from '../../../src/language/load.ts'
import { stepTypes } from '../../../src/steps/index.ts'
import { loadSmall } from '../../support/checked.ts'
import { testSteps } from '../../support/declarations.ts'
import { filesWith } from '../../support/world.ts'
import { engineRows } from '../corpus/engines.ts'
import { flowRows } from '../corpus/flows.ts'
import { optionsOf } from './environment.ts'

export interface Named {
  readonly name: string
  readonly flow: FlowDefinition
  /** No others than it names: what an account can have beside doubles the worlds. */
  readonly steps: readonly StepDeclaration[]
}

export function shippedFlows(): Named[] {
  const { organisation } = loadFlows(filesWith(), stepTypes, {})
  const steps = stepTypes.map(({ declaration }) => declaration)
  return organisation!.flows.map((flow) => named(flow.name, flow, steps))
}

export function corpusFlows(): Named[] {
  return [...flowRows, ...engineRows].map(({ id, flow }) => named(id, loadSmall(flow), testSteps))
}

function named(name: string, flow: FlowDefinition, steps: readonly StepDeclaration[]): Named {
  const options = Object.values(flow.states).flatMap(optionsOf)
  const used = new Set(options.map(({ step }) => step))
  const uses = new Set(steps.flatMap((step) => (used.has(step.type) ? (step.uses ?? []) : [])))
  const kept = steps.filter(({ type, uses: own }) => used.has(type) || (own && uses.has(own)))
  return { name, flow, steps: kept }
}
