/** An authority that makes client certificates, for whoever plays somebody who has one. */
import {
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'
import { AsnParser, AsnSerializer, OctetString } from '@peculiar/asn1-schema'
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  BasicConstraints,
  Certificate,
  Extension,
  Extensions,
  GeneralName,
  id_ce_basicConstraints,
  id_ce_subjectAltName,
  Name,
  OtherName,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509'

/** What a certificate says of whom it is for. */
export interface Holder {
  /** Attributes of the subject, in order: each an object identifier and its text. */
  readonly subject: readonly (readonly [type: string, value: string])[]
  /** Absent: it has no alternative name. */
  readonly email?: string
  readonly principal?: string
  /** Milliseconds since the Unix epoch. Absent: from a day ago, to a day from now. */
  readonly fromMs?: number
  readonly untilMs?: number
}

export interface Authority {
  /** Its own certificate (PEM). */
  readonly pem: string
  /** @returns the DER, in base64 */
  certify(holder: Holder): string
}

export const commonName = '2.5.4.3'
const dayMs = 86_400_000
const ecdsaWithSha256 = new AlgorithmIdentifier({ algorithm: '1.2.840.10045.4.3.2' })

export function newAuthority(name: string): Authority {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const issuer: Holder = { subject: [[commonName, name]] }
  const make = (holder: Holder, subjectKey: KeyObject, isCa: boolean) =>
    Buffer.from(signed(contentOf(holder, issuer, subjectKey, isCa), privateKey))
  const own = make(issuer, privateKey, true)
  return {
    pem: `-----BEGIN CERTIFICATE-----\n${own.toString('base64')}\n-----END CERTIFICATE-----\n`,
    certify(holder) {
      const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      return make(holder, publicKey, false).toString('base64')
    },
  }
}

function signed(tbsCertificate: TBSCertificate, key: KeyObject): ArrayBuffer {
  const signature = sign('sha256', Buffer.from(AsnSerializer.serialize(tbsCertificate)), key)
  return AsnSerializer.serialize(
    new Certificate({
      tbsCertificate,
      signatureAlgorithm: ecdsaWithSha256,
      signatureValue: bufferOf(signature),
    }),
  )
}

function contentOf(holder: Holder, issuer: Holder, key: KeyObject, isCa: boolean): TBSCertificate {
  const { fromMs = Date.now() - dayMs, untilMs = Date.now() + dayMs } = holder
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  const info = publicKey.export({ type: 'spki', format: 'der' })
  return new TBSCertificate({
    version: Version.v3,
    serialNumber: bufferOf(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    signature: ecdsaWithSha256,
    issuer: nameOf(issuer),
    validity: new Validity({
      notBefore: new Date(fromMs),
      notAfter: new Date(untilMs),
    }),
    subject: nameOf(holder),
    subjectPublicKeyInfo: AsnParser.parse(info, SubjectPublicKeyInfo),
    extensions: new Extensions([
      extension(id_ce_basicConstraints, new BasicConstraints({ cA: isCa })),
      ...alternativesOf(holder),
    ]),
  })
}

function nameOf({ subject }: Holder): Name {
  return new Name(
    subject.map(([type, value]) => {
      const text = new AttributeValue({ utf8String: value })
      return new RelativeDistinguishedName([new AttributeTypeAndValue({ type, value: text })])
    }),
  )
}

function alternativesOf({ email, principal }: Holder): Extension[] {
  const names = [
    ...(email === undefined ? [] : [new GeneralName({ rfc822Name: email })]),
    ...(principal === undefined ? [] : [new GeneralName({ otherName: principalName(principal) })]),
  ]
  if (names.length === 0) return []
  return [extension(id_ce_subjectAltName, new SubjectAlternativeName(names))]
}

/** Microsoft's userPrincipalName, a UTF8String. */
function principalName(principal: string): OtherName {
  const text = Buffer.from(principal)
  const value = bufferOf(Buffer.concat([Buffer.from([0x0c, text.length]), text]))
  return new OtherName({ typeId: '1.3.6.1.4.1.311.20.2.3', value })
}

function extension(extnID: string, value: object): Extension {
  return new Extension({ extnID, extnValue: new OctetString(AsnSerializer.serialize(value)) })
}

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer
}
