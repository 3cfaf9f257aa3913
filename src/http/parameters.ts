/** Names and values, each name once. */
import { KnownError } from '../kit/errors.ts'
import { limits } from './limits.ts'

/**
 * Reads parameters, and refuses a name that comes twice (RFC 6749, section 3.1): two readers of it could
 * take two different values.
 *
 * @returns an object without a prototype
 * @throws {KnownError} REQUEST_MALFORMED
 */
export function readParameters(text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = Object.create(null)
  let count = 0
  for (const [name, value] of new URLSearchParams(text)) {
    count += 1
    if (count > limits.fields) throw malformed(`more than ${limits.fields} parameters`)
    if (!isName(name)) throw malformed('a parameter whose name cannot be one')
    if (name in found) throw malformed('a parameter that comes twice')
    found[name] = value
  }
  return found
}

/** Whether it can be the name of a field. `__proto__` and its like cannot. */
export function isName(name: string): boolean {
  return name.length <= limits.fieldNameChars && /^[A-Za-z][A-Za-z0-9_.-]*$/.test(name)
}

function malformed(operator: string): KnownError {
  return new KnownError('REQUEST_MALFORMED', operator)
}
