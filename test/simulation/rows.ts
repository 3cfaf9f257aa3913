/** What the store in memory holds. Rows are never changed, only exchanged: a copy of the maps is a snapshot. */
import type { Login, LoginEvent } from '../../src/engine/login.ts'
import type { Addressed, Guess } from '../../src/engine/ports.ts'
import { emailKey } from '../../src/language/email-key.ts'
import type { Claims } from '../../src/language/facts.ts'
import type { Person } from '../../src/language/ports.ts'
import { userNameKey } from '../../src/language/user-name.ts'
import type { Write } from '../../src/language/write.ts'

export interface Account {
  readonly id: string
  readonly userName: string
  readonly status: Person['status']
  readonly source: string
  readonly claims: Claims
  readonly provenance: Readonly<Record<string, string>>
  readonly provisional: string | undefined
}

export interface Credential {
  readonly id: string
  readonly account: string
  readonly kind: string
  readonly secret: string
  readonly counter: number
}

interface Association {
  readonly account: string
  readonly connection: string
  readonly subject: string
}

interface Group {
  readonly account: string
  readonly group: string
  readonly source: string
}

export class Rows {
  readonly logins: Map<string, Login>
  readonly events: Map<string, readonly LoginEvent[]>
  readonly accounts: Map<string, Account>
  readonly credentials: Map<string, Credential>
  readonly associations: Map<string, Association>
  readonly groups: Map<string, Group>
  readonly guesses: Map<string, { readonly count: number; readonly sinceMs: number }>
  readonly definitions: Map<string, string>

  constructor(from?: Rows) {
    this.logins = new Map(from?.logins)
    this.events = new Map(from?.events)
    this.accounts = new Map(from?.accounts)
    this.credentials = new Map(from?.credentials)
    this.associations = new Map(from?.associations)
    this.groups = new Map(from?.groups)
    this.guesses = new Map(from?.guesses)
    this.definitions = new Map(from?.definitions)
  }

  personOf(id: string): Person | undefined {
    const account = this.accounts.get(id)
    if (!account) return undefined
    const { provisional, provenance, claims, ...known } = account
    const grants = [...this.groups.values()]
      .filter((each) => each.account === id)
      .map(({ group, source }) => ({ group, source }))
    return {
      ...known,
      ...(provisional !== undefined && { provisional }),
      claims,
      provenance,
      groups: [...new Set(grants.map(({ group }) => group))].sort((a, b) => (a < b ? -1 : 1)),
      grants,
      credentials: [
        ...[...this.credentials.values()]
          .filter((each) => each.account === id)
          .map((each) => ({ id: each.id, kind: each.kind })),
        ...[...this.associations.values()]
          .filter((each) => each.account === id)
          .map(({ connection, subject }) => ({
            id: `connection:${connection}:${subject}`,
            kind: `connection:${connection}`,
          })),
      ],
    }
  }

  accountNamed(userName: string): string | undefined {
    const key = userNameKey(userName)
    return this.#find((account) => userNameKey(account.userName) === key)
  }

  accountAssociated(connection: string, subject: string): string | undefined {
    return this.associations.get(`${connection} ${subject}`)?.account
  }

  accountsWithEmail(email: string): readonly string[] {
    const key = emailKey(email)
    return [...this.accounts.values()]
      .filter(({ claims }) => claims.emailVerified === true && emailKey(claims.email ?? '') === key)
      .map(({ id }) => id)
      .slice(0, 2)
  }

  /** @returns how many there are in the window now, this one included */
  guess(guess: (Guess | Addressed) & { readonly sinceMs: number }, nowMs: number): number {
    const { sinceMs } = guess
    const key = 'addressHash' in guess ? guess.addressHash : `${guess.account} ${guess.factor}`
    const before = this.guesses.get(key)
    const isOver = !before || before.sinceMs < sinceMs
    const counted = isOver ? { count: 1, sinceMs: nowMs } : { ...before, count: before.count + 1 }
    this.guesses.set(key, counted)
    return counted.count
  }

