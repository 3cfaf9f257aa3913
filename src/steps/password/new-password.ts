/** A password that somebody chooses: what asks for it, what it proves, and what is kept of it. */
import type { ProvesDeclaration } from '../../language/declaration.ts'
import type { Person } from '../../language/ports.ts'
import type { Field } from '../../language/step.ts'
import { newId } from '../subject.ts'
import { type HashCost, hashPassword, passwordMaxLength } from './hash.ts'
import { passwordProblem } from './rules.ts'

export const newPasswordField = {
  name: 'password',
  kind: 'new-password',
  label: 'password.new',
  autocomplete: 'new-password',
  maxLength: passwordMaxLength,
  required: true,
} as const satisfies Field

/** Chosen just now, it stands in for nothing that was registered before. */
export const provesNewPassword = [
  {
    amr: ['pwd'],
    factor: 'knowledge',
    phishingResistant: false,
    source: 'new',
    credential: 'password',
  },
] as const satisfies readonly ProvesDeclaration[]

/**
 * Judges and hashes what was typed; nothing of it is kept but the hash.
 *
 * @returns the credential to write for this person, or the code that says why it will not do
 */
export async function choosePassword(
  typed: string,
  { id: account, userName, claims }: Person,
  cost: HashCost,
  random: (bytes: number) => Uint8Array,
) {
  const { email = '', name = '' } = claims
  const words = ['sallyport', email, name]
  const problem = passwordProblem(typed, { userName, words, withSecondFactor: false })
  if (problem) return { problem }
  const id = newId('cred', random)
  const secret = await hashPassword(typed, cost)
  return { credential: { account, id, kind: 'password', secret, counter: 0 } } as const
}

/** The password of the account, where it has one. */
export function passwordOf({ credentials }: Person) {
  return credentials.find(({ kind }) => kind === 'password')
}
