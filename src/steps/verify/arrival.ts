/** Somebody has been proven in a directory that is not ours: who is it here? */
import type { DirectoryEntry } from '../../language/directory.ts'
import type { FactName, Identity } from '../../language/facts.ts'
import type { StepCall } from '../../language/step.ts'
import type { Write } from '../../language/write.ts'

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

/** The parameter of a step by which people come without an account. */
export const passThrough = {
  kind: 'bool',
  default: false,
  description:
    'whether who has no account here goes on as a pass-through identity, also where the directory makes no accounts',
} as const

export type Arrival =
  | {
      readonly outcome: 'success'
      readonly identity: Identity
      readonly credentials: readonly string[]
      readonly writes?: readonly Write[]
    }
  | {
      readonly outcome: 'unknown'
      /** 1: the directory makes no accounts, and none is needed. */
      readonly case: 0 | 1
      readonly identity: Identity
      readonly credentials: readonly string[]
    }
  | { readonly outcome: 'disabled' }
  /** @param by whose word it is: the account's here, or the entry's there */
  | { readonly outcome: 'blocked'; readonly by: 'account' | 'entry' }

type Arriving = Pick<StepCall, 'connection' | 'ports'> & {
  readonly params: { readonly passThrough: boolean }
}

/**
 * The account that is associated with the directory and the entry's id, never one of an equal name.
 *
 * @param credential what was proven, in a word: it names the proof
 */
export async function arrivalOf(
  { connection, params, ports }: Arriving,
  { id: subject, status, claims }: DirectoryEntry,
  credential: string,
): Promise<Arrival> {
  if (!connection) throw new TypeError('a directory that is ours takes nobody in by it')
  if (status !== 'current') return { outcome: 'blocked', by: 'entry' }
  const by = connection.id
  const person = await ports.findAssociated(by, subject)
  const credentials = [`${credential}:${by}:${subject}`]
  if (!person) {
    const { jit, scheme } = connection
    if (!jit && !params.passThrough) return { outcome: 'disabled' }
    const comer = { kind: 'pass-through', connection: by, subject, claims } as const
    const identity: Identity = { ...comer, ...(scheme && { scheme }) }
    return { outcome: 'unknown', case: jit ? 0 : 1, identity, credentials }
  }
  if (person.status !== 'active') return { outcome: 'blocked', by: 'account' }
  const { id: account, groups, source } = person
  return {
    outcome: 'success',
    credentials,
    identity: { kind: 'account', account, connection: by, claims, groups, source, new: false },
    ...(connection.refreshMinutes ? { writes: [confirmed(account, by)] } : {}),
  }
}

/** Where the account may stand in for the directory, it is known from when. */
function confirmed(account: string, directory: string): Write {
  return { write: 'keep-confirmation', account, directory, otherwise: 'skip' }
}
