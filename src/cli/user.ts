/**
 * `sallyport user list | add | edit | approve | lock | unlock | disable | logout | reset-factor | unlink |
 * withdraw-consent | delete`: people, from the command line; `grant` and `withdraw` are in `user-role.ts`.
 */
import { parseArgs } from 'node:util'
import { type Environment, type Flags, readDatabase, readSecrets } from '../config.ts'
import { sealers } from '../keys.ts'
import type { Sealer } from '../kit/seal.ts'
import { isPhoneNumber } from '../language/reach.ts'
import { userNameKey } from '../language/user-name.ts'
import { stepTypes, waysIn } from '../steps/index.ts'
import { hashPassword, owaspCost } from '../steps/password/hash.ts'
import { type PasswordProblem, passwordProblem } from '../steps/password/rules.ts'
import { type Accounts, type Changed, type How, openAccounts } from '../store/accounts.ts'
import { migrate, openDatabase } from '../store/open.ts'
import { type Command, type Io, UsageProblem } from './io.ts'
import { namedOrganisation } from './organisations.ts'
import { table } from './table.ts'
import { tell } from './user-change.ts'
import { changeRole } from './user-role.ts'

const options = {
  database: { type: 'string' },
  flows: { type: 'string' },
  organisation: { type: 'string' },
  email: { type: 'string' },
  'email-verified': { type: 'boolean' },
  phone: { type: 'string' },
  name: { type: 'string' },
  group: { type: 'string', multiple: true },
  role: { type: 'string' },
  force: { type: 'boolean' },
  json: { type: 'boolean' },
} as const

export const run: Command = async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    options,
    allowPositionals: true,
  })
  const [verb = 'list', userName, ...changes] = positionals
  const organisation = await namedOrganisation(values, io)
  return withAccounts(organisation, readDatabase(values, io.env), io.env, async (accounts) => {
    switch (verb) {
      case 'list':
        return list(accounts, io, values.json === true)
      case 'add':
        return add(accounts, io, named(verb, userName), values)
      case 'edit':
        return edit(accounts, io, named(verb, userName), changes)
      case 'reset-factor':
        return resetFactor(accounts, io, named(verb, userName), changes)
      case 'withdraw-consent':
        return withdrawConsent(accounts, io, named(verb, userName), changes)
      case 'unlink':
        return unlink(accounts, io, named(verb, userName), changes)
      case 'grant':
      case 'withdraw':
        return changeRole(accounts, io, verb, named(verb, userName), values)
      default:
        return byName(accounts, io, verb, userName, values)
    }
  })
}

interface Verb {
  readonly does: (accounts: Accounts, key: string, how: How) => Promise<Changed>
  /** What is so then. */
  readonly isThen: string
}

/** What needs no more than a name. */
const verbs: Readonly<Record<string, Verb>> = {
  approve: { does: (accounts, key) => accounts.setStatus(key, 'active'), isThen: 'is active' },
  unlock: { does: (accounts, key) => accounts.setStatus(key, 'active'), isThen: 'is active' },
  lock: {
    does: (accounts, key, how) => accounts.setStatus(key, 'locked', how),
    isThen: 'is locked',
  },
  disable: {
    does: (accounts, key, how) => accounts.setStatus(key, 'disabled', how),
    isThen: 'is disabled',
  },
  logout: {
    does: (accounts, key) => accounts.signOut(key),
    isThen: 'is signed out everywhere, and no device is remembered',
  },
  delete: { does: (accounts, key, how) => accounts.remove(key, how), isThen: 'is deleted' },
}

async function byName(
  accounts: Accounts,
  io: Io,
  verb: string,
  userName: string | undefined,
  how: How,
): Promise<number> {
  const known = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
  if (!known) {
    const all = ['list', 'add', 'edit', 'grant', 'withdraw', ...Object.keys(verbs)].join(', ')
    throw new UsageProblem(
      `user can ${all}, reset-factor, unlink and withdraw-consent, not ${verb}`,
    )
  }
  const name = named(verb, userName)
  const changed = await known.does(accounts, userNameKey(name), how)
  return tell(io, changed, name, `${name} ${known.isThen}`)
}

/** Whoever has lost a device registers another at the next login, where the flow has a way to. */
async function resetFactor(
  accounts: Accounts,
  io: Io,
  userName: string,
  kinds: readonly string[],
): Promise<number> {
  const [kind] = kinds
  if (kind === undefined) {
    throw new UsageProblem(
      'say which factor, as `user list` names it: `user reset-factor jane totp`',
    )
  }
  const key = userNameKey(userName)
  const person = (await accounts.list()).find((each) => userNameKey(each.userName) === key)
  if (!person) return tell(io, 'unknown', userName, '')
  if (!person.factors.includes(kind)) {
    io.err(`${userName} has no ${kind}; there is: ${person.factors.join(', ') || 'nothing'}`)
    return 1
  }
  const done = `${userName} has no ${kind} any more, and is signed out everywhere`
  return tell(io, await accounts.resetFactor(key, kind), userName, done)
}

/** Refused where nobody could sign in to the account any more. */
async function unlink(
  accounts: Accounts,
  io: Io,
  userName: string,
  connections: readonly string[],
): Promise<number> {
  const [connection] = connections
  if (connection === undefined) {
    throw new UsageProblem('say which connection: `user unlink jane google`')
  }
  const changed = await accounts.unlink(userNameKey(userName), connection)
  if (changed === 'not-linked') io.err(`${userName} is not linked with ${connection}`)
  else if (changed === 'last-way-in') {
    io.err(`${connection} is the only way in that ${userName} has: nothing was changed`)
  } else {
    const done = `${userName} is unlinked from ${connection}, and signed out everywhere`
    return tell(io, changed, userName, done)
  }
  return 1
}

