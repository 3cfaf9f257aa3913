/** Whether the checker, the naive checker and the engine say the same of a flow. */
import assert from 'node:assert/strict'
import type { StepDeclaration } from '../../../src/language/declaration.ts'
import type { FlowDefinition } from '../../../src/language/flow.ts'
import { exploreByEngine, propertiesOfSuccess } from './engine.ts'
import { brokenIn, exploreInFull } from './explored.ts'
import { told } from './meaning.ts'
import { exploreNaively } from './naive.ts'

export interface Limits {
  /** Logins that the naive checker looks at; 0: it is not asked. */
  readonly logins: number
  /** Moves that the engine plays; 0: it is not asked. */
  readonly plays: number
}

/** @returns which of the two were small enough to be compared with the checker */
export async function agree(
  flow: FlowDefinition,
  steps: readonly StepDeclaration[],
  { logins, plays }: Limits,
): Promise<{ naive: boolean; engine: boolean }> {
  const naive = logins > 0 ? exploreNaively(flow, steps, logins) : undefined
  const engine = plays > 0 ? await exploreByEngine(flow, steps, plays) : undefined
  if (!naive && !engine) return { naive: false, engine: false }
  const ours = exploreInFull(flow, steps)
  if (naive) {
    assert.deepEqual(told(ours.ends), told(naive.ends), 'ends')
    assert.deepEqual(told(ours.broken), told(naive.broken), 'verdicts')
    assert.deepEqual(told(brokenIn(flow, steps)), told(naive.broken), 'verdicts, with reductions')
    assert.deepEqual(told(ours.successes), told(naive.successes), 'successes')
  }
  if (engine) {
    // Its deadline is its door's to look at.
    ours.ends.delete('!expired')
    const names = new Set(propertiesOfSuccess(flow).map(({ name }) => name))
    const broken = new Map([...ours.broken].filter(([name]) => names.has(name)))
    assert.deepEqual(told(engine.ends), told(ours.ends), 'ends of the engine')
    assert.deepEqual(told(engine.broken), told(broken), 'verdicts by the engine')
    assert.deepEqual(told(engine.successes), told(ours.successes), 'successes of the engine')
  }
  return { naive: naive !== undefined, engine: engine !== undefined }
}
