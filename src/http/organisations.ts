/** Several organisations behind one socket: each answers below the path of its own issuer. */
import type { RequestListener } from 'node:http'

export interface AtPath {
  readonly issuer: URL
  readonly listener: RequestListener
}

/**
 * The target of a request is compared as it came: `%61cme` and `x/../acme` are no other names of `acme`.
 *
 * @param first answers what is nobody else's
 */
export function eachAtItsPath([first, ...others]: readonly AtPath[]): RequestListener {
  const byPath = others.map(({ issuer, listener }) => ({ path: issuer.pathname, listener }))
  return (request, response) => {
    const [target] = (request.url ?? '').split('?', 1)
    const found = byPath.find(({ path }) => target === path || target!.startsWith(`${path}/`))
    return (found ?? first!).listener(request, response)
  }
}
