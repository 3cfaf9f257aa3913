/** What becomes of an account that stays only if the login that has made it comes to success. */
import type { Write } from '../language/write.ts'
import type { Draft } from './draft.ts'

/**
 * To be asked where a login rests or has ended.
 *
 * The login that made the account keeps it by its success, and any other by having come to it: from then
 * on somebody else counts on it. Any other end of the login that made it takes it away again, with all that
 * hangs on it. One that simply stops is swept after its deadline.
 */
export async function settledAccount(draft: Draft): Promise<readonly Write[]> {
  const { identity, end } = draft.facts
  if (identity.kind !== 'account') return []
  const login = (await draft.person())?.provisional
  if (login === undefined) return []

  const { account } = identity
  const isOthers = login !== draft.login.id
  if (isOthers || end?.outcome === 'success') {
    return [{ write: 'keep-account', account, otherwise: 'skip' }]
  }
  return end ? [{ write: 'remove-account', account, login, otherwise: 'skip' }] : []
}
