import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { User, UserChange } from '../../../src/engine/administration.ts'
import { openAdministration } from '../../../src/store/administration.ts'
import { applyWrite } from '../../../src/store/writes.ts'
import { type OpenDatabase, organisation, sealersOf, startMs, sweepAt } from '../given.ts'
import { opened } from './opened.ts'

const by = { account: 'acc_jane', application: 'admin' }
const always = () => true
type Changed = { readonly user: User }

export function administrationTests(open: OpenDatabase): void {
  describe('administration', () => {
    const world = opened(open)
    const at = (tenant = organisation) =>
      openAdministration(world().db, tenant, sealersOf(tenant), ['password'])
    const add = async (userName: string, tenant = organisation, nowMs = startMs) =>
      (await at(tenant).addUser(by, { userName, claims: {}, groups: [], credentials: [] }, nowMs))!

    it('finds parts of names as they are written, and pages without losing anybody', async () => {
      const names = ['zoe', 'z_a', 'z%b', 'zaz']
      for (const name of names) await add(name)
      const found = async (search: string) =>
        (await at().listUsers({ search, limit: 100 })).items.map(({ userName }) => userName).sort()
      assert.deepEqual(await found('Z'), [...names].sort())
      assert.deepEqual(await found('_'), ['z_a'])
      assert.deepEqual(await found('%'), ['z%b'])
      const first = await at().listUsers({ search: 'z', limit: 3 })
      const rest = await at().listUsers({ search: 'z', limit: 3, after: first.next })
      const seen = [...first.items, ...rest.items].map(({ userName }) => userName).sort()
      assert.deepEqual([seen, rest.next], [[...names].sort(), undefined])
    })

    it('changes a user with its audit record, or neither', async () => {
      const { id } = await add('ada')
      const grant = { change: 'grant-group', group: 'g' } as const
      const changed = await at().changeUser(by, id, grant, always, startMs)
      assert.equal(changed.result, 'changed')
      const refused = await at().changeUser(by, id, { change: 'delete' }, () => false, startMs)
      assert.equal(refused.result, 'not-as-expected')
      const { items } = await at().listAudit({ limit: 100 })
      const own = items.filter(({ subject }) => subject === id).map(({ action }) => action)
      assert.deepEqual(own.sort(), ['user.add', 'user.grant-group'])
      const groups = await at().listGroups({ limit: 100 })
      assert.deepEqual(
        groups.items.find(({ group }) => group === 'g'),
        { group: 'g', members: 1 },
      )
    })

    it('lists groups page by page, also where their names have spaces', async () => {
      const { id } = await add('gus', 'globex')
      for (const group of ['b b', 'a', 'b a']) {
        const grant = { change: 'grant-group', group } as const
        await at('globex').changeUser(by, id, grant, always, startMs)
      }
      const first = await at('globex').listGroups({ limit: 2 })
      const rest = await at('globex').listGroups({ limit: 2, after: first.next })
      const names = [...first.items, ...rest.items].map(({ group }) => group)
      assert.deepEqual([names, rest.next], [['a', 'b a', 'b b'], undefined])
    })

    it('counts what waits, of one organisation and no further than it says', async () => {
      assert.equal((await at('globex').countWaiting()).people, 0)
      const { id } = await add('pia', 'globex')
      const wait = { change: 'status', status: 'pending' } as const
      await at('globex').changeUser(by, id, wait, always, startMs)
      const { people, logins, messages, failed } = await at('globex').countWaiting()
      assert.deepEqual([people, logins, messages, failed], [1, 0, 0, 0])
      assert.equal((await at('initech').countWaiting()).people, 0)
    })

    it('keeps one administrator of two that take each other`s role at once, in each organisation', async () => {
      const [one, other] = [await add('una', 'acme'), await add('duo', 'acme')]
      const role = { change: 'grant-role', role: 'admin' } as const
      for (const { id } of [one, other]) await at('acme').changeUser(by, id, role, always, startMs)
      const withdraw = { change: 'withdraw-role', role: 'admin' } as const
      const ended = await Promise.all(
        [one, other].map(({ id }) => at('acme').changeUser(by, id, withdraw, always, startMs)),
      )
      assert.deepEqual(ended.map(({ result }) => result).sort(), ['changed', 'last-administrator'])
    })

    it('takes what a connection has granted with the last identity there, and nothing else', async () => {
      const { id } = await add('lin')
      const seal = sealersOf(organisation).credentials
      const password = { id: 'pw_lin', kind: 'password', secret: 's', counter: 0 }
      const write = (one: Parameters<typeof applyWrite>[3]) =>
        applyWrite(world().db, organisation, seal, one, startMs)
      const there = { connection: 'corp', account: id, otherwise: 'conflict' } as const
      await write({ ...password, write: 'add-credential', account: id, otherwise: 'conflict' })
      for (const subject of ['s1', 's2']) await write({ ...there, write: 'associate', subject })
      for (const source of ['connection:corp', 'assign:thrift:corp', 'assign:thrift:local']) {
        const grant = { account: id, otherwise: 'conflict', source } as const
        await write({ ...grant, write: 'grant-groups', groups: [source] })
      }
      const part = async (subject: string) => {
        const change = { change: 'remove-association', connection: 'corp', subject } as const
        const { user } = (await at().changeUser(by, id, change, always, startMs)) as Changed
        return user.groups.map(({ group }) => group)
      }
      assert.equal((await part('s1')).length, 3)
      assert.deepEqual(await part('s2'), ['assign:thrift:local'])
    })

    it('keeps an account that was to go with its login, once somebody has changed it', async () => {
      const { db } = world()
      const { id } = await add('pro')
      const provisional = { provisional_login: 'lg_1', provisional_until_ms: startMs }
      await db('accounts').where({ id }).update(provisional)
      const name = { change: 'profile', attributes: { name: 'Pro' } } as const
      await at().changeUser(by, id, name, always, startMs)
      const [row] = await db('accounts').where({ id })
      assert.equal(row.provisional_login, null)
      await db('accounts').where({ id }).update(provisional)
      const lock = { change: 'status', status: 'locked' } as const
      await at().changeUser(by, id, lock, always, startMs)
      assert.equal((await sweepAt(db, startMs + 3_600_000)).accounts, undefined)
      assert.equal((await at().findUser(id))?.status, 'locked')
    })

    it('has on record which attributes were changed, and not what anybody says of themselves', async () => {
      const { id } = await add('kim')
      const attributes = { name: 'Kim Quartz', 'other.phone_number': '+12025550143' }
      for (const change of [
        { change: 'profile', attributes },
        { change: 'rename-factor', factor: 'cred_1', name: 'Key of Quartz' },
        { change: 'grant-group', group: 'staff' },
      ] as const) {
        await at().changeUser(by, id, change, always, startMs)
      }
      const { items } = await at().listAudit({ limit: 100 })
      const own = items.filter(({ subject, action }) => subject === id && action !== 'user.add')
      assert.deepEqual(
        new Map(own.map(({ action, detail }) => [action, detail])),
        new Map<string, object>([
          ['user.profile', { attributes: ['name', 'other.phone_number'] }],
          ['user.rename-factor', { factor: 'cred_1' }],
          ['user.grant-group', { group: 'staff' }],
        ]),
      )
    })

    it('shows and changes nothing of another organisation', async () => {
      const { id } = await add('eve', 'acme')
      assert.equal(await at().findUser(id), undefined)
      assert.equal(
        (await at().changeUser(by, id, { change: 'delete' }, always, startMs)).result,
        'unknown',
      )
      assert.deepEqual(await at().rolesOf(id), [])
      assert.ok(await at('acme').findUser(id))
    })

    it('knows a passkey in one organisation, whose id is free in another (security 150)', async () => {
      for (const tenant of ['acme', 'umbra']) {
        const { id: account } = await add('pat', tenant)
        const passkey = { id: 'pk_same', kind: 'webauthn', secret: 's', counter: 0 }
        const write = {
          ...passkey,
          account,
          write: 'add-credential',
          otherwise: 'conflict',
        } as const
        const seal = sealersOf(tenant).credentials
        assert.equal(await applyWrite(world().db, tenant, seal, write, startMs), true)
        assert.equal(await applyWrite(world().db, tenant, seal, write, startMs), false)
      }
    })

    it('gives roles on the command line, and records that too', async () => {
      const { accounts } = world().stores
      const { id } = await add('kay')
      assert.equal(await accounts.setRole('kay', 'viewer', true), 'changed')
      assert.deepEqual(await at().rolesOf(id), ['viewer'])
      await accounts.setStatus('kay', 'locked')
      assert.deepEqual(await at().rolesOf(id), [])
      assert.equal(await accounts.setRole('nobody', 'viewer', true), 'unknown')
      const { items } = await at().listAudit({ limit: 100 })
      assert.ok(
        items.some(({ actor, action }) => actor === 'command-line' && action === 'user.grant-role'),
      )
    })

    it('takes a factor from its owner, but the last way in, and ends sessions of that account alone', async () => {
      const { id } = await add('own')
      const other = await add('foreign')
      const { db } = world()
      const held = { organisation, account_id: id, sealed_secret: 'x', counter: 0, created_ms: 0 }
      await db('credentials').insert([
        { ...held, id: 'cred_own_p', kind: 'password' },
        { ...held, id: 'cred_own_t', kind: 'totp' },
      ])
      const asSession = { organisation, revision: 0, payload: '{}', proofs: '[]', created_ms: 0 }
      const session = (uid: string, account_id: string) => ({
        ...asSession,
        ...{ uid, jti: uid, account_id, browser_hash: uid, expires_at: 9_999_999_999 },
      })
      const all = ['a', 'b', 'c'].map((uid) => session(`own-${uid}`, id))
      await db('sessions').insert([...all, session('foreign-a', other.id)])
      const change = (asked: UserChange) => at().changeUser(by, id, asked, always, startMs)
      const left = async () => (await db('sessions').orderBy('uid').pluck('uid')) as string[]

      await change({ change: 'sign-out-session', session: 'foreign-a' })
      await change({ change: 'sign-out-session', session: 'own-b' })
      assert.deepEqual(await left(), ['foreign-a', 'own-a', 'own-c'])
      await change({ change: 'sign-out-elsewhere', session: 'own-a' })
      assert.deepEqual(await left(), ['foreign-a', 'own-a'])

      const password = { change: 'give-up-factor', factor: 'cred_own_p' } as const
      assert.equal((await change(password)).result, 'last-way-in')
      assert.deepEqual(await left(), ['foreign-a', 'own-a'], 'nothing of it was written')
      await change({ change: 'rename-factor', factor: 'cred_own_t', name: 'Phone' })
      assert.deepEqual(
        (await at().findUser(id))!.factors.map(({ kind, name }) => [kind, name]),
        [
          ['password', undefined],
          ['totp', 'Phone'],
        ],
      )
      await change({ change: 'give-up-factor', factor: 'cred_own_t' })
      assert.deepEqual(await left(), ['foreign-a'], 'what had been proven by it is over')
      await db('sessions').where({ uid: 'foreign-a' }).delete()
    })
  })
}
