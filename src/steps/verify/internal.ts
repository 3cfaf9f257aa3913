/** Our own accounts as a store like any other: what `verify` asks for `internal`. */
import type { StoredEntry, UserStore } from '../../language/directory.ts'
import type { Person, Ports } from '../../language/ports.ts'
import { userNameKey } from '../../language/user-name.ts'
import { type HashCost, matchesPassword } from '../password/hash.ts'

type Reads = Pick<Ports, 'findByUserName' | 'findAccount' | 'readCredential'>

/** @param people a fresh reader for each question */
export function openInternal(people: () => Reads, cost: HashCost): UserStore {
  const entriesOf = async (reads: Reads, person: Person | undefined): Promise<StoredEntry[]> => {
    const stored = await reads.readCredential(person?.id ?? '', 'password')
    if (!person) return []
    const { id, userName, status } = person
    const isCurrent = status === 'active'
    return [
      {
        id,
        // Found by its key, and compared by it again.
        name: userNameKey(userName),
        status: isCurrent ? 'current' : 'locked',
        attributes: {},
        secret: stored?.secret ?? '',
      },
    ]
  }
  return {
    tellsChanges: false,
    async byName(name) {
      const reads = people()
      return entriesOf(reads, await reads.findByUserName(name))
    },
    async byId(id) {
      const reads = people()
      return entriesOf(reads, await reads.findAccount(id))
    },
    // One hash, also for nobody and for an account without a password.
    matches: (entry, password) => matchesPassword(entry?.secret || undefined, password, cost),
    async page() {
      throw new TypeError('accounts of ours are not synchronised with themselves')
    },
    async close() {},
  }
}
