/**
 * What conditions may read, and how a login remembers it.
 *
 * A fact is recorded by the engine or by a step. Nothing here is ever taken from the request, but for
 * what stands under `request`, which is labelled as such: a way around a credential step may not read
 * it (I-11).
 */

/** Where a fact comes from, from the most to the least trusted. */
export type Origin =
  | 'configuration'
  | 'store'
  | 'upstream-verified'
  | 'upstream-asserted'
  | 'person'
  | 'network'
  | 'request'

/** An `address` is a text, and a `time` is in milliseconds since the Unix epoch; conditions see what they mean. */
export type FactType = 'bool' | 'int' | 'string' | 'list<string>' | 'address' | 'time'

export interface FactDeclaration {
  readonly type: FactType
  readonly from: Origin
  /** Read with `has`, `?.` or `orValue` only: it may not be there. */
  readonly optional?: true
  /** The identity kinds for which it exists. Reading it for another kind makes the condition an error. */
  readonly of?: readonly IdentityKind[]
  /** The engine finds it out by itself when it is known whose it is; no step has to record it. */
  readonly learned?: true
  /** All values it can have, where the list is closed. */
  readonly values?: readonly string[]
  readonly description: string
}

/** What a connection has people asked, besides the upstream's own pages, before they get an account. */
export const schemes = [
  'silent',
  'consent',
  'password-consent',
  'username-password-consent',
] as const
export type ConnectionScheme = (typeof schemes)[number]

export type IdentityKind = 'none' | 'pass-through' | 'account'

const identityKinds = ['none', 'pass-through', 'account'] as const

/**
 * Every fact that a condition can name. One line a fact; the language's reference in `flows/README.md`
 * is compared with it by a test.
 */
export const factDeclarations = {
  'application.id': {
    type: 'string',
    from: 'configuration',
    description: 'the application that the person wants to enter',
  },
  'identity.kind': {
    type: 'string',
    from: 'store',
    values: identityKinds,
    description: 'who has been proven: nobody, someone from upstream, or an account of ours',
  },
  'identity.connection': {
    type: 'string',
    from: 'store',
    description:
      'the connection by which the identity was proven; `local` for our own, else `none`',
  },
  'identity.amr': {
    type: 'list<string>',
    from: 'upstream-asserted',
    description:
      'the methods (RFC 8176) that the upstream says it used; empty for our own accounts',
  },
  'identity.email': {
    type: 'string',
    from: 'upstream-asserted',
    optional: true,
    description: 'the e-mail address of the identity',
  },
  'identity.emailVerified': {
    type: 'bool',
    from: 'upstream-asserted',
    description: 'whether whoever asserted the address says that it is verified; false when unsaid',
  },
  'identity.name': {
    type: 'string',
    from: 'upstream-asserted',
    optional: true,
    description: 'the name to show',
  },
  'identity.age': {
    type: 'int',
    from: 'upstream-asserted',
    optional: true,
    description: 'full years, where a whole date of birth is known (`birthdate`)',
  },
  'identity.groups': {
    type: 'list<string>',
    from: 'upstream-asserted',
    description: 'groups that the upstream asserts; empty when it says nothing',
  },
  'identity.scheme': {
    type: 'string',
    from: 'configuration',
    of: ['pass-through'],
    values: schemes,
    description: 'what the connection wants people to be asked before they get an account',
  },
  'account.groups': {
    type: 'list<string>',
    from: 'store',
    of: ['account'],
    description: 'the groups of the account',
  },
  'account.source': {
    type: 'string',
    from: 'store',
    of: ['account'],
    description: 'the connection that the account was provisioned by; `local` otherwise',
  },
  'account.new': {
    type: 'bool',
    from: 'store',
    of: ['account'],
    description: 'whether the account was made in this login',
  },
  'account.agreed': {
    type: 'bool',
    from: 'store',
    of: ['account'],
    learned: true,
    description:
      'whether the person has agreed to all that the connection they came by says of them; true for `local`',
  },
  'account.otherSessions': {
    type: 'int',
    from: 'store',
    of: ['account'],
    learned: true,
    description: 'how many sessions the account has in other browsers than this one',
  },
  'account.preferred': {
    type: 'string',
    from: 'store',
    of: ['account'],
    learned: true,
    description: 'the option that the person wants to come first; `none` where they have not said',
  },
  'account.putOff': {
    type: 'list<string>',
    from: 'store',
    of: ['account'],
    learned: true,
    description: 'what the person does not want to be asked, for now or for good',
  },
  'device.known': {
    type: 'bool',
    from: 'store',
    of: ['account'],
    learned: true,
    description: 'whether the account has had this browser remembered for the application',
  },
  'proofs.factors': {
    type: 'int',
    from: 'store',
    description: 'how many kinds of factor have been proven, over different credentials',
  },
  'proofs.amr': {
    type: 'list<string>',
    from: 'store',
    description: 'the methods (RFC 8176) proven so far',
  },
  'proofs.options': {
    type: 'list<string>',
    from: 'store',
    description:
      'the options that have proven something so far: `totp` and `recovery-code` have one method',
  },
  'proofs.phishingResistant': {
    type: 'bool',
    from: 'store',
    description: 'whether a phishing-resistant credential has been proven',
  },
  'directory.blocked': {
    type: 'bool',
    from: 'store',
    description:
      'whether a directory that was asked since a password was typed has the person locked or not current; an error before that',
  },
  'service.result': {
    type: 'string',
    from: 'configuration',
    description: 'what the service that `http` has asked last says; an error before that',
  },
  'service.score': {
    type: 'int',
    from: 'configuration',
    description: 'the number that it gives; an error where it gives none',
  },
  'network.address': {
    type: 'address',
    from: 'network',
    description: 'the address that the login began from, as our server or a trusted proxy saw it',
  },
  'time.now': {
    type: 'time',
    from: 'store',
    description: 'when the login began, by the clock of our server',
  },
  'request.acr': {
    type: 'list<string>',
    from: 'request',
    description: 'the levels that the application asked for',
  },
} as const satisfies Record<string, FactDeclaration>

