/**
 * What a client certificate says of whom it was made for. That its key was at work, and the chain, the proxy in
 * front has checked: here it is held to the one authority of a directory, and to the time.
 */
import { X509Certificate } from 'node:crypto'
import { AsnParser } from '@peculiar/asn1-schema'
import {
  Certificate,
  type GeneralName,
  id_ce_subjectAltName,
  SubjectAlternativeName,
} from '@peculiar/asn1-x509'
import type { CertificateName, ExternalDirectory } from '../../language/settings.ts'

export interface Shown {
  readonly certificate: X509Certificate
  readonly content: Certificate
}

/**
 * @param base64 of its DER
 * @returns absence where it is none
 */
export function readCertificate(base64: string): Shown | undefined {
  const der = Buffer.from(base64, 'base64')
  try {
    return { certificate: new X509Certificate(der), content: AsnParser.parse(der, Certificate) }
  } catch {
    return undefined
  }
}

/**
 * The name of the entry that it was made for. One that says several names says none.
 *
 * @returns absence where it is none, not valid at that time, or signed by anybody else
 */
export function nameInCertificate(
  base64: string,
  { name, authority }: NonNullable<ExternalDirectory['certificates']>,
  nowMs: number,
): string | undefined {
  const shown = readCertificate(base64)
  if (!shown || !isValid(shown.certificate, nowMs)) return undefined
  const issuer = new X509Certificate(authority)
  const { certificate, content } = shown
  if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)) return undefined
  const [only, ...more] = readers[name](content)
  return more.length === 0 ? only : undefined
}

function isValid({ validFromDate, validToDate }: X509Certificate, nowMs: number): boolean {
  return validFromDate.getTime() <= nowMs && nowMs <= validToDate.getTime()
}

const readers: { readonly [N in CertificateName]: (content: Certificate) => readonly string[] } = {
  'subject.commonName': (content) => inSubject(content, '2.5.4.3'),
  'subject.userId': (content) => inSubject(content, '0.9.2342.19200300.100.1.1'),
  'subject.serialNumber': (content) => inSubject(content, '2.5.4.5'),
  'subject.email': (content) => inSubject(content, '1.2.840.113549.1.9.1'),
  'alternative.email': (content) =>
    alternatives(content).flatMap(({ rfc822Name }) => rfc822Name ?? []),
  'alternative.principal': (content) => alternatives(content).flatMap(principalOf),
}

function inSubject({ tbsCertificate }: Certificate, type: string): readonly string[] {
  const attributes = tbsCertificate.subject.flatMap((relative) => [...relative])
  return attributes.filter((each) => each.type === type).map(({ value }) => value.toString())
}

function alternatives({ tbsCertificate }: Certificate): readonly GeneralName[] {
  const found = tbsCertificate.extensions?.find(({ extnID }) => extnID === id_ce_subjectAltName)
  return found ? [...AsnParser.parse(found.extnValue, SubjectAlternativeName)] : []
}

/** Microsoft's userPrincipalName: `[0] EXPLICIT UTF8String`. */
const principalName = '1.3.6.1.4.1.311.20.2.3'
const utf8String = 0x0c

function principalOf({ otherName }: GeneralName): readonly string[] {
  if (otherName?.typeId !== principalName) return []
  const bytes = Buffer.from(otherName.value)
  const [tag, length = 0] = bytes
  // Longer names have their length in more bytes, and are no names of ours.
  const isShort = tag === utf8String && length < 128 && bytes.length === length + 2
  return isShort ? [bytes.subarray(2).toString('utf8')] : []
}
