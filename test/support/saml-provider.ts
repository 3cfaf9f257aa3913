/**
 * An identity provider that speaks SAML 2.0: it reads the request that a browser brings, lets somebody
 * sign in, and has the browser post what it says of them, signed. It tells the truth unless it is told to
 * lie, and then in one named way.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { inflateRawSync } from 'node:zlib'
import { SignedXml } from 'xml-crypto/lib/index.js'
import { published, unpublished } from './saml-keys.ts'

export interface SamlPerson {
  readonly nameId: string
  readonly attributes: Readonly<Record<string, readonly string[]>>
}

/** Each absent: the truth. */
export interface SamlLies {
  readonly issuer?: string
  readonly audience?: string
  readonly recipient?: string
  readonly destination?: string
  /** Of the envelope, and of the assertion in it. */
  readonly inResponseTo?: string
  /** Empty: the assertion names no request, as one that nobody has asked for. */
  readonly confirmsTo?: string
  /** Raw XML in place of the audience restriction; `{us}` stands for the audience. */
  readonly audienceXml?: string
  readonly method?: string
  readonly nameIdXml?: string
  readonly format?: string
  readonly context?: string
  /** Seconds from now. */
  readonly issued?: number
  readonly expires?: number
  readonly asked?: number
  readonly notBefore?: number
  readonly signs?: 'assertion' | 'response' | 'nothing'
  readonly key?: 'unpublished'
  readonly digest?: 'sha1'
  /** A status without any assertion. */
  readonly status?: string
  /** The last word, after everything is signed. */
  readonly tamper?: (xml: string) => string
}

/** A request as it came. */
export interface SamlRequest {
  readonly id: string
  readonly acs: string
  readonly issuer: string
  readonly forced: boolean
  readonly relayState: string
  /** Whether it carries a signature. */
  readonly signed: boolean
}

const success = 'urn:oasis:names:tc:SAML:2.0:status:Success'
const namespaces =
  'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'

