/**
 * Whether a verified assertion is for this login, here and now (SAML 2.0 Profiles, sections 4.1.4.2 and
 * 4.1.4.3), and what it says. Whatever must be there and is not is wrong.
 */
import { Distrust } from './failure.ts'

export interface Expected {
  /** The upstream's. */
  readonly entityId: string
  /** Ours. */
  readonly audience: string
  /** The address that it was posted to. */
  readonly recipient: string
  /** The id of the one request that it may answer. */
  readonly request: string
  /** Milliseconds since the Unix epoch. */
  readonly now: number
  readonly clockSkewSeconds: number
  /** The person must have been asked after this, in milliseconds; absent: whenever. */
  readonly since: number | undefined
}

export interface Asserted {
  readonly nameId: { readonly value: string; readonly format: string } | undefined
  readonly attributes: ReadonlyMap<string, readonly string[]>
  /** Authentication context classes, and what Microsoft's servers say in an attribute besides. */
  readonly contexts: readonly string[]
}

/** An assertion is made when it is asked for, not long before. */
const issuedWithinMs = 10 * 60_000
const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'
/** Core, section 8.3.1, is what a NameID without a format has. */
const unspecified = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified'
const methodsAttribute = 'http://schemas.microsoft.com/claims/authnmethodsreferences'

/** An element as the library's parser gives it. */
interface Node {
  readonly $?: Readonly<Record<string, string | undefined>>
  readonly _?: string
  readonly [child: string]: unknown
}

/** @throws {Distrust} when anything of it is not as it must be */
export function checkedAssertion(parsed: unknown, expected: Expected): Asserted {
  const assertion = (parsed as { Assertion?: Node }).Assertion
  if (!assertion) throw new Distrust('its answer has no assertion')
  const times = new Times(expected)
  const issuedMs = times.read(assertion.$?.IssueInstant)
  times.notInFuture(issuedMs)
  if (expected.now - issuedMs > issuedWithinMs) throw new Distrust('its assertion is an old one')
  if (one(assertion, 'Issuer')._ !== expected.entityId) {
    throw new Distrust('its assertion is of another issuer')
  }
  const subject = one(assertion, 'Subject')
  checkConfirmations(subject, expected, times)
  checkConditions(one(assertion, 'Conditions'), expected, times)
  const statements = checkedStatements(assertion, expected, times)
  const attributes = attributesOf(assertion)
  const classes = statements.flatMap((statement) =>
    all(statement, 'AuthnContext').flatMap((context) => all(context, 'AuthnContextClassRef')),
  )
  return {
    nameId: nameIdOf(subject),
    attributes,
    contexts: [...classes.map(({ _ = '' }) => _), ...(attributes.get(methodsAttribute) ?? [])],
  }
}

/** One of them must be a bearer's, for this request, here and now (Profiles, section 4.1.4.2). */
function checkConfirmations(subject: Node, expected: Expected, times: Times): void {
  const isOurs = all(subject, 'SubjectConfirmation').some((confirmation) => {
    const data = all(confirmation, 'SubjectConfirmationData')
    const said = data[0]?.$
    if (data.length !== 1 || !said || confirmation.$?.Method !== bearer) return false
    return (
      said.Recipient === expected.recipient &&
      said.InResponseTo === expected.request &&
      said.NotBefore === undefined &&
      times.isBefore(said.NotOnOrAfter)
    )
  })
  if (!isOurs) throw new Distrust('its assertion confirms nobody to us, for this request and now')
}

function checkConditions(conditions: Node, { audience }: Expected, times: Times): void {
  const { NotBefore, NotOnOrAfter } = conditions.$ ?? {}
  if (NotBefore !== undefined) times.notInFuture(times.read(NotBefore))
  if (NotOnOrAfter !== undefined && !times.isBefore(NotOnOrAfter)) {
    throw new Distrust('its assertion is over')
  }
  const restrictions = all(conditions, 'AudienceRestriction')
  // Each must let us in (Core, section 2.5.1.4), and there must be one.
  const isForUs = restrictions.every((restriction) =>
    all(restriction, 'Audience').some(({ _ }) => _ === audience),
  )
  if (restrictions.length === 0 || !isForUs) throw new Distrust('its assertion is for others')
}

function checkedStatements(
  assertion: Node,
  { since, clockSkewSeconds }: Expected,
  times: Times,
): readonly Node[] {
  const statements = all(assertion, 'AuthnStatement')
  if (statements.length === 0) throw new Distrust('it does not say that the person has signed in')
  for (const { $: said = {} } of statements) {
    const askedMs = times.read(said.AuthnInstant)
    times.notInFuture(askedMs)
    if (said.SessionNotOnOrAfter !== undefined && !times.isBefore(said.SessionNotOnOrAfter)) {
      throw new Distrust('the session that it tells of is over')
    }
    if (since !== undefined && askedMs < since - clockSkewSeconds * 1000) {
      throw new Distrust('it did not ask the person anew')
    }
  }
  return statements
}

function nameIdOf(subject: Node): Asserted['nameId'] {
  const [nameId, ...others] = all(subject, 'NameID')
  if (others.length > 0) throw new Distrust('its assertion has more than one subject')
  return nameId?._ === undefined
    ? undefined
    : { value: nameId._, format: nameId.$?.Format ?? unspecified }
}

/** Texts alone: what has elements in it is as if unsaid. */
function attributesOf(assertion: Node): ReadonlyMap<string, readonly string[]> {
  const attributes = all(assertion, 'AttributeStatement').flatMap((each) => all(each, 'Attribute'))
  const found = new Map<string, readonly string[]>()
  for (const attribute of attributes) {
    const name = attribute.$?.Name
    const values = all(attribute, 'AttributeValue').flatMap(({ _ }) => _ ?? [])
    if (name !== undefined && values.length > 0) {
      found.set(name, [...(found.get(name) ?? []), ...values])
    }
  }
  return found
}

function all(node: Node, name: string): readonly Node[] {
  const children = Object.hasOwn(node, name) ? node[name] : []
  if (!Array.isArray(children)) return []
  return children.map((child) => (typeof child === 'string' ? { _: child } : (child as Node)))
}

function one(node: Node, name: string): Node {
  const [found, ...others] = all(node, name)
  if (!found || others.length > 0) throw new Distrust(`its assertion has not one ${name}`)
  return found
}

class Times {
  readonly #nowMs: number
  readonly #skewMs: number

  constructor({ now, clockSkewSeconds }: Expected) {
    this.#nowMs = now
    this.#skewMs = clockSkewSeconds * 1000
  }

  /** Core, section 1.3.3: in UTC, and says so. */
  read(text: string | undefined): number {
    const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(text ?? '')
    const ms = isTime ? Date.parse(text!) : Number.NaN
    if (Number.isNaN(ms)) throw new Distrust('its assertion has a time that is none')
    return ms
  }

  notInFuture(ms: number): void {
    if (ms > this.#nowMs + this.#skewMs) throw new Distrust('its assertion is of the future')
  }

  isBefore(end: string | undefined): boolean {
    return end !== undefined && this.#nowMs - this.#skewMs < this.read(end)
  }
}
