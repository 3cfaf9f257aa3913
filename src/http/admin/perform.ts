/**
 * One call of the table, held to its schemas: whoever makes it, a program with its token or a page of ours
 * with its visitor. Whether they may is asked before.
 */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { KnownError } from '../../kit/errors.ts'
import { DetailedRefusal } from '../detailed-refusal.ts'
import type { AdminParts, Answer, Call, Route, Schema } from './route.ts'

/** @throws {KnownError} INPUT_INVALID, PRECONDITION_NEEDED, and what the route refuses */
export async function perform(route: Route, call: Call, parts: AdminParts): Promise<Answer> {
  const holds = holdsOf(route)
  const query = heldQuery(call.query, route, holds.query)
  const body = holds.body ? held(call.body, holds.body) : undefined
  if (route.conditional && call.ifMatch === '') {
    throw new KnownError('PRECONDITION_NEEDED', 'a change without If-Match')
  }
  return route.run({ ...call, query, body }, parts)
}

interface Holds {
  readonly query: ValidateFunction
  readonly body: ValidateFunction | undefined
}

const shapes = new Ajv2020({ strict: true, formats: { 'date-time': true } })
const compiled = new WeakMap<Route, Holds>()

/** Compiled by the first who asks: most servers are never asked most of it. */
function holdsOf(route: Route): Holds {
  const known = compiled.get(route)
  if (known) return known
  const query = shapes.compile(querySchema(route.query))
  const holds = { query, body: route.body && shapes.compile(route.body) }
  compiled.set(route, holds)
  return holds
}

/** @throws {KnownError} INPUT_INVALID, with the place of the first thing that is wrong */
function held(value: unknown, hold: ValidateFunction): unknown {
  if (hold(value)) return value
  const [error] = hold.errors ?? []
  throw new DetailedRefusal('INPUT_INVALID', 'a body that is not of its schema', {
    pointer: error?.instancePath ?? '',
    reason: error?.message ?? '',
  })
}

/** Parameters are texts; those that count something are held to their schema as numbers. */
function heldQuery(
  given: Call['query'],
  { query = {} }: Route,
  hold: ValidateFunction,
): Call['query'] {
  const typed = Object.entries(given).map(([name, value]) => [
    name,
    query[name]?.type === 'integer' && /^\d{1,9}$/.test(value) ? Number(value) : value,
  ])
  held(Object.fromEntries(typed), hold)
  const missing = Object.entries(query)
    .filter(([name, schema]) => !(name in given) && schema.default !== undefined)
    .map(([name, schema]) => [name, String(schema.default)])
  return { ...Object.fromEntries(missing), ...given }
}

function querySchema(query: Readonly<Record<string, Schema>> = {}): Schema {
  return { type: 'object', properties: query, additionalProperties: false }
}
