/** A world for one step: people in memory, numbered randomness, and a call with everything filled in. */
import type { Directory } from '../../src/language/directory.ts'
import type { Identity } from '../../src/language/facts.ts'
import type { Assigner, Creator } from '../../src/language/plug-in.ts'
import type {
  OtherSession,
  Person,
  Ports,
  Service,
  StoredCredential,
  Upstream,
} from '../../src/language/ports.ts'
import type { ConnectionSettings, StepCall } from '../../src/language/step.ts'
import { userNameKey } from '../../src/language/user-name.ts'

export interface FakeWorld {
  readonly people?: readonly Person[]
  /** By account id and kind: `acc_1 password`; of several also by id: `acc_1 webauthn pk_1`. */
  readonly credentials?: Readonly<Record<string, StoredCredential>>
  /** By connection and subject: `google g-1`; the account's id. */
  readonly associations?: Readonly<Record<string, string>>
  /** By account id: its sessions in other browsers. */
  readonly sessions?: Readonly<Record<string, readonly OtherSession[]>>
  readonly upstream?: Upstream
  readonly service?: Service
  readonly directory?: Directory
  readonly creator?: Creator
  readonly assigner?: Assigner
  /** By account and directory: `acc_1 staff`. */
  readonly confirmedMs?: Readonly<Record<string, number>>
  /** By account and connection: `acc_1 corp`. */
  readonly assigned?: readonly string[]
}

/** @returns ports, and the names of the reads that were made through them */
export function fakePorts(world: FakeWorld): Ports & { readonly reads: string[] } {
  const { people = [], credentials = {}, associations = {} } = world
  const reads: string[] = []
  let drawn = 0
  const read = async <T>(name: string, value: T): Promise<T> => {
    reads.push(name)
    return value
  }
  const findAccount = (id: string | undefined) => people.find((person) => person.id === id)
  return {
    reads,
    findByUserName: (userName) =>
      read(
        'findByUserName',
        people.find((person) => userNameKey(person.userName) === userNameKey(userName)),
      ),
    findAccount: (id) => read('findAccount', findAccount(id)),
    findAssociated: (connection, subject) =>
      read('findAssociated', findAccount(associations[`${connection} ${subject}`])),
    findByVerifiedEmail: (email) =>
      read(
        'findByVerifiedEmail',
        people.filter(({ claims }) => claims.emailVerified && claims.email === email),
      ),
    findByAttribute: (name, value) =>
      read(
        'findByAttribute',
        people.filter(({ claims }) => claims.other?.[name] === value),
      ),
    readCredential: (account, kind, id) =>
      read('readCredential', credentials[[account, kind, id].filter(Boolean).join(' ')]),
    isProvenByOwn: ({ credentials }, proofs) =>
      credentials.every(({ id }) =>
        proofs.some(({ source, credential }) => source === 'registered' && credential === id),
      ),
    keepsPasswordOf: ({ source }) => source !== world.directory?.id,
    otherSessions: (account) => read('otherSessions', world.sessions?.[account] ?? []),
    random: (bytes) => new Uint8Array(bytes).fill(++drawn),
    upstream: () => {
      if (!world.upstream) throw new Error('this world has no upstream')
      return world.upstream
    },
    service: () => {
      if (!world.service) throw new Error('this world has no service')
      return world.service
    },
    creator: () => {
      if (!world.creator) throw new Error('this world has no creator')
      return world.creator
    },
    assigner: () => {
      if (!world.assigner) throw new Error('this world has no assigner')
      return world.assigner
    },
    findEntry: (_directory, id) => {
      if (!world.directory) throw new Error('this world has no directory')
      reads.push('findEntry')
      return world.directory.findById(id)
    },
    confirmedMs: (account, directory) =>
      read('confirmedMs', world.confirmedMs?.[`${account} ${directory}`]),
    isAssigned: (account, connection) =>
      read('isAssigned', world.assigned?.includes(`${account} ${connection}`) ?? false),
    directory: () => {
      if (!world.directory) throw new Error('this world has no directory')
      return world.directory
    },
  }
}

export function person(id: string, rest: Partial<Person> = {}): Person {
  return {
    id,
    userName: id,
    status: 'active',
    groups: [],
    grants: [],
    source: 'local',
    claims: {},
    credentials: [],
    ...rest,
  }
}

export const nobody: Identity = { kind: 'none' }

export function account(id: string): Extract<Identity, { kind: 'account' }> {
  return {
    kind: 'account',
    account: id,
    connection: 'local',
    claims: {},
    groups: [],
    source: 'local',
    new: false,
  }
}

export function connection(id: string, rest: Partial<ConnectionSettings> = {}): ConnectionSettings {
  return { id, title: id, jit: true, trustsAmr: [], enabled: true, ...rest }
}

type AnyCall = Omit<StepCall, 'params'>

/** The type of the parameters is left to the test: a call is taken by whichever step it is for. */
export function call(
  given: Partial<AnyCall> & { ports: Ports; params?: Readonly<Record<string, unknown>> },
): AnyCall & { readonly params: never } {
  return {
    identity: nobody,
    facts: { 'application.id': 'thrift' },
    proofs: [],
    input: {},
    typed: {},
    connection: undefined,
    kept: undefined,
    arrival: undefined,
    nowMs: Date.parse('2026-11-20T12:00:00Z'),
    login: { id: 'lg_1', deadlineMs: Date.parse('2026-11-20T12:15:00Z'), languages: [] },
    ...given,
    params: (given.params ?? {}) as never,
  }
}
