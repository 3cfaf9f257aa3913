/**
 * Questions to somebody outside, of steps that write and so work inside of a transaction. It is rolled back, the
 * question is asked, and the walk taken anew with the answer in hand.
 */
import type { Answer } from '../language/step.ts'

/** How a step has ended that does nothing but call out. */
export type Answered = { readonly answer: Answer } | { readonly fault: 'error' | 'timeout' }
/** What was heard in one move, by what was asked. */
export type Heard = Map<
  string,
  Answered | { readonly said: unknown } | { readonly thrown: unknown }
>

/** Thrown where a call must be made and a transaction is open. */
export class CallsOut extends Error {
  readonly make: () => Promise<unknown>

  constructor(make: () => Promise<unknown>) {
    super('a step calls out')
    this.make = make
  }
}

/**
 * @param what by which the question is known in this move
 * @param callsMax of one move, all together
 * @throws what was thrown when it was asked
 */
export async function consult<T>(
  heard: Heard,
  callsMax: number,
  what: readonly string[],
  ask: () => Promise<T>,
): Promise<T> {
  const key = JSON.stringify(['consulted', ...what])
  const known = heard.get(key)
  if (known && 'said' in known) return known.said as T
  if (known && 'thrown' in known) throw known.thrown
  if (heard.size >= callsMax) throw new Error(`a login called out ${heard.size} times in one move`)
  throw new CallsOut(async () => {
    try {
      heard.set(key, { said: await ask() })
    } catch (thrown) {
      heard.set(key, { thrown })
    }
  })
}
