import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { administratorOf } from '../support/administrator.ts'
import { command, folderOf } from '../support/command.ts'
import { startWorld } from '../support/world.ts'

const takesAway = ['lock', 'disable', 'delete'].map((verb) => [verb, 'jane'])

describe('sallyport user grant and withdraw', () => {
  it('makes the first administrator, and takes away the last only by force; the token counts as long as the role is held', async (t) => {
    const world = await startWorld(t)
    const home = folderOf(t)
    const user = (...args: string[]) =>
      command(home, ['user', ...args, '--database', world.database])
    const jane = await administratorOf(world, 'jane', {})
    assert.equal((await jane.get('/users')).status, 403)
    const granted = await user('grant', 'Jane', '--role', 'admin')
    assert.deepEqual([granted.code, granted.out], [0, 'Jane has the role admin'])
    assert.equal((await jane.get('/users')).status, 200)
    for (const args of [['withdraw', 'jane', '--role', 'admin'], ...takesAway]) {
      const refused = await user(...args)
      assert.deepEqual([refused.code, /nobody would be left/.test(refused.err)], [1, true])
      assert.equal((await jane.get('/users')).status, 200, args[0])
    }
    const withdrawn = await user('withdraw', 'jane', '--role', 'admin', '--force')
    assert.deepEqual([withdrawn.code, withdrawn.out], [0, 'jane does not have the role admin'])
    assert.equal((await jane.get('/users')).status, 403)
  })

  it('knows its roles and its people', async (t) => {
    const world = await startWorld(t)
    const home = folderOf(t)
    const user = (...args: string[]) =>
      command(home, ['user', ...args, '--database', world.database])
    assert.equal((await user('grant', 'nobody', '--role', 'admin')).code, 1)
    for (const role of [[], ['--role', 'root']]) {
      const { code, err } = await user('grant', 'jane', ...role)
      assert.deepEqual([code, /--role admin\|viewer/.test(err)], [2, true])
    }
  })
})
