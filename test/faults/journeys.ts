/** What people do while the server is killed, and what must be true when they have done it. */
import assert from 'node:assert/strict'
import * as client from 'openid-client'
import { googlePeople } from '../../src/cli/demo/people.ts'
import { hashPassword } from '../../src/steps/password/hash.ts'
import type { Redeemed } from '../support/relying-party.ts'
import { cheapHash, type World } from '../support/world.ts'
import { recordCookies, told } from './acts.ts'
import { isGone, Person } from './person.ts'
import { count } from './rows.ts'
import type { Trial } from './sweep.ts'

export interface Journey {
  readonly name: string
  /** Puts a person into the world, before the server runs. */
  settle(world: World, number: number): Promise<void>
  /** @param order to be called where the part begins in which the server may die */
  ride(trial: Trial, order: () => Promise<void>): Promise<void>
  check(trial: Trial): Promise<void>
}

const totpSecret = 'KRUGS4ZANFZSA3TPOQQGCIDSMVQWYIDT'
const password = 'nine amber sails'
/** No name is the beginning of another. */
const nameOf = (number: number) => `p${number}-person`
const subjectOf = (number: number) => `s-${number}`

type Credentials = readonly { readonly kind: string; readonly secret: string }[]

async function settleLocal(world: World, number: number): Promise<void> {
  await addLocal(world, number, [{ kind: 'totp', secret: totpSecret }])
}

async function addLocal({ app }: World, number: number, more: Credentials): Promise<void> {
  const userName = nameOf(number)
  const hash = await hashPassword(password, cheapHash)
  const credentials = [{ kind: 'password', secret: hash }, ...more]
  const claims = { name: userName, email: `${userName}@acme.test`, emailVerified: true }
  await app.accounts.add({ userName, claims, groups: [], credentials }, Date.now())
}

function localPerson({ browser, life, number }: Trial): Person {
  const typed = { username: nameOf(number), password }
  return new Person(browser, life, { password: typed, totpSecret })
}

async function accountOf({ db }: Trial, where: Record<string, string>): Promise<string> {
  const rows = await db('accounts').select('id').where(where)
  assert.equal(rows.length, 1, 'one account')
  return rows[0].id
}

export const byPassword: Journey = {
  name: 'password and authenticator app, to the tokens',
  settle: settleLocal,
  async ride(trial, order) {
    await order()
    await getIn(trial, localPerson(trial))
  },
  async check(trial) {
    const account = await accountOf(trial, { user_name: nameOf(trial.number) })
    await checkOneWayIn(trial, account)
  },
}

const byNewApp: Journey = {
  name: 'password and an authenticator app that is added, to the tokens',
  async settle(world, number) {
    await addLocal(world, number, [])
  },
  async ride(trial, order) {
    await order()
    const typed = { username: nameOf(trial.number), password }
    await getIn(trial, new Person(trial.browser, trial.life, { password: typed }))
  },
  async check(trial) {
    const account = await accountOf(trial, { user_name: nameOf(trial.number) })
    const apps = { account_id: account, kind: 'totp' }
    assert.equal(await count(trial.db, 'credentials', apps), 1, 'one app')
    await checkOneWayIn(trial, account)
  },
}

export const firstByGoogle: Journey = {
  name: 'first login by Google, with account, group and authenticator app',
  async settle({ google }, number) {
    const person = { ...googlePeople[0]!, subject: subjectOf(number), emailVerified: true }
    const name = nameOf(number)
    google.people.set(subjectOf(number), {
      ...person,
      email: `${name}@thrift.example`,
      name,
      preferredUsername: name,
    })
  },
  async ride(trial, order) {
    await order()
    const { browser, life, number } = trial
    await getIn(trial, new Person(browser, life, { google: subjectOf(number) }))
  },
  async check(trial) {
    const { db, number } = trial
    const subject = subjectOf(number)
    const associations = await db('associations').where({ connection: 'google', subject })
    assert.equal(associations.length, 1, 'one association')
    const account = associations[0].account_id
    assert.equal(await count(db, 'accounts', { source: 'google' }), number, 'one account each')
    assert.equal(await count(db, 'account_groups', { account_id: account }), 1, 'one grant')
    assert.equal(await count(db, 'credentials', { account_id: account }), 1, 'one app')
    await checkOneWayIn(trial, account)
  },
}

const bySession: Journey = {
  name: 'a session that is enough, to the tokens',
  settle: settleLocal,
  async ride(trial, order) {
    await getIn(trial, localPerson(trial))
    await order()
    await getIn(trial, localPerson(trial))
  },
  async check(trial) {
    const account = await accountOf(trial, { user_name: nameOf(trial.number) })
    assert.equal(await count(trial.db, 'sessions', { account_id: account }), 1, 'one session')
  },
}

