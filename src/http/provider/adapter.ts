/** The library's storage interface over the present unit of work. It awaits nothing that it writes. */
import type { Adapter, AdapterFactory } from 'oidc-provider'
import type { Payload, ProviderStore } from '../../engine/provider-store.ts'

export function adapterOver(store: ProviderStore): AdapterFactory {
  return (model): Adapter => ({
    find: (id) => store.current().find(model, id),
    findByUid: (uid) => store.current().findByUid(model, uid),
    findByUserCode: (userCode) => store.current().findByUserCode(model, userCode),
    async upsert(id, payload, expiresIn) {
      // Exactly what JSON keeps of it: what is read back later is what is written now.
      const plain = JSON.parse(JSON.stringify(payload)) as Payload
      store.current().upsert(model, id, plain, expiresIn)
    },
    async consume(id) {
      store.current().consume(model, id)
    },
    async destroy(id) {
      store.current().destroy(model, id)
    },
    async revokeByGrantId(grantId) {
      store.current().revokeByGrantId(model, grantId)
    },
  })
}
