/** What somebody has agreed to before there was an account to keep it with: kept once there is one. */
import type { AgreedClaims, FactValues } from '../language/facts.ts'
import type { Write } from '../language/write.ts'

/** @returns nothing of whoever has not been asked */
export function agreedWrites(
  { connection, agreed }: { readonly connection: string; readonly agreed?: AgreedClaims },
  account: string,
  facts: FactValues,
): readonly Write[] {
  if (!agreed) return []
  const { attributes, atMs: agreedMs } = agreed
  const application = String(facts['application.id'])
  const kept = { account, connection, application, attributes, agreedMs }
  return [{ ...kept, write: 'keep-consent', otherwise: 'skip' }]
}
