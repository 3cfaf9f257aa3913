/** Somebody has been proven in a directory that is not ours: who is it here? */
import type { DirectoryEntry } from '../../language/directory.ts'
import type { FactName, Identity } from '../../language/facts.ts'
import type { StepCall } from '../../language/step.ts'

/** What is recorded of whoever comes by a directory. */
export const asserted = [
  'identity.amr',
  'identity.email',
  'identity.emailVerified',
  'identity.name',
  'identity.age',
  'identity.groups',
] as const satisfies readonly FactName[]
export const ofAccount = [
  'account.groups',
  'account.source',
  'account.new',
] as const satisfies readonly FactName[]
/** A directory says nothing of methods. */
export const noMethods = { 'identity.amr': { is: [] } } as const
export const ofBlocked = {
  records: ['directory.blocked'],
  where: { 'directory.blocked': { is: true } },
} as const

export type Arrival =
  | {
      readonly outcome: 'success' | 'unknown'
      readonly identity: Identity
      readonly credentials: readonly string[]
    }
  | { readonly outcome: 'disabled' }
  /** @param by whose word it is: the account's here, or the entry's there */
  | { readonly outcome: 'blocked'; readonly by: 'account' | 'entry' }

/**
 * The account that is associated with the directory and the entry's id, never one of an equal name.
 *
 * @param credential what was proven, in a word: it names the proof
 */
export async function arrivalOf(
  { connection, ports }: Pick<StepCall, 'connection' | 'ports'>,
  { id: subject, status, claims }: DirectoryEntry,
  credential: string,
): Promise<Arrival> {
  if (!connection) throw new TypeError('a directory that is ours takes nobody in by it')
  if (status !== 'current') return { outcome: 'blocked', by: 'entry' }
  const by = connection.id
  const person = await ports.findAssociated(by, subject)
  const credentials = [`${credential}:${by}:${subject}`]
  if (!person) {
    if (!connection.jit) return { outcome: 'disabled' }
    const { scheme } = connection
    const comer = { kind: 'pass-through', connection: by, subject, claims } as const
    return { outcome: 'unknown', identity: { ...comer, ...(scheme && { scheme }) }, credentials }
  }
  if (person.status !== 'active') return { outcome: 'blocked', by: 'account' }
  const { id: account, groups, source } = person
  return {
    outcome: 'success',
    credentials,
    identity: { kind: 'account', account, connection: by, claims, groups, source, new: false },
  }
}
