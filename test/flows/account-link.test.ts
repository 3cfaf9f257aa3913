import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { rowsOf } from '../support/rows.ts'
import { denyAtGoogle, signInAtGithub, signInAtGoogle } from '../support/upstreams.ts'
import { type Place, type Visitor, visitorOf, ways } from '../support/visitor.ts'
import { codeFor, shippedFile, type World } from '../support/world.ts'
import {
  answerAt,
  assertError,
  goTo,
  passTime,
  passwordOf,
  signIn,
  start,
  typeCode,
  typePassword,
} from './people.ts'

/** The shipped flow in place of thrift's, whose application takes the answer. */
const files = {
  files: {
    'thrift.yaml': shippedFile('account-link.yaml')
      .replace('flow: account-link', 'flow: thrift')
      .replace('applications: [account-link]', 'applications: [thrift]'),
  },
}

for (const way of ways) {
  describe(`linking a further account by ${way}`, () => {
    it('ties Google to jane once she has proven both, whatever her address is there; Google then leads to her (I-17, W-7)', async (t) => {
      const { world, visitor } = await start(t, way, files)
      const add = await signIn(world, visitor)
      assert.deepEqual(actionsOf(add), both)
      assert.deepEqual(await links(world), [])
      const end = await link(visitor, add)
      const { claims } = await world.thrift.redeem(end.url)
      assert.equal(claims.sub, await idOf(world, 'jane'))
      assert.deepEqual(claims.amr, ['pwd', 'otp', 'fed', 'mfa'])
      assert.deepEqual(await links(world), [['google', 'g-1', claims.sub]])

      passTime(world)
      const later = visitorOf(world, way)
      const choice = await later.begin(await world.vault.parameters())
      const code = await goTo(later, choice, 'google', signInAtGoogle('Ann Example'))
      const opened = await world.vault.redeem((await typeCode(world, later, code, 'jane')).url)
      assert.equal(opened.claims.sub, claims.sub)
      assert.deepEqual(world.reports, [])
    })

    it('changes nothing where it is hers already, and takes Google from nobody else: that is a conflict (I-17)', async (t) => {
      const { world, visitor } = await start(t, way, files)
      const bo = await idOf(world, 'bo')
      const again = visitorOf(world, way)
      for (const each of [visitor, again]) {
        const first = await each.begin(await world.thrift.parameters())
        const end = await link(each, await typePassword(each, first, 'bo'))
        assert.equal((await world.thrift.redeem(end.url)).claims.sub, bo)
        assert.deepEqual(await links(world), [['google', 'g-1', bo]])
      }

      const other = visitorOf(world, way)
      const add = await signIn(world, other)
      const taken = await link(other, add)
      assert.equal(answerAt(taken).error, 'account_exists')
      assert.deepEqual(await links(world), [['google', 'g-1', bo]])
    })

    it('is a conflict for whoever comes second of two who have signed in there for two accounts at the same time', async (t) => {
      const { world, visitor } = await start(t, way, files)
      const add = await signIn(world, visitor)
      const away = await visitor.act(add, 'enrol-upstream:google')
      const bos = visitorOf(world, way)
      const parameters = await world.thrift.parameters()
      const bosAdd = await typePassword(bos, await bos.begin(parameters), 'bo')
      const bosAway = await bos.act(bosAdd, 'enrol-upstream:google')
      await world.thrift.redeem((await visitor.visit(away, signInAtGoogle('Ann Example'))).url)
      const late = await bos.visit(bosAway, signInAtGoogle('Ann Example'))
      assertError(late, 'account_exists', parameters.state!)
      assert.deepEqual(await links(world), [['google', 'g-1', await idOf(world, 'jane')]])
    })

    it('is not offered before the second factor is proven, and links nothing by force (I-17, I-30)', async (t) => {
      const { world, visitor } = await start(t, way, files)
      const first = await visitor.begin(await world.thrift.parameters())
      const second = await typePassword(visitor, first, 'jane')
      assert.deepEqual(actionsOf(second), [])
      const forced = await visitor.force(second, 'enrol-upstream:google', {})
      assert.notEqual(forced.kind, 'away')
      assert.deepEqual(await links(world), [])
    })

    it('links nothing where the person says no there', async (t) => {
      const { world, visitor } = await start(t, way, files)
      const parameters = await world.thrift.parameters()
      const add = await typePassword(visitor, await visitor.begin(parameters), 'bo')
      const no = await goTo(visitor, add, 'enrol-upstream:google', denyAtGoogle('Ann Example'))
      assertError(no, 'access_denied', parameters.state!)
      assert.deepEqual(await links(world), [])
    })

    it('links nothing where the account could prove more by the time that the person is back (I-17, I-30)', async (t) => {
      const { world, visitor } = await start(t, way, files)
      const parameters = await world.thrift.parameters()
      const add = await typePassword(visitor, await visitor.begin(parameters), 'bo')
      const away = await visitor.act(add, 'enrol-upstream:google')
      await addAppElsewhere(world, 'bo')
      const late = await visitor.visit(away, signInAtGoogle('Ann Example'))
      assertError(late, 'account_exists', parameters.state!)
      assert.deepEqual(await links(world), [])
    })

    it('links several, one after the other: each by its own upstream', async (t) => {
      const { world, visitor } = await start(t, way, files)
      await world.thrift.redeem((await link(visitor, await signIn(world, visitor))).url)
      passTime(world)
      const add = await visitor.begin(await world.thrift.parameters())
      assert.deepEqual(actionsOf(add), both, 'what was proven lately is not asked for again')
      const [gil] = [...world.github.people.values()]
      const end = await goTo(visitor, add, 'enrol-upstream:github', signInAtGithub(gil!.login))
      const { claims } = await world.thrift.redeem(end.url)
      const found = await links(world)
      const accounts = new Map(found.map(([connection, , account]) => [connection, account]))
      assert.equal(found.length, 2)
      assert.equal(accounts.get('google'), claims.sub)
      assert.equal(accounts.get('github'), claims.sub)
    })
  })
}

const both = ['enrol-upstream:google', 'enrol-upstream:github']

/** By the pages of their account, in another browser. */
async function addAppElsewhere(world: World, username: string): Promise<void> {
  const browser = world.browser()
  const first = await browser.open(`${world.issuer.origin}/account`)
  await browser.submit(first.form('Sign in'), { username, password: passwordOf(username) })
  const page = await browser.open(`${world.issuer.origin}/account/ways`)
  const form = page.form('Add an authenticator app')
  const button = form.buttons.find(({ text }) => text === 'Add an authenticator app')
  const enrol = await browser.submit({ ...form, button })
  const secret = /\b(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}\b/.exec(enrol.body)![0].replaceAll(' ', '')
  const codes = await browser.submit(enrol.form('Verify and save'), {
    code: codeFor(secret, world),
  })
  await browser.submit(codes.form('Not now'))
}

async function link(visitor: Visitor, place: Place, name = 'Ann Example'): Promise<Place> {
  return goTo(visitor, place, 'enrol-upstream:google', signInAtGoogle(name))
}

function actionsOf({ actions }: Place): string[] {
  return Object.keys(actions).filter((name) => name.startsWith('enrol-upstream'))
}

async function idOf(world: World, name: string): Promise<string> {
  return (await world.app.accounts.list()).find(({ userName }) => userName === name)!.id
}

async function links({ database }: World): Promise<unknown[][]> {
  const rows = await rowsOf(database, 'associations')
  return rows.map(({ connection, subject, account_id }) => [connection, subject, account_id])
}
