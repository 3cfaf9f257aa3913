/** What a step throws when something it depends on fails. Anything else is a bug, and a bare 500. */
import { KnownError } from '../kit/errors.ts'

/**
 * @param isArrival whether an upstream's answer was at work: it is used up by its first delivery, good or
 *   bad (I-15), so that even a refusal is an outcome there
 * @returns absence: no fault, but a refusal or a bug
 */
export function faultOf(thrown: unknown, isArrival: boolean): 'error' | 'timeout' | undefined {
  if (!(thrown instanceof Error)) return undefined
  if (thrown instanceof KnownError) return isArrival ? 'error' : undefined
  if (thrown.name === 'TimeoutError' || thrown.name === 'AbortError') return 'timeout'
  return thrown.name === 'UpstreamFailure' ? 'error' : undefined
}
