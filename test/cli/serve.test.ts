import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { demoSecret } from '../../src/cli/demo/secret.ts'
import { command, folderOf, type Started, start } from '../support/command.ts'
import { mfaForAll } from '../support/mfa-for-all.ts'

const jitOff = { SALLYPORT_GITHUB_JIT: 'false' }

describe('sallyport serve', () => {
  it('scenario 4: refuses a broken flow, with its story and the two remedies (A-53)', async (t) => {
    const { code, out, err } = await command(folderOf(t, mfaForAll), ['serve', ...own(t)], jitOff)
    assert.equal(code, 1)
    assert.equal(out, '')
    assert.match(err, /thrift\.yaml:\d+:\d+ I-04 broken: /)
    assert.match(err, /given JIT is off for github/)
    assert.match(err, /sign-in, github: unknown.*\n.*provision: disabled.*\n.*second: needs an acc/)
    assert.match(err, /either switch JIT on for github.*\n.*or skip second for people/)
    assert.match(err, /--unchecked/)
  })

  it('serves it all the same when told to, and says so aloud', async (t) => {
    const serving = start(folderOf(t, mfaForAll), ['serve', '--unchecked', ...own(t)], jitOff)
    await until(serving, /Sallyport serves/)
    const { code, err } = await serving.stop()
    assert.equal(code, 0)
    assert.match(err, /^UNCHECKED: /)
  })

  it('serves flows that hold, without a word about them', async (t) => {
    const serving = start(folderOf(t), ['serve', ...own(t)])
    await until(serving, /Sallyport serves/)
    const { code, err } = await serving.stop()
    assert.deepEqual([code, err], [0, ''])
  })

  it('watches itself when told to, and has nothing to tell', async (t) => {
    const serving = start(folderOf(t), ['serve', '--monitor', ...own(t)])
    await until(serving, /Sallyport serves/)
    const { code, err } = await serving.stop()
    assert.deepEqual([code, err], [0, ''])
  })

  it('takes a file with a problem for a call that cannot be used', async (t) => {
    const files = { 'thrift.yaml': mfaForAll['thrift.yaml'].replace('enrol,', 'enroll,') }
    const { code, err } = await command(folderOf(t, files), ['serve', ...own(t)])
    assert.equal(code, 2)
    assert.match(err, /state-unknown/)
  })

  it('refuses flows that send what nothing is there to send by: codes would never come', async (t) => {
    const folder = folderOf(t, { 'senders.yaml': 'senders: {}\n' })
    const { code, out, err } = await command(folder, ['serve', ...own(t)])
    assert.deepEqual([code, out], [2, ''])
    assert.match(err, /\.yaml:\d+:\d+ sender-missing/)
    assert.match(err, /sends mail, and there is no sender/)
    assert.match(err, /hint: add one to senders\.yaml: `kind: smtp`/)
  })

  it('names the folder that is not there', async (t) => {
    const { code, err } = await command(folderOf(t), ['serve', '--flows', 'elsewhere', ...own(t)])
    assert.equal(code, 2)
    assert.match(err, /the folder of flows elsewhere cannot be read/)
  })
})

async function until(command: Started, line: RegExp): Promise<void> {
  let ended = false
  command.ended.then(
    () => (ended = true),
    () => (ended = true),
  )
  while (!line.test(command.said().out)) {
    if (ended) throw new Error(`it has ended: ${command.said().err}`)
    await new Promise((next) => setImmediate(next))
  }
}

describe('what serve does not begin with', () => {
  const random = Buffer.from(Array.from({ length: 32 }, (_, n) => 255 - n)).toString('base64url')
  const given: Readonly<
    Record<string, readonly [readonly string[], Record<string, string>, RegExp]>
  > = {
    'a database that is gone with the process': [
      ['--database', 'sqlite::memory:'],
      {},
      /gone with the process/,
    ],
    'the same for several processes, which could not share it': [
      ['--workers', '2', '--database', 'sqlite:file:x?mode=memory&cache=shared'],
      {},
      /gone with the process/,
    ],
    'no worker at all': [['--workers', '0'], {}, /a number from 1 to 256, or auto, not 0/],
    'more than there is a use for': [[], { SALLYPORT_WORKERS: '257' }, /or auto, not 257/],
    'some workers': [[], { SALLYPORT_WORKERS: 'many' }, /or auto, not many/],
    'plain http beyond this machine': [['--issuer', 'http://id.example'], {}, /must be https/],
    'no master key': [[], { SALLYPORT_SECRET: '' }, /32 random bytes or more/],
    'a short one': [[], { SALLYPORT_SECRET: random.slice(0, 40) }, /32 random bytes or more/],
    'one that somebody has typed': [[], { SALLYPORT_SECRET: 'a'.repeat(64) }, /32 random bytes/],
    'an old one that is none': [
      [],
      { SALLYPORT_OLD_SECRETS: `${random} old`, SALLYPORT_FIRST_SECRET: random },
      /SALLYPORT_OLD_SECRETS must hold 32 random bytes/,
    ],
    'old ones without the first': [
      [],
      { SALLYPORT_OLD_SECRETS: random },
      /SALLYPORT_FIRST_SECRET must say which/,
    ],
    'limits that are none': [[], { SALLYPORT_TRIES: 'answers=many' }, /not answers=many/],
    'a time for what is not kept': [[], { SALLYPORT_RETENTION: 'logs=3' }, /not logs=3/],
    'a limit of something that is not counted': [
      [],
      { SALLYPORT_TRIES: 'logins=3' },
      /not logins=3/,
    ],
  }
  for (const [what, [args, env, text]] of Object.entries(given)) {
    it(`security 136: ${what}`, async (t) => {
      const { code, out, err } = await command(folderOf(t), ['serve', ...own(t), ...args], env)
      assert.deepEqual([code, out], [2, ''])
      assert.match(err, text)
      for (const secret of Object.values(env))
        assert.ok(secret.length < 20 || !err.includes(secret))
    })
  }

  it("security 136: a demo's database, whose people have passwords that everybody knows", async (t) => {
    const folder = folderOf(t)
    const database = `sqlite:${join(folder, 'demo.sqlite')}`
    demoSecret(database, folder)
    const { code, err } = await command(folder, ['serve', '--port', '0', '--database', database])
    assert.equal(code, 2)
    assert.match(err, /that database is a demo's/)
  })
})

/** A port of its own, and a database that there is not yet. */
function own(t: TestContext): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-serve-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return ['--port', '0', '--database', `sqlite:${join(folder, 'served.sqlite')}`]
}
