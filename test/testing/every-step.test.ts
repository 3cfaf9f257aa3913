import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { generatePaths } from '../../src/checker/paths.ts'
import { play } from '../../src/cli/play/player.ts'
import { openStage } from '../../src/cli/play/stage.ts'
import { loadFlows } from '../../src/language/load.ts'
import { stepTypes } from '../../src/steps/index.ts'
import { ends } from '../checker/corpus/row.ts'
import { filesOf, smallEnv } from '../support/checked.ts'

/** Passkeys, links, consent, what is missing, approval: whatever a person can be asked for. */
const states = `
  sign-in:
    offer: [password, webauthn, google]
    on: { success: second, unknown: find, denied: no, blocked: no, exhausted: no }
  find:
    run: link
    with: { rules: [{ when: "identity.connection == 'google'", match: [email] }] }
    on: { success: second, pending: prove, unknown: ask, conflict: no, blocked: no, rejected: no }
  prove:
    offer: [password, webauthn]
    on: { success: prove-more, blocked: no, unavailable: no, exhausted: no }
  prove-more:
    offer: [totp]
    on: { success: join, unavailable: join, exhausted: no }
  join:
    run: link
    on: { success: second, conflict: no, blocked: no, rejected: no }
  ask:
    offer: [{ collect: { name: true, email: true, username: true } }]
    on: { success: agree, exhausted: no }
  agree:
    offer: [consent]
    on: { success: provision, denied: no, exhausted: no }
  provision:
    run: provision
    with: { approval: true }
    on: { success: second, pending: waiting, disabled: no, conflict: no, rejected: no }
  waiting: { end: failure, error: access_denied }
  second:
    skip:
      - when: "'staff' in account.groups && identity.connection == 'google'"
        to: done
        because: staff are known at Google
    offer: [totp, webauthn]
    on: { success: done, unavailable: enrol, exhausted: no }
  enrol:
    offer: [enrol-totp, enrol-passkey]
    on: { success: done, conflict: no, unavailable: no, exhausted: no }${ends}`

/** What the model leaves open and no world brings about, each said and none skipped. */
const open: readonly string[] = [
  'provision has ended with provision.pending, not with provision.conflict',
  'join has ended with link.success, not with link.rejected',
  'enrol has ended with enrol-passkey.success, not with enrol-passkey.conflict',
  'find has ended with link.rejected, not with link.pending',
]

describe('people who play', () => {
  it('act whatever a step can ask, on every path of a flow that asks for all of it', async () => {
    const loaded = loadFlows(filesOf({ small: { states } }), stepTypes, smallEnv)
    assert.ok(loaded.organisation, loaded.problems.map(({ message }) => message).join('\n'))
    const [flow] = loaded.organisation.flows
    const { paths } = generatePaths(
      flow!,
      stepTypes.map(({ declaration }) => declaration),
    )
    assert.ok(paths.length > 40)
    const stage = await openStage(loaded.organisation, { transport: 'process' })
    try {
      for (const path of paths) {
        const { result, because } = await play(stage, path)
        const isSaid = result === 'cannot' && open.includes(because ?? '')
        assert.ok(result === 'as-told' || isSaid, `${path.id}: ${because}`)
      }
      assert.deepEqual(stage.violations, [])
    } finally {
      await stage.close()
    }
  })
})
