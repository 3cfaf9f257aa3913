/**
 * Step types that the corpus speaks of and the product has not: what others have shipped, mistakes
 * included, as real steps for a real server. Their declarations are those that the checker is shown.
 */
import { randomId } from '../../src/kit/random.ts'
import type { Identity } from '../../src/language/facts.ts'
import type { Person } from '../../src/language/ports.ts'
import type { Answer, Field, StepCall, StepType } from '../../src/language/step.ts'
import { testSteps } from './declarations.ts'

type Work = StepType['work']

const userName: Field = {
  name: 'username',
  kind: 'text',
  label: 'password.username',
  autocomplete: 'username',
  maxLength: 256,
  required: true,
  names: true,
}
const code: Field = {
  name: 'code',
  kind: 'code',
  label: 'totp.code',
  autocomplete: 'one-time-code',
  maxLength: 64,
  required: true,
}

export const corpusSteps: readonly StepType[] = [
  step('otp', [code], second('otp')),
  step('recovery-code', [code], second('recovery-code')),
  step('mail-link', [userName, code], primary('mail-link')),
  step('identify', [userName], identify),
  step('register', [userName], register),
  step('link', [], linkByName),
  step('link-proven', [], linkProven),
  step('notify', [], async () => ({ outcome: 'success' })),
]

function step(type: string, fields: readonly Field[], work: Work): StepType {
  const declaration = testSteps.find((one) => one.type === type)!
  return { declaration, params: {}, fields, work }
}

/** A secret that was handed out once, typed as it is. */
function second(kind: string): Work {
  return async ({ identity, input, ports }) => {
    if (identity.kind !== 'account') throw new TypeError(`${kind} needs an account`)
    const stored = await ports.readCredential(identity.account, kind)
    if (!stored) return { outcome: 'unavailable' }
    if (stored.secret !== input.code) return { outcome: 'invalid' }
    return { outcome: 'success', credentials: [stored.id] }
  }
}

/** The same, also for somebody who has only given a name. */
function primary(kind: string): Work {
  return async ({ identity, input, ports }) => {
    const named = identity.kind === 'account' ? identity.account : undefined
    const person = named
      ? await ports.findAccount(named)
      : await ports.findByUserName(input.username ?? '')
    if (!person) return { outcome: 'unknown' }
    const stored = await ports.readCredential(person.id, kind)
    if (!stored) return { outcome: 'unavailable' }
    if (stored.secret !== input.code) return { outcome: 'invalid' }
    if (person.status !== 'active') return { outcome: 'blocked' }
    const credentials = [stored.id]
    if (named) return { outcome: 'success', case: 1, credentials }
    const at = identity.kind === 'pass-through' ? 2 : 0
    return { outcome: 'success', case: at, credentials, identity: identityOf(person) }
  }
}

/** keycloak#47619: the name alone leads on, so that everybody learns who has an account. */
async function identify({ input, ports }: StepCall): Promise<Answer> {
  const { username = '' } = input
  const person = await ports.findByUserName(username)
  if (!person) return { outcome: 'unknown' }
  return { outcome: 'success', identity: identityOf(person) }
}

/** CVE-2022-46172: an account for whoever fills in a form. */
async function register({ input, ports }: StepCall): Promise<Answer> {
  const { username = '' } = input
  if (await ports.findByUserName(username)) return { outcome: 'conflict' }
  const id = randomId('acc')
  const groups: readonly string[] = []
  return {
    outcome: 'success',
    identity: {
      kind: 'account',
      account: id,
      connection: 'local',
      claims: {},
      groups,
      source: 'local',
      new: true,
    },
    writes: [
      {
        write: 'create-account',
        id,
        userName: username,
        source: 'local',
        directory: 'internal',
        claims: {},
        otherwise: 'conflict',
      },
    ],
  }
}

/** CVE-2026-15611: who has the same name there is taken for the same person. */
async function linkByName({ identity, ports }: StepCall): Promise<Answer> {
  if (identity.kind !== 'pass-through') throw new TypeError('link needs somebody from upstream')
  const { connection, subject, claims } = identity
  const person = await ports.findByUserName(claims.preferredUsername ?? '')
  if (!person) return { outcome: 'unavailable' }
  return {
    outcome: 'success',
    identity: { ...identityOf(person), connection },
    writes: [
      { write: 'associate', account: person.id, connection, subject, otherwise: 'unavailable' },
    ],
  }
}

/** As it should be: the account has been proven in this login. */
async function linkProven({ identity, ports }: StepCall): Promise<Answer> {
  if (identity.kind !== 'account') throw new TypeError('link-proven needs an account')
  const { account, connection, unlinked } = identity
  const known = unlinked && (await ports.findAssociated(connection, unlinked))
  if (!unlinked || known) return { outcome: 'rejected' }
  return {
    outcome: 'success',
    writes: [{ write: 'associate', account, connection, subject: unlinked, otherwise: 'rejected' }],
  }
}

function identityOf({ id, claims, groups, source }: Person): Identity & { kind: 'account' } {
  const { amr: _amr, groups: _groups, ...own } = claims
  return {
    kind: 'account',
    account: id,
    connection: 'local',
    claims: own,
    groups,
    source,
    new: false,
  }
}
