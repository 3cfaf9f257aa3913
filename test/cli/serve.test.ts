import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { command, folderOf, type Started, start } from '../support/command.ts'
import { mfaForAll } from '../support/mfa-for-all.ts'

const jitOff = { SALLYPORT_GITHUB_JIT: 'false' }
const own = ['--port', '0', '--database', 'sqlite::memory:']

describe('sallyport serve', () => {
  it('scenario 4: refuses a broken flow, with its story and the two remedies (A-53)', async (t) => {
    const { code, out, err } = await command(folderOf(t, mfaForAll), ['serve', ...own], jitOff)
    assert.equal(code, 1)
    assert.equal(out, '')
    assert.match(err, /thrift\.yaml:\d+:\d+ I-04 broken: /)
    assert.match(err, /given JIT is off for github/)
    assert.match(err, /sign-in, github: unknown.*\n.*provision: disabled.*\n.*second: needs an acc/)
    assert.match(err, /either switch JIT on for github.*\n.*or skip second for people/)
    assert.match(err, /--unchecked/)
  })

  it('serves it all the same when told to, and says so aloud', async (t) => {
    const serving = start(folderOf(t, mfaForAll), ['serve', '--unchecked', ...own], jitOff)
    await until(serving, /Sallyport serves/)
    const { code, err } = await serving.stop()
    assert.equal(code, 0)
    assert.match(err, /^UNCHECKED: /)
  })

  it('serves flows that hold, without a word about them', async (t) => {
    const serving = start(folderOf(t), ['serve', ...own])
    await until(serving, /Sallyport serves/)
    const { code, err } = await serving.stop()
    assert.deepEqual([code, err], [0, ''])
  })

  it('watches itself when told to, and has nothing to tell', async (t) => {
    const serving = start(folderOf(t), ['serve', '--monitor', ...own])
    await until(serving, /Sallyport serves/)
    const { code, err } = await serving.stop()
    assert.deepEqual([code, err], [0, ''])
  })

  it('takes a file with a problem for a call that cannot be used', async (t) => {
    const files = { 'thrift.yaml': mfaForAll['thrift.yaml'].replace('enrol,', 'enroll,') }
    const { code, err } = await command(folderOf(t, files), ['serve', ...own])
    assert.equal(code, 2)
    assert.match(err, /state-unknown/)
  })

  it('refuses flows that send what nothing is there to send by: codes would never come', async (t) => {
    const folder = folderOf(t, { 'senders.yaml': 'senders: {}\n' })
    const { code, out, err } = await command(folder, ['serve', ...own])
    assert.deepEqual([code, out], [2, ''])
    assert.match(err, /\.yaml:\d+:\d+ sender-missing/)
    assert.match(err, /sends mail, and there is no sender/)
    assert.match(err, /hint: add one to senders\.yaml: `kind: smtp`/)
  })

  it('names the folder that is not there', async (t) => {
    const { code, err } = await command(folderOf(t), ['serve', '--flows', 'elsewhere', ...own])
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
