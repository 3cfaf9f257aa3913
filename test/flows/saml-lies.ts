/** Every way in which a SAML answer is refused: what is wrong with it, by a name that reads on from "sends". */
import { audienceXml, type SamlLies } from '../support/saml-provider.ts'

const unverified = 'its answer does not verify'
const forOthers = 'its assertion is for others'
const confirmsNobody = 'its assertion confirms nobody to us, for this request and now'
const ofTheFuture = 'its assertion is of the future'
const noFormat = 'its NameID is not of the format that says who somebody is'
const markup = 'its answer has in it what no answer needs'
const noXml = 'its answer is not XML'

/** With what the operator is told of each. */
export const samlLies: Readonly<Record<string, readonly [reason: string, lies: SamlLies]>> = {
  'an unsigned assertion': [unverified, { signs: 'nothing' }],
  'a signed envelope around an unsigned assertion': [unverified, { signs: 'response' }],
  'a key that it does not publish': [unverified, { key: 'unpublished' }],
  'a signature with SHA-1': ['its answer is signed with what we do not take', { digest: 'sha1' }],
  'an assertion changed after it was signed': [
    unverified,
    {
      tamper: (xml) => xml.replace('sam-4711', 'eve-1'),
    },
  ],
  'an encrypted assertion': [
    'its answer is encrypted, and we take what is signed in the open',
    {
      tamper: (xml) =>
        xml
          .replace('<saml:Assertion ', '<saml:EncryptedAssertion ')
          .replace('</saml:Assertion>', '</saml:EncryptedAssertion>'),
    },
  ],
  'an encrypted NameID': [
    'its answer is encrypted, and we take what is signed in the open',
    {
      tamper: (xml) =>
        xml.replace(
          /<saml:NameID\b/,
          '<x:EncryptedID xmlns:x="urn:oasis:names:tc:SAML:2.0:assertion"/>$&',
        ),
    },
  ],
  'another audience': [forOthers, { audience: 'https://somebody-else.test' }],
  'no audience': [forOthers, { audienceXml: '' }],
  'a second audience restriction that leaves us out': [
    forOthers,
    {
      audienceXml: audienceXml('{us}') + audienceXml('https://x.test'),
    },
  ],
  'another destination': [
    'its answer is for another destination',
    { destination: 'https://somebody-else.test/acs' },
  ],
  'another recipient': [confirmsNobody, { recipient: 'https://somebody-else.test/acs' }],
  'another request in the envelope': [
    'its answer is to another request',
    { inResponseTo: '_another' },
  ],
  'another request in the assertion': [unverified, { confirmsTo: '_another' }],
  'an assertion that nobody has asked for, in an envelope that names the request': [
    confirmsNobody,
    { confirmsTo: '' },
  ],
  'no bearer': [confirmsNobody, { method: 'urn:oasis:names:tc:SAML:2.0:cm:holder-of-key' }],
  'another issuer': ['its assertion is of another issuer', { issuer: 'https://evil.test' }],
  'an end in the past': [confirmsNobody, { expires: -60 }],
  'a beginning in the future': [ofTheFuture, { notBefore: 120 }],
  'a time of issue in the future': [ofTheFuture, { issued: 120 }],
  'a time of issue long ago': ['its assertion is an old one', { issued: -3600 }],
  'a sign-in in the future': [ofTheFuture, { asked: 120 }],
  'another format of the NameID': [
    noFormat,
    {
      format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient',
    },
  ],
  'a comment in the NameID': [markup, { nameIdXml: 'sam-4711<!-- -->.evil' }],
  'a comment put into the NameID after it was signed': [
    markup,
    {
      tamper: (xml) => xml.replace('sam-4711', 'sam<!-- -->-4711'),
    },
  ],
  'a CDATA section in the NameID': [markup, { nameIdXml: '<![CDATA[sam-4711]]>' }],
  'elements in the NameID': [noFormat, { nameIdXml: '<x>sam-4711</x>' }],
  'an external entity': [
    markup,
    {
      tamper: (xml) =>
        `<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/hostname">]>${xml.replace('sam-4711', '&e;')}`,
    },
  ],
  'entities that swell': [
    markup,
    {
      tamper: (xml) =>
        `<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>${xml}`,
    },
  ],
  'an instruction': [markup, { tamper: (xml) => `<?xml-stylesheet href="x"?>${xml}` }],
  'its signature wrapped around another assertion': [unverified, { tamper: wrapped }],
  'its assertion twice': ['its answer has more than one assertion', { tamper: twice }],
  'its assertion twice, one of them under a prefix that a parser takes for its own': [
    'its answer has more than one assertion',
    { tamper: twiceUnderUnderscore },
  ],
  'its signed assertion inside another one': [unverified, { tamper: nested }],
  'a status of trouble': [
    'status Responder',
    { status: 'urn:oasis:names:tc:SAML:2.0:status:Responder' },
  ],
  'a status in a status, thousands deep': [
    'status unrecognised',
    { status: 'x', tamper: (xml) => xml.replace(/<samlp:StatusCode[^>]*>/, deep) },
  ],
  'what is no XML': [noXml, { tamper: () => 'not <xml' }],
  'what is no response': ['its answer is no SAML 2.0 response', { tamper: () => '<a/>' }],
  'what is no text': [noXml, { tamper: () => '\u0000\u0001' }],
}

const wholeAssertion = /<saml:Assertion [\s\S]*<\/saml:Assertion>/

/** The signed one is moved aside, and one that nobody has signed stands in its place. */
function wrapped(xml: string): string {
  const real = wholeAssertion.exec(xml)![0]
  const forged = real
    .replace(/<Signature[\s\S]*<\/Signature>/, '')
    .replace(/ID="_id\d+"/, 'ID="_forged"')
    .replace('sam-4711', 'eve-1')
  const extensions = `<samlp:Extensions>${real}</samlp:Extensions>`
  return xml.replace(real, `${extensions}${forged}`)
}

function twice(xml: string): string {
  const real = wholeAssertion.exec(xml)![0]
  const forged = real.replace(/ID="_id\d+"/, 'ID="_forged"').replace('sam-4711', 'eve-1')
  return xml.replace(real, `${forged}${real}`)
}

function twiceUnderUnderscore(xml: string): string {
  const real = wholeAssertion.exec(xml)![0]
  const other = real.replaceAll('saml:', '_:').replaceAll('xmlns:saml=', 'xmlns:_=')
  const declared = other.replace('<_:Assertion ', `<_:Assertion xmlns:_="${namespace}" `)
  return xml.replace(real, `${other.includes('xmlns:_=') ? other : declared}${real}`)
}

const namespace = 'urn:oasis:names:tc:SAML:2.0:assertion'
const depth = 4000
const deep = `${'<samlp:StatusCode Value="x">'.repeat(depth)}${'</samlp:StatusCode>'.repeat(depth)}`

/** The forged one carries the signature, whose reference still leads to the real one inside of it. */
function nested(xml: string): string {
  const real = wholeAssertion.exec(xml)![0]
  const signature = /<Signature[\s\S]*<\/Signature>/.exec(real)![0]
  const inner = real.replace(signature, '')
  const forged = real
    .replace(/ID="_id\d+"/, 'ID="_forged"')
    .replace('sam-4711', 'eve-1')
    .replace(signature, signature.replace('</Signature>', `<Object>${inner}</Object></Signature>`))
  return xml.replace(real, forged)
}
