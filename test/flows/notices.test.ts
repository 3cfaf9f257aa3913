import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { signInAtGoogle } from '../support/upstreams.ts'
import { codeFor } from '../support/world.ts'
import { goTo, shownSecret, start } from './people.ts'

describe('a way to sign in that was added', () => {
  it('is told its owner by mail, each with its time (NIST SP 800-63B-4, 4.1.2.1)', async (t) => {
    const { world, visitor } = await start(t, 'pages')
    const choice = await visitor.begin(await world.thrift.parameters())
    const enrol = await goTo(visitor, choice, 'google', signInAtGoogle('Tia Novak'))
    const code = codeFor(shownSecret(enrol)!, world)
    const codes = await visitor.act(enrol, 'enrol-totp', { code })
    assert.equal(await world.app.deliver(), 1)
    const [app] = world.mail
    assert.deepEqual([app?.to, app?.subject], ['tia@x.test', 'A way to sign in was added'])
    assert.match(app!.body, /added to your account on \d{4}-\d\d-\d\d \d\d:\d\d UTC/)
    assert.ok(!app!.body.includes(code))

    const shown = await visitor.act(codes, 'enrol-recovery-codes')
    const end = await visitor.act(shown, 'enrol-recovery-codes', { kept: 'yes' })
    assert.equal(end.kind, 'back')
    assert.equal(await world.app.deliver(), 1)
    assert.equal(world.mail[1]?.subject, 'A way to sign in was added')
  })
})
