/**
 * What a step wants changed, as data. The engine has it written in the one transaction that moves the
 * login on.
 *
 * Each is conditional: it names what it expects to find. If that is not there any more, nothing of the
 * step is written and its outcome becomes `otherwise`; `again` has the step look once more, now seeing
 * what the other one did; `skip` leaves this one write out, because nothing hangs on it.
 */

import type { OwnOutcome } from './declaration.ts'
import type { Claims } from './facts.ts'
import type { Channel } from './reach.ts'

export type Write = { readonly otherwise: OwnOutcome | 'again' | 'skip' } & (
  | {
      readonly write: 'create-account'
      readonly id: string
      readonly userName: string
      readonly source: string
      readonly directory: string
      readonly claims: Claims
      /** Absent: `active`. */
      readonly status?: 'active' | 'pending'
      /** It goes again unless this login comes to success by then. Absent: it stays. */
      readonly provisional?: { readonly login: string; readonly untilMs: number }
    }
  /** From now on it stays. */
  | { readonly write: 'keep-account'; readonly account: string }
  /** With all that hangs on it, if it still is this login's to keep or not. */
  | { readonly write: 'remove-account'; readonly account: string; readonly login: string }
  | {
      readonly write: 'associate'
      readonly account: string
      readonly connection: string
      readonly subject: string
    }
  /** The connection's assigner has said which groups the account gets. */
  | {
      readonly write: 'keep-assignment'
      readonly account: string
      readonly connection: string
    }
  /** The directory has said now that they are there and current. */
  | {
      readonly write: 'keep-confirmation'
      readonly account: string
      readonly directory: string
    }
  /** With all that hangs on it, if it has come from there: its directory has the person no more. */
  | { readonly write: 'delete-account'; readonly account: string; readonly source: string }
  /** Parts an account from a connection, with all that it has by it and all that it was given. */
  | {
      readonly write: 'remove-associations'
      readonly account: string
      readonly connection: string
    }
  /** All that `source` grants: what it granted before is taken away; what others granted stays. */
  | {
      readonly write: 'grant-groups'
      readonly account: string
      readonly groups: readonly string[]
      readonly source: string
    }
  /** A profile in place of the one that was read, and who wrote what of it. */
  | {
      readonly write: 'update-profile'
      readonly account: string
      readonly from: Claims
      readonly claims: Claims
      readonly provenance: Readonly<Record<string, string>>
    }
  | {
      readonly write: 'add-credential'
      readonly account: string
      readonly id: string
      readonly kind: string
      /** Sealed by the store. */
      readonly secret: string
      readonly counter: number
      /** What its owner calls it: at most 64 characters. Absent: nothing. */
      readonly name?: string
    }
  /** A newer rendering of the same secret, e.g. a hash with today's parameters. */
  | {
      readonly write: 'replace-secret'
      readonly credential: string
      readonly from: string
      readonly to: string
    }
  /** This browser is known from now on, to this account and application. */
  | {
      readonly write: 'keep-device'
      readonly account: string
      readonly application: string
      readonly secretHash: string
      /** Milliseconds since the Unix epoch. */
      readonly expiresMs: number
    }
  /** What the person has agreed that the account holds of what a connection says, in place of before. */
  | {
      readonly write: 'keep-consent'
      readonly account: string
      readonly connection: string
      readonly application: string
      /** By name, as a profile has them. */
      readonly attributes: readonly string[]
      /** Milliseconds since the Unix epoch. */
      readonly agreedMs: number
    }
  /** What the person wants, in place of what they wanted under the same name. */
  | {
      readonly write: 'keep-preference'
      readonly account: string
      readonly name: string
      readonly value: string
      /** After it nothing is wanted any more, in milliseconds since the Unix epoch. Absent: it stays. */
      readonly untilMs?: number
    }
  /** Ends sessions of the account, wherever they are. */
  | {
      readonly write: 'end-sessions'
      readonly account: string
      readonly sessions: readonly string[]
    }
  /** Of two that change the same credential, one finds it gone. */
  | { readonly write: 'remove-credential'; readonly account: string; readonly credential: string }
  /** Takes back all that the account was given: sessions, grants, codes, tokens and remembered devices. */
  | { readonly write: 'revoke'; readonly account: string }
  /** Leaves word to the account's own address, read when it is sent. Of two with the same key one is sent. */
  | {
      readonly write: 'send-message'
      readonly channel: Channel
      /** Absent: nobody, or the address that is named; it costs the same. */
      readonly account: string | undefined
      /** An address that the person says is theirs, and is to prove; sealed by the store. Absent: the account's. */
      readonly to?: string
      readonly idempotencyKey: string
      /** Message code of what it says. */
      readonly text: string
      /** What stands in the text; sealed by the store. */
      readonly values: Readonly<Record<string, string>>
      /** Languages of the login (BCP 47), best first; the account's own comes after them. */
      readonly languages: readonly string[]
      /** After it nothing is sent any more, in milliseconds since the Unix epoch. */
      readonly untilMs: number
    }
  /** Moves the counter from what was read to a greater value: of two, one finds it moved. */
  | {
      readonly write: 'advance-counter'
      readonly credential: string
      readonly from: number
      readonly to: number
    }
)
