import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openAccounts } from '../../../src/store/accounts.ts'
import { openAdministration } from '../../../src/store/administration.ts'
import { applyWrite } from '../../../src/store/writes.ts'
import { type OpenDatabase, organisation, sealersOf, startMs } from '../given.ts'
import { opened } from './opened.ts'

const by = { account: 'acc_jane', application: 'admin' }
const always = () => true

export function administrationTests(open: OpenDatabase): void {
  describe('administration', () => {
    const world = opened(open)
    const at = (tenant = organisation) => openAdministration(world().db, tenant, sealersOf(tenant))
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
      const groups = await at().listGroups()
      assert.deepEqual(
        groups.find(({ group }) => group === 'g'),
        { group: 'g', members: 1 },
      )
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
      const accounts = openAccounts(world().db, organisation, sealersOf(organisation).credentials)
      const { id } = await add('kay')
      assert.equal(await accounts.setRole('kay', 'viewer', true, startMs), true)
      assert.deepEqual(await at().rolesOf(id), ['viewer'])
      await accounts.setStatus('kay', 'locked')
      assert.deepEqual(await at().rolesOf(id), [])
      assert.equal(await accounts.setRole('nobody', 'viewer', true, startMs), false)
      const { items } = await at().listAudit({ limit: 100 })
      assert.ok(
        items.some(({ actor, action }) => actor === 'command-line' && action === 'user.grant-role'),
      )
    })
  })
}
