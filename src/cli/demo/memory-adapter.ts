/**
 * Where a demo OpenID provider keeps its things: in memory, for as long as it runs. It stands in for
 * somebody else's server, so nothing of it is ours to keep.
 */
import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'

/** One store for one provider; the library's own would be shared by all in this process. */
export function memoryAdapter(): AdapterFactory {
  const rows = new Map<string, AdapterPayload>()
  return (model) => adapterOf(model, rows)
}

function adapterOf(model: string, rows: Map<string, AdapterPayload>): Adapter {
  const key = (id: string) => `${model}:${id}`
  const findBy = async (field: 'uid' | 'userCode', value: string) =>
    [...rows].find(([name, row]) => name.startsWith(`${model}:`) && row[field] === value)?.[1]
  return {
    async upsert(id, payload) {
      rows.set(key(id), payload)
    },
    async find(id) {
      return rows.get(key(id))
    },
    findByUid: (uid) => findBy('uid', uid),
    findByUserCode: (userCode) => findBy('userCode', userCode),
    async consume(id) {
      const row = rows.get(key(id))
      if (row) rows.set(key(id), { ...row, consumed: Math.floor(Date.now() / 1000) })
    },
    async destroy(id) {
      rows.delete(key(id))
    },
    async revokeByGrantId(grantId) {
      for (const [name, row] of rows) if (row.grantId === grantId) rows.delete(name)
    },
  }
}
