import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { addApp, answerAt, assertError, goTo, typeCodeOf } from '../flows/people.ts'
import { command, folderOf } from '../support/command.ts'
import { mfaForAll } from '../support/mfa-for-all.ts'
import { signInAtGithub } from '../support/upstreams.ts'
import { visitorOf, ways } from '../support/visitor.ts'
import { startWorld, type World } from '../support/world.ts'

describe('sallyport connection', () => {
  it('lists connections, and says what was switched', async (t) => {
    const at = caller(folderOf(t))
    await at('jit', 'off', 'github')
    await at('disable', 'google')
    const { code, out } = await at('list')
    assert.equal(code, 0)
    assert.match(out, /^google +Google +oidc +off \(switched\) +on$/m)
    assert.match(out, /^github +GitHub +oauth2 +on +off \(switched\)$/m)
    const { out: json } = await at('list', '--json')
    assert.deepEqual(JSON.parse(json)[0].switched, ['enabled'])
  })

  it('scenario 4: refuses to switch accounts off where that breaks an application, and tells which (A-53, W-30)', async (t) => {
    const at = caller(folderOf(t, mfaForAll))
    const { code, err } = await at('jit', 'off', 'github')
    assert.equal(code, 1)
    assert.match(err, /these applications are broken:\n {2}thrift \(flow thrift\)\n/)
    assert.match(err, /I-04 broken: /)
    assert.match(err, /second: needs an account, and there is none/)
    assert.doesNotMatch(err, /vault/)
    assert.match((await at('list')).out, /^github.* on +on$/m)
  })

  it('switches it all the same when forced, and still tells', async (t) => {
    const at = caller(folderOf(t, mfaForAll))
    const { code, err, out } = await at('jit', 'off', 'github', '--force')
    assert.equal(code, 0)
    assert.match(err, /these applications are broken/)
    assert.match(out, /github makes no accounts/)
    const back = await at('jit', 'on', 'github')
    assert.deepEqual([back.code, back.err], [0, ''])
  })

  it('knows its connections and its words', async (t) => {
    const at = caller(folderOf(t))
    assert.match(
      (await at('enable', 'gogle')).err,
      /no connection gogle; there are: google, github/,
    )
    assert.match((await at('jit', 'maybe', 'github')).err, /call it as: /)
    for (const args of [['enable'], ['jit'], ['fly', 'google']]) {
      assert.equal((await at(...args)).code, 2)
    }
  })
})

for (const way of ways) {
  describe(`a running server, by ${way}`, () => {
    it('scenario 4: after a forced flip ends a login by that connection with the flow`s error, and never with a code', async (t) => {
      const world = await startWorld(t, { files: mfaForAll })
      await flip(t, world)
      const visitor = visitorOf(world, way)
      const parameters = await world.thrift.parameters()
      const choice = await visitor.begin(parameters)
      const end = await goTo(visitor, choice, 'github', signInAtGithub('gil'))
      assertError(end, 'mfa_requires_local_user', parameters.state!)
      assert.deepEqual(world.reports, [])
    })

    it('scenario 4: still lets in who was provisioned before the flip, by their authenticator app', async (t) => {
      const world = await startWorld(t, { files: mfaForAll })
      const visitor = visitorOf(world, way)
      const choice = await visitor.begin(await world.thrift.parameters())
      const enrol = await goTo(visitor, choice, 'github', signInAtGithub('gil'))
      const { secret } = await addApp(world, visitor, enrol)
      await flip(t, world)

      const later = visitorOf(world, way)
      const again = await later.begin(await world.thrift.parameters())
      const second = await goTo(later, again, 'github', signInAtGithub('gil'))
      const end = await typeCodeOf(world, later, second, secret)
      assert.ok(answerAt(end).code)
      const { claims } = await world.thrift.redeem(end.url)
      assert.match(claims.sub, /^acc_/)
      assert.deepEqual(claims.amr, ['fed', 'otp', 'mfa'])
    })

    it('scenario 2: a login under way when the toggle flips keeps what it began with (A-42)', async (t) => {
      const world = await startWorld(t, { files: mfaForAll })
      const visitor = visitorOf(world, way)
      const choice = await visitor.begin(await world.thrift.parameters())
      await flip(t, world)
      const enrol = await goTo(visitor, choice, 'github', signInAtGithub('gil'))
      assert.ok('enrol-totp' in enrol.actions, enrol.says)
    })

    it('does not let in by a connection that is switched off, also not who was on the way', async (t) => {
      const world = await startWorld(t, { files: mfaForAll })
      const visitor = visitorOf(world, way)
      const choice = await visitor.begin(await world.thrift.parameters())
      const away = await visitor.act(choice, 'github')
      assert.equal(away.kind, 'away')
      await world.app.overlays.set('github', { enabled: false }, Date.now())
      world.clock.aheadMs += 1000
      const back = await visitor.visit(away, signInAtGithub('gil'))
      assert.ok('password' in back.actions, back.says)
      assert.equal(
        (await world.app.accounts.list()).filter(({ source }) => source !== 'local').length,
        0,
      )

      await world.app.overlays.set('github', { enabled: true }, Date.now())
      world.clock.aheadMs += 1000
      const enrol = await goTo(visitor, back, 'github', signInAtGithub('gil'))
      assert.ok('enrol-totp' in enrol.actions, enrol.says)
    })
  })
}

/** In another process, as it were; and a second later. */
async function flip(t: TestContext, world: World): Promise<void> {
  const args = ['connection', 'jit', 'off', 'github', '--force', '--database', world.database]
  const { code, err } = await command(folderOf(t, mfaForAll), args)
  assert.equal(code, 0, err)
  world.clock.aheadMs += 1000
}

function caller(folder: string) {
  return (...args: readonly string[]) =>
    command(folder, ['connection', ...args, '--database', `sqlite:${folder}/test.sqlite`])
}
