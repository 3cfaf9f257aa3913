/** What the API takes, proven to be of its shape. */
import { KnownError } from '../../kit/errors.ts'
import { limits } from '../limits.ts'
import { isName } from '../parameters.ts'

/** One answer to the state where a login rests. */
export interface ActionInput {
  readonly seq: string
  readonly input: Readonly<Record<string, string>>
}

/** @throws {KnownError} INPUT_INVALID for anything but `{ seq, input }` */
export function readAction(body: unknown): ActionInput {
  const { seq, input = {}, ...more } = readObject(body)
  if (typeof seq !== 'string') throw invalid('seq is not a string')
  if (Object.keys(more).length > 0) throw invalid('more members than seq and input')
  return { seq, input: readStrings(input) }
}

/**
 * An object whose values are strings, and whose names can be names of fields.
 *
 * @returns an object without a prototype
 * @throws {KnownError} INPUT_INVALID
 */
export function readStrings(value: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(readObject(value))
  if (entries.length > limits.fields) throw invalid(`more than ${limits.fields} members`)
  const strings: Record<string, string> = Object.create(null)
  for (const [name, member] of entries) {
    if (!isName(name)) throw invalid('a member whose name cannot be one')
    if (typeof member !== 'string') throw invalid('a member that is not a string')
    strings[name] = member
  }
  return strings
}

/**
 * The `Idempotency-Key` header.
 *
 * @returns absence when there is none
 * @throws {KnownError} REQUEST_MALFORMED
 */
export function readIdempotencyKey(header: string): string | undefined {
  if (header === '') return undefined
  if (header.length > limits.idempotencyKeyChars || !/^[\x21-\x7e]+$/.test(header)) {
    throw new KnownError('REQUEST_MALFORMED', 'an Idempotency-Key that cannot be one')
  }
  return header
}

function readObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('not an object')
  }
  return value as Record<string, unknown>
}

function invalid(operator: string): KnownError {
  return new KnownError('INPUT_INVALID', operator)
}
