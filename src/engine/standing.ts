/**
 * What is known of an account besides what it is: whether it has asked this browser to be remembered, and
 * where else it is signed in. Asked for once an account is known, again when it is another, and only in
 * flows that read it.
 */
import type { FactName } from '../language/facts.ts'
import { factsRead } from '../language/facts-read.ts'
import type { FlowDefinition } from '../language/flow.ts'
import type { Draft } from './draft.ts'

const names: readonly FactName[] = ['device.known', 'account.otherSessions']

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
      ...(account === undefined ? {} : await ask(draft, account, devices ?? [])),
    },
  })
}

async function ask({ people, login, nowMs }: Draft, account: string, devices: readonly string[]) {
  const { application, browserHash } = login
  const isKnown = devices.length > 0 && people.isDeviceKnown(account, application, devices, nowMs)
  const sessions = await people.otherSessions(account, browserHash, nowMs)
  return { 'device.known': await isKnown, 'account.otherSessions': sessions.length }
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
