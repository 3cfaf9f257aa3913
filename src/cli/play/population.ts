/** Who lives where people walk at random: everybody who has an account, and some who have none. */
import type { Claims } from '../../language/facts.ts'
import type { Chance } from './chance.ts'
import { giveAccount, type Holding, newPerson, type Person } from './person.ts'
import type { Stage } from './stage.ts'

export interface Population {
  readonly people: readonly Person[]
  /** By their account's id. */
  readonly owners: Map<string, Person>
}

export async function populate(stage: Stage, chance: Chance): Promise<Population> {
  const connections = stage.organisation.connections.map(({ id }) => id)
  const holdings: readonly Holding[] = [
    { password: true, totp: true },
    { password: true },
    { password: true, totp: true, groups: ['staff'] },
    { password: true, passkey: true },
    { password: true, groups: ['staff', 'admin'] },
    { password: true, totp: true, locked: true },
    { totp: true, associations: connections },
    { associations: connections, groups: ['staff'] },
    { password: true, totp: true, associations: connections.slice(0, 1) },
    { associations: connections, locked: true },
  ]
  const owners = new Map<string, Person>()
  for (const [at, holding] of holdings.entries()) {
    const person = newPerson(`walker-${at}`, claimsAtRandom(at, chance))
    owners.set(await giveAccount(stage, person, holding), person)
  }
  // Their names are taken here, and they are somebody else.
  const namesakes = [0, 1].map((at) =>
    newPerson(`walker-${at}`, claimsAtRandom(at, chance), `namesake-${at}`),
  )
  return { people: [...owners.values(), ...namesakes], owners }
}

/** What an upstream says of somebody; seldom all of it. */
export function claimsAtRandom(number: number, chance: Chance): Claims {
  const oneIn = (many: number) => chance() * many < 1
  const domain = oneIn(3) ? 'thrift.example' : 'x.test'
  return {
    ...(oneIn(8) ? {} : { email: `person-${number}@${domain}` }),
    emailVerified: !oneIn(3),
    ...(oneIn(3) ? { groups: ['staff'] } : {}),
    ...(oneIn(3) ? { amr: ['pwd', 'mfa'] } : {}),
  }
}
