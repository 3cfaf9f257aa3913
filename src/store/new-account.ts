/** Adds an account by hand, with all that it begins with. */
import type { Knex } from 'knex'
import { randomId } from '../kit/random.ts'
import type { Sealer } from '../kit/seal.ts'
import type { Claims } from '../language/facts.ts'
import { applyWrite } from './writes.ts'

export interface NewAccount {
  readonly userName: string
  readonly claims: Claims
  readonly groups: readonly string[]
  /** Absent: `internal`. */
  readonly directory?: string
  /** Sealed secrets by kind, e.g. a password's hash or a TOTP secret. */
  readonly credentials: readonly { readonly kind: string; readonly secret: string }[]
}

/** Through the transaction of whoever adds it. @returns absence: the name is taken, nothing was written */
export async function insertAccount(
  trx: Knex.Transaction,
  organisation: string,
  seal: Sealer,
  account: NewAccount,
  nowMs: number,
): Promise<string | undefined> {
  const id = randomId('acc')
  const { userName, claims, directory = 'internal' } = account
  const own = { otherwise: 'conflict', account: id } as const
  const write = (what: Parameters<typeof applyWrite>[3]) =>
    applyWrite(trx, organisation, seal, what, nowMs)
  const made = { ...own, id, userName, claims, source: 'local', directory }
  if (!(await write({ ...made, write: 'create-account' }))) return undefined
  await write({ ...own, write: 'grant-groups', groups: account.groups, source: 'manual' })
  for (const { kind, secret } of account.credentials) {
    const credential = randomId('cred')
    await write({ ...own, write: 'add-credential', id: credential, kind, secret, counter: 0 })
  }
  return id
}
