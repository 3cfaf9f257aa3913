import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { command, folderOf } from '../support/command.ts'
import { rowsOf } from '../support/rows.ts'

const password = 'a long walk to the sea'

function people(t: Pick<TestContext, 'after'>) {
  const folder = folderOf(t)
  const database = `sqlite:${folder}/people.sqlite`
  const user = (args: readonly string[], input = '') =>
    command(folder, ['user', ...args, '--database', database], {}, input)
  return { user, accounts: () => rowsOf(database, 'accounts') }
}

describe('sallyport user', () => {
  it('adds people, whose address counts as verified only where that is said', async (t) => {
    const { user, accounts } = people(t)
    const added = await user(['add', 'ann', '--email', 'Ann@x.test', '--email-verified'], password)
    assert.equal(added.code, 0, added.err)
    await user(['add', 'bo', '--email', 'bo@x.test'], password)
    const rows = await accounts()
    assert.deepEqual(rows.map((row) => [row.user_name, row.email_key]).sort(), [
      ['ann', 'ann@x.test'],
      ['bo', null],
    ])
    assert.equal((await user(['add', 'ANN'], password)).code, 1)
    assert.match((await user(['list'])).out, /^bo +bo@x\.test +local +active +password$/m)
  })

  it('adds a telephone number that whoever adds the person vouches for, and edits none', async (t) => {
    const { user, accounts } = people(t)
    for (const wrong of ['0791234567', '+1', '+4179123456789012']) {
      assert.equal((await user(['add', 'pat', '--phone', wrong], password)).code, 2, wrong)
    }
    const added = await user(['add', 'pat', '--phone', '+12025550143'], password)
    assert.equal(added.code, 0, added.err)
    const [pat] = await accounts()
    assert.deepEqual(JSON.parse(String(pat?.claims)).other, {
      phone_number: '+12025550143',
      phone_number_verified: true,
    })
    for (const change of ['phone_number=+12025550199', 'phone_number_verified=true']) {
      assert.equal((await user(['edit', 'pat', change])).code, 2, change)
    }
  })

  it('edits a profile by hand, and remembers that it was by hand (scenario 9)', async (t) => {
    const { user, accounts } = people(t)
    await user(['add', 'ann'], password)
    const edited = await user(['edit', 'ann', 'nickname=Annie', 'name=Ann Example'])
    assert.deepEqual([edited.code, edited.out], [0, 'ann is edited'])
    const [ann] = await accounts()
    assert.deepEqual(JSON.parse(String(ann?.claims)), {
      name: 'Ann Example',
      other: { nickname: 'Annie' },
    })
    assert.deepEqual(JSON.parse(String(ann?.provenance)), {
      name: 'local',
      'other.nickname': 'local',
    })
    assert.equal((await user(['edit', 'nobody', 'nickname=N'])).code, 1)
  })

  it('edits no address, no name that people sign in by, and nothing that is no claim', async (t) => {
    const { user, accounts } = people(t)
    await user(['add', 'ann'], password)
    const before = await accounts()
    const wrong = ['', 'nickname', 'email=eve@x.test', 'preferred_username=eve', 'sub=1', 'a b=c']
    for (const change of wrong) {
      const { code, err } = await user(['edit', 'ann', ...(change === '' ? [] : [change])])
      assert.equal(code, 2, change)
      assert.match(err, /<claim>=<value>/)
    }
    assert.deepEqual(await accounts(), before)
  })

  it('unlinks, and says why where it does not (W-5)', async (t) => {
    const { user } = people(t)
    await user(['add', 'ann'], password)
    assert.equal((await user(['unlink', 'ann'])).code, 2)
    const none = await user(['unlink', 'ann', 'google'])
    assert.deepEqual([none.code, none.err], [1, 'ann is not linked with google'])
    assert.equal((await user(['unlink', 'nobody', 'google'])).code, 1)
  })

  it('withdraws what was agreed to, and says where there is nothing (W-1)', async (t) => {
    const { user } = people(t)
    await user(['add', 'ann'], password)
    assert.equal((await user(['withdraw-consent', 'ann'])).code, 2)
    const none = await user(['withdraw-consent', 'ann', 'google'])
    assert.deepEqual([none.code, none.err], [1, 'ann has agreed to nothing of google'])
    assert.equal((await user(['withdraw-consent', 'nobody', 'google'])).code, 1)
  })

  it('locks, unlocks and approves (W-12)', async (t) => {
    const { user } = people(t)
    await user(['add', 'ann'], password)
    for (const [verb, status] of [
      ['lock', 'locked'],
      ['unlock', 'active'],
      ['disable', 'disabled'],
      ['approve', 'active'],
    ] as const) {
      assert.equal((await user([verb, 'ann'])).out, `ann is ${status}`)
    }
    assert.equal((await user(['approve', 'nobody'])).code, 1)
    assert.equal((await user(['promote', 'ann'])).code, 2)
  })

  it('takes a factor away that there is, and says which there are', async (t) => {
    const { user } = people(t)
    await user(['add', 'ann'], password)
    const wrong = await user(['reset-factor', 'ann', 'totp'])
    assert.deepEqual([wrong.code, wrong.err], [1, 'ann has no totp; there is: password'])
    const reset = await user(['reset-factor', 'ANN', 'password'])
    assert.deepEqual(reset.code, 0, reset.err)
    assert.match((await user(['list'])).out, /^ann +local +active *$/m)
    assert.equal((await user(['reset-factor', 'ann'])).code, 2)
    assert.equal((await user(['reset-factor', 'nobody', 'totp'])).code, 1)
  })

  it('signs out everywhere, and deletes', async (t) => {
    const { user, accounts } = people(t)
    await user(['add', 'ann'], password)
    assert.match((await user(['logout', 'ann'])).out, /^ann is signed out everywhere/)
    assert.equal((await accounts()).length, 1)
    assert.equal((await user(['delete', 'ann'])).out, 'ann is deleted')
    assert.deepEqual(await accounts(), [])
    for (const verb of ['logout', 'delete']) assert.equal((await user([verb, 'ann'])).code, 1)
  })
})
