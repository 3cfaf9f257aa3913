/**
 * Steps that fail when they are told to. It is how a story brings about what no person can: a dependency
 * that does not answer, chance, and what another login writes while this one is at work.
 */
import type { OwnOutcome } from '../../language/declaration.ts'
import type { StepType } from '../../language/step.ts'

export interface Faults {
  /**
   * The next time that a step of this type works, this happens.
   *
   * @param directory the one that it asks, of a step that asks one
   */
  arm(step: string, fault: Fault, directory?: string): void
  /** What was armed and has not happened. */
  readonly armed: readonly string[]
  disarm(): void
}

export type Fault =
  | { readonly fault: 'error' | 'timeout' }
  /** By chance it ends so, whatever it would have found. */
  | { readonly ends: OwnOutcome; readonly case: number }
  /** Something is done when its work is done, and before what it has found is written. */
  | { readonly meanwhile: () => Promise<void> }

export function brittle(steps: readonly StepType[]): {
  readonly steps: readonly StepType[]
  readonly faults: Faults
} {
  const armed = new Map<string, Fault>()
  const take = (key: string): Fault | undefined => {
    const fault = armed.get(key)
    armed.delete(key)
    return fault
  }
  return {
    steps: steps.map((step) => brittleStep(step, take)),
    faults: {
      arm: (step, fault, directory) => armed.set(keyOf(step, directory), fault),
      get armed() {
        return [...armed.keys()]
      },
      disarm: () => armed.clear(),
    },
  }
}

function keyOf(step: string, directory: unknown): string {
  return typeof directory === 'string' ? `${step} of ${directory}` : step
}

function brittleStep(step: StepType, take: (key: string) => Fault | undefined): StepType {
  return {
    ...step,
    async work(call) {
      const fault = take(keyOf(step.declaration.type, call.params.directory))
      if (!fault) return step.work(call)
      if ('fault' in fault) throw new Failure(fault.fault)
      if ('ends' in fault) return { outcome: fault.ends, case: fault.case }
      const answer = await step.work(call)
      await fault.meanwhile()
      return answer
    },
  }
}

class Failure extends Error {
  constructor(fault: 'error' | 'timeout') {
    super(`made to end with ${fault}`)
    // The engine tells late from broken by the name.
    this.name = fault === 'timeout' ? 'TimeoutError' : 'UpstreamFailure'
  }
}
