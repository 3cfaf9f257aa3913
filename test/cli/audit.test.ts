import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openDatabase } from '../../src/store/open.ts'
import { command, folderOf } from '../support/command.ts'
import { startWorld } from '../support/world.ts'

describe('sallyport audit', () => {
  it('exports what was changed, whole and in order, and says when it is not whole any more', async (t) => {
    const world = await startWorld(t)
    const folder = folderOf(t)
    const run = (...args: string[]) => command(folder, [...args, '--database', world.database])
    for (const word of ['lock', 'unlock', 'lock']) await run('user', word, 'bo')
    assert.ok((await world.app.sealAudit()) >= 3, 'a running server seals by itself')

    const exported = (await run('audit', 'export')).out.split('\n').map((line) => JSON.parse(line))
    assert.deepEqual(
      exported.slice(-3).map(({ action, actor, detail }) => [action, actor, detail.status]),
      ['locked', 'active', 'locked'].map((status) => ['user.status', 'command-line', status]),
    )
    const after = await run('audit', 'export', '--after', String(exported.length - 1))
    assert.equal(JSON.parse(after.out).number, exported.length)

    const whole = await run('audit', 'verify')
    assert.equal(whole.code, 0)
    const [, head] = /--head (\S+)/.exec(whole.out)!
    await run('user', 'unlock', 'bo')
    assert.equal((await run('audit', 'verify', '--head', head!)).code, 0)
    const forged = await run('audit', 'verify', '--head', `1:${head!.split(':')[1]}`)
    assert.equal(forged.code, 1)
    assert.match(forged.err, /records that there were are gone/)
  })

  it('is whole also when its beginning was swept, as old as the operator says', async (t) => {
    const world = await startWorld(t)
    const folder = folderOf(t)
    const run = (args: string[], env = {}) =>
      command(folder, [...args, '--database', world.database], env)
    for (const word of ['lock', 'unlock', 'lock']) await run(['user', word, 'bo'])
    const db = openDatabase({ url: world.database })
    t.after(() => db.destroy())
    const yearMs = 365 * 86_400_000
    const old = await db('audit_records').update({ at_ms: Date.now() - yearMs })
    await world.app.sealAudit()
    await run(['user', 'unlock', 'bo'])

    assert.equal((await run(['sweep'])).out.trim(), 'nothing has expired')
    const days = { SALLYPORT_RETENTION: 'audit=364' }
    assert.equal((await run(['sweep'], days)).out.trim(), `audit_records: ${old}`)
    const { code, out } = await run(['audit', 'verify'])
    assert.equal(code, 0)
    assert.ok(out.includes(`${old + 1} records, the first ${old} taken away`), out)
    const exported = (await run(['audit', 'export'])).out.trim().split('\n')
    assert.deepEqual(
      exported.map((line) => JSON.parse(line).number),
      [old + 1],
    )
  })

  it('has nothing to note down while there is no record', async (t) => {
    const verify = ['audit', 'verify', '--database', 'sqlite::memory:']
    const { code, out } = await command(folderOf(t), verify)
    assert.equal(code, 0)
    assert.equal(out.trim(), 'the audit is whole: 0 records, 0 not yet sealed')
  })

  it('knows its words', async (t) => {
    const { code, err } = await command(folderOf(t), ['audit', '--database', 'sqlite::memory:'])
    assert.equal(code, 2)
    assert.match(err, /audit verify \[--head NUMBER:SEAL\], audit export/)
  })
})
