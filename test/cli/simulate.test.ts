import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { eventLines } from '../../src/cli/event-lines.ts'
import { command, folderOf } from '../support/command.ts'

function simulate(t: TestContext, given: string, ...more: string[]) {
  return command(folderOf(t), ['simulate', 'thrift', '--given', '-', ...more], {}, given)
}

describe('sallyport simulate', () => {
  it('walks somebody with all that they need to the end', async (t) => {
    const given = 'credentials: [password, totp]\ndoes: [{ password: wrong }, password, totp]'
    const { code, out } = await simulate(t, given)
    assert.equal(code, 0, out)
    assert.match(out, /sign-in, password: invalid, stays\n.*password: success -> assign\n/)
    assert.match(out, /=> {2}the application gets a code; its token says amr pwd otp mfa/)
  })

  it('says where the login waits', async (t) => {
    const { code, out } = await simulate(t, 'does: [google]')
    assert.equal(code, 0, out)
    assert.match(out, /sign-in, google: unknown -> provision\n/)
    assert.match(out, /=> {2}it waits at enrol$/)
  })

  it('tells by which facts a condition was decided, and why a way was taken', () => {
    const decided = [
      {
        condition: "'staff' in account.groups",
        result: 'true',
        inputs: { 'account.groups': ['staff'] },
      },
    ] as const
    const about = { state: 'second?', option: undefined, caseIndex: undefined, to: 'done' }
    const event = {
      ...about,
      atMs: 1500,
      outcome: 'decided',
      decided,
      reason: 'they are in the house',
    }
    assert.deepEqual(eventLines([event], 0), [
      '  1.    +1.5 s  second: is not asked -> done',
      '       because `\'staff\' in account.groups` is true: account.groups = ["staff"]',
      '       they are in the house',
    ])
  })

  it('takes settings of connections, and what somebody says at an upstream (A-49)', async (t) => {
    const off = await simulate(t, 'jit: { github: false }\ndoes: [github]', '--json')
    const { events, told } = JSON.parse(off.out)
    assert.ok(events.some(({ outcome }: { outcome: string }) => outcome === 'disabled'))
    assert.equal(told, 'code')
    const no = await simulate(t, 'does: [{ google: no }]', '--json')
    assert.equal(JSON.parse(no.out).told, 'access_denied')
    const locked = 'credentials: [password]\nlocked: true\ndoes: [password]'
    assert.match((await simulate(t, locked)).out, /password: blocked, stays\n.*waits at sign-in/)
    const late = await simulate(t, 'does: [wait]')
    assert.match(late.out, /=> {2}the application is told: nothing, the login has expired/)
  })

  it('says with 1 what the flow does not ask for', async (t) => {
    const { code, out } = await simulate(t, 'does: [totp]')
    assert.equal(code, 1)
    assert.match(out, /=> {2}at sign-in there is no totp: there is password, /)
  })

  it('refuses with 2 what cannot be given, and says why', async (t) => {
    for (const [given, why] of [
      ['credential: [password]', /credential cannot be given: did you mean `?credentials/],
      ['does: password', /does must be a list/],
      [
        'does: [{ password: badly }]',
        /each of does is an option, or one with right, wrong, no, nobody/,
      ],
      ['jit: { nobody: true }', /there is no connection nobody/],
      ['{', /it is no YAML/],
    ] as const) {
      const { code, err } = await simulate(t, given)
      assert.equal(code, 2, given)
      assert.match(err, why)
    }
    assert.equal((await command(folderOf(t), ['simulate', 'thrift'])).code, 2)
  })
})
