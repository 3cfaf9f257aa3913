/** Everything that the engine is given when the product is put together. */
import type { KeyObject } from 'node:crypto'
import type { CompiledFlow } from '../language/compile.ts'
import type { Directory } from '../language/directory.ts'
import type { Assigner, Creator } from '../language/plug-in.ts'
import type { Service, Upstream } from '../language/ports.ts'
import type { ConnectionSettings, StepType } from '../language/step.ts'
import type { EngineStore } from './ports.ts'
import type { Tries } from './tries.ts'
import type { Turns } from './turns.ts'

export interface World {
  readonly organisation: string
  readonly store: EngineStore
  readonly catalogue: Catalogue
  readonly steps: ReadonlyMap<string, StepType>
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
  /** For the `seq` tokens: 32 bytes, made ready once, which costs more than a tag. */
  readonly seqKey: KeyObject
  /** By which `seq` tokens are good as well: of before the key was changed. Absent: none. */
  readonly otherSeqKeys?: readonly KeyObject[]
  /** For the subjects of pass-through identities. 32 bytes; changing it changes every such subject. */
  readonly subjectKey: Uint8Array
  /** Cryptographic random bytes. */
  readonly random: (bytes: number) => Uint8Array
  /** Told of every failure that a person only sees as "that did not work". */
  readonly report: (error: unknown, loginId: string) => void
  readonly limits: Limits
  /** Of the whole process: what takes a processor whole waits here for its turn. */
  readonly turns: Turns
  /** Absent: what sources try is not counted. */
  readonly tries?: Tries
}

/** What the files declare, with the database's overlay. Read live. */
export interface Catalogue {
  /** Live: whether anybody may sign in to it now. False for one that there is not. */
  isApplicationEnabled(id: string): boolean
  application(id: string): Application | undefined
  /** A directory that is not ours is one as well: people come by it. */
  connection(id: string): ConnectionSettings | undefined
  upstream(connection: string): Upstream
  service(id: string): Service
  directory(id: string): Directory
  creator(name: string): Creator
  assigner(name: string): Assigner
  /** The definition that new logins of a flow begin with. */
  flow(name: string): CompiledFlow | undefined
  /** A definition that a login began with, whatever the files say now. */
  definition(digest: string): Promise<CompiledFlow | undefined>
}

export interface Application {
  readonly id: string
  readonly title: string
  readonly flow: string
  /** For `prompt=create`. Absent: nobody is sent to make an account. */
  readonly signUp?: string
  /** Its own floor; absent: the flow's. */
  readonly acr?: string
  /** Claims that it may be told; `*` for all. */
  readonly release: readonly string[]
}

export interface Limits {
  /**
   * Guesses at one factor of one account in a window (NIST SP 800-63B-4, 3.2.2, asks for at most 100); as many
   * again from browsers that the account knows.
   */
  readonly guessesMax: number
  readonly guessWindowMs: number
  /** How long one submission may hold a login. Longer than an upstream's deadline and all call-outs. */
  readonly claimMs: number
  /** Call-outs of one submission. */
  readonly callOutsMax: number
  /** States entered by one submission. */
  readonly statesMax: number
}

export const defaultLimits: Limits = {
  guessesMax: 5,
  guessWindowMs: 15 * 60_000,
  claimMs: 30_000,
  callOutsMax: 6,
  statesMax: 100,
}
