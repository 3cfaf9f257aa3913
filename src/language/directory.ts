/**
 * The contract of a directory: a store of users that is not ours, asked where it stands.
 *
 * It answers for certain or it throws. One that is down, late, cut off or not understood is never `absent` and
 * never `wrong`: whoever deletes, provisions, locks or lets in by an answer has had one.
 */
import type { Claims } from './facts.ts'

export interface Directory {
  readonly id: string
  /** Off: it is passed over, and nobody asks it. Live. */
  readonly enabled: boolean
  /** Whether `list` can leave out what has not changed. */
  readonly tellsChanges: boolean
  /**
   * The entry that somebody means who types this name. Names are compared without case, and as
   * `userNameKey` folds them; one that no entry can have is `absent` without a question.
   *
   * @throws {UpstreamFailure} no certain answer; also where several entries have the name
   */
  findByName(name: string): Promise<Sought>
  /** @throws {UpstreamFailure} no certain answer */
  findById(id: string): Promise<Sought>
  /**
   * The telephone number that stands there now, for whoever sends something to it and keeps it nowhere.
   *
   * @returns ITU-T E.164 with its `+`; absence where the entry is gone or has none, or where the settings name no
   *   attribute for it
   * @throws {UpstreamFailure} no certain answer, or it is switched off
   */
  numberOf(id: string): Promise<string | undefined>
  /** The kinds of credential that its settings let it check. */
  readonly takes: readonly Credential['kind'][]
  /**
   * Whose credential this is. An empty password is `wrong` without a question (RFC 4513, 5.1.2: a directory takes
   * it for nobody, and says yes); a credential of a kind that it does not take is `wrong` as well.
   *
   * A wrong password is counted against the name, before the directory is asked; a right one ends the count, and
   * neither a failure nor an absence adds to it. Past its limit the name is `locked` for some time, and the
   * directory is not asked. Nothing else is counted or locked: nobody guesses at a key or a ticket.
   *
   * @throws {UpstreamFailure} no certain answer
   */
  verify(credential: Credential): Promise<Verdict>
  /**
   * A page of its entries, in an order that stays.
   *
   * @throws {UpstreamFailure} no certain answer: what came before is not all there is
   */
  list(page: PageRequest): Promise<Page>
  /** Closes what it keeps open. It can be asked again all the same. */
  close(): Promise<void>
}

export type Sought =
  | { readonly sought: 'found'; readonly entry: DirectoryEntry }
  | { readonly sought: 'absent' }

/** What somebody is known by: typed, or presented by their browser. */
export type Credential =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** Of a client whose key the proxy in front has seen at work. */
  | {
      readonly kind: 'certificate'
      /** DER, in base64. */
      readonly certificate: string
      /** When it must be valid, in milliseconds since the Unix epoch. */
      readonly nowMs: number
    }
  /** As the browser has sent it (RFC 4559): base64. */
  | { readonly kind: 'ticket'; readonly ticket: string }

export type Verdict =
  /** Right; `entry.status` says whether it lets anybody in. */
  | { readonly verdict: 'right'; readonly entry: DirectoryEntry }
  | { readonly verdict: 'wrong' }
  /** No entry has the name. */
  | { readonly verdict: 'absent' }
  /** Too many wrong ones: this one was not looked at. */
  | { readonly verdict: 'locked' }

export interface DirectoryEntry {
  /** Never changes and is never given to somebody else. With the directory, the only key there is. */
  readonly id: string
  /** What the person types. */
  readonly name: string
  /** `locked` and `obsolete` as the directory says it; `obsolete` is there and no longer current. */
  readonly status: 'current' | 'locked' | 'obsolete'
  /** All values of each attribute that was read, by the directory's names. */
  readonly attributes: Readonly<Record<string, readonly string[]>>
  /** What the directory's settings make of the attributes; `preferredUsername` is the name. */
  readonly claims: Claims
}

export interface PageRequest {
  /** What the page before has given as `next`. Absent: from the beginning. */
  readonly after?: string
  /** 1 to 1,000 entries; a page may have fewer and not be the last. */
  readonly limit: number
  /** Only what has changed since, in milliseconds since the Unix epoch; where `tellsChanges`. Absent: all. */
  readonly changedSinceMs?: number
}

export interface Page {
  readonly entries: readonly DirectoryEntry[]
  /** Absent: this was the last page. It is good for a later process as well. */
  readonly next?: string
}

/** Where wrong passwords are counted, by directory and folded name. Each call is written at once. */
export interface PasswordCount {
  /**
   * Counts one more, before it is looked at.
   *
   * @param limit wrong ones in a row that lock the name, for `lockMs` since the last of them
   * @returns false: the name is locked, and nothing was counted
   */
  add(directory: string, name: string, limit: number, lockMs: number): Promise<boolean>
  /**
   * What became of one: it stays counted where it was wrong, and not where nobody has answered or there was nobody
   * to compare with. Either writes as much: how long it takes must not tell who has the name.
   */
  settle(directory: string, name: string, isWrong: boolean): Promise<void>
  /** A right one ends the count. */
  end(directory: string, name: string): Promise<void>
}

/** One kind of store behind a directory. Whatever it throws is a failure of the directory. */
export interface UserStore {
  readonly tellsChanges: boolean
  /** @returns every entry of that name, two at most: names come folded, and never empty */
  byName(name: string, signal: AbortSignal): Promise<readonly StoredEntry[]>
  byId(id: string, signal: AbortSignal): Promise<readonly StoredEntry[]>
  /** @param entry absent: there is nobody, and it costs the same */
  matches(entry: StoredEntry | undefined, password: string, signal: AbortSignal): Promise<boolean>
  page(
    request: PageRequest,
    signal: AbortSignal,
  ): Promise<{ readonly entries: readonly StoredEntry[]; readonly next?: string }>
  close(): Promise<void>
}

/** An entry as its store has it. */
export interface StoredEntry extends Omit<DirectoryEntry, 'claims'> {
  /** What a password is compared by: a hash, or the name under which to ask. */
  readonly secret: string
}