const refreshing: Journey = {
  name: 'a refresh of the tokens',
  settle: settleLocal,
  async ride(trial, order) {
    const more = { scope: 'openid offline_access', prompt: 'consent' }
    const { tokens } = await getIn(trial, localPerson(trial), more)
    await order()
    const { configuration } = trial.world.thrift
    const fresh = await stubborn(trial, () =>
      client.refreshTokenGrant(configuration, tokens.refresh_token!),
    )
    if (fresh) {
      const seen = await client.tokenIntrospection(configuration, fresh.access_token)
      assert.equal(seen.active, true)
    } else await checkNothingActive(trial)
  },
  async check(trial) {
    const account = await accountOf(trial, { user_name: nameOf(trial.number) })
    const live = await trial
      .db('provider_models')
      .where({ model: 'RefreshToken', account_id: account })
      .whereNull('consumed_at')
    assert.ok(live.length <= 1, 'one refresh token at most')
  },
}

const leaving: Journey = {
  name: 'signing out',
  settle: settleLocal,
  async ride(trial, order) {
    const { browser, life, world } = trial
    const handed = recordCookies(browser, '-session')
    const { tokens } = await getIn(trial, localPerson(trial))
    await order()
    await new Person(browser, life, {}).signOut(world.thrift.logout(tokens))
    for (const cookie of handed) {
      const url = await world.thrift.authorize({ prompt: 'none' })
      await life.asking?.('/auth')
      const answer = await stubborn(trial, () => world.browser().send(url, { headers: { cookie } }))
      assert.equal(told(answer!.headers.location!).error, 'login_required')
    }
  },
  async check(trial) {
    const account = await accountOf(trial, { user_name: nameOf(trial.number) })
    assert.equal(await count(trial.db, 'sessions', { account_id: account }), 0)
  },
}

export const journeys: readonly Journey[] = [
  byPassword,
  byNewApp,
  firstByGoogle,
  bySession,
  refreshing,
  leaving,
]

/** From the application's request to its tokens; a code whose answer was lost is asked for once more. */
async function getIn(trial: Trial, person: Person, more = {}): Promise<Redeemed> {
  const { thrift } = trial.world
  for (let request = 0; request < 2 + trial.life.errorsMax; request++) {
    const end = await person.signIn(await thrift.authorize(more))
    trial.trouble.push(...person.trouble.splice(0))
    assert.ok(end, 'the application has been answered')
    assert.ok(told(end).code, `the application has got a code: ${end}; ${person.asked}`)
    await trial.life.asking?.('/token')
    const redeemed = await stubborn(trial, () => thrift.redeem(end))
    if (redeemed) return redeemed
    await checkNothingActive(trial)
  }
  throw new Error('the application has got no tokens for its last code')
}

/** @returns nothing where the grant is gone: it was used, and the answer was lost */
async function stubborn<T>(trial: Trial, ask: () => Promise<T>): Promise<T | undefined> {
  for (let attempt = 0; attempt < 4 + trial.life.errorsMax; attempt++) {
    try {
      return await ask()
    } catch (thrown) {
      if ((thrown as { error?: string }).error === 'invalid_grant') {
        trial.trouble.push('invalid_grant')
        return undefined
      }
      if (isFailed(thrown) && attempt < trial.life.errorsMax) {
        trial.trouble.push('500 to the application')
        await trial.life.afterError?.()
        continue
      }
      if (!isGone(thrown) && !/fetch failed/.test((thrown as Error).message)) throw thrown
      await trial.life.revive()
    }
  }
  throw new Error('the application was never answered')
}

/** Whether the application has got an answer of 500 or above. */
function isFailed(thrown: unknown): boolean {
  const { status, cause } = thrown as { status?: number; cause?: { status?: number } }
  return (status ?? cause?.status ?? 0) >= 500
}

/** Used twice, it takes with it what it gave (RFC 6749, 4.1.2; RFC 9700, 4.14.2). */
async function checkNothingActive({ db, number }: Trial): Promise<void> {
  const accounts = db('accounts')
    .select('id')
    .where('user_name', 'like', `${nameOf(number)}%`)
  const models = await db('provider_models')
    .whereIn('model', ['AccessToken', 'RefreshToken'])
    .whereIn('account_id', accounts)
  assert.deepEqual(models, [], 'no token that nobody has')
}

async function checkOneWayIn({ db }: Trial, account: string): Promise<void> {
  for (const model of ['AuthorizationCode', 'AccessToken']) {
    const rows = await count(db, 'provider_models', { model, account_id: account })
    assert.equal(rows, 1, `one ${model}`)
  }
  assert.equal(await count(db, 'sessions', { account_id: account }), 1, 'one session')
}