export type FactName = keyof typeof factDeclarations

/** A fact's value at run time. Absent: the fact is optional and was not recorded. */
export type FactValue = boolean | number | string | readonly string[]
export type FactValues = Readonly<Partial<Record<FactName, FactValue>>>

/** NIST SP 800-63-4: the three kinds of authentication factor. */
export type Factor = 'knowledge' | 'possession' | 'inherence'

/** A record that one step verified one credential of one subject at a time. */
export interface Proof {
  /** The state that asked. */
  readonly state: string
  /** The option's id: a step type, or a connection. */
  readonly option: string
  /** RFC 8176 values. */
  readonly amr: readonly string[]
  readonly factor: Factor
  /** The credential's id. Two proofs of one credential are one factor. */
  readonly credential: string
  readonly phishingResistant: boolean
  /** `new`: made in this login, and never a stand-in for one registered before. */
  readonly source: 'registered' | 'upstream' | 'new'
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number
}

/** What is asserted about a person by whoever proved them, under OpenID Connect's names (Core, 5.1). */
export interface Claims {
  readonly email?: string
  readonly emailVerified?: boolean
  readonly name?: string
  readonly preferredUsername?: string
  /** Whether their directory has a telephone number of theirs, which stays there. Absent: nobody has looked. */
  readonly hasPhone?: boolean
  readonly groups?: readonly string[]
  /** RFC 8176, as the upstream says. */
  readonly amr?: readonly string[]
  /** Everything else that the upstream said and the connection lets through. */
  readonly other?: Readonly<Record<string, unknown>>
}

/** What somebody has agreed, in a login, that an account here holds: by name. */
export interface AgreedClaims {
  readonly attributes: readonly string[]
  readonly atMs: number
}

/** Who has been proven so far in a login. */
export type Identity =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'pass-through'
      readonly connection: string
      /** The upstream's own stable id of the person. With the connection, the only key there is. */
      readonly subject: string
      readonly claims: Claims
      /** What they are to be asked before they get an account. Absent: nothing, `silent`. */
      readonly scheme?: ConnectionScheme
      /** The account that is perhaps theirs, and that they have yet to prove. */
      readonly candidate?: string
      /** What they have agreed, in this login, that an account here holds: by name. */
      readonly agreed?: AgreedClaims
    }
  | {
      readonly kind: 'account'
      readonly account: string
      /** `local`, or the connection that the person came by. */
      readonly connection: string
      readonly claims: Claims
      readonly groups: readonly string[]
      /** `local`, or the connection that the account was provisioned by. */
      readonly source: string
      /** Made in this login. */
      readonly new: boolean
      /** The subject at `connection` that was proven as well, and is not associated with the account. */
      readonly unlinked?: string
      /** What they had agreed to before this account was proven, and is kept once it is linked. */
      readonly agreed?: AgreedClaims
    }