/** Whoever has agreed to nothing is asked at the next login anyway, where its flow asks. */
async function withdrawConsent(
  accounts: Accounts,
  io: Io,
  userName: string,
  connections: readonly string[],
): Promise<number> {
  const [connection] = connections
  if (connection === undefined) {
    throw new UsageProblem('say of which connection: `user withdraw-consent jane google`')
  }
  const changed = await accounts.withdrawConsent(userNameKey(userName), connection)
  if (changed === 'not-agreed') {
    io.err(`${userName} has agreed to nothing of ${connection}`)
    return 1
  }
  const done = `what ${userName} has agreed to of ${connection} is withdrawn, and ${userName} signed out everywhere`
  return tell(io, changed, userName, done)
}

async function withAccounts(
  organisation: string,
  database: string,
  env: Environment,
  work: (accounts: Accounts) => Promise<number>,
): Promise<number> {
  const db = openDatabase({ url: database })
  try {
    await migrate(db)
    return await work(
      openAccounts(db, {
        organisation,
        seal: whenSealing(organisation, env),
        waysIn: waysIn(stepTypes),
        now: Date.now,
      }),
    )
  } finally {
    await db.destroy()
  }
}

/** The master key is asked for by what seals something, and by nothing else: a list needs none. */
function whenSealing(organisation: string, env: Environment): Sealer {
  const sealer = () => {
    const { secret, otherSecrets } = readSecrets(env)
    return sealers(secret, organisation, otherSecrets).credentials
  }
  return {
    seal: (text, belongsTo) => sealer().seal(text, belongsTo),
    open: (sealed, belongsTo) => sealer().open(sealed, belongsTo),
  }
}

async function list(accounts: Accounts, io: Io, json: boolean): Promise<number> {
  const people = await accounts.list()
  if (json) {
    io.out(JSON.stringify(people, null, 2))
    return 0
  }
  const head = ['user', 'e-mail', 'source', 'status', 'groups', 'factors']
  const rows = people.map((person) => [
    person.userName,
    person.email ?? '',
    person.source,
    person.status,
    person.groups.join(','),
    person.factors.join(','),
  ])
  for (const line of table([head, ...rows])) io.out(line)
  return 0
}

/** The password comes on standard input: an argument would stand in the process list. */
async function add(
  accounts: Accounts,
  io: Io,
  userName: string,
  values: {
    email?: string
    'email-verified'?: boolean
    phone?: string
    name?: string
    group?: string[]
  } & Flags,
): Promise<number> {
  const { phone } = values
  if (phone !== undefined && !isPhoneNumber(phone)) {
    throw new UsageProblem('give the telephone number with its country, as --phone +41791234567')
  }
  const password = (await io.readInput()).replace(/\r?\n$/, '')
  if (password === '') {
    throw new UsageProblem('give the password on standard input: it belongs in no argument')
  }
  const words = ['sallyport', values.email ?? '', values.name ?? '']
  const problem = passwordProblem(password, { withSecondFactor: false, userName, words })
  if (problem) {
    io.err(`the password was refused (${problem}): ${reasons[problem]}`)
    return 2
  }
  const emailVerified = values['email-verified'] === true
  const id = await accounts.add(
    {
      userName,
      claims: {
        ...(values.email ? { email: values.email, emailVerified } : {}),
        ...(values.name ? { name: values.name } : {}),
        // Whoever adds them vouches for the number: codes by text message go there.
        ...(phone ? { other: { phone_number: phone, phone_number_verified: true } } : {}),
      },
      groups: values.group ?? [],
      credentials: [{ kind: 'password', secret: await hashPassword(password, owaspCost) }],
    },
    Date.now(),
  )
  if (!id) {
    io.err(`there is a user ${userName} already; names that differ only in case are the same`)
    return 1
  }
  io.out(`added ${userName} as ${id}`)
  return 0
}

/** What is written by hand stays at later logins by a connection, unless the connection overrides. */
async function edit(
  accounts: Accounts,
  io: Io,
  userName: string,
  changes: readonly string[],
): Promise<number> {
  const pairs = changes.map((change) => /^([a-z]\w{0,63})=(.+)$/.exec(change)?.slice(1))
  if (pairs.length === 0 || pairs.includes(undefined) || changes.some(isAddress)) {
    throw new UsageProblem(
      'say what to write as `<claim>=<value>`, e.g. `nickname=Annie`; an address cannot be edited',
    )
  }
  const attributes = Object.fromEntries(pairs as [string, string][])
  const changed = await accounts.edit(userNameKey(userName), attributes)
  return tell(io, changed, userName, `${userName} is edited`)
}

/** Claims that are more than a text of the profile. */
function isAddress(change: string): boolean {
  return /^(?:email|email_verified|phone_number|phone_number_verified|preferred_username|groups|amr|sub)=/.test(
    change,
  )
}

const reasons: Readonly<Record<PasswordProblem, string>> = {
  'password.too-short': 'a password that stands alone has 15 characters or more',
  'password.too-long': 'a password has at most 512 characters',
  'password.common': 'it is one of those that everybody tries first',
  'password.context': 'it is made of the user name, the address or the name of this product',
}

function named(verb: string, userName: string | undefined): string {
  if (!userName) throw new UsageProblem(`user ${verb} needs a user name`)
  return userName
}
