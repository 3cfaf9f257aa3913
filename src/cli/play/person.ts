/** Somebody who exists to sign in: what they know and have, and how they fill in a form. */
import { randomBytes } from 'node:crypto'
import { generateSecret, generateSync } from 'otplib'
import { randomId } from '../../kit/random.ts'
import type { Claims } from '../../language/facts.ts'
import type { Field, StepType } from '../../language/step.ts'
import { userNameKey } from '../../language/user-name.ts'
import { verifyAttestation } from '../../steps/enrol-passkey/attestation.ts'
import { hashPassword } from '../../steps/password/hash.ts'
import { drawCodes, hashCodes } from '../../steps/recovery-code/codes.ts'
import { keptId, passkeyKind, passkeyText } from '../../steps/webauthn/passkey.ts'
import { relyingPartyOf } from '../../steps/webauthn/relying-party.ts'
import { Authenticator } from './authenticator.ts'
import type { ApiAction } from './client.ts'
import { cheapHash, type Stage } from './stage.ts'

export interface Person {
  readonly userName: string
  readonly password: string
  /** What they are called at every upstream. */
  readonly subject: string
  /** What is said of them, by an upstream or by their account. */
  readonly claims: Claims
  /** Base32. They get one when an authenticator app is made for them. */
  totpSecret: string | undefined
  /** Where their passkeys are. */
  readonly device: Authenticator
  /** What they type for a credential of any other kind, by its kind. */
  readonly secrets: Map<string, string>
}

/** What their account has from the start; absent parts are not there. */
export interface Holding {
  readonly password?: boolean
  readonly totp?: boolean
  readonly passkey?: boolean
  /** Connections by which they are known. */
  readonly associations?: readonly string[]
  readonly groups?: readonly string[]
  readonly source?: string
  readonly locked?: boolean
}

export function newPerson(name: string, claims: Claims = {}, subject = `${name}-there`): Person {
  const password = randomBytes(18).toString('base64url')
  return {
    userName: name,
    password,
    subject,
    claims: { name, preferredUsername: name, ...claims },
    totpSecret: undefined,
    device: new Authenticator(),
    secrets: new Map(),
  }
}

/** @returns the account's id */
export async function giveAccount(
  stage: Stage,
  person: Person,
  holding: Holding = {},
): Promise<string> {
  const account = randomId('acc')
  const { userName, claims } = person
  const otherwise = 'conflict'
  const { source = 'local', groups = [], associations = [] } = holding
  const { amr: _amr, groups: _groups, ...profile } = claims
  await must(
    stage.write({
      write: 'create-account',
      id: account,
      userName,
      source,
      directory: 'internal',
      claims: profile,
      otherwise,
    }),
  )
  if (profile.other?.phone_number !== undefined) {
    // A number counts where it was written here, whoever the account came by.
    const provenance = { 'other.phone_number': 'local' }
    const kept = { account, from: profile, claims: profile, provenance }
    await must(stage.write({ write: 'update-profile', ...kept, otherwise }))
  }
  if (holding.password) await giveCredential(stage, account, 'password', person)
  if (holding.passkey) await giveCredential(stage, account, passkeyKind, person)
  if (holding.totp) await giveCredential(stage, account, 'totp', person)
  for (const connection of associations) await associate(stage, account, connection, person)
  if (groups.length > 0) {
    await stage.write({ write: 'grant-groups', account, groups, source: 'manual', otherwise })
  }
  if (holding.locked) await setLocked(stage, person, true)
  return account
}

export async function giveCredential(
  stage: Stage,
  account: string,
  kind: string,
  person: Person,
): Promise<void> {
  // A verified address stands in the profile.
  if (kind === 'email' || kind === 'phone') return
  const { id, secret, counter } = await credentialOf(kind, account, person, stage.issuer)
  await must(
    stage.write({
      write: 'add-credential',
      account,
      id,
      kind,
      secret,
      counter,
      otherwise: 'conflict',
    }),
  )
}

export async function associate(
  stage: Stage,
  account: string,
  connection: string,
  { subject }: Person,
): Promise<void> {
  await must(
    stage.write({ write: 'associate', account, connection, subject, otherwise: 'conflict' }),
  )
}

export async function setLocked(stage: Stage, person: Person, locked: boolean): Promise<void> {
  const status = locked ? 'locked' : 'active'
  await stage.app.accounts.setStatus(userNameKey(person.userName), status)
}

/** Gives them the code of the latest message to each address of theirs. */
export async function readMessages(stage: Stage, person: Person): Promise<void> {
  const addresses = { email: addressOf(person), phone: numberOf(person) }
  for (const [kind, address] of Object.entries(addresses)) {
    const latest = (await stage.messagesTo(address)).at(-1) ?? ''
    const code = /\b[0-9]{6,10}\b/.exec(latest)?.[0]
    if (code) person.secrets.set(kind, code)
  }
}

/** Where their mail comes: what is said of them, or what they type. */
function addressOf({ userName, claims }: Person): string {
  return claims.email ?? `${userName}@people.example`
}

/** Where their text messages come: what their account has, or what they type. */
function numberOf({ claims }: Person): string {
  const { phone_number: number } = claims.other ?? {}
  return typeof number === 'string' ? number : '+12025550100'
}

/** How a form is filled in. */
export type Intent = 'rightly' | 'wrongly' | 'as-nobody' | 'not-at-all' | 'refusing'

