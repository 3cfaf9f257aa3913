/**
 * What a person, or the program that acts for them, is shown of a login. Data only: pages and the JSON
 * API are two renderings of it, and nothing else of a login leaves the engine.
 */
import type { Presented, PresentedKind } from '../language/declaration.ts'
import type { Exhibit, Field } from '../language/step.ts'
import type { MakeAnswer } from './provider-store.ts'

/** One thing that can be done at the state where the login rests. */
export interface OptionView {
  /** The option's id: the name of its action. */
  readonly id: string
  /** The step's type: message codes for titles and labels begin with it. */
  readonly step: string
  /** The connection's title, where the option is one. */
  readonly title: string | undefined
  /**
   * `form`: fill in the fields. `away`: leaves for an upstream. `choose`: must be chosen first, because
   * something is made for it (a secret, a challenge) that its form then shows.
   */
  readonly kind: 'form' | 'away' | 'choose'
  readonly fields: readonly Field[]
  /** Answered by what the browser presents with the request, and not by fields. Absent: by fields. */
  readonly presents?: PresentedKind
  readonly exhibits: readonly Exhibit[]
  /** Not working just now (its upstream is down); it may be tried again. */
  readonly troubled: boolean
  /** Whether it asks for what the person has, and neither adds to that nor decides anything. */
  readonly isWayIn: boolean
}

export interface MessageView {
  /** Permanent: the texts of all languages hang on it. E.g. `password.invalid`. */
  readonly code: string
  readonly level: 'error' | 'info'
  readonly option: string | undefined
  /** Tries left at this state; absent where it does not matter. */
  readonly attemptsLeft: number | undefined
}

export interface LoginView {
  readonly id: string
  readonly flow: { readonly name: string; readonly title: string; readonly digest: string }
  readonly application: { readonly id: string; readonly title: string }
  /** One token for one answer. It also stands against cross-site requests: only this browser has it. */
  readonly seq: string
  readonly expiresAtMs: number
  readonly status: 'awaiting_input' | 'awaiting_upstream' | 'complete'
  /** The state's id. */
  readonly state: string
  /** The one that the person prefers is first. */
  readonly options: readonly OptionView[]
  /** Whether they have said which they prefer, and the first option is it. */
  readonly isPreferredFirst: boolean
  readonly canGoBack: boolean
  /** Languages that the application asked for (BCP 47), best first, then that of the account; absent: neither said. */
  readonly uiLocales?: readonly string[]
  readonly messages: readonly MessageView[]
  /** What has been proven so far (RFC 8176). */
  readonly amr: readonly string[]
  /** Who has been proven, as shown to that person; absent before. */
  readonly who: string | undefined
  /** Fingerprint of the secret that the browser is to be known by from now on. Absent: none. */
  readonly remembered?: string
  /** When `complete`: where the browser goes on, at the OpenID provider. When away: the upstream. */
  readonly redirect: string | undefined
  /** Whether the application's answer has been written: at `redirect` is the same, for a minute. */
  readonly isAnswered: boolean
}

/** What a browser finds that comes back to its login, and whether that has moved it. */
export interface Visited {
  readonly view: LoginView
  readonly hasMoved: boolean
}

/** What a client of a login can ask for. Implemented by the engine, used by pages and the JSON API. */
export interface Logins {
  /** @throws {KnownError} BROWSER_MISMATCH, APPLICATION_GONE, LOGIN_EXPIRED */
  view(id: string, browserSecret: string | undefined): Promise<LoginView>
  /**
   * The same, for its own browser that has come back to it: where its link was confirmed elsewhere the login goes on
   * first, once.
   *
   * @throws {KnownError} BROWSER_MISMATCH, APPLICATION_GONE, LOGIN_EXPIRED, BUSY
   */
  visit(visit: {
    readonly id: string
    readonly browserSecret: string | undefined
    /** As in a submission. */
    readonly deviceSecret: string
    readonly source?: string | undefined
    /** As in a submission. */
    readonly makeAnswer?: MakeAnswer
  }): Promise<Visited>
  /**
   * Answers the state where a login rests.
   *
   * @param action an option's id, `back` or `cancel`
   * @throws {KnownError} BROWSER_MISMATCH, APPLICATION_GONE, CROSS_SITE (a `seq` that was never
   *   ours), TICKET_MISSING, CONNECTION_NOT_OFFERED, STEP_NOT_CURRENT, LOGIN_EXPIRED, LOGIN_OVER, INPUT_INVALID,
   *   TOO_MANY_TRIES, BUSY
   */
  act(submission: Submission): Promise<LoginView>
  /** An upstream's answer came back. @throws as `act`, and CALLBACK_REFUSED */
  arrive(arrival: {
    readonly connection: string
    /** The callback's whole address. */
    readonly url: string
    readonly state: string
    readonly browserSecret: string | undefined
    /** As in a submission. */
    readonly makeAnswer?: MakeAnswer
  }): Promise<LoginView>
  /**
   * An upstream's answer that the browser was made to post. Another site's post brings no cookie: it is
   * kept, changes nothing, and `arrive` takes it with the browser's next request.
   *
   * @throws {KnownError} CALLBACK_REFUSED, LOGIN_EXPIRED
   */
  deliver(delivery: {
    readonly connection: string
    readonly state: string
    /** The whole form, encoded as it came. */
    readonly form: string
  }): Promise<void>
  /**
   * Somebody has opened a link that was sent, perhaps on another device, and typed the number that stands where the
   * login waits. It is kept for the login and moves nothing, until its browser goes on; the first alone counts.
   *
   * @throws {KnownError} CALLBACK_REFUSED: no login waits for that link
   */
  confirm(confirmation: { readonly token: string; readonly number: string }): Promise<void>
  /** @returns what a connection's administrator must know of us, as XML; `undefined` where there is none */
  metadata(connection: string): Promise<string | undefined>
  /**
   * A fresh login for the application's request of an expired one.
   *
   * @returns the address at the OpenID provider that begins it
   */
  restart(id: string, browserSecret: string | undefined): Promise<string>
}

export interface Submission {
  readonly id: string
  readonly browserSecret: string | undefined
  readonly seq: string
  readonly action: string
  readonly input: Readonly<Record<string, string>>
  /** What came with the request besides. Absent: nothing. */
  readonly presented?: Presented
  /** The same key and `seq` again get the same answer again (JSON API's `Idempotency-Key`). */
  readonly idempotencyKey: string | undefined
  /** A fresh secret, which the browser keeps if the view that answers has its fingerprint. */
  readonly deviceSecret?: string
  /** Where it comes from, as it is counted. Absent: not known for certain. */
  readonly source?: string | undefined
  /** For whom the application can be answered at once. Absent: at `redirect`, when the login is complete. */
  readonly makeAnswer?: MakeAnswer
}
