/**
 * Steps that wait for somebody outside while a login runs by itself.
 *
 * No transaction is open meanwhile: with SQLite it would stop everyone. Where the walk is inside of one, it is
 * rolled back, the call is made, and the walk taken anew with what was heard. A call is known by its state
 * and by the facts that it was made with: other facts are another call.
 */
import type { FactName } from '../language/facts.ts'
import type { Option, RunState } from '../language/flow.ts'
import { type Answered, CallsOut } from './consult.ts'
import { callOf, type Draft, decideParams } from './draft.ts'
import { faultOf } from './fault.ts'
import { traced } from './traced.ts'

/** Does something in a transaction, as often as a call has to be made before it. */
export async function callingOut<T>(inTransaction: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await inTransaction()
    } catch (thrown) {
      if (!(thrown instanceof CallsOut)) throw thrown
      await thrown.make()
    }
  }
}

/** @param outside no transaction is open */
export async function callOut(draft: Draft, state: RunState, outside: boolean): Promise<Answered> {
  const { heard, world } = draft
  const { option } = state
  forget(draft, option)
  // A transaction that is open now is rolled back by the time the call is made.
  const people = outside ? draft.people : world.store.people()
  const call = callOf(draft, option, { params: decideParams(draft, option).params, people })
  const key = JSON.stringify([state.id, call.params, call.facts])
  const known = heard.get(key)
  if (known && ('answer' in known || 'fault' in known)) return known
  if (heard.size >= world.limits.callOutsMax) {
    world.report(new Error(`login called out ${heard.size} times in one move`), draft.login.id)
    return { fault: 'error' }
  }
  const make = async (): Promise<Answered> => {
    const one = await ask()
    heard.set(key, one)
    return one
  }
  const ask = async (): Promise<Answered> => {
    try {
      const step = world.steps.get(option.step)!
      return { answer: await traced(draft, option, 'work', () => step.work(call)) }
    } catch (thrown) {
      const fault = faultOf(thrown, false)
      if (!fault) throw thrown
      world.report(thrown, draft.login.id)
      return { fault }
    }
  }
  if (!outside) throw new CallsOut(make)
  return make()
}

/** What was heard before is not true of a call that fails now. */
function forget(draft: Draft, { step }: Option): void {
  const { outcomes } = draft.world.steps.get(step)!.declaration
  // What is recorded with one value only is a mark that stays, and no answer.
  const names = Object.values(outcomes).flatMap((cases) =>
    cases.flatMap(({ records = [], where = {} }) => records.filter((name) => !where[name])),
  )
  const kept = Object.entries(draft.facts.recorded ?? {}).filter(
    ([name]) => !names.includes(name as FactName),
  )
  draft.change({ recorded: Object.fromEntries(kept) })
}
