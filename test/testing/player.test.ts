import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Played, play } from '../../src/cli/play/player.ts'
import { openStage, type Stage } from '../../src/cli/play/stage.ts'
import { loadFlows } from '../../src/language/load.ts'
import { stepTypes } from '../../src/steps/index.ts'
import { move, rests, story } from '../support/stories.ts'
import { filesWith } from '../support/world.ts'

const byPassword = move('answer', 'sign-in', 'password.success', 'assign', {
  'has(password)': true,
})
const assigned = move('run', 'assign', 'assign.success', 'second-factor')
const byApp = [
  rests('second-factor', { 'has(totp)': true }),
  move('answer', 'second-factor', 'totp.success', 'done'),
]
const finish = move('finish', 'done', '', 'done')
const noApp = move('none-left', 'second-factor', 'unavailable', 'enrol', { 'has(totp)': false })
const byGoogle = move('answer', 'sign-in', 'google.unknown', 'provision', {
  'association(google)': false,
})
const made = move('run', 'provision', 'provision.success', 'assign')
const mfa = 'otp + mfa'

describe('playing a story', () => {
  let stage: Stage
  before(async () => {
    const { organisation } = loadFlows(filesWith(), stepTypes, {})
    stage = await openStage(organisation!)
  })
  after(() => stage.close())

  const asTold = (played: Played) => assert.equal(played.result, 'as-told', played.because)

  it('goes along with somebody who has all that it needs', async () => {
    const played = await play(
      stage,
      story([byPassword, assigned, ...byApp, finish], `pwd + ${mfa}`),
    )
    asTold(played)
    assert.deepEqual(played.end?.amr, ['pwd', 'otp', 'mfa'])
    assert.deepEqual(stage.violations, [])
  })

  it('differs where the server asks for more', async () => {
    const early = [byPassword, { ...assigned, to: 'done' }, finish]
    const { result, because } = await play(stage, story(early, 'pwd'))
    assert.deepEqual(
      [result, because],
      ['differs', 'assign, assign.success leads to second-factor'],
    )
  })

  it('differs where something else was proven', async () => {
    const { result, because } = await play(
      stage,
      story([byPassword, assigned, ...byApp, finish], 'pwd'),
    )
    assert.deepEqual([result, because], ['differs', 'proven is pwd + otp + mfa, not pwd'])
  })

  it('differs where the end is another', async () => {
    const moves = [move('cancel', 'sign-in', 'cancelled', 'on:cancelled'), finish]
    const { result, because } = await play(stage, story(moves, 'nothing'))
    assert.deepEqual([result, because], ['differs', 'it ends with access_denied, not with success'])
  })

  it('has another login write while this one is at work', async () => {
    const raced = move(
      'run',
      'provision',
      'provision.success',
      'assign',
      { 'association(google)': true },
      { case: 1 },
    )
    asTold(await play(stage, story([byGoogle, raced, assigned], 'fed')))
  })

  it('has another login write between two answers', async () => {
    const linked = move('answer', 'sign-in', 'google.success', 'assign')
    const moves = [rests('sign-in', { 'association(google)': false }), linked, assigned]
    asTold(await play(stage, story(moves, 'fed')))
  })

  it('enrols an app, and makes an account that has nothing yet', async () => {
    const enrolled = move('answer', 'enrol', 'enrol-totp.success', 'codes', { 'has(totp)': true })
    const later = move('answer', 'codes', 'postpone.success', 'done')
    const ways = [rests('enrol'), enrolled, rests('codes'), later]
    const moves = [byGoogle, made, assigned, noApp, ...ways, finish]
    asTold(await play(stage, story(moves, `fed + ${mfa}`)))
  })

  it('comes back as somebody else', async () => {
    const blocked = move('answer', 'sign-in', 'google.blocked', 'refused', {
      'association(google)': true,
      'account.active': false,
    })
    const back = move('back', 'second-factor', 'cancelled', 'sign-in')
    const first = [byPassword, assigned, rests('second-factor', { 'has(totp)': true })]
    asTold(await play(stage, story([...first, back, rests('sign-in'), blocked], 'nothing')))
  })

  it('begins with a session', async () => {
    const known = { 'has(password)': true, 'has(totp)': true }
    const moves = [
      move('session', 'sign-in', 'password.success', 'assign', known),
      assigned,
      move('session', 'second-factor', 'totp.success', 'done'),
      finish,
    ]
    asTold(await play(stage, story(moves, `pwd + ${mfa}`)))
  })

  it('spends all attempts', async () => {
    const wrong = move('wrong', 'sign-in', 'exhausted', 'refused', {}, { attempts: 5 })
    asTold(await play(stage, story([wrong], 'nothing')))
    const few = { ...wrong, attempts: 4 }
    assert.equal((await play(stage, story([few], 'nothing'))).result, 'differs')
  })

  it('waits until it is too late', async () => {
    asTold(await play(stage, story([move('expire', 'sign-in', '', 'expired')], 'nothing')))
  })

  it('has a dependency fail, and chance have its way', async () => {
    const error = [byPassword, move('run', 'assign', 'assign.error', 'on:error')]
    const played = await play(stage, story(error, 'pwd'))
    asTold(played)
    assert.equal(played.end?.error, 'temporarily_unavailable')
    asTold(
      await play(
        stage,
        story([byPassword, move('run', 'assign', 'assign.rejected', 'refused')], 'pwd'),
      ),
    )
  })

  it('says what it cannot play: an engine without its rules, what did not come about', async () => {
    const attack = move('attack', 'sign-in', 'password.success', 'done')
    const neither = move('run', 'provision', 'provision.disabled', 'done')
    const { result, because } = await play(stage, story([attack], 'nothing'))
    assert.equal(result, 'cannot')
    assert.match(because!, /a rule of its own/)
    // The connection is set otherwise than in the story: that is no want of ours.
    assert.equal((await play(stage, story([byGoogle, neither], 'fed'))).result, 'differs')
    const known = move('answer', 'sign-in', 'google.success', 'assign', {
      'association(google)': false,
    })
    assert.equal((await play(stage, story([known], 'fed'))).result, 'cannot')
  })
})
