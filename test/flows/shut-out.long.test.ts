import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as client from 'openid-client'
import { check } from '../../src/checker/check.ts'
import { loadFlows } from '../../src/language/load.ts'
import { stepTypes } from '../../src/steps/index.ts'
import { accountOf, commandLine } from '../support/administrator.ts'
import { allRows, rowsOf } from '../support/rows.ts'
import { signInAtGithub, signInAtGoogle } from '../support/upstreams.ts'
import { type Place, type Visitor, visitorOf, type Way, ways } from '../support/visitor.ts'
import { codeOf, filesWith, type World } from '../support/world.ts'
import { addApp, goTo, signIn, start, typeCode, typePassword } from './people.ts'

type Shut = (world: World, userName: string) => Promise<void>

/** What can become of an account while somebody still has the means to prove that it is theirs. */
const states: Readonly<Record<string, Shut>> = {
  locked: async ({ app }, name) => void (await app.accounts.setStatus(name, 'locked')),
  disabled: async ({ app }, name) => void (await app.accounts.setStatus(name, 'disabled')),
  deleted: async ({ app }, name) => void (await app.accounts.remove(name)),
  async 'not current'({ app: { administration } }, name) {
    const change = { change: 'status', status: 'pending' } as const
    const id = await accountOf(administration, name)
    await administration.changeUser(commandLine, id, change, () => true, 0)
  },
}

/** Up to the moment before, and what is tried then. Whoever tries has every right secret. */
const routes: Readonly<
  Record<string, (world: World, way: Way, shut: () => Promise<void>) => Promise<Place>>
> = {
  async password(world, way, shut) {
    const visitor = visitorOf(world, way)
    const first = await visitor.begin(await world.thrift.parameters())
    await shut()
    return typePassword(visitor, first, 'jane')
  },
  async 'second factor'(world, way, shut) {
    const visitor = visitorOf(world, way)
    const first = await visitor.begin(await world.thrift.parameters())
    const second = await typePassword(visitor, first, 'jane')
    await shut()
    return typeCode(world, visitor, second, 'jane')
  },
  async session(world, way, shut) {
    const visitor = visitorOf(world, way)
    await signIn(world, visitor)
    await shut()
    return visitor.begin(await world.vault.parameters())
  },
  async 'quiet session'(world, way, shut) {
    const visitor = visitorOf(world, way)
    await signIn(world, visitor)
    await shut()
    return visitor.begin(await world.thrift.parameters({ prompt: 'none' }))
  },
}

