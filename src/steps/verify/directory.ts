/**
 * One directory of `directories.yaml`: what is the same whatever keeps the entries. Names are folded, deadlines
 * kept, wrong passwords counted, answers looked at before they are believed.
 */
import { calling } from '../../kit/trace.ts'
import type {
  Credential,
  Directory,
  DirectoryEntry,
  PageRequest,
  PasswordCount,
  Sought,
  StoredEntry,
  UserStore,
  Verdict,
} from '../../language/directory.ts'
import { phoneNumberIn } from '../../language/reach.ts'
import type { ExternalDirectory } from '../../language/settings.ts'
import { userNameKey } from '../../language/user-name.ts'
import { Distrust, failureOf, UpstreamFailure } from '../federated/failure.ts'
import { nameInCertificate } from './certificate.ts'
import { directoryClaims } from './claims.ts'
import type { Verifier } from './ticket.ts'

/** Pages of a synchronisation may take longer than somebody who waits for a login. */
const pageTimeoutMs = 30_000
const minuteMs = 60_000

/** What of a directory's settings matters whatever its store is. */
export type DirectorySettings = Pick<
  ExternalDirectory,
  | 'id'
  | 'enabled'
  | 'lockAfter'
  | 'lockMinutes'
  | 'timeoutMs'
  | 'attributes'
  | 'lists'
  | 'emailVerified'
  | 'phone'
  | 'certificates'
>

export function openDirectory(
  settings: DirectorySettings,
  store: UserStore,
  count: PasswordCount,
  verifier?: Verifier,
): Directory {
  const { id, enabled, lockAfter, lockMinutes } = settings
  const believed = (entry: StoredEntry) => believedEntry(entry, settings)
  const within = <T>(timeoutMs: number, ask: (signal: AbortSignal) => Promise<T>) =>
    calling(id, {}, async () => {
      const signal = AbortSignal.timeout(timeoutMs)
      try {
        return await orLate(ask(signal), signal)
      } catch (thrown) {
        throw failureOf(thrown, id, signal.aborted)
      }
    })
  const asked = <T>(ask: (signal: AbortSignal) => Promise<T>) => within(settings.timeoutMs, ask)
  const find = (name: string, signal: AbortSignal) =>
    store.byName(name, signal).then((found) => named(found, name))
  const findId = async (wanted: string, signal: AbortSignal) =>
    onlyOne((await store.byId(wanted, signal)).filter((entry) => entry.id === wanted))

  /** Of a name that is not locked, and a password that is one. */
  const compare = (name: string, password: string): Promise<Verdict> =>
    asked(async (signal) => {
      const entry = await find(name, signal)
      const isRight = await store.matches(entry, password, signal)
      if (!entry) return { verdict: 'absent' }
      return isRight ? { verdict: 'right', entry: believed(entry) } : { verdict: 'wrong' }
    })

  /** Wrong ones are counted, and past the limit none is looked at. */
  const compareAndCount = async ({
    username,
    password,
  }: Credential & { kind: 'password' }): Promise<Verdict> => {
    const name = nameOf(username)
    if (name === undefined) return absentVerdict
    if (password === '' || password.includes('\0')) return { verdict: 'wrong' }
    if (lockAfter === 0) return compare(name, password)
    if (!(await count.add(id, name, lockAfter, lockMinutes * minuteMs))) {
      return { verdict: 'locked' }
    }
    try {
      const found = await compare(name, password)
      if (found.verdict === 'right') await count.end(id, name)
      else await count.settle(id, name, found.verdict === 'wrong')
      return found
    } catch (thrown) {
      await count.settle(id, name, false)
      throw thrown
    }
  }

  /** Who has proven a name otherwise than by a password: is there such an entry? */
  const ofHolder = async (holder: () => Promise<string | undefined>): Promise<Verdict> => {
    const proven = await holder()
    if (proven === undefined) return { verdict: 'wrong' }
    const name = nameOf(proven)
    if (name === undefined) return absentVerdict
    return asked(async (signal) => {
      const entry = await find(name, signal)
      return entry ? { verdict: 'right', entry: believed(entry) } : absentVerdict
    })
  }

  return {
    id,
    enabled,
    tellsChanges: store.tellsChanges,

    async findByName(typed) {
      const name = nameOf(typed)
      if (name === undefined) return absent
      return asked(async (signal) => sought(await find(name, signal), believed))
    },

    findById: (wanted) => asked(async (signal) => sought(await findId(wanted, signal), believed)),

    async numberOf(wanted) {
      const { phone } = settings
      if (!enabled) throw new UpstreamFailure('UPSTREAM_OFF', id, 'it is switched off')
      if (phone === undefined) return undefined
      return asked(async (signal) => {
        const entry = await findId(wanted, signal)
        return phoneNumberIn(entry?.attributes[phone] ?? [])
      })
    },

    takes: [
      'password',
      ...(settings.certificates ? (['certificate'] as const) : []),
      ...(verifier ? (['ticket'] as const) : []),
    ],

    verify(credential) {
      if (credential.kind === 'password') return compareAndCount(credential)
      return ofHolder(() => holderOf(credential, settings, verifier))
    },

    list: (page: PageRequest) =>
      within(pageTimeoutMs, async (signal) => {
        const { entries, next } = await store.page(page, signal)
        return { entries: entries.map(believed), ...(next !== undefined && { next }) }
      }),

    close: () => store.close(),
  }
}

