import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ApiLogin } from '../support/api-client.ts'
import { command, folderOf } from '../support/command.ts'
import { startWorld } from '../support/world.ts'

describe('sallyport explain', () => {
  it('tells what happened in a login, and why it led where it did', async (t) => {
    const world = await startWorld(t)
    const api = world.api()
    const began = await api.begin(await world.thrift.parameters())
    const login = began.json<ApiLogin>()
    const wrong = { username: 'alice', password: 'not hers' }
    const refused = await api.act(login, 'password', wrong)
    await api.act(refused.json<ApiLogin>(), 'cancel', {})

    const explain = (...args: string[]) =>
      command(folderOf(t), ['explain', ...args, '--database', world.database])
    const { code, out } = await explain(login.id)
    assert.equal(code, 0)
    assert.match(out, /^lg_\S+: application thrift, flow thrift, begun 20/)
    assert.match(out, / 1\. +\+\d+\.\d s {2}sign-in, password: unknown, stays\n/)
    assert.match(out, / 2\. .*sign-in: cancelled -> on:cancelled\n/)
    assert.match(out, /=> {2}it has ended, .* at on:cancelled/)

    const { events } = JSON.parse((await explain(login.id, '--json')).out)
    assert.deepEqual(
      events.map(({ outcome }: { outcome: string }) => outcome),
      ['unknown', 'cancelled'],
    )
    const nobody = await explain('lg_nobody')
    assert.deepEqual([nobody.code, /there is no login lg_nobody/.test(nobody.err)], [2, true])
  })
})
