/** What the engine asks of the outside. `store/` implements it. */
import type { OwnOutcome } from '../language/declaration.ts'
import type { OtherSession, Person, StoredCredential } from '../language/ports.ts'
import type { Preference } from '../language/preference.ts'
import type { Write } from '../language/write.ts'
import type { Login, LoginEvent } from './login.ts'
import type { UnitOfWork } from './provider-store.ts'

/**
 * Reads of people, through whatever transaction is open. Whoever has been read is remembered: a reader is
 * for one request, or for one transaction.
 */
export interface People {
  findByUserName(userName: string): Promise<Person | undefined>
  findAccount(id: string): Promise<Person | undefined>
  findAssociated(connection: string, subject: string): Promise<Person | undefined>
  findByVerifiedEmail(email: string): Promise<readonly Person[]>
  /** Whoever has written the attribute there. */
  findByAttribute(name: string, value: string): Promise<readonly Person[]>
  /** Whether the account has asked to remember a device with one of these for this application. */
  isDeviceKnown(
    account: string,
    application: string,
    secretHashes: readonly string[],
    nowMs: number,
  ): Promise<boolean>
  /**
   * What the person has agreed that the account holds of what the connection says: names of attributes.
   *
   * @returns absence: nothing was agreed to, or it was withdrawn
   */
  agreedAttributes(account: string, connection: string): Promise<readonly string[] | undefined>
  /** What the account's owner wants at that time. */
  preferences(account: string, nowMs: number): Promise<readonly Preference[]>
  /** Whether the connection's assigner has said which groups the account gets. */
  isAssigned(account: string, connection: string): Promise<boolean>
  /** When the directory has last said at a login that they are there and current. Absence: it was not asked. */
  confirmedMs(account: string, directory: string): Promise<number | undefined>
  /** The account's sessions in other browsers, the oldest first. */
  otherSessions(
    account: string,
    browserHash: string,
    nowMs: number,
  ): Promise<readonly OtherSession[]>
  readCredential(account: string, kind: string, id?: string): Promise<StoredCredential | undefined>
  /** What was read is out of date: something has been written. */
  forget(): void
}

export interface EngineStore {
  /** A fresh reader. */
  people(): People
  findLogin(id: string): Promise<Login | undefined>
  /** By the fingerprint of the `state` that an upstream brought back. */
  findAwaiting(awaitedHash: string): Promise<Login | undefined>
  /** Keeps a form by which the awaited upstream has answered, until the login moves on: the first alone. */
  keepPosted(login: Login, form: string): Promise<void>
  /**
   * Takes a login for one submission. The guess is counted with it or after it, before any work: a crash
   * between the two has guessed at nothing.
   *
   * @returns `undefined` when another has it or it has moved on: nothing was written. Otherwise how many
   *   guesses at the factor the window holds now, this one included; 0 without `guess`.
   */
  claim(claim: Claim): Promise<number | undefined>
  /** Gives a claim back after work that came to nothing. */
  release(login: Login, claim: string): Promise<void>
  /**
   * Writes a move that was decided outside of any transaction: all of it in one, which begins with the
   * comparison of the claim.
   *
   * @returns `stale`: the claim is no longer ours. `conflict`: a write did not find what it expected. `refused`: the
   *   answer that was to go with it may not be given so. Nothing was written in any of these cases.
   */
  commit(move: DecidedMove): Promise<Committed>
  /** Everything inside is written, or nothing. No other query may be made until it ends. */
  transaction<T>(work: (tx: EngineTransaction) => Promise<T>): Promise<T>
  /** The text of a definition by digest. */
  findDefinition(digest: string): Promise<string | undefined>
  /** Keeps definitions; keeping one twice is nothing. */
  keepDefinitions(definitions: readonly KeptDefinition[], nowMs: number): Promise<void>
}

export interface KeptDefinition {
  readonly digest: string
  /** Not asked for where the definition is kept already. */
  body(): string
}

export interface Claim {
  readonly login: Login
  readonly claim: string
  readonly nowMs: number
  readonly untilMs: number
  readonly spent: Readonly<Record<string, number>>
  readonly guess: ((Guess | Addressed) & { readonly sinceMs: number }) | undefined
}

export type Committed = 'committed' | 'stale' | 'conflict' | 'refused'

export interface DecidedMove {
  /** As it is to be. */
  readonly login: Login
  readonly claim: string
  /** The revision from which it moves. */
  readonly from: number
  readonly writes: readonly Write[]
  /** Whose count of wrong answers ends with this right one. */
  readonly forget: Guess | undefined
  readonly events: readonly LoginEvent[]
  /** For the audit. Absent: no answer was wrong. */
  readonly wrong: Wrong | undefined
  readonly nowMs: number
  /** Written with it: what answers the application, where the move ends the login. Absent: that comes later. */
  readonly answer?: UnitOfWork
}

/** A wrong answer, or one that is taken for wrong. */
export interface Wrong {
  readonly state: string
  readonly option: string | undefined
  /** Whose factor was guessed at. Absent: nobody's that is known. */
  readonly guess?: Guess | undefined
  /** `last`: none is taken any more until the window is over. */
  readonly guesses?: 'left' | 'last' | 'over'
}

/** Something is sent to an address that is no account's: counted for the address, in the same window. */
export interface Addressed {
  readonly addressHash: string
}

export interface Guess {
  readonly account: string
  readonly factor: string
}

export interface EngineTransaction {
  readonly people: People
  /** First statement of a transaction on a login. @returns false when the claim is no longer ours. */
  take(login: Login, claim: string): Promise<boolean>
  /**
   * Writes all of a step's writes or none of them.
   *
   * @returns the `otherwise` of the first that did not find what it expected, or `applied`
   */
  apply(writes: readonly Write[], nowMs: number): Promise<'applied' | OwnOutcome | 'again'>
  /** A right answer ends the count of wrong ones. */
  forgetGuesses(guess: Guess): Promise<void>
  /** Writes the login as it stands now, with its events and its audit. It must have been taken. */
  save(login: Login, events: readonly LoginEvent[], wrong?: Wrong): Promise<void>
  /** Writes a new login with its events and its audit. */
  create(login: Login, events: readonly LoginEvent[]): Promise<void>
}
