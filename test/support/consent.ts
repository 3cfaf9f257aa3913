/** What somebody has agreed to of Google on the way to Thrift, at the epoch: their name. */
import { openDatabase } from '../../src/store/open.ts'

export async function insertConsent(database: string, account: string): Promise<void> {
  const db = openDatabase({ url: database, durability: 'normal' })
  try {
    await db('consents').insert({
      ...{ organisation: 'default', account_id: account, connection: 'google' },
      ...{ application: 'thrift', attributes: JSON.stringify(['name']), agreed_ms: 0 },
    })
  } finally {
    await db.destroy()
  }
}
