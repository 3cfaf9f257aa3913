/**
 * What the engine guarantees whatever a flow says, one switch a rule.
 *
 * Each is on in the product and held there by the engine's own conformance. The corpus of published
 * vulnerabilities turns one off at a time, to see that a property notices.
 */
export interface EngineRules {
  /** A submission names the revision that it saw; another one changes nothing. */
  readonly compareAndSet: boolean
  /** Entering a credential step drops what it had proven before. */
  readonly startsUnproven: boolean
  /** Only a verified credential is recorded: choosing, showing or submitting a step proves nothing. */
  readonly provesOnlyVerified: boolean
  /** Another subject drops all proofs. */
  readonly subjectChangeClears: boolean
  /** A condition that fails takes the `error` transition. Off: it counts as true. */
  readonly failsClosed: boolean
  /** `end: success` checks the level that the flow and the request demand. */
  readonly floorAtEnd: boolean
  /** A request can raise the level and nothing else. Off: it can lower it. */
  readonly requestOnlyRaises: boolean
  /** `end: success` reads the account live. */
  readonly activeAtEnd: boolean
  /** From an end, an expiry or a cancellation nothing leads on. */
  readonly overIsOver: boolean
  /** A login moves for the browser that began it only. */
  readonly browserBound: boolean
  /** Only an option that is offered can be answered. */
  readonly onlyOffered: boolean
  /** Attempts are counted over the whole login. Off: entering a state again refills them. */
  readonly attemptsKept: boolean
  /** A factor is enrolled by proofs as strong as the account can give. */
  readonly enrolsByStrength: boolean
  /** Factors are counted over different credentials. */
  readonly countsCredentials: boolean
  /** Proofs are kept by state and option. Off: by option, and a second one replaces the first. */
  readonly proofsByState: boolean
  /** `unavailable` of an offer: none of its options is left. Off: the one that was picked. */
  readonly unavailableIsNone: boolean
  /** What a step hides looks like `invalid` until something is proven. */
  readonly hidesAccounts: boolean
  /** A name that is taken is a conflict. Off: the account of that name is taken over. */
  readonly namesIdentifyNobody: boolean
  /** A session passes a step only for the subject that it belongs to. */
  readonly sessionBySubject: boolean
  /** A session passes single steps. Off: a session of any application is a success here. */
  readonly sessionByStep: boolean
}

export const allRules: EngineRules = Object.freeze({
  compareAndSet: true,
  startsUnproven: true,
  provesOnlyVerified: true,
  subjectChangeClears: true,
  failsClosed: true,
  floorAtEnd: true,
  requestOnlyRaises: true,
  activeAtEnd: true,
  overIsOver: true,
  browserBound: true,
  onlyOffered: true,
  attemptsKept: true,
  enrolsByStrength: true,
  countsCredentials: true,
  proofsByState: true,
  unavailableIsNone: true,
  hidesAccounts: true,
  namesIdentifyNobody: true,
  sessionBySubject: true,
  sessionByStep: true,
})
