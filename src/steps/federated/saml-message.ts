/**
 * A SAML response as it comes in, before anything of it is believed: whether it can be one at all, and
 * what its envelope says. All of this can only refuse; who somebody is comes from the signed part alone.
 */
import { Parser } from 'xml2js'
import { Distrust } from './failure.ts'

export interface Envelope {
  readonly destination: string | undefined
  readonly inResponseTo: string | undefined
  /** Absent: it names none. */
  readonly issuer: string | undefined
  /** The last word of the status, the inner one where there is one: `Success`, `RequestDenied`. */
  readonly status: string
}

const protocol = 'urn:oasis:names:tc:SAML:2.0:protocol'
const assertion = 'urn:oasis:names:tc:SAML:2.0:assertion'

/** @throws {Distrust} when it is none, or has in it what no response needs */
export async function readResponse(encoded: string): Promise<Envelope> {
  const text = decode(encoded)
  refuseFeatures(text)
  refuseEncryption(text)
  refuseAlgorithms(text)
  const root = await parse(text)
  if (!isOf(root, protocol, 'Response') || attribute(root, 'Version') !== '2.0') {
    throw new Distrust('its answer is no SAML 2.0 response')
  }
  const parts = childrenOf(root)
  // One, and in the open: others could be what is read where this one is what is signed.
  if (parts.filter(({ $ns }) => $ns?.local.endsWith('Assertion')).length > 1) {
    throw new Distrust('its answer has more than one assertion')
  }
  const status = parts.find((part) => isOf(part, protocol, 'Status'))
  return {
    destination: attribute(root, 'Destination'),
    inResponseTo: attribute(root, 'InResponseTo'),
    issuer: parts.find((part) => isOf(part, assertion, 'Issuer'))?._,
    status: status ? statusOf(status) : 'unrecognised',
  }
}

function decode(encoded: string): string {
  const compact = encoded.replace(/\s/g, '')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) throw new Distrust('its answer is not base64')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(compact, 'base64'))
  } catch {
    throw new Distrust('its answer is not UTF-8')
  }
}

/**
 * No markup but elements: neither a document type (entities: XXE, endless expansion), nor a comment or a
 * CDATA section (two readers of a text that has one in it can see two texts), nor an instruction. In
 * well-formed XML `<` begins nothing else.
 */
function refuseFeatures(text: string): void {
  const body = text.replace(/^<\?xml [^<>]*\?>/, '')
  if (/<[!?]/.test(body)) throw new Distrust('its answer has in it what no answer needs')
}

/** SAML 2.0 Core, sections 2.3.4, 2.2.4 and 2.7.3.2. In whatever namespace: nothing else needs such a name. */
function refuseEncryption(text: string): void {
  if (/<(?:[\w.-]+:)?Encrypted(?:Assertion|ID|Attribute)\b/.test(text)) {
    throw new Distrust('its answer is encrypted, and we take what is signed in the open')
  }
}

/** RFC 9231; SHA-1 is in none of them. An attribute's name cannot be written in any other way. */
const algorithms: ReadonlySet<string> = new Set([
  'http://www.w3.org/2001/10/xml-exc-c14n#',
  'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
  'http://www.w3.org/2001/04/xmlenc#sha256',
  'http://www.w3.org/2001/04/xmldsig-more#sha384',
  'http://www.w3.org/2001/04/xmlenc#sha512',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha384',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
])

function refuseAlgorithms(text: string): void {
  for (const [, double, single] of text.matchAll(/\bAlgorithm\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
    if (!algorithms.has(double ?? single ?? '')) {
      throw new Distrust('its answer is signed with what we do not take')
    }
  }
}

/** An element as the parser gives it, with its names resolved. */
interface Element {
  readonly $?: Readonly<Record<string, { readonly value: string }>>
  readonly $ns?: { readonly uri: string; readonly local: string }
  readonly _?: string
}

async function parse(text: string): Promise<Element> {
  const parser = new Parser({ xmlns: true, explicitRoot: false, explicitCharkey: true })
  try {
    return (await parser.parseStringPromise(text)) as Element
  } catch {
    throw new Distrust('its answer is not XML')
  }
}

/** What the parser says of the element itself: `_` may begin the name of another one, too. */
const ownMembers: ReadonlySet<string> = new Set(['$', '$ns', '_'])

function childrenOf(element: Element): readonly Element[] {
  return Object.entries(element).flatMap(([name, children]) =>
    ownMembers.has(name) || !Array.isArray(children) ? [] : (children as Element[]),
  )
}

function isOf({ $ns }: Element, uri: string, local: string): boolean {
  return $ns?.uri === uri && $ns.local === local
}

function attribute({ $ = {} }: Element, name: string): string | undefined {
  return Object.hasOwn($, name) ? $[name]?.value : undefined
}

/** Core, section 3.2.2.2: a second-level code says more than the first. */
function statusOf(status: Element): string {
  const first = codeIn(status)
  const second = first && codeIn(first)
  return wordOf(second) ?? wordOf(first) ?? 'unrecognised'
}

function codeIn(element: Element): Element | undefined {
  return childrenOf(element).find((part) => isOf(part, protocol, 'StatusCode'))
}

function wordOf(code: Element | undefined): string | undefined {
  const said = (code && attribute(code, 'Value')) ?? ''
  return /^urn:oasis:names:tc:SAML:2\.0:status:(\w{1,40})$/.exec(said)?.[1]
}
