import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { coverageOf } from '../../src/cli/coverage.ts'
import { command, folderOf } from '../support/command.ts'
import { startWorld } from '../support/world.ts'

const shipped = readFileSync(join(import.meta.dirname, '../../flows/thrift.yaml'), 'utf8')

describe('sallyport test', () => {
  for (const flow of ['thrift', 'vault']) {
    it(`drives every path of ${flow}: the server takes each as the model has it`, async (t) => {
      const { code, out } = await command(folderOf(t), ['test', flow, '--json'])
      const { driven, covered, coverage } = JSON.parse(out)
      for (const { path, played } of driven) {
        assert.equal(played.result, 'as-told', `${path.id}: ${played.because}`)
      }
      assert.equal(code, 0)
      assert.ok(covered.length >= coverage.covered)
    })
  }

  it('says what it has taken, in words', async (t) => {
    const { code, out } = await command(folderOf(t), ['test', 'vault'])
    assert.equal(code, 0)
    assert.match(out, /^(\d+) paths: \1 as they should be, 0 different, 0 not driven\n/)
    for (const part of ['transitions', 'outcomes', 'sides of conditions']) {
      assert.match(out, new RegExp(`^(\\d+) of \\1 ${part} were walked$`, 'm'))
    }
  })

  it('finds that another server runs another flow, and says what it could not try there', async (t) => {
    const other = shipped.replace(
      'exhausted: refused\n\n  provision',
      'exhausted: account-exists\n\n  provision',
    )
    const world = await startWorld(t, { files: { 'thrift.yaml': other } })
    const { code, out } = await command(folderOf(t), [
      'test',
      'thrift',
      '--against',
      world.issuer.href,
    ])
    assert.equal(code, 1)
    assert.match(out, /DIFFERS: it ends with account_exists, not with access_denied/)
    assert.match(out, /was not driven: .*nobody can be made there of whom .*has\(password\)/)
    assert.match(out, /1 as they should be, 1 different, \d+ not driven/)
    assert.match(out, /^ {2}no test walks provision\.provision\.success#0$/m)
  })

  it('reports both sides of a condition, and an outcome that no test has walked', () => {
    const all = [
      'a.totp.success#0',
      'a.exhausted#0',
      'b?#0',
      'b?#1',
      'c?#0',
      'c?offered',
      'd.x.success#0',
    ]
    const covered = new Set(['a.totp.success#0', 'b?#1', 'c?#0', 'c?offered'])
    const walked = coverageOf(all, covered, ['d.x.success#0'])
    assert.deepEqual(walked.transitions, { all: 6, walked: 4, missing: ['a.exhausted#0', 'b?#0'] })
    assert.deepEqual(walked.outcomes, { all: 2, walked: 1, missing: ['a.exhausted'] })
    assert.deepEqual(walked.conditions, { all: 4, walked: 3, missing: ['b?#0 is true'] })
  })

  it('knows its flows', async (t) => {
    const { code, err } = await command(folderOf(t), ['test', 'thrifty'])
    assert.equal(code, 2)
    assert.match(err, /there is no flow thrifty/)
  })
})