  forgetGuesses({ account, factor }: Guess): void {
    this.guesses.delete(`${account} ${factor}`)
  }

  removeCredentials(account: string, kind: string): void {
    for (const [key, each] of this.credentials) {
      if (each.account === account && each.kind === kind) this.credentials.delete(key)
    }
  }

  save(login: Login, events: readonly LoginEvent[]): void {
    this.logins.set(login.id, login)
    this.events.set(login.id, [...(this.events.get(login.id) ?? []), ...events])
  }

  /** @returns false when it did not find what it expected, and nothing was written */
  write(write: Write): boolean {
    switch (write.write) {
      case 'create-account':
        return this.#create(write)
      case 'keep-account':
        return this.#change(write.account, { provisional: undefined })
      case 'remove-account':
        return this.#remove(write.account, write.login)
      case 'associate':
        return this.#insert(this.associations, `${write.connection} ${write.subject}`, write)
      case 'grant-groups':
        return this.#grant(write)
      case 'update-profile': {
        const isAsRead =
          JSON.stringify(this.accounts.get(write.account)?.claims) === JSON.stringify(write.from)
        const { claims, provenance } = write
        return isAsRead && this.#change(write.account, { claims, provenance })
      }
      case 'add-credential':
        return this.#add(write)
      case 'replace-secret': {
        const found = this.credentials.get(write.credential)
        if (found?.secret !== write.from) return false
        this.credentials.set(found.id, { ...found, secret: write.to })
        return true
      }
      case 'advance-counter': {
        const found = this.credentials.get(write.credential)
        if (found?.counter !== write.from) return false
        this.credentials.set(found.id, { ...found, counter: write.to })
        return true
      }
      // Nobody reads mail here, and everybody is asked again.
      case 'send-message':
      case 'keep-preference':
        return true
      default:
        throw new Error(`${write.write} is not simulated`)
    }
  }

  #find(is: (account: Account) => boolean): string | undefined {
    return [...this.accounts.values()].find(is)?.id
  }

  #insert<T>(rows: Map<string, T>, key: string, row: T): boolean {
    if (rows.has(key)) return false
    rows.set(key, row)
    return true
  }

  #create({
    id,
    userName,
    status,
    source,
    claims,
    provisional,
  }: Write & { write: 'create-account' }) {
    if (this.accountNamed(userName) !== undefined) return false
    this.accounts.set(id, {
      id,
      userName,
      status: status ?? 'active',
      source,
      claims,
      provenance: {},
      provisional: provisional?.login,
    })
    return true
  }

  #change(id: string, change: Partial<Account>): boolean {
    const account = this.accounts.get(id)
    if (!account) return false
    this.accounts.set(id, { ...account, ...change })
    return true
  }

  #remove(id: string, login: string): boolean {
    if (this.accounts.get(id)?.provisional !== login) return false
    this.accounts.delete(id)
    for (const rows of [this.credentials, this.associations, this.groups]) {
      for (const [key, { account }] of rows) if (account === id) rows.delete(key)
    }
    return true
  }

  #grant({ account, groups, source }: Write & { write: 'grant-groups' }): boolean {
    for (const [key, each] of this.groups) {
      if (each.account === account && each.source === source) this.groups.delete(key)
    }
    for (const group of groups) {
      this.groups.set(`${account} ${group} ${source}`, { account, group, source })
    }
    return true
  }

  /** One of each kind, and only for somebody who is active: the product's own rules of that table. */
  #add({ id, account, kind, secret, counter }: Write & { write: 'add-credential' }): boolean {
    const hasOne = [...this.credentials.values()].some(
      (each) => each.account === account && each.kind === kind,
    )
    if (hasOne || this.accounts.get(account)?.status !== 'active') return false
    this.credentials.set(id, { id, account, kind, secret, counter })
    return true
  }
}
