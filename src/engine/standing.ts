/**
 * What is known of an account besides what it is: whether it has asked this browser to be remembered, where
 * else it is signed in, what it has agreed to, and what its owner wants. Asked for once an account is known, again when it is another, and only in
 * flows that read it.
 */
import { assertedAttributes } from '../language/asserted.ts'
import type { FactName, Identity } from '../language/facts.ts'
import { factsRead } from '../language/facts-read.ts'
import type { FlowDefinition } from '../language/flow.ts'
import { preferenceFacts } from '../language/preference.ts'
import type { Draft } from './draft.ts'

const names: readonly FactName[] = [
  'device.known',
  'account.otherSessions',
  'account.agreed',
  'account.preferred',
  'account.putOff',
]

export async function learnStanding(draft: Draft): Promise<void> {
  if (!isRead(draft.flow.definition)) return
  const { identity, standing, devices, recorded = {} } = draft.facts
  const account = identity.kind === 'account' ? identity.account : undefined
  if (account === standing) return
  const others = Object.entries(recorded).filter(([name]) => !names.includes(name as FactName))
  draft.change({
    standing: account,
    recorded: {
      ...Object.fromEntries(others),
      ...(identity.kind === 'account' ? await ask(draft, identity, devices ?? []) : {}),
    },
  })
}

type AccountIdentity = Extract<Identity, { kind: 'account' }>

async function ask(
  { people, login, nowMs }: Draft,
  identity: AccountIdentity,
  devices: readonly string[],
) {
  const { account } = identity
  const { browserHash } = login
  const isKnown = isDeviceKnown({ people, login, nowMs }, account, devices)
  const sessions = await people.otherSessions(account, browserHash, nowMs)
  return {
    'device.known': await isKnown,
    'account.otherSessions': sessions.length,
    'account.agreed': await hasAgreed(people, identity),
    ...preferenceFacts(await people.preferences(account, nowMs)),
  }
}

/** Whether the account knows the browser: it was remembered for the account, or had a session of it. */
export async function isBrowserKnown(draft: Draft, account: string): Promise<boolean> {
  const { devices = [], sessionOf } = draft.facts
  return sessionOf === account || isDeviceKnown(draft, account, devices)
}

async function isDeviceKnown(
  { people, login, nowMs }: Pick<Draft, 'people' | 'login' | 'nowMs'>,
  account: string,
  devices: readonly string[],
): Promise<boolean> {
  if (devices.length === 0) return false
  return people.isDeviceKnown(account, login.application, devices, nowMs)
}

async function hasAgreed(
  people: Draft['people'],
  { account, connection, claims }: AccountIdentity,
): Promise<boolean> {
  if (connection === 'local') return true
  const agreed = await people.agreedAttributes(account, connection)
  return agreed !== undefined && assertedAttributes(claims).every((name) => agreed.includes(name))
}

const read = new WeakMap<FlowDefinition, boolean>()

function isRead(definition: FlowDefinition): boolean {
  let isIt = read.get(definition)
  if (isIt === undefined) {
    const all = factsRead(definition)
    isIt = names.some((name) => all.has(name))
    read.set(definition, isIt)
  }
  return isIt
}
