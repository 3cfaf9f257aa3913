/**
 * What the OpenID provider's side asks of storage. One request is one unit of work: it reads each thing
 * once, collects what is to be written, and writes it all in one transaction before the answer goes out.
 */

import type { Proof } from '../language/facts.ts'
import type { Login, LoginEvent, SessionFacts } from './login.ts'
import type { NewMessage } from './outbox.ts'

export interface ProviderStore {
  open(): UnitOfWork
  /** Runs `work` with `unit` as the present one. */
  within<T>(unit: UnitOfWork, work: () => Promise<T>): Promise<T>
  /** The unit of the request that is being answered. @throws {Error} outside of one */
  current(): UnitOfWork
  /** The login that an interaction waits for. */
  findLoginByInteraction(uid: string): Promise<FinishedLogin | undefined>
  /** Whether a code is still to be redeemed. */
  isCodeUnused(code: string): Promise<boolean>
  /** Marks a login whose answer cannot be given as ended without success. */
  endWithError(login: Login, error: string): Promise<void>
}

export interface FinishedLogin {
  readonly login: Login
  /** What the application was told, once it was. */
  readonly answer: GivenAnswer | undefined
  readonly answeredMs: number | undefined
}

export interface GivenAnswer {
  /** Sealed where it is kept. */
  readonly response: string
  /** Absent: there is none in it. */
  readonly code: string | undefined
}

/** As `oidc-provider` hands them over: plain JSON. */
export type Payload = Record<string, unknown> & {
  accountId?: string
  grantId?: string
  uid?: string
  userCode?: string
  consumed?: unknown
}

export interface UnitOfWork {
  find(model: string, id: string): Promise<Payload | undefined>
  findByUid(model: string, uid: string): Promise<Payload | undefined>
  findByUserCode(model: string, userCode: string): Promise<Payload | undefined>
  /** @param expiresInSeconds absent: it does not expire */
  upsert(model: string, id: string, payload: Payload, expiresInSeconds: number | undefined): void
  consume(model: string, id: string): void
  destroy(model: string, id: string): void
  revokeByGrantId(model: string, grantId: string): void

  /** For the rest of this request, `find` gives this. `undefined`: there is none. Nothing is written. */
  pretend(model: string, id: string, payload: Payload | undefined): void

  /** The account and the dated proofs of the session with this cookie, if it has an account. */
  sessionFacts(cookie: string | undefined): Promise<SessionFacts | undefined>
  /** The session of this browser for this account, which a tab beside this one has made. */
  findSessionOf(browserHash: string, account: string): Promise<{ readonly id: string } | undefined>
  /** Ends a session for good, and leaves word for the applications that it has let its person into. */
  endSession(uid: string): void
  /** Has a message sent, if this request is committed. */
  send(message: NewMessage): void

  /** Has a login that has just begun written with the rest; the interaction that waits for it is there before. */
  begin(login: Login, events: readonly LoginEvent[]): void
  /** The request that has begun a login, which is stored already, answers the application for it as well. */
  answerAtOnce(login: Login): void
  /** Ties a login that is stored already to the interaction that waits for it. */
  tie(login: Login, interactionUid: string): void
  /**
   * This request answers the application for this login: of several, one does. A session that is
   * written with it gets its proofs and its browser.
   */
  answer(login: Login, answer: GivenAnswer): void
  /**
   * The device that a finished login was let off something for has another secret from now on, and the old one
   * is good for a minute more: another tab may have it still.
   *
   * @param secretHash the new one's fingerprint
   * @returns the fingerprint of the old one; absence: there is nothing to replace, or it is replaced already
   */
  replaceDevice(login: Login, secretHash: string): Promise<string | undefined>
  /** What was asserted about a pass-through person: sealed with the grant, gone when the grant is. */
  assert(grantId: string, assertion: string): void
  readAssertion(grantId: string): Promise<string | undefined>

  /** @throws {UnitRefused} and nothing is written */
  commit(): Promise<void>
}

/**
 * Makes the application's answer ready for a login that is about to end, to be written together with its last move.
 *
 * @returns absence: the browser has to come for it, in a request of its own
 */
export type MakeAnswer = (ended: Login) => Promise<UnitOfWork | undefined>

/** What an account, if it is one of ours, must be for a code or a session to be written. */
export type Refusal =
  /** The account is locked, disabled or gone. */
  | 'account'
  /** Another request has consumed the same thing. */
  | 'consumed'
  /** Another request has answered the application. */
  | 'answered'
  /** The session was ended meanwhile. */
  | 'session-ended'
  /** A tab beside this one has made this browser's session. */
  | 'session-raced'

export class UnitRefused extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(`the unit of work was refused: ${refusal}`)
    this.name = 'UnitRefused'
    this.refusal = refusal
  }
}

/** Proofs by credential, the newest of each; what was new in its login is registered from now on. */
export function mergeProofs(old: readonly Proof[], fresh: readonly Proof[]): Proof[] {
  const key = (proof: Proof) => `${proof.option}\0${proof.credential}\0${proof.factor}`
  const merged = new Map(old.map((proof) => [key(proof), proof]))
  for (const proof of fresh) {
    const known = merged.get(key(proof))
    if (known && known.atMs > proof.atMs) continue
    merged.set(key(proof), proof.source === 'new' ? { ...proof, source: 'registered' } : proof)
  }
  return [...merged.values()]
}
