/** What `sallyport simulate` is given: who comes, what is so in the world, and what they do. */
import { parse } from 'yaml'
import type { Claims } from '../language/facts.ts'
import { didYouMean } from '../language/nearest.ts'
import { UsageProblem } from './io.ts'

/** The shape of the file, YAML or JSON. Everything may be left out. */
export interface Given {
  /** Kinds of credential that their account has: `password`, `totp`, `webauthn`, ... */
  readonly credentials: readonly string[]
  /** Connections by which their account is known. */
  readonly associations: readonly string[]
  /** Groups of their account, granted by hand. */
  readonly groups: readonly string[]
  /** Whether there is an account: so where any of the above is there, unless said. */
  readonly account: boolean
  readonly locked: boolean
  /** What upstreams say of them. */
  readonly claims: Claims
  /** The application that asks; the flow's first unless said. */
  readonly application: string | undefined
  /** Levels that it asks for. */
  readonly acr: readonly string[]
  /** Just-in-time accounts of connections, in place of what the files say. */
  readonly jit: Readonly<Record<string, boolean>>
  readonly does: readonly Doing[]
}

export interface Doing {
  /** An option, or `back`, `cancel`, `wait`: until the login has expired. */
  readonly what: string
  readonly how: 'right' | 'wrong' | 'no' | 'nobody'
}

const hows: readonly string[] = ['right', 'wrong', 'no', 'nobody']
const keys = {
  credentials: texts,
  associations: texts,
  groups: texts,
  account: yesOrNo,
  locked: yesOrNo,
  claims: mapOf,
  application: text,
  acr: texts,
  jit: switches,
  does: doings,
} as const

/** @throws {UsageProblem} with the first thing that the file may not say */
export function readGiven(source: string): Given {
  let value: unknown
  try {
    value = parse(source)
  } catch (thrown) {
    throw new UsageProblem(`it is no YAML: ${(thrown as Error).message.split('\n')[0]}`)
  }
  const map = mapOf('it', value ?? {})
  for (const [key, given] of Object.entries(map)) {
    if (!Object.hasOwn(keys, key)) {
      throw new UsageProblem(`${key} cannot be given: ${didYouMean(key, Object.keys(keys))}`)
    }
    keys[key as keyof typeof keys](key, given)
  }
  const said = <K extends keyof typeof keys>(key: K) =>
    map[key] === undefined ? undefined : (keys[key](key, map[key]) as ReturnType<(typeof keys)[K]>)
  const [credentials, associations, groups] = [
    said('credentials') ?? [],
    said('associations') ?? [],
    said('groups') ?? [],
  ]
  return {
    credentials,
    associations,
    groups,
    account:
      said('account') ?? [credentials, associations, groups].some(({ length }) => length > 0),
    locked: said('locked') ?? false,
    claims: (said('claims') ?? {}) as Claims,
    application: said('application'),
    acr: said('acr') ?? [],
    jit: said('jit') ?? {},
    does: said('does') ?? [],
  }
}

function text(key: string, value: unknown): string {
  if (typeof value === 'string') return value
  throw new UsageProblem(`${key} must be a text`)
}

function yesOrNo(key: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw new UsageProblem(`${key} must be true or false`)
}

function texts(key: string, value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map((one) => text(`each of ${key}`, one))
  throw new UsageProblem(`${key} must be a list`)
}

function mapOf(key: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>
  }
  throw new UsageProblem(`${key} must be a map`)
}

function switches(key: string, value: unknown): Readonly<Record<string, boolean>> {
  return Object.fromEntries(
    Object.entries(mapOf(key, value)).map(([id, on]) => [id, yesOrNo(`${key} of ${id}`, on)]),
  )
}

function doings(key: string, value: unknown): readonly Doing[] {
  if (!Array.isArray(value)) throw new UsageProblem(`${key} must be a list`)
  return value.map((one) => {
    if (typeof one === 'string') return { what: one, how: 'right' }
    const [entry, ...more] = Object.entries(mapOf(`each of ${key}`, one))
    const [what, how] = entry ?? ['', '']
    if (more.length > 0 || !hows.includes(how as string)) {
      throw new UsageProblem(`each of ${key} is an option, or one with ${hows.join(', ')}`)
    }
    return { what, how } as Doing
  })
}