for (const way of ways) {
  describe(`an account that may not be used, by ${way}`, () => {
    for (const [state, shut] of Object.entries(states)) {
      for (const [route, attempt] of Object.entries(routes)) {
        it(`security 84: is not let in when ${state}, by ${route}`, async (t) => {
          const { world } = await start(t, way)
          let codes = 0
          const end = await attempt(world, way, async () => {
            codes = (await codesOf(world)).length
            await shut(world, 'jane')
          })
          await assertOut(world, end, codes)
        })
      }

      // A person without an account is somebody new: that is what a deletion means for them.
      const isGone = state === 'deleted'
      it(`security 84: ${isGone ? 'comes to nothing of the old account' : 'is not let in'} when ${state}, by an upstream`, async (t) => {
        const { world, visitor } = await start(t, way)
        const { claims } = await comeByGoogle(world, visitor)
        await shut(world, 'ann')
        const again = visitorOf(world, way)
        const choice = await again.begin(await world.thrift.parameters())
        const end = await goTo(again, choice, 'google', signInAtGoogle('Ann Example'))
        if (!isGone) return assertOut(world, end, (await codesOf(world)).length)
        assert.ok(
          'enrol-totp' in end.actions,
          'what was registered before is gone with the account',
        )
        assert.ok((await world.app.accounts.list()).every(({ id }) => id !== claims.sub))
      })

      it(`security 84: is not let in when ${state}, by what was given out before`, async (t) => {
        const { world, visitor } = await start(t, way)
        const { tokens, claims } = await comeByGoogle(world, visitor)
        await shut(world, 'ann')
        await assert.rejects(
          client.fetchUserInfo(world.thrift.configuration, tokens.access_token, claims.sub),
        )
      })

      it(`security 84: is not let in when ${state} at the last moment, between its last step and its code`, async (t) => {
        const { world, visitor } = await start(t, 'API')
        const first = await visitor.begin(await world.thrift.parameters())
        const second = await typePassword(visitor, first, 'jane')
        const api = world.api(visitor.browser)
        const done = await api.act(second.login!, 'totp', { code: codeOf('jane', world) })
        const { redirect } = done.json<{ redirect: string }>()
        await shut(world, 'jane')
        const end = await visitor.browser.open(redirect)
        assert.equal(new URL(end.url).searchParams.get('code'), null, end.url)
        assert.deepEqual(await rowsOf(world.database, 'sessions'), [])
      })
    }
  })

  describe(`somebody who passes through, by ${way}`, () => {
    it('security 85: is never taken for an account of their name, and is asked for no factor of one (WSO2-2025-4438, CVE-2025-10149)', async (t) => {
      const env = { SALLYPORT_GITHUB_JIT: 'false' }
      const { world, visitor } = await start(t, way, { env })
      const before = await allRows(world.database)
      const choice = await visitor.begin(await world.thrift.parameters())
      const end = await goTo(visitor, choice, 'github', signInAtGithub('jane'))
      const { claims } = await world.thrift.redeem(end.url)
      assert.match(claims.sub, /^pt_/)
      const after = await allRows(world.database)
      for (const table of [
        'accounts',
        'account_groups',
        'associations',
        'credentials',
        'guesses',
      ]) {
        assert.deepEqual(after[table], before[table], table)
      }
      const sessions = after.sessions?.map(({ account_id }) => account_id) ?? []
      assert.ok(
        sessions.every((id) => id !== before.accounts?.find((one) => one.user_name === 'jane')?.id),
      )
    })
  })
}

describe('a flow that takes who passes through for an account', () => {
  for (const [step, on] of [
    ['assign', 'run: assign\n    on: { success: done, rejected: no }'],
    ['totp', 'offer: [totp]\n    on: { success: done, unavailable: no, exhausted: no }'],
    ['enrol-totp', 'offer: [enrol-totp]\n    on: { success: done, conflict: no, exhausted: no }'],
    ['sync', 'run: sync\n    on: { success: done }'],
  ] as const) {
    it(`security 85: is refused by the checker, with ${step} in its way (I-04)`, () => {
      const thrift = `
flow: thrift
title: Sign in
applications: [thrift]
start: sign-in
states:
  sign-in:
    offer: [google]
    on: { success: next, unknown: next, denied: no, blocked: no, exhausted: no }
  next:
    ${on}
  done: { end: success }
  no: { end: failure, error: access_denied }
`
      const { organisation, problems } = loadFlows(filesWith({ 'thrift.yaml': thrift }), stepTypes)
      if (!organisation) return assert.ok(problems.length > 0)
      const declarations = stepTypes.map(({ declaration }) => declaration)
      const report = check(organisation, declarations).find(({ flow }) => flow === 'thrift')!
      const verdict = report.verdicts.find(({ property }) => property === 'I-04')
      assert.equal(verdict?.verdict, 'broken')
    })
  }
})

/** Ann, with an account and an app of her own. */
async function comeByGoogle(world: World, visitor: Visitor) {
  const choice = await visitor.begin(await world.thrift.parameters())
  const enrol = await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
  return world.thrift.redeem((await addApp(world, visitor, enrol)).place.url)
}

async function codesOf({ database }: World) {
  const models = await rowsOf(database, 'provider_models')
  return models.filter(({ model }) => model === 'AuthorizationCode')
}

async function assertOut(world: World, end: Place, codes: number): Promise<void> {
  const told = end.kind === 'back' ? new URL(end.url).searchParams : new URLSearchParams()
  assert.equal(told.get('code'), null, end.url)
  assert.ok((await codesOf(world)).length <= codes, 'no code was written')
  const bugs = world.reports.filter((each) => each instanceof TypeError)
  assert.deepEqual(bugs, [])
}