/** @param now milliseconds since the Unix epoch */
export async function startSamlProvider(
  people: Readonly<Record<string, SamlPerson>>,
  now: () => number,
) {
  const requests: SamlRequest[] = []
  const state: { lies: SamlLies } = { lies: {} }
  let made = 0
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const entityId = `${url}/metadata`

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const at = new URL(incoming.url ?? '/', url)
    const page = (body: string) => {
      outgoing.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      outgoing.end(`<!doctype html><html lang="en"><title>Corp</title>${body}</html>`)
    }
    if (at.pathname === '/sso') {
      const request = readRequest(at.searchParams)
      requests.push(request)
      const buttons = Object.keys(people).map(
        (name) => `<button name="who" value="${name}">${name}</button>`,
      )
      page(
        `<form method="post" action="/sign-in?n=${requests.length - 1}">${buttons.join('')}</form>
         <form method="post" action="/sign-in?n=${requests.length - 1}"><button name="who" value="">No</button></form>`,
      )
      return
    }
    const who = new URLSearchParams(await text(incoming)).get('who') ?? ''
    const request = requests[Number(at.searchParams.get('n'))]!
    page(formOf(request, who ? respond(request, people[who]!) : refuse(request)))
  }

  /** What it would post for somebody, in base64. */
  function respond(request: SamlRequest, person: SamlPerson): string {
    const { lies } = state
    if (lies.status) return encode(envelope(request, lies.status, ''), lies)
    const assertion = assertionOf(request, person)
    if (lies.signs === 'nothing') return encode(envelope(request, success, assertion), lies)
    if (lies.signs === 'response')
      return encode(signed(envelope(request, success, assertion), 'Response', lies), lies)
    return encode(envelope(request, success, signed(assertion, 'Assertion', lies)), lies)
  }

  function refuse(request: SamlRequest): string {
    return encode(envelope(request, 'urn:oasis:names:tc:SAML:2.0:status:RequestDenied', ''), {})
  }

  function at(seconds: number): string {
    return new Date(now() + seconds * 1000).toISOString()
  }

  function nextId(): string {
    made += 1
    return `_id${made}`
  }

  function envelope(request: SamlRequest, status: string, assertion: string): string {
    const { destination = request.acs, inResponseTo = request.id } = state.lies
    return [
      `<samlp:Response ${namespaces} ID="${nextId()}" Version="2.0" IssueInstant="${at(0)}"`,
      ` Destination="${destination}" InResponseTo="${inResponseTo}">`,
      `<saml:Issuer>${entityId}</saml:Issuer>`,
      `<samlp:Status><samlp:StatusCode Value="${status}"/></samlp:Status>`,
      `${assertion}</samlp:Response>`,
    ].join('')
  }

  function assertionOf(request: SamlRequest, { nameId, attributes }: SamlPerson): string {
    const { lies } = state
    const expires = at(lies.expires ?? 300)
    const audiences = lies.audienceXml ?? audienceXml('{us}')
    const { confirmsTo = request.id } = lies
    const confirmed = confirmsTo && ` InResponseTo="${confirmsTo}"`
    return [
      `<saml:Assertion ${namespaces} ID="${nextId()}" Version="2.0"`,
      ` IssueInstant="${at(lies.issued ?? 0)}">`,
      `<saml:Issuer>${lies.issuer ?? entityId}</saml:Issuer><saml:Subject>`,
      `<saml:NameID Format="${lies.format ?? persistent}">${lies.nameIdXml ?? nameId}</saml:NameID>`,
      `<saml:SubjectConfirmation Method="${lies.method ?? bearer}">`,
      `<saml:SubjectConfirmationData NotOnOrAfter="${expires}"`,
      ` Recipient="${lies.recipient ?? request.acs}"`,
      `${confirmed}/></saml:SubjectConfirmation></saml:Subject>`,
      `<saml:Conditions NotBefore="${at(lies.notBefore ?? -5)}" NotOnOrAfter="${expires}">`,
      audiences.replace('{us}', lies.audience ?? request.issuer),
      `</saml:Conditions><saml:AuthnStatement AuthnInstant="${at(lies.asked ?? 0)}">`,
      `<saml:AuthnContext><saml:AuthnContextClassRef>${lies.context ?? byPassword}`,
      '</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>',
      `<saml:AttributeStatement>${Object.entries(attributes).map(attributeXml).join('')}`,
      '</saml:AttributeStatement></saml:Assertion>',
    ].join('')
  }

  return {
    url,
    entityId,
    certificate: published.certificate,
    requests,
    /** What it does otherwise from now on. */
    lie(lies: SamlLies) {
      state.lies = lies
    },
    /** Answers a request by itself, as it would have the browser post it. */
    respond,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const persistent = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'
const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'
const byPassword = 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport'

function attributeXml([name, values]: readonly [string, readonly string[]]): string {
  const each = values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`)
  return `<saml:Attribute Name="${name}">${each.join('')}</saml:Attribute>`
}

export function audienceXml(audience: string): string {
  return `<saml:AudienceRestriction><saml:Audience>${audience}</saml:Audience></saml:AudienceRestriction>`
}

/** SAML 2.0 Bindings, section 3.4.4.1. */
export function readRequest(query: URLSearchParams): SamlRequest {
  const xml = inflateRawSync(Buffer.from(query.get('SAMLRequest') ?? '', 'base64')).toString()
  const said = (name: string) => new RegExp(` ${name}="([^"]*)"`).exec(xml)?.[1] ?? ''
  return {
    id: said('ID'),
    acs: said('AssertionConsumerServiceURL'),
    issuer: /Issuer[^>]*>([^<]*)</.exec(xml)?.[1] ?? '',
    forced: said('ForceAuthn') === 'true',
    relayState: query.get('RelayState') ?? '',
    signed: query.has('Signature'),
  }
}

function formOf({ acs, relayState }: SamlRequest, response: string): string {
  return `<form method="post" action="${acs}"><input type="hidden" name="SAMLResponse" value="${response}"><input type="hidden" name="RelayState" value="${relayState}"><button>Continue</button></form>`
}

function encode(xml: string, { tamper = (all) => all }: SamlLies): string {
  return Buffer.from(tamper(xml)).toString('base64')
}

/** Signs one element, right behind its issuer, where the schema has it (Core, section 5.4). */
function signed(xml: string, element: 'Assertion' | 'Response', lies: SamlLies): string {
  const hash = lies.digest ?? 'sha256'
  const sha1 = hash === 'sha1'
  const signer = new SignedXml({
    privateKey: (lies.key ? unpublished : published).key,
    canonicalizationAlgorithm: 'http://www.w3.org/2001/10/xml-exc-c14n#',
    signatureAlgorithm: sha1
      ? 'http://www.w3.org/2000/09/xmldsig#rsa-sha1'
      : 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  })
  signer.addReference({
    xpath: `//*[local-name(.)='${element}']`,
    digestAlgorithm: sha1
      ? 'http://www.w3.org/2000/09/xmldsig#sha1'
      : 'http://www.w3.org/2001/04/xmlenc#sha256',
    transforms: [
      'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
      'http://www.w3.org/2001/10/xml-exc-c14n#',
    ],
  })
  const reference = `//*[local-name(.)='${element}']/*[local-name(.)='Issuer']`
  signer.computeSignature(xml, { location: { reference, action: 'after' } })
  return signer.getSignedXml()
}
