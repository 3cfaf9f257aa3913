import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Story } from '../../src/checker/story.ts'
import { readWitness } from '../../src/cli/play/witness.ts'
import { command, folderOf } from '../support/command.ts'
import { mfaForAll } from '../support/mfa-for-all.ts'
import { move, story } from '../support/stories.ts'
import { startWorld } from '../support/world.ts'

const jitOff = { SALLYPORT_GITHUB_JIT: 'false' }

describe('sallyport replay', () => {
  it('scenario 4: shows over HTTP what the check has found (A-49, A-51)', async (t) => {
    const folder = folderOf(t, mfaForAll)
    await witness(folder)
    const { code, out } = await command(folder, ['replay', 'found.json'], jitOff)
    assert.equal(code, 1, out)
    assert.match(out, /^given JIT is off for github\n/)
    assert.match(out, /1\. sign-in, github: unknown.*\n +2\. provision, provision: disabled/)
    assert.match(out, /the application is told: mfa_requires_local_user/)
    assert.match(
      out,
      /=> {2}it shows: at second with a pass-through identity, proven: fed \(1 factor\)$/,
    )
  })

  it('scenario 5: does not show any more after either remedy (A-50)', async (t) => {
    const folder = folderOf(t, mfaForAll)
    await witness(folder)
    const on = await command(folder, ['replay', 'found.json'])
    assert.deepEqual([on.code, /it does not show/.test(on.out)], [0, true])

    const skipping = mfaForAll['thrift.yaml'].replace(
      '    offer: [totp, webauthn]\n',
      `    skip:
      - when: identity.kind == 'pass-through' && identity.connection == 'github'
        to: done
        because: visitors only look
    offer: [totp]\n`,
    )
    writeFileSync(join(folder, 'flows/thrift.yaml'), skipping)
    const skipped = await command(folder, ['replay', 'found.json'], jitOff)
    assert.deepEqual([skipped.code, /it does not show/.test(skipped.out)], [0, true], skipped.out)
  })

  it('takes a story by its property, and from standard input', async (t) => {
    const folder = folderOf(t, mfaForAll)
    const json = await witness(folder)
    const asked = ['replay', '-', '--property', 'I-04', '--flow', 'thrift', '--json']
    const { code, out } = await command(folder, asked, jitOff, json)
    assert.equal(code, 1)
    assert.equal(JSON.parse(out).end.error, 'mfa_requires_local_user')
    // Each move says which line of the file it is about.
    const story = readWitness(json, { property: 'I-04' })
    const lines = readFileSync(join(folder, 'flows/thrift.yaml'), 'utf8').split('\n')
    const provisioned = story.moves.find(({ state }) => state === 'provision')
    assert.equal(provisioned?.place?.file, 'thrift.yaml')
    assert.match(lines[provisioned.place.line - 1]!, /provision/)
    const other = await command(folder, ['replay', '-', '--property', 'I-99'], jitOff, json)
    assert.equal(other.code, 2)
    assert.match(other.err, /there is no such story/)
  })

  it('says that only the engine keeps somebody out, where it does', async (t) => {
    const wrong = move('wrong', 'sign-in', 'exhausted', 'done', {}, { attempts: 5 })
    const files = {
      'thrift.yaml': mfaForAll['thrift.yaml'].replace(
        'exhausted: no }\n  provision',
        'exhausted: done }\n  provision',
      ),
    }
    const { code, out } = await replayed(folderOf(t, files), story([wrong], 'nothing'))
    assert.equal(code, 1)
    assert.match(out, /only the last check of the engine itself keeps them out/)
  })

  it('refuses what it cannot read or play with 2, and says why', async (t) => {
    const folder = folderOf(t)
    const attack = story([move('attack', 'sign-in', 'password.success', 'done')], 'pwd')
    const refused = await replayed(folder, attack)
    assert.deepEqual([refused.code, /it cannot be played: /.test(refused.out)], [2, true])
    const strange: readonly [string, RegExp][] = [
      ['no JSON at all', /it is no JSON/],
      ['{"reports":[]}', /there is no such story/],
      [JSON.stringify({ ...attack, version: 2 }), /of version 2/],
      [JSON.stringify({ ...attack, moves: [{ kind: 'answer' }] }), /a move of it is not one/],
      [JSON.stringify({ ...attack, flow: 'other' }), /there is no flow other/],
    ]
    for (const [text, why] of strange) {
      const { code, err } = await command(folder, ['replay', '-'], {}, text)
      assert.equal(code, 2, text)
      assert.match(err, why)
    }
    assert.equal((await command(folder, ['replay'])).code, 2)
    assert.match((await command(folder, ['replay', 'nowhere.json'])).err, /cannot be read/)
  })

  it('plays against another server what can be played there, and names the move that cannot', async (t) => {
    const folder = folderOf(t)
    const world = await startWorld(t)
    const against = (moves: Parameters<typeof story>[0]) =>
      replayed(folder, story(moves, 'nothing'), ['--against', world.issuer.href])
    const wrong = move('wrong', 'sign-in', 'exhausted', 'refused', {}, { attempts: 5 })
    assert.equal((await against([wrong])).code, 1)
    const cancel = move('cancel', 'sign-in', 'cancelled', 'on:cancelled')
    assert.equal((await against([cancel])).code, 1)
    assert.equal((await against([{ ...cancel, to: 'account-exists' }])).code, 0)

    const password = move('answer', 'sign-in', 'password.success', 'assign', {
      'has(password)': true,
    })
    const google = move('answer', 'sign-in', 'google.denied', 'denied')
    const expire = move('expire', 'sign-in', '', 'expired')
    for (const [moves, why] of [
      [[password], /nobody can be made there of whom .*has\(password\) is true/],
      [
        [google],
        /this move cannot be made there: sign-in, google.denied.*nobody there can act as google/,
      ],
      [[expire], /this move cannot be made there: .*its clock cannot be moved/],
    ] as const) {
      const { code, out } = await against(moves)
      assert.equal(code, 2)
      assert.match(out, why)
    }
  })
})

/** What `check --json` says of the folder, also as `found.json`. */
async function witness(folder: string): Promise<string> {
  const { code, out } = await command(folder, ['check', '--json'], jitOff)
  assert.equal(code, 1)
  writeFileSync(join(folder, 'found.json'), out)
  return out
}

function replayed(folder: string, told: Story, more: readonly string[] = []) {
  return command(folder, ['replay', '-', ...more], {}, JSON.stringify(told))
}
