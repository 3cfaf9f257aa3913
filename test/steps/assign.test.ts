import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Claims } from '../../src/language/facts.ts'
import { assign } from '../../src/steps/assign/step.ts'
import { account, call, connection, fakePorts, person } from './fake-ports.ts'

const source = 'assign:thrift:corp'
const corpie = { ...account('acc_1'), connection: 'corp', groups: ['staff', 'board'] }
const rule = (holds: boolean, ...gives: string[]) => ({ holds, gives, reads: [] })
const groupRule = (...gives: string[]) => ({ holds: false, gives, reads: ['identity.groups'] })

async function assigned(
  rules: readonly { holds: boolean; gives: readonly string[] }[],
  grants: readonly { group: string; source: string }[] = [],
  { missingGroups = 'keep', claims = {} }: { missingGroups?: string; claims?: Claims } = {},
) {
  const groups = [...new Set(grants.map(({ group }) => group))]
  const ports = fakePorts({ people: [person('acc_1', { grants, groups })] })
  const answer = await assign.work(
    call({ ports, identity: { ...corpie, claims }, params: { rules, missingGroups } }),
  )
  assert.ok(answer.outcome === 'success' && answer.identity?.kind === 'account')
  return { groups: answer.identity.groups, writes: answer.writes, identity: answer.identity }
}

describe('assign step', () => {
  it('grants what the rules give that hold, each group once (F-15, F-27)', async () => {
    const rules = [rule(true, 'staff', 'board'), rule(false, 'admins'), rule(true, 'staff')]
    const { groups, writes } = await assigned(rules)
    assert.deepEqual(groups, ['staff', 'board'])
    assert.deepEqual(writes, [
      {
        write: 'grant-groups',
        account: 'acc_1',
        groups: ['staff', 'board'],
        source,
        otherwise: 'rejected',
      },
    ])
  })

  it('takes away what its own rules gave before and do not give now (security 81, I-19)', async () => {
    const { groups, writes } = await assigned([rule(false, 'staff')], [{ group: 'staff', source }])
    assert.deepEqual(groups, [])
    assert.deepEqual(writes?.[0]?.write === 'grant-groups' && writes[0].groups, [])
  })

  it('W-9: takes nothing away for a list of groups that is missing, and all for an empty one', async () => {
    const before = [
      { group: 'staff', source },
      { group: 'board', source },
    ]
    const rules = [groupRule('staff', 'never-had'), rule(false, 'board')]
    assert.deepEqual((await assigned(rules, before)).groups, ['staff'])
    assert.deepEqual((await assigned(rules, before, { claims: { groups: [] } })).groups, [])
    assert.deepEqual((await assigned(rules, before, { missingGroups: 'clear' })).groups, [])
  })

  it('leaves what others granted: by hand, by another application, for another connection', async () => {
    const others = [
      { group: 'admin', source: 'local' },
      { group: 'staff', source: 'assign:vault:corp' },
      { group: 'guests', source: 'assign:thrift:google' },
    ]
    const { groups } = await assigned([], [...others, { group: 'board', source }])
    assert.deepEqual(groups, ['admin', 'staff', 'guests'])
  })

  it('keeps all else that is known of the person', async () => {
    const { identity } = await assigned([rule(true, 'staff')])
    assert.deepEqual(identity, { ...corpie, groups: ['staff'] })
  })

  it('grants no group for having the name of one that the upstream asserts (security 80)', async () => {
    const ports = fakePorts({ people: [person('acc_1')] })
    const identity = { ...corpie, groups: [], claims: { groups: ['admins', 'Admins '] } }
    const answer = await assign.work(
      call({ ports, identity, params: { rules: [rule(false, 'admins')] } }),
    )
    assert.ok(answer.identity?.kind === 'account')
    assert.deepEqual(answer.identity.groups, [])
  })

  it('is rejected where the account is gone', async () => {
    const answer = await assign.work(
      call({ ports: fakePorts({}), identity: corpie, params: { rules: [] } }),
    )
    assert.deepEqual(answer, { outcome: 'rejected' })
  })
})

describe('what a connection maps groups to', () => {
  const map = { admins: ['admin', 'staff'], 'team-a': ['staff'] }
  const held = [
    { group: 'admin', source: 'connection:corp' },
    { group: 'staff', source: 'connection:corp' },
  ]

  async function mapped(
    groups: readonly string[] | undefined,
    grants: readonly { group: string; source: string }[] = [],
    { missingGroups = 'keep', settings = { groups: map } as object } = {},
  ) {
    const ports = fakePorts({ people: [person('acc_1', { grants })] })
    const identity = { ...corpie, claims: groups ? { groups } : {} }
    const params = { rules: [], missingGroups }
    const corp = connection('corp', settings)
    const answer = await assign.work(call({ ports, identity, params, connection: corp }))
    assert.ok(answer.outcome === 'success' && answer.identity?.kind === 'account')
    const write = answer.writes?.find(
      (each) => each.write === 'grant-groups' && each.source === 'connection:corp',
    )
    return { groups: answer.identity.groups, written: write && 'groups' in write && write.groups }
  }

  it('is granted, each once, with the connection as its source (security 80, W-9)', async () => {
    const { groups, written } = await mapped(['admins', 'team-a', 'other'])
    assert.deepEqual(written, ['admin', 'staff'])
    assert.deepEqual(groups, ['admin', 'staff'])
  })

  for (const groups of [
    ['admin'],
    ['Admins'],
    ['Admins '],
    ['admins '],
    [' admins'],
    ['admins,team-a'],
    ['constructor', '__proto__', 'toString'],
    Array.from({ length: 10_000 }, (_, index) => `group-${index}`),
  ]) {
    it(`is nothing for ${JSON.stringify(groups).slice(0, 40)} (security 80)`, async () => {
      assert.deepEqual(await mapped(groups), { groups: [], written: [] })
    })
  }

  it('is taken away with the group, and what was granted by hand stays (security 81)', async () => {
    const manual = { group: 'admin', source: 'manual' }
    assert.deepEqual(await mapped(['team-a'], [...held, manual]), {
      groups: ['admin', 'staff'],
      written: ['staff'],
    })
    assert.deepEqual((await mapped([], [...held, manual])).groups, ['admin'])
  })

  it('stays where nothing is said of groups, unless the flow wants it cleared (W-9)', async () => {
    assert.deepEqual((await mapped(undefined, held)).groups, ['admin', 'staff'])
    const cleared = await mapped(undefined, held, { missingGroups: 'clear' })
    assert.deepEqual(cleared.groups, [])
  })

  it('is taken away once the connection maps nothing any more', async () => {
    assert.deepEqual(await mapped(['admins'], held, { settings: {} }), { groups: [], written: [] })
    assert.equal((await mapped(['admins'], [], { settings: {} })).written, undefined)
  })
})