/** @returns absence where it is good for nothing here */
async function holderOf(
  credential: Exclude<Credential, { kind: 'password' }>,
  { certificates }: DirectorySettings,
  verifier: Verifier | undefined,
): Promise<string | undefined> {
  if (credential.kind === 'ticket') return verifier?.nameIn(credential.ticket)
  return certificates && nameInCertificate(credential.certificate, certificates, credential.nowMs)
}

const absent: Sought = { sought: 'absent' }
const absentVerdict: Verdict = { verdict: 'absent' }

/** In UTF-16 units, folded. */
const nameMax = 256

/** @returns absence: no entry can have such a name (RFC 8265, 3.3: no controls, nothing unassigned) */
function nameOf(typed: string): string | undefined {
  if (!typed.isWellFormed()) return undefined
  const name = userNameKey(typed)
  const isName = name !== '' && name.length <= nameMax && !/[\p{Cc}\p{Cn}\p{Co}]/u.test(name)
  return isName ? name : undefined
}

/** What a store compares by may be laxer than a name is: whoever has another is somebody else. */
function named(found: readonly StoredEntry[], name: string): StoredEntry | undefined {
  if (found.some((entry) => userNameKey(entry.name) !== name)) {
    throw new Distrust('it answers with an entry of another name')
  }
  return onlyOne(found)
}

function onlyOne(found: readonly StoredEntry[]): StoredEntry | undefined {
  if (found.length > 1) throw new Distrust('several entries are called so')
  return found[0]
}

function sought(
  entry: StoredEntry | undefined,
  believed: (entry: StoredEntry) => DirectoryEntry,
): Sought {
  return entry ? { sought: 'found', entry: believed(entry) } : absent
}

function believedEntry(
  { id, name, status, attributes }: StoredEntry,
  settings: DirectorySettings,
): DirectoryEntry {
  if (!/^[\x21-\x7e]{1,255}$/.test(id)) throw new Distrust('an entry has no id that is one')
  const { phone } = settings
  const told = Object.fromEntries(Object.entries(attributes).filter(([key]) => key !== phone))
  const claims = directoryClaims(name, told, settings)
  if (phone === undefined) return { id, name, status, attributes: told, claims }
  const hasPhone = phoneNumberIn(attributes[phone] ?? []) !== undefined
  return { id, name, status, attributes: told, claims: { ...claims, hasPhone } }
}

/**
 * A store that does not look at its signal is late all the same. What has come in time is let go of at once: the
 * signal lives until its time is over, and holds whatever listens to it.
 */
function orLate<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const late = () => reject(signal.reason as Error)
    signal.addEventListener('abort', late, { once: true })
    const settled = () => signal.removeEventListener('abort', late)
    work.finally(settled).then(resolve, reject)
  })
}
