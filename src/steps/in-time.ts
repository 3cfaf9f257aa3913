/** Waits for somebody else's work until a deadline, whether or not they look at the signal. */

/** @throws {Error} `TimeoutError` at the deadline; whatever the work throws */
export async function inTime<T>(
  work: (signal: AbortSignal) => T | Promise<T>,
  timeoutMs: number,
): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const stop = new AbortController()
  const timer = setTimeout(() => {
    const reason = new DOMException('there was no answer in time', 'TimeoutError')
    stop.abort(reason)
    reject(reason)
  }, timeoutMs)
  try {
    return await Promise.race([Promise.resolve(stop.signal).then(work), late])
  } finally {
    clearTimeout(timer)
  }
}