export interface Asked {
  readonly step: Pick<StepType, 'fields' | 'declaration'>
  readonly action: ApiAction
  /** Milliseconds since the Unix epoch, of the server. */
  readonly nowMs: number
  readonly issuer: URL
  /** False for a device that does not make sure who uses it. */
  readonly verifies?: boolean
}

export function fillIn(asked: Asked, person: Person, intent: Intent): Record<string, string> {
  const { step, action } = asked
  // Nobody asks for another code who has got one.
  const fields = step.fields.filter(
    ({ name, kind, required }) =>
      name in action.input.properties && (required || kind !== 'choice'),
  )
  if (intent === 'not-at-all') return {}
  const secret = shownSecret(action)
  if (secret) person.totpSecret = secret
  return Object.fromEntries(
    fields.map((field) => [field.name, valueFor(field, asked, person, intent)]),
  )
}

function valueFor(field: Field, asked: Asked, person: Person, intent: Intent): string {
  const right = intent === 'rightly' || intent === 'refusing'
  if (field.names) return intent === 'as-nobody' ? 'nobody-of-that-name' : person.userName
  switch (field.kind) {
    case 'password':
      return right ? person.password : 'wrong every time'
    case 'new-password':
      return right ? person.password : 'short'
    case 'code':
      return ownSecret(asked, person, right) ?? codeOf(person, asked.nowMs, right)
    case 'email':
      return right ? addressOf(person) : 'no address'
    case 'tel':
      return right ? numberOf(person) : 'no number'
    case 'text':
      if (!right) return ''
      return asked.step.declaration.handsOn ? person.userName : `${person.userName}-${field.name}`
    case 'choice': {
      const choices = field.choices?.map(({ value }) => value) ?? []
      if (!right) return ''
      return (intent === 'refusing' ? choices.at(-1) : choices[0]) ?? ''
    }
    case 'credential':
      return signed(asked, person, right)
  }
}

/** What somebody types who has a credential of a kind that is neither password, app nor passkey. */
function ownSecret({ step }: Asked, { secrets }: Person, right: boolean): string | undefined {
  const secret = secrets.get(step.declaration.uses ?? '')
  return secret === undefined || right ? secret : 'wrong every time'
}

/** What the browser's credential API answers. */
function signed(asked: Asked, { device }: Person, right: boolean): string {
  const { webauthn } = asked.action
  if (!webauthn) return 'nothing that was asked for'
  const behaviour = {
    origin: asked.issuer.origin,
    isVerified: asked.verifies ?? true,
    breaksSignature: !right,
  }
  if (webauthn.ceremony === 'create') {
    return right ? device.create(webauthn.options, behaviour) : 'no passkey at all'
  }
  // Who has none is asked all the same, where nobody is known yet.
  return device.allowed(webauthn.options) ? device.get(webauthn.options, behaviour) : 'none'
}

function codeOf({ totpSecret }: Person, nowMs: number, right: boolean): string {
  // Without an app there is no right code, and any is wrong.
  const secret = totpSecret ?? generateSecret({ length: 20 })
  const at = (steps: number) =>
    generateSync({ secret, epoch: Math.floor(nowMs / 1000) + steps * 30 })
  if (right) return at(0)
  const near = [-2, -1, 0, 1, 2].map(at)
  return ['000000', '111111', '222222', '333333', '444444', '555555'].find(
    (code) => !near.includes(code),
  )!
}

/** A new authenticator app's secret, where the form shows one. */
function shownSecret({ exhibits = [] }: ApiAction): string | undefined {
  const shown = exhibits.find(({ kind }) => kind === 'qr')
  return typeof shown?.secretText === 'string' ? shown.secretText.replaceAll(' ', '') : undefined
}

interface Credential {
  readonly id: string
  readonly secret: string
  readonly counter: number
}

async function credentialOf(
  kind: string,
  account: string,
  person: Person,
  issuer: URL,
): Promise<Credential> {
  if (kind === passkeyKind) return passkeyFor(account, person, issuer)
  return { id: randomId('cred'), secret: await secretOf(kind, person), counter: 0 }
}

async function secretOf(kind: string, person: Person): Promise<string> {
  if (kind === 'recovery-code') {
    const codes = drawCodes((bytes) => new Uint8Array(randomBytes(bytes)))
    person.secrets.set(kind, codes[0]!)
    return hashCodes(codes, cheapHash)
  }
  if (kind === 'password') return hashPassword(person.password, cheapHash)
  if (kind === 'totp') {
    person.totpSecret ??= generateSecret({ length: 20 })
    return person.totpSecret
  }
  const secret = person.secrets.get(kind) ?? randomBytes(9).toString('base64url')
  person.secrets.set(kind, secret)
  return secret
}

/** As if they had registered their device some time ago. */
async function passkeyFor(
  account: string,
  { userName, device }: Person,
  issuer: URL,
): Promise<Credential> {
  const relyingParty = relyingPartyOf(issuer)
  const challenge = randomBytes(32).toString('base64url')
  const user = { id: Buffer.from(account).toString('base64url'), name: userName }
  const response = device.create(
    { challenge, rp: { id: relyingParty.id }, user },
    { origin: relyingParty.origin },
  )
  const expected = { challenge, userVerification: 'required' } as const
  const made = await verifyAttestation(JSON.parse(response), relyingParty, expected)
  if (!made) throw new Error('the passkey of the story could not be made')
  const { passkey, counter } = made
  const secret = passkeyText(passkey)
  return { id: keptId(passkey.credentialId), secret, counter }
}

async function must(written: Promise<boolean>): Promise<void> {
  if (!(await written)) throw new Error('the world of the story could not be made')
}
