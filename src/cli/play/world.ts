/** The world that a story is told in: made before it is played, and changed while it is. */
import { conditionLimits } from '../../language/conditions.ts'
import type { Claims, FactValue } from '../../language/facts.ts'
import { type Preference, preferredWay, putOffName } from '../../language/preference.ts'
import type { Change, Part } from './cast.ts'
import {
  associate,
  giveAccount,
  giveCredential,
  newPerson,
  type Person,
  setLocked,
} from './person.ts'
import type { Stage } from './stage.ts'

/** The story is not one that can be played here. The message says why. */
export class CannotPlay extends Error {}

export interface Player {
  readonly person: Person
  /** Absent until they have one. */
  account: string | undefined
}

/**
 * Somebody comes into being, with an account where the story says that they have one.
 *
 * @throws {CannotPlay}
 */
export async function enter(stage: Stage, part: Part, name: string): Promise<Player> {
  const { world, facts, undecidable } = part
  const person = newPerson(name, claimsFrom(part, name, stage.now()))
  const held = named(world, 'has')
  const associations = named(world, 'association')
  const implied = held.length > 0 || associations.length > 0 || world.has('account.active')
  const exists = world.get('account.exists') ?? implied
  if (world.get('name.taken')) {
    if (exists) throw new CannotPlay('it needs two accounts of one name')
    await takeNames(stage, person)
  }
  if (enacts(part, 'twins')) {
    await giveAccount(stage, newPerson(`${name}-twin`, person.claims), { password: true })
  }
  if (!exists && !enacts(part, 'bare', 'twins')) {
    return { person, account: undefined }
  }
  const source = facts.get('account.source')
  const account = await giveAccount(stage, person, {
    associations,
    groups: [
      ...entriesOf(facts, 'account.groups'),
      ...(undecidable.has('account.groups') ? [overlong] : []),
    ],
    ...(typeof source === 'string' ? { source } : {}),
  })
  // Of what a story says nothing is as usual: an account has a password.
  const isUsual = !world.has('has(password)') && !enacts(part, 'bare')
  for (const kind of isUsual ? [...held, 'password'] : held) {
    // What an association stands for is no credential of its own.
    if (kind !== 'connection') await giveCredential(stage, account, kind, person)
  }
  for (const preference of preferencesFrom(facts)) {
    await stage.write({ write: 'keep-preference', account, otherwise: 'skip', ...preference })
  }
  // Nothing is given to an account that is locked.
  if (world.get('account.active') === false) await setLocked(stage, person, true)
  return { person, account }
}

/** What a case says of the world that no atom tells: by the sentence that enacts it. */
const enactments = {
  twins: 'matches more than one account',
  bare: 'matches an account that has nothing to prove it by',
} as const

function enacts({ enacted }: Part, ...any: readonly (keyof typeof enactments)[]): boolean {
  return any.some((name) => enacted.has(enactments[name]))
}

/**
 * Looks before it is too late to say so: a change may have to be made while the server is at work.
 *
 * @throws {CannotPlay}
 */
export function refuseImpossible({ atom, value }: Change): void {
  if (atom === 'account.active') return
  if (!value) throw new CannotPlay(`it needs that meanwhile ${atom} is no more`)
  if (/^(has\(|association\(|name\.taken$|account\.exists$)/.test(atom)) return
  throw new CannotPlay(`it needs that meanwhile ${atom} comes about`)
}

/**
 * What another login, or an administrator, does meanwhile.
 *
 * @param namedAccount the account that the login has named, or made
 */
export async function change(
  stage: Stage,
  player: Player,
  { atom, value }: Change,
  namedAccount: string | undefined,
): Promise<void> {
  const { person } = player
  if (atom === 'account.active') return setLocked(stage, person, !value)
  const account = player.account ?? namedAccount
  const [kind] = named(new Map([[atom, true]]), 'has')
  const [connection] = named(new Map([[atom, true]]), 'association')
  if (kind && account) return giveCredential(stage, account, kind, person)
  if (connection && account) return associate(stage, account, connection, person)
  if (connection) {
    const holding = { associations: [connection], source: connection }
    player.account = await giveAccount(stage, person, holding)
    return
  }
  // An account comes into being with what it is to have.
  if (atom === 'name.taken') {
    await takeNames(stage, person)
  }
}

/** An account is named by what its owner is called, or, where nothing says that, by their address. */
async function takeNames(stage: Stage, { userName, claims: { email } }: Person): Promise<void> {
  for (const name of email === undefined ? [userName] : [userName, email]) {
    await giveAccount(stage, newPerson(name), { password: true })
  }
}

/** Of `has(totp)` that is true, `totp`. */
function named(world: Part['world'], what: 'has' | 'association'): string[] {
  return [...world].flatMap(([atom, value]) =>
    value && atom.startsWith(`${what}(`) ? [atom.slice(what.length + 1, -1)] : [],
  )
}

/** No condition takes a text of this length: whatever reads it, is an error. */
const overlong = 'x'.repeat(conditionLimits.text + 1)

function claimsFrom({ facts, undecidable, world }: Part, name: string, nowMs: number): Claims {
  const told = facts.get('identity.email')
  const email = told === undefined ? `${name}@people.example` : textOf(told)
  const shown = facts.get('identity.name')
  const groups = entriesOf(facts, 'identity.groups')
  const age = facts.get('identity.age')
  return {
    ...(email === undefined ? {} : { email }),
    emailVerified:
      facts.get('identity.emailVerified') !== false && world.get('has(email)') !== false,
    ...(shown === undefined ? {} : { name: textOf(shown) ?? '' }),
    ...(groups.length > 0 ? { groups } : {}),
    other: {
      ...(typeof age === 'number' ? { birthdate: birthdateOf(age, nowMs) } : {}),
      ...phoneOf(world, name),
    },
    ...(undecidable.has('identity.name') ? { name: overlong } : {}),
    ...(undecidable.has('identity.email') ? { email: `${overlong}@people.example` } : {}),
    ...(undecidable.has('identity.groups') ? { groups: [...groups, overlong] } : {}),
  }
}

/** What their owner has said before. */
function preferencesFrom(facts: Part['facts']): readonly Preference[] {
  const preferred = facts.get('account.preferred')
  return [
    ...(typeof preferred === 'string' && preferred !== 'none'
      ? [{ name: preferredWay, value: textOf(preferred) ?? '' }]
      : []),
    ...entriesOf(facts, 'account.putOff').map((what) => ({
      name: putOffName(what),
      value: 'never',
    })),
  ]
}

/** A number that is nobody's, of their own; North America keeps 555-0100 to 0199 for stories. */
function phoneOf(world: Part['world'], name: string) {
  if (world.get('has(phone)') !== true) return {}
  const digits = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 100, 7)
  const number = `+1202555${String(100 + digits).padStart(4, '0')}`
  return { phone_number: number, phone_number_verified: true }
}

/** The first of January, so many years ago. */
function birthdateOf(age: number, nowMs: number): string {
  const year = new Date(nowMs).getUTCFullYear() - age
  return `${String(year).padStart(4, '0')}-01-01`
}

/** A middle dot stands for any text. */
function textOf(value: FactValue | null): string | undefined {
  return typeof value === 'string' ? value.replaceAll('\u00b7', 'somebody') : undefined
}

function entriesOf(facts: Part['facts'], list: string): string[] {
  const prefix = `${list} has `
  return [...facts].flatMap(([name, value]) =>
    name.startsWith(prefix) && value === true ? [name.slice(prefix.length)] : [],
  )
}
