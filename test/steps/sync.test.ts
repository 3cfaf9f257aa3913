import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Directory, Sought } from '../../src/language/directory.ts'
import type { Claims } from '../../src/language/facts.ts'
import type { Person } from '../../src/language/ports.ts'
import type { SyncMode } from '../../src/language/step.ts'
import { UpstreamFailure } from '../../src/steps/federated/failure.ts'
import { sync } from '../../src/steps/sync/step.ts'
import { account, call, connection, fakePorts, person } from './fake-ports.ts'

const heard = { directory: 'internal', remove: false }
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
  const answer = await sync.work(call({ ports, identity, connection: settings, params: heard }))
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
    const { writes: [write] = [] } = await sync.work(
      call({ ports, identity, connection: corp, params: heard }),
    )
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

const nowMs = Date.parse('2026-11-20T12:00:00Z')
const minuteMs = 60_000

/** Of the staff, by an entry each. */
const eve = (source: string, entries: readonly string[]) =>
  person('acc_eve', {
    source,
    claims: { name: 'Eve' },
    credentials: entries.map((entry) => ({
      id: `connection:staff:${entry}`,
      kind: 'connection:staff',
    })),
  })

type Status = 'current' | 'locked' | 'obsolete'

interface Asking {
  readonly people?: Readonly<Record<string, Status>>
  readonly entries?: readonly string[]
  readonly remove?: boolean
  readonly source?: string
  readonly enabled?: boolean
  readonly refreshMinutes?: number
  readonly askedMinutesAgo?: number
  /** How they have come. */
  readonly by?: string
  readonly down?: boolean
}

async function asks({
  people = {},
  entries = ['e-1'],
  remove = false,
  source = 'staff',
  enabled = true,
  refreshMinutes = 0,
  askedMinutesAgo,
  by = 'local',
  down = false,
}: Asking) {
  const findById = async (id: string): Promise<Sought> => {
    if (down) throw new UpstreamFailure('UPSTREAM_UNREACHABLE', 'staff', 'it is down')
    const status = people[id]
    if (!status) return { sought: 'absent' }
    const claims = { name: `Eve of ${id}` }
    return { sought: 'found', entry: { id, name: 'eve', status, attributes: {}, claims } }
  }
  const directory = { findById } as Pick<Directory, 'findById'> as Directory
  const confirmedMs: Record<string, number> =
    askedMinutesAgo === undefined ? {} : { 'acc_eve staff': nowMs - askedMinutesAgo * minuteMs }
  const ports = fakePorts({ people: [eve(source, entries)], directory, confirmedMs })
  const answer = await sync.work(
    call({
      ports,
      nowMs,
      identity: { ...account('acc_eve'), connection: by, claims: { name: 'Eve as verified' } },
      connection: connection('staff', { sync: 'override', enabled, refreshMinutes }),
      params: { directory: 'staff', remove },
    }),
  )
  const writes = (answer.writes ?? []).map((each) => each.write)
  const [profile] = (answer.writes ?? []).flatMap((each) =>
    each.write === 'update-profile' ? [each.claims.name] : [],
  )
  return { ...answer, writes, profile, asked: ports.reads.filter((read) => read === 'findEntry') }
}

describe('sync step with a directory', () => {
  it('O-3, O-11: asks it for whoever came without it, and brings the profile up to date', async () => {
    const found = await asks({ people: { 'e-1': 'current' } })
    assert.deepEqual([found.outcome, found.case, found.identity], ['success', 1, undefined])
    assert.deepEqual(found.writes, ['update-profile', 'keep-confirmation'])
    assert.equal(found.profile, 'Eve of e-1')
  })

  it('O-12, O-18: who is gone there is nobody from then on, and loses their account only where the flow says so', async () => {
    for (const [remove, write] of [
      [false, 'revoke'],
      [true, 'delete-account'],
    ] as const) {
      const found = await asks({ remove })
      assert.deepEqual([found.outcome, found.case], ['unknown', remove ? 1 : 0])
      assert.deepEqual([found.identity, found.writes], [{ kind: 'none' }, [write]])
    }
  })

  it('O-12: an account of ours that was linked with who is gone is parted from them, and stays', async () => {
    const found = await asks({ source: 'local', remove: true })
    assert.deepEqual([found.outcome, found.writes], ['unknown', ['remove-associations']])
  })

  it('O-3: who is locked or obsolete there is nobody from then on, and loses no account', async () => {
    for (const status of ['locked', 'obsolete'] as const) {
      const found = await asks({ people: { 'e-1': status }, remove: true })
      assert.deepEqual([found.outcome, found.identity], ['blocked', { kind: 'none' }])
      assert.deepEqual([found.writes, found.facts], [['revoke'], { 'directory.blocked': true }])
    }
  })

  it('O-7, O-12: a directory that is down is no absence', async () => {
    await assert.rejects(asks({ down: true, remove: true }), { name: 'UpstreamFailure' })
  })

  it('O-3: is not asked again before its time is over, and is then', async () => {
    const within = { refreshMinutes: 60, people: {}, remove: true }
    const fresh = await asks({ ...within, askedMinutesAgo: 59 })
    assert.deepEqual([fresh.outcome, fresh.case, fresh.asked, fresh.writes], ['success', 1, [], []])
    for (const askedMinutesAgo of [60, 600, -1, undefined]) {
      const more = askedMinutesAgo === undefined ? {} : { askedMinutesAgo }
      const found = await asks({ ...within, ...more })
      assert.deepEqual([found.outcome, found.asked.length], ['unknown', 1], `${askedMinutesAgo}`)
    }
    const always = await asks({ people: {}, askedMinutesAgo: 0 })
    assert.equal(always.outcome, 'unknown')
  })

  it('takes what it has said in this same login, and asks nothing twice', async () => {
    const found = await asks({ by: 'staff' })
    assert.deepEqual(
      [found.outcome, found.asked, found.profile],
      ['success', [], 'Eve as verified'],
    )
  })

  it('leaves an account alone that is not of the directory', async () => {
    const found = await asks({ entries: [], remove: true })
    assert.deepEqual([found.outcome, found.case, found.asked], ['success', 2, []])
    assert.deepEqual(found.writes, [])
  })

  it('asks no directory that is switched off', async () => {
    const found = await asks({ enabled: false, remove: true })
    assert.deepEqual([found.outcome, found.asked, found.writes], ['unavailable', [], []])
  })

  it('of several entries one that is current is enough, and one that is there is no absence', async () => {
    const entries = ['e-1', 'e-2']
    const current = await asks({ entries, people: { 'e-2': 'current' }, remove: true })
    assert.deepEqual([current.outcome, current.profile], ['success', 'Eve of e-2'])
    const locked = await asks({ entries, people: { 'e-1': 'locked' }, remove: true })
    assert.equal(locked.outcome, 'blocked')
  })
})
