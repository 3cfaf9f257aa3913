import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Claims } from '../../src/language/facts.ts'
import type { Person } from '../../src/language/ports.ts'
import type { SyncMode } from '../../src/language/step.ts'
import { sync } from '../../src/steps/sync/step.ts'
import { account, call, connection, fakePorts, person } from './fake-ports.ts'

const before: Claims = {
  email: 'ann@x.test',
  emailVerified: true,
  name: 'Ann Example',
  other: { department: 'Sales', phone_number: '+1', nickname: 'Annie' },
}
const ann = person('acc_ann', {
  source: 'corp',
  claims: before,
  provenance: { 'other.nickname': 'local' },
})
const now: Claims = {
  email: 'ann@x.test',
  emailVerified: true,
  name: 'Ann Example',
  groups: ['admins'],
  amr: ['mfa'],
  other: { department: 'Ops' },
}

async function synced(mode: SyncMode | undefined, claims = now, who: Person = ann, by = 'corp') {
  const ports = fakePorts({ people: [who] })
  const identity = { ...account('acc_ann'), connection: by, claims, source: 'corp' }
  const settings = connection(by, mode === undefined ? {} : { sync: mode })
  const answer = await sync.work(call({ ports, identity, connection: settings }))
  assert.deepEqual([answer.outcome, answer.identity], ['success', undefined])
  const [write, ...more] = answer.writes ?? []
  assert.deepEqual(more, [])
  if (!write) return undefined
  assert.ok(write.write === 'update-profile')
  return write
}

describe('sync step', () => {
  const nickname = { nickname: 'Annie' }
  const phone = { phone_number: '+1' }
  for (const [mode, other] of [
    ['override', { department: 'Ops' }],
    ['preserve', { department: 'Ops', ...phone, ...nickname }],
    [undefined, { department: 'Ops', ...phone, ...nickname }],
    ['none', { department: 'Sales', ...phone, ...nickname }],
  ] as const) {
    it(`scenario 9: ${mode ?? 'without a mode'} (W-3)`, async () => {
      const write = await synced(mode)
      assert.deepEqual((write?.claims ?? before).other, other)
      if (!write) return
      assert.deepEqual(write.from, before)
      assert.equal('groups' in write.claims || 'amr' in write.claims, false)
    })
  }

  it('scenario 9: writes nothing but the profile, in any mode (W-4)', async () => {
    for (const mode of ['override', 'preserve'] as const) {
      const { otherwise, ...write } = (await synced(mode))!
      const { claims, provenance, ...rest } = write
      assert.deepEqual(rest, { write: 'update-profile', account: 'acc_ann', from: before })
      assert.equal(otherwise, 'again')
      assert.deepEqual(Object.keys(claims), ['email', 'emailVerified', 'name', 'other'])
      assert.deepEqual(provenance, mode === 'override' ? {} : { 'other.nickname': 'local' })
    }
  })

  it('scenario 9: an attribute that has a mode of its own goes its own way (W-3)', async () => {
    const claims = { ...now, name: 'Ann Married', other: { department: 'Ops', nickname: 'Nan' } }
    const attributes = { department: { sync: 'none' }, nickname: { sync: 'override' } } as const
    const ports = fakePorts({ people: [ann] })
    const identity = { ...account('acc_ann'), connection: 'corp', claims, source: 'corp' }
    const corp = connection('corp', { sync: 'preserve', attributes })
    const { writes: [write] = [] } = await sync.work(call({ ports, identity, connection: corp }))
    assert.ok(write?.write === 'update-profile')
    assert.equal(write.claims.name, 'Ann Married')
    const other = { department: 'Sales', phone_number: '+1', nickname: 'Nan' }
    assert.deepEqual(write.claims.other, other)
  })

  it("keeps an administrator's own value although the upstream has another, unless it overrides", async () => {
    const said = { ...now, other: { department: 'Ops', nickname: 'A.' } }
    const preserved = await synced('preserve', said)
    assert.equal(preserved?.claims.other?.nickname, 'Annie')
    const overridden = await synced('override', said)
    assert.equal(overridden?.claims.other?.nickname, 'A.')
    assert.deepEqual(overridden?.provenance, {}, 'it is the upstream that has written it now')
  })

  it('keeps in preserve what another connection has written, and adds what nobody has', async () => {
    const said = { ...now, name: 'Ann of Google', other: { locale: 'de' } }
    const write = await synced('preserve', said, ann, 'google')
    assert.deepEqual(write?.claims, { ...before, other: { ...before.other, locale: 'de' } })
    assert.deepEqual(write?.provenance, { 'other.nickname': 'local', 'other.locale': 'google' })
  })

  it('follows what it has added itself', async () => {
    const held = person('acc_ann', {
      source: 'local',
      claims: { name: 'Ann', other: { locale: 'de' } },
      provenance: { 'other.locale': 'corp' },
    })
    const write = await synced('preserve', { name: 'Anna', other: { locale: 'fr' } }, held)
    assert.deepEqual(write?.claims, { name: 'Ann', other: { locale: 'fr' } })
  })

  it('takes an empty list for what it says, and a missing one for nothing said', async () => {
    const held = person('acc_ann', { source: 'corp', claims: { other: { teams: ['a'] } } })
    const emptied = await synced('preserve', { other: { teams: [] } }, held)
    assert.deepEqual(emptied?.claims, { other: { teams: [] } })
    assert.equal(await synced('preserve', {}, held), undefined)
  })

  it('moves an address together with whether it is verified', async () => {
    const said = { email: 'ann@x.test', emailVerified: false }
    const write = await synced('preserve', said)
    assert.deepEqual([write?.claims.email, write?.claims.emailVerified], ['ann@x.test', false])
  })

  it('writes nothing where nothing is other than it was', async () => {
    for (const mode of ['override', 'preserve', 'none'] as const) {
      assert.equal(await synced(mode, { ...before, groups: ['x'] }), undefined)
    }
  })

  it('leaves an account of our own alone where the person came by no connection', async () => {
    const ports = fakePorts({ people: [ann] })
    const answer = await sync.work(call({ ports, identity: account('acc_ann') }))
    assert.deepEqual(answer, { outcome: 'success' })
  })
})
