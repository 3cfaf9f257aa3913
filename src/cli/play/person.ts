/** Somebody who exists to sign in: what they know and have, and how they fill in a form. */
import { randomBytes } from 'node:crypto'
import { generateSecret, generateSync } from 'otplib'
import { randomId } from '../../kit/random.ts'
import type { Claims } from '../../language/facts.ts'
import type { Field } from '../../language/step.ts'
import { userNameKey } from '../../language/user-name.ts'
import { hashPassword } from '../../steps/password/hash.ts'
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
}

/** What their account has from the start; absent parts are not there. */
export interface Holding {
  readonly password?: boolean
  readonly totp?: boolean
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
  if (holding.password) await giveCredential(stage, account, 'password', person)
  if (holding.totp) await giveCredential(stage, account, 'totp', person)
  for (const connection of associations) await associate(stage, account, connection, person)
  if (groups.length > 0) {
    await stage.write({ write: 'grant-groups', account, groups, source: 'manual', otherwise })
  }
  if (holding.locked) await setLocked(stage, person, true)
  return account
}

/** @throws {Error} for a kind that nobody here can make */
export async function giveCredential(
  stage: Stage,
  account: string,
  kind: string,
  person: Person,
): Promise<void> {
  const secret = await secretOf(kind, person)
  const id = randomId('cred')
  await must(
    stage.write({
      write: 'add-credential',
      account,
      id,
      kind,
      secret,
      counter: 0,
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

/** How a form is filled in. */
export type Intent = 'rightly' | 'wrongly' | 'as-nobody' | 'not-at-all' | 'refusing'

/** A form that asks for something that nobody here has, such as a passkey. */
export class CannotFill extends Error {}

/** @throws {CannotFill} */
export function fillIn(
  fields: readonly Field[],
  action: ApiAction,
  person: Person,
  intent: Intent,
  nowMs: number,
): Record<string, string> {
  const asked = fields.filter(({ name }) => name in action.input.properties)
  if (intent === 'not-at-all') return {}
  const secret = shownSecret(action)
  if (secret) person.totpSecret = secret
  return Object.fromEntries(
    asked.map((field) => [field.name, valueFor(field, person, intent, nowMs)]),
  )
}

function valueFor(field: Field, person: Person, intent: Intent, nowMs: number): string {
  const right = intent === 'rightly' || intent === 'refusing'
  if (field.names) return intent === 'as-nobody' ? 'nobody-of-that-name' : person.userName
  switch (field.kind) {
    case 'password':
    case 'new-password':
      return right ? person.password : 'wrong every time'
    case 'code':
      return codeOf(person, nowMs, right)
    case 'email':
      return right ? (person.claims.email ?? `${person.userName}@people.example`) : 'no address'
    case 'text':
      return right ? `${person.userName}-${field.name}` : ''
    case 'choice': {
      const choices = field.choices?.map(({ value }) => value) ?? []
      if (!right) return 'neither'
      return (intent === 'refusing' ? choices.at(-1) : choices[0]) ?? ''
    }
    default:
      throw new CannotFill(`nobody here has what the field ${field.name} (${field.kind}) asks for`)
  }
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

async function secretOf(kind: string, person: Person): Promise<string> {
  if (kind === 'password') return hashPassword(person.password, cheapHash)
  if (kind === 'totp') {
    person.totpSecret ??= generateSecret({ length: 20 })
    return person.totpSecret
  }
  throw new CannotFill(`nobody here can have a ${kind}`)
}

async function must(written: Promise<boolean>): Promise<void> {
  if (!(await written)) throw new Error('the world of the story could not be made')
}
