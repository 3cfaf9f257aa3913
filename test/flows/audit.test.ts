import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { allRows } from '../support/rows.ts'
import { signInAtGoogle } from '../support/upstreams.ts'
import { type Place, visitorOf } from '../support/visitor.ts'
import type { World } from '../support/world.ts'
import { addApp, answerAt, goTo, signIn, start, typePassword } from './people.ts'

interface AuditRow {
  readonly action: string
  readonly actor: string
  readonly application: string
  readonly subject: string
  readonly detail: Readonly<Record<string, unknown>>
}

describe('the audit of logins', () => {
  it('security 146: has each success, failure, lock, link and grant once, with its login, as the tables have it', async (t) => {
    const { world, visitor: jane } = await start(t, 'API')
    const begin = async (visitor = visitorOf(world, 'API'), more = {}) => ({
      visitor,
      place: await visitor.begin(await world.thrift.parameters(more)),
    })
    answerAt(await signIn(world, jane))
    answerAt(await jane.begin(await world.thrift.parameters()))
    const sam = await begin()
    const enrol = await goTo(sam.visitor, sam.place, 'google', signInAtGoogle('Sam Staff'))
    answerAt((await addApp(world, sam.visitor, enrol)).place)
    const again = await begin()
    await goTo(again.visitor, again.place, 'google', signInAtGoogle('Sam Staff'))
    const thief = await begin()
    let place: Place = thief.place
    for (let n = 0; n < 5; n++) place = await typePassword(thief.visitor, place, 'bo', 'wrong')
    assert.equal(answerAt(place).error, 'access_denied')
    const second = await begin()
    await typePassword(second.visitor, second.place, 'bo', 'wrong')
    const lost = await begin()
    await typePassword(lost.visitor, lost.place, 'nobody-of-that-name', 'wrong')
    const leaving = await begin()
    await leaving.visitor.act(leaving.place, 'cancel')
    const locked = await begin()
    const between = await typePassword(locked.visitor, locked.place, 'jane')
    await world.app.accounts.setStatus('jane', 'locked')
    await locked.visitor.act(between, 'totp', { code: '000000' })

    await assertSameAsTables(world)
    const { bo, jane: janes } = await idsOf(world)
    const told = await auditOf(world)
    const of = (action: string) => told.filter((row) => row.action === action)
    assert.deepEqual(
      of('factor.lock').map(({ subject, detail }) => [subject, detail.factor]),
      [[bo, 'password']],
    )
    const wrong = of('login.invalid').filter(({ subject }) => subject === bo)
    assert.deepEqual(
      wrong.map(({ detail }) => detail.locked ?? false),
      [false, false, false, false, false, true],
    )
    const ends = of('login.end').map(({ subject, detail }) => [
      subject === janes ? 'jane' : subject === bo ? 'bo' : 'other',
      detail.outcome,
    ])
    assert.deepEqual(ends.slice(0, 2), Array(2).fill(['jane', 'success']))
    assert.deepEqual(ends.at(-1), ['jane', 'blocked'])
    const group = of('user.groups').map(({ detail }) => detail.groups)
    assert.deepEqual(group, [['staff']], 'the second time nothing has changed')
    assert.deepEqual(
      of('login.end')
        .map(({ detail }) => detail.amr)
        .filter(Boolean)[0],
      ['pwd', 'otp', 'mfa'],
    )
  })

  it('security 146: has a success when somebody is let in and not before, and an end past its deadline when the application hears of it', async (t) => {
    const { world, visitor } = await start(t, 'API')
    const first = await visitor.begin(await world.thrift.parameters())
    await typePassword(visitor, first, 'jane')
    const ends = async () =>
      (await auditOf(world)).filter(({ action }) => action === 'login.end').map((row) => row.detail)
    assert.deepEqual(await ends(), [])
    world.clock.aheadMs += 15 * 60_000 + 1000
    const [login] = (await allRows(world.database)).logins!
    await visitor.browser.open(`${world.issuer.origin}/auth/${login!.interaction_uid}`)
    assert.deepEqual(await ends(), [
      { login: login!.id, flow: 'thrift', outcome: 'timeout', error: 'access_denied' },
    ])
  })
})

/** What the tables say has happened, each thing once. */
async function assertSameAsTables(world: World): Promise<void> {
  const told = await auditOf(world)
  const count = (action: string, has: Partial<AuditRow['detail']>) =>
    told.filter(
      (row) =>
        row.action === action && Object.entries(has).every(([name, it]) => row.detail[name] === it),
    ).length
  const rows = await allRows(world.database)
  const isWrong = ({ outcome, state, to_state }: Record<string, unknown>) =>
    outcome === 'exhausted' || (state === to_state && outcome !== 'error' && outcome !== 'timeout')
  for (const { id, status } of rows.logins!) {
    const login = id as string
    const events = rows.login_events!.filter((event) => event.login_id === login)
    assert.equal(count('login.end', { login }), status === 'running' ? 0 : 1, login)
    assert.equal(count('login.invalid', { login }), events.filter(isWrong).length, login)
  }
  const made = rows.accounts!.filter(({ source }) => source !== 'local')
  assert.equal(count('user.add', { source: 'google' }), made.length)
  assert.equal(count('user.add-association', {}), rows.associations!.length)
  const before = new Set(rows.accounts!.filter(({ source }) => source === 'local').map((r) => r.id))
  const enrolled = rows.credentials!.filter(({ account_id }) => !before.has(account_id))
  assert.ok(made.length > 0 && enrolled.length > 0)
  for (const { id } of enrolled) assert.equal(count('user.add-factor', { factor: id }), 1)
  assert.equal(count('user.add-factor', {}), enrolled.length)
}

async function auditOf(world: World): Promise<readonly AuditRow[]> {
  const rows = (await allRows(world.database)).audit_records!
  return rows
    .toSorted((a, b) => Number(a.at_ms) - Number(b.at_ms))
    .map((row) => ({ ...row, detail: JSON.parse(String(row.detail)) }) as unknown as AuditRow)
}

async function idsOf(world: World): Promise<Readonly<Record<string, unknown>>> {
  const { accounts = [] } = await allRows(world.database)
  return Object.fromEntries(accounts.map(({ user_name, id }) => [user_name, id]))
}
