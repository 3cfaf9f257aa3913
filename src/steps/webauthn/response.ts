/**
 * What a browser's credential API has answered (WebAuthn Level 3, section 5.1: `toJSON`), proven to be
 * of its shape. Members that nobody asked for are left behind.
 */
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'

/** Longest answer in UTF-16 units: the largest keys and signatures there are take a third of it. */
export const responseMaxLength = 12_288

const transports = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const

export function readAssertion(text: string): AuthenticationResponseJSON | undefined {
  const read = readCredential(text)
  if (!read) return undefined
  const { id, response } = read
  const { clientDataJSON, authenticatorData, signature, userHandle } = response
  if (!isBase64Url(clientDataJSON) || !isBase64Url(authenticatorData)) return undefined
  if (!isBase64Url(signature) || !isOfThisPage(clientDataJSON)) return undefined
  const handle = userHandle ?? undefined
  if (handle !== undefined && !isBase64Url(handle)) return undefined
  return {
    ...plain(id),
    response: {
      clientDataJSON,
      authenticatorData,
      signature,
      ...(handle === undefined ? {} : { userHandle: handle }),
    },
  }
}

export function readAttestation(text: string): RegistrationResponseJSON | undefined {
  const read = readCredential(text)
  if (!read) return undefined
  const { id, response } = read
  const { clientDataJSON, attestationObject } = response
  if (!isBase64Url(clientDataJSON) || !isBase64Url(attestationObject)) return undefined
  if (!isOfThisPage(clientDataJSON)) return undefined
  const said: readonly unknown[] = Array.isArray(response.transports) ? response.transports : []
  return {
    ...plain(id),
    response: {
      clientDataJSON,
      attestationObject,
      transports: transports.filter((transport) => said.includes(transport)),
    },
  }
}

/** @returns the account that a discoverable credential says it is of (section 5.4.3: `user.id`) */
export function subjectIn({ response }: AuthenticationResponseJSON): string | undefined {
  return response.userHandle && Buffer.from(response.userHandle, 'base64url').toString('utf8')
}

function plain(id: string) {
  return { id, rawId: id, type: 'public-key', clientExtensionResults: {} } as const
}

function readCredential(text: string): { id: string; response: Members } | undefined {
  const { id, rawId, type, response } = membersOf(text) ?? {}
  if (!isBase64Url(id) || id !== rawId || type !== 'public-key') return undefined
  return typeof response === 'object' && response !== null
    ? { id, response: response as Members }
    : undefined
}

type Members = Readonly<Record<string, unknown>>

function membersOf(text: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Members) : undefined
  } catch {
    return undefined
  }
}

function isBase64Url(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]+$/.test(value)
}

/**
 * No page of another origin has our pages in a frame, whatever it names as its own (WebAuthn Level 3,
 * 7.1 steps 10 and 11, 7.2 steps 13 and 14). The library lets `crossOrigin` pass where no `topOrigin` is said.
 */
function isOfThisPage(clientDataJSON: string): boolean {
  const clientData = membersOf(Buffer.from(clientDataJSON, 'base64url').toString('utf8'))
  return clientData !== undefined && !clientData.crossOrigin && clientData.topOrigin === undefined
}
