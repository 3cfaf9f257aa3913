/** A store that tells of every move of a login when it has been written. */
import type { Login, LoginEvent } from './login.ts'
import type { EngineStore, EngineTransaction } from './ports.ts'

/** @param events what is new; those of before are not told again */
export type Moved = (login: Login, events: readonly LoginEvent[]) => void

export function watched(store: EngineStore, moved: Moved): EngineStore {
  return {
    ...store,
    async commit(move) {
      const result = await store.commit(move)
      if (result === 'committed') moved(move.login, move.events)
      return result
    },
    async transaction(work) {
      const told: Parameters<Moved>[] = []
      const result = await store.transaction((tx) => work(watching(tx, told)))
      for (const [login, events] of told) moved(login, events)
      return result
    },
  }
}

function watching(tx: EngineTransaction, told: Parameters<Moved>[]): EngineTransaction {
  return {
    ...tx,
    async save(login, events, wrong) {
      await tx.save(login, events, wrong)
      told.push([login, events])
    },
    async create(login, events) {
      await tx.create(login, events)
      told.push([login, events])
    },
  }
}
