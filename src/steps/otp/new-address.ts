/**
 * An address or a number that somebody says is theirs, proven by a code that is sent there: it takes the place of the
 * one that the account had, and that one is told.
 */
import type { ProvesDeclaration } from '../../language/declaration.ts'
import type { Claims } from '../../language/facts.ts'
import type { Person, Ports } from '../../language/ports.ts'
import { addressCredential, addressFor, type Channel } from '../../language/reach.ts'
import type { Answer, Counted, Field, StepCall, StepType } from '../../language/step.ts'
import type { Write } from '../../language/write.ts'
import { notice } from '../notice.ts'
import { accountOf } from '../subject.ts'
import { addressIn, codeFields, codeTo, isCodeSent, type sentCodeParams } from './sent-code.ts'

type Params = typeof sentCodeParams
type Call = StepCall<Params>

/** What sets one kind of address apart from another. */
export interface AddressKind {
  /** The step's type: message codes begin with it. */
  readonly type: string
  readonly channel: Channel
  /** The kind of credential that the address is. */
  readonly credential: string
  /** Where it is typed. */
  readonly field: Field
  /** By the names that provenance has; the first is the address itself. */
  readonly attributes: readonly [string, ...string[]]
  /** @returns absence: it does not look like one */
  read(typed: string): string | undefined
  /** What stands in the account for it. */
  stands(claims: Claims): boolean
  /** The profile with it, as verified. */
  write(claims: Claims, address: string): Claims
  /** Whose messages are counted. */
  counts(account: string, address: string): Counted
  /** Where one address is one account's: accounts that have it already, and what its owner is told, a message code. */
  readonly owned?: {
    readonly text: string
    find(ports: Ports, address: string): Promise<readonly Person[]>
  }
}

/**
 * The outcomes of its step: what is proven by reading what was sent there is a new factor.
 *
 * @param noun what the checker's stories call the address, with its article
 */
export function provenByCode(
  proof: Pick<ProvesDeclaration, 'amr' | 'factor' | 'credential'>,
  [article, noun]: readonly ['a' | 'an', string],
) {
  const typed = {
    by: 'person',
    proves: [{ ...proof, phishingResistant: false, source: 'new' }],
    effects: { 'account.has': true },
  } as const
  const types = 'types the code that was sent to it'
  return {
    success: [
      { ...typed, when: { 'account.has': false }, enact: `gives a first ${noun} and ${types}` },
      { ...typed, when: { 'account.has': true }, enact: `gives another ${noun} and ${types}` },
    ],
    invalid: [{ by: 'person', enact: 'types a code that was not sent to it, or too late' }],
    conflict: [
      { by: 'chance', enact: 'has changed the profile elsewhere in the meantime' },
      { by: 'chance', enact: `has ${article} ${noun} that a connection says` },
    ],
  } as const
}

/** What of a step is the same for each kind. */
export function newAddress(kind: AddressKind): Pick<
  StepType<Params, 'success' | 'invalid' | 'conflict'>,
  'asks' | 'prepare' | 'work'
> & {
  readonly fields: readonly Field[]
  readonly guesses: NonNullable<StepType<Params>['guesses']>
} {
  const { type, channel, field } = kind
  return {
    fields: [field, ...codeFields(type)],

    asks: ({ kept }) => (kept ? ['code', 'again'] : [field.name]),

    async prepare(call) {
      const { identity, input, kept, ports } = call
      if (kept && input.again !== 'yes') return undefined
      const { account } = accountOf(identity)
      const address = kept?.address ?? kind.read(input[field.name]?.trim() ?? '')
      const person = await ports.findAccount(account)
      if (address === undefined || !person || !isOurs(kind, person)) return undefined
      const isTaken = await isSomebodyElses(kind, ports, account, address)
      const prepared = codeTo(call, {
        type,
        channel,
        text: isTaken && kind.owned ? kind.owned.text : `${channel}.otp`,
        account: undefined,
        to: address,
        about: account,
        credential: addressCredential(channel, address),
        counts: kind.counts(account, address),
      })
      return { ...prepared, keep: { ...prepared.keep, address } }
    },

    async guesses({ identity, input, kept }) {
      if (!kept || input.again === 'yes') return undefined
      return { account: accountOf(identity).account, factor: type }
    },

    work: (call) => work(kind, call),
  }
}

async function work(
  kind: AddressKind,
  call: Call,
): Promise<Answer<'success' | 'invalid' | 'conflict'>> {
  const { identity, kept, ports } = call
  const { account } = accountOf(identity)
  const person = await ports.findAccount(account)
  if (!person) return { outcome: 'conflict' }
  if (!isOurs(kind, person)) return { outcome: 'conflict', case: 1 }
  const { address, credential = '' } = kept ?? {}
  if (address === undefined) return { outcome: 'invalid', message: `${kind.type}.no-address` }
  const isTaken = await isSomebodyElses(kind, ports, account, address)
  if (!isCodeSent(call) || isTaken) return { outcome: 'invalid', message: `${kind.type}.invalid` }

  const before = addressIn(person, kind.credential)
  return {
    outcome: 'success',
    case: before === undefined ? 0 : 1,
    credentials: [credential],
    ...(before !== undefined && { inPlaceOf: before }),
    writes: [
      {
        write: 'update-profile',
        account,
        from: person.claims,
        claims: kind.write(person.claims, address),
        provenance: {
          ...person.provenance,
          ...Object.fromEntries(kind.attributes.map((name) => [name, 'local'])),
        },
        otherwise: 'conflict',
      },
      ...toldBefore(kind, call, person, credential),
    ],
  }
}

/** To where messages have gone until now. */
function toldBefore(
  { type, channel, credential: held }: AddressKind,
  call: Call,
  person: Person,
  credential: string,
): readonly Write[] {
  const to = addressFor(channel, person)
  if (to === undefined || addressIn(person, held) === credential) return []
  const about = {
    idempotencyKey: `${type} ${call.login.id} ${credential}`,
    text: `${channel}.address-changed`,
    values: {},
  }
  return [notice(call, { channel, to }, about)]
}

/** What a connection says is changed there: the next login by it would bring the old one back. */
function isOurs({ attributes: [name], stands }: AddressKind, person: Person): boolean {
  return !stands(person.claims) || (person.provenance?.[name] ?? person.source) === 'local'
}

async function isSomebodyElses(
  kind: AddressKind,
  ports: Ports,
  account: string,
  address: string,
): Promise<boolean> {
  const owners = (await kind.owned?.find(ports, address)) ?? []
  return owners.some(({ id }) => id !== account)
}
