/**
 * An authenticator in software, with the browser around it: makes passkeys and signs with them, rightly
 * unless told otherwise (WebAuthn Level 3, sections 5.1, 6.1 and 6.5).
 *
 *     const device = new Authenticator({ origin: 'http://localhost:3000' })
 *     const response = device.create(action.webauthn.options)
 *     const answer = device.get(options)
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

export interface Behaviour {
  readonly origin?: string
  /** Whose RP ID is signed; the one of the options when absent. */
  readonly rpId?: string
  /** Whether the device has made sure who uses it. */
  readonly isVerified?: boolean
  readonly isPresent?: boolean
  /** A passkey that may be copied to other devices. */
  readonly isBackupEligible?: boolean
  readonly challenge?: string
  readonly type?: string
  /** More members of the client's data, e.g. `crossOrigin`. */
  readonly clientData?: Readonly<Record<string, unknown>>
  readonly counter?: number
  /** Instead of the account that the passkey was made for; `undefined` leaves it out. */
  readonly userHandle?: string | undefined
  readonly breaksSignature?: boolean
  /** What a new passkey is called; chance when absent. In base64url. */
  readonly id?: string
}

/** What is read of the options that a page or the JSON API carries. */
export interface CeremonyOptions {
  readonly challenge: string
  readonly rp?: { readonly id: string }
  readonly rpId?: string
  readonly user?: { readonly id: string; readonly name: string }
  readonly allowCredentials?: readonly { readonly id: string }[]
  readonly excludeCredentials?: readonly { readonly id: string }[]
  readonly authenticatorSelection?: { readonly residentKey?: string }
  readonly userVerification?: string
}

export interface MadePasskey {
  readonly id: string
  readonly userHandle: string
  readonly key: KeyObject
  readonly publicKey: Uint8Array
  counter: number
}

export class Authenticator {
  readonly passkeys: MadePasskey[] = []
  readonly #usual: Behaviour

  /** @param usual what it does unless a call says otherwise, which must name the origin one way or the other */
  constructor(usual: Behaviour = {}) {
    this.#usual = usual
  }

  /** @returns `PublicKeyCredential.toJSON()` of a new passkey, as text */
  create(options: CeremonyOptions, told: Behaviour = {}): string {
    const how = { ...this.#usual, ...told }
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const made: MadePasskey = {
      id: how.id ?? randomBytes(16).toString('base64url'),
      userHandle: options.user!.id,
      key: privateKey,
      publicKey: coseKey(publicKey),
      counter: how.counter ?? 1,
    }
    this.passkeys.push(made)
    const id = Buffer.from(made.id, 'base64url')
    const length = Buffer.from([id.length >> 8, id.length & 255])
    const authData = Buffer.concat([
      authenticatorData(how.rpId ?? options.rp!.id, flags(how) | attested, made.counter),
      Buffer.alloc(16),
      length,
      id,
      made.publicKey,
    ])
    const attestationObject = cborMap([
      [cborText('fmt'), cborText('none')],
      [cborText('attStmt'), cborMap([])],
      [cborText('authData'), cborBytes(authData)],
    ])
    return credentialText(made.id, {
      clientDataJSON: clientData('webauthn.create', options.challenge, how),
      attestationObject: Buffer.from(attestationObject).toString('base64url'),
      transports: ['internal'],
    })
  }

  /** @param passkey absent: the first that the options allow. @returns what it has signed, as text */
  get(options: CeremonyOptions, told: Behaviour = {}, passkey?: MadePasskey): string {
    const how = { ...this.#usual, ...told }
    const used = passkey ?? this.allowed(options)
    if (!used) throw new Error('the device has none of the passkeys that are asked for')
    if (used.counter > 0) used.counter += 1
    const authData = authenticatorData(
      how.rpId ?? options.rpId!,
      flags(how),
      how.counter ?? used.counter,
    )
    const clientDataJSON = clientData('webauthn.get', options.challenge, how)
    const hash = createHash('sha256').update(Buffer.from(clientDataJSON, 'base64url')).digest()
    const signature = sign('sha256', Buffer.concat([authData, hash]), used.key)
    if (how.breaksSignature) signature[signature.length - 1]! ^= 1
    const userHandle = 'userHandle' in how ? how.userHandle : used.userHandle
    return credentialText(used.id, {
      clientDataJSON,
      authenticatorData: authData.toString('base64url'),
      signature: signature.toString('base64url'),
      ...(userHandle === undefined ? {} : { userHandle }),
    })
  }

  /** The first passkey that could answer. */
  allowed({ allowCredentials = [] }: CeremonyOptions): MadePasskey | undefined {
    return this.passkeys.find(
      ({ id }) => allowCredentials.length === 0 || allowCredentials.some((one) => one.id === id),
    )
  }
}

function credentialText(id: string, response: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ id, rawId: id, type: 'public-key', response, clientExtensionResults: {} })
}

function clientData(type: string, challenge: string, how: Behaviour): string {
  const said = {
    type: how.type ?? type,
    challenge: how.challenge ?? challenge,
    origin: how.origin,
    crossOrigin: false,
    ...how.clientData,
  }
  return Buffer.from(JSON.stringify(said)).toString('base64url')
}

/** Section 6.1: present, verified, backup eligible, attested data. */
const present = 0x01
const verified = 0x04
const backupEligible = 0x08
const attested = 0x40

function flags({ isPresent = true, isVerified = true, isBackupEligible = false }: Behaviour) {
  return (
    (isPresent ? present : 0) |
    (isVerified ? verified : 0) |
    (isBackupEligible ? backupEligible : 0)
  )
}

function authenticatorData(rpId: string, flagByte: number, counter: number): Buffer {
  const rest = Buffer.alloc(5)
  rest.writeUInt8(flagByte, 0)
  rest.writeUInt32BE(counter, 1)
  return Buffer.concat([createHash('sha256').update(rpId).digest(), rest])
}

/** RFC 9053, sections 2.1 and 7.1: an ES256 key. */
function coseKey(key: KeyObject): Uint8Array {
  const { x, y } = key.export({ format: 'jwk' })
  const entries: [number, Uint8Array][] = [
    [1, cborInt(2)],
    [3, cborInt(-7)],
    [-1, cborInt(1)],
    [-2, cborBytes(Buffer.from(x!, 'base64url'))],
    [-3, cborBytes(Buffer.from(y!, 'base64url'))],
  ]
  return cborMap(entries.map(([label, value]) => [cborInt(label), value]))
}

// RFC 8949, section 3: as much of CBOR as a passkey needs.
function cborInt(value: number): Uint8Array {
  return value < 0 ? head(1, -1 - value) : head(0, value)
}
function cborBytes(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([head(2, bytes.length), bytes])
}
function cborText(text: string): Uint8Array {
  return Buffer.concat([head(3, Buffer.byteLength(text)), Buffer.from(text)])
}
function cborMap(entries: readonly (readonly [Uint8Array, Uint8Array])[]): Uint8Array {
  return Buffer.concat([head(5, entries.length), ...entries.flat()])
}
function head(major: number, value: number): Uint8Array {
  if (value < 24) return Buffer.from([(major << 5) | value])
  if (value < 256) return Buffer.from([(major << 5) | 24, value])
  return Buffer.from([(major << 5) | 25, value >> 8, value & 255])
}
