import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { OidcPerson } from '../../src/cli/demo/people.ts'
import { rowsOf } from '../support/rows.ts'
import { signInAtGithub, signInAtGoogle } from '../support/upstreams.ts'
import { type Visitor, visitorOf, ways } from '../support/visitor.ts'
import type { World } from '../support/world.ts'
import { assertError, goTo, start } from './people.ts'

const connections = readFileSync(join(import.meta.dirname, '../../flows/connections.yaml'), 'utf8')

const flow = `
flow: thrift
title: Sign in to Thrift
applications: [thrift]
start: sign-in
states:
  sign-in:
    offer: [password, google, github]
    on: { success: sync, unknown: provision, denied: no, blocked: no, exhausted: no }
  provision:
    run: provision
    on: { success: assign, disabled: no, conflict: no, rejected: no }
  sync: { run: sync, on: { success: assign } }
  assign: { run: assign, on: { success: done, rejected: no } }
  done: { end: success }
  no: { end: failure, error: access_denied }
`

/** @param google further lines of its settings */
function filesOf(google: string, github = ''): Readonly<Record<string, string>> {
  return {
    'thrift.yaml': flow,
    'connections.yaml': connections
      .replace('    title: Google\n', `    title: Google\n${google}`)
      .replace('    title: GitHub\n', `    title: GitHub\n${github}`),
  }
}

const groups = `    groups: { eng-admins: [admin, staff], eng: [staff] }\n`
const attributes = `    attributes:
      nickname: claims.preferred_username + '!'
      first: { from: "claims.name", sync: none }
      unit: claims.org.unit
      groups: "has(claims.groups) ? claims.groups : ['eng']"
`

for (const way of ways) {
  describe(`what a connection makes of claims, by ${way}`, () => {
    it('makes attributes of them, leaves out what is missing, and tells the application what it may know', async (t) => {
      const { world } = await start(t, way, { files: filesOf(attributes + groups) })
      const { userinfo } = await come(world, way, { groups: undefined })
      const { nickname, first, unit } = userinfo
      assert.deepEqual([nickname, first, unit], ['ann!', 'Ann Example', undefined])
      assert.deepEqual(userinfo.groups, ['staff'])
    })

    it('P-5, P-6: what it says is a directory like any other: mapped, kept where the connection says, up to date at the next login', async (t) => {
      const directories = `directories:
  internal: { title: Ours, kind: local }
  guests: { title: Guests, kind: local }
`
      const isEngineer = `    directory: guests
    sync: override
    attributes: { engineer: { from: "has(claims.groups) && 'eng' in claims.groups", type: bool } }
`
      const files = { ...filesOf(isEngineer), 'directories.yaml': directories }
      const { world } = await start(t, way, { files })
      const first = await come(world, way, { groups: ['eng'] })
      assert.equal(first.userinfo.engineer, true)
      const account = (await world.app.accounts.list()).find(({ id }) => id === first.claims.sub)
      assert.equal(account?.directory, 'guests')
      const kept = JSON.stringify(await rowsOf(world.database, 'accounts'))
      assert.match(kept, /engineer/)
      assert.doesNotMatch(kept, /\beng\b/)
      const second = await come(world, way, { groups: undefined })
      assert.deepEqual([second.claims.sub, second.userinfo.engineer], [first.claims.sub, false])
    })

    it('scenario 9: an attribute with a sync of its own goes its own way (W-3)', async (t) => {
      const { world } = await start(t, way, { files: filesOf(attributes) })
      await come(world, way, {})
      const { userinfo } = await come(world, way, { name: 'Ann Married' })
      assert.deepEqual([userinfo.name, userinfo.first], ['Ann Married', 'Ann Example'])
    })

    it('an expression that fails is an error, and no account is made of half a profile', async (t) => {
      const broken = `    attributes: { nickname: claims.name + claims.email_verified }\n`
      const { world, visitor } = await start(t, way, { files: filesOf(broken) })
      const choice = await visitor.begin(await world.thrift.parameters())
      const stays = await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
      assert.equal(stays.kind, 'asks', stays.says)
      assert.deepEqual(await rowsOf(world.database, 'associations'), [])
      assert.match(String(world.reports[0]), /attribute nickname cannot be made/)
      assert.doesNotMatch(String(world.reports[0]), /Ann/)
    })

    for (const name of [
      `$${'{process.exit(1)}'}`,
      '{{7*7}}',
      '#{1+1}',
      'claims.email',
      "'; drop table accounts; --",
      '<script>alert(1)</script>',
      '__proto__',
      'a,b;c',
    ]) {
      it(`security 79: ${JSON.stringify(name)} is a name, and nothing that anything evaluates`, async (t) => {
        const { world } = await start(t, way, { files: filesOf(attributes) })
        const { userinfo } = await come(world, way, { name }, name)
        assert.deepEqual([userinfo.name, userinfo.first], [name, name])
      })
    }

    for (const said of [
      ['admin'],
      ['Eng-Admins'],
      ['eng-admins '],
      ['eng-admins,eng'],
      ['staff', 'admin', '__proto__'],
      Array.from({ length: 10_000 }, (_, index) => `group-${index}`).concat('eng-admins'),
    ]) {
      it(`security 80: ${JSON.stringify(said).slice(0, 30)} gives no group: only what is in the list does`, async (t) => {
        const { world } = await start(t, way, { files: filesOf(groups) })
        const { userinfo } = await come(world, way, { groups: said })
        assert.deepEqual(userinfo.groups, [])
        assert.deepEqual(await grants(world, 'ann'), [])
      })
    }

    it('security 81: a group that is gone there is gone here, and what was granted by hand stays (A-2, W-9)', async (t) => {
      const { world } = await start(t, way, { files: filesOf(groups) })
      const first = await come(world, way, { groups: ['eng-admins', 'other'] })
      assert.deepEqual(first.userinfo.groups, ['admin', 'staff'])
      await byHand(world, first.claims.sub, 'staff')
      assert.deepEqual((await come(world, way, { groups: undefined })).userinfo.groups, [
        'admin',
        'staff',
      ])
      assert.deepEqual((await come(world, way, { groups: [] })).userinfo.groups, ['staff'])
      assert.deepEqual(await grants(world, 'ann'), [['staff', 'manual']])
    })

    it('security 70: somebody who takes an address there comes to no account of it, and keeps their own', async (t) => {
      const { world } = await start(t, way, { files: filesOf('') })
      const jane = (await world.app.accounts.list()).find(({ userName }) => userName === 'jane')
      const first = await come(world, way, {})
      const again = await come(world, way, { email: 'jane@acme.test', preferredUsername: 'jane' })
      assert.equal(again.claims.sub, first.claims.sub)
      assert.notEqual(again.claims.sub, jane?.id)
      const now = (await world.app.accounts.list()).find(({ userName }) => userName === 'jane')
      assert.deepEqual(now, jane)
    })

    for (const [domains, why] of [
      ['    denyDomains: [x.test]\n', 'its domain is shut out'],
      ['    allowDomains: [acme.test]\n', 'its domain is not let in'],
    ] as const) {
      it(`rejects an address where ${why}, and makes nothing`, async (t) => {
        const { world, visitor } = await start(t, way, { files: filesOf(domains) })
        const parameters = await world.thrift.parameters()
        const choice = await visitor.begin(parameters)
        const end = await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
        assertError(end, 'access_denied', parameters.state!)
        assert.deepEqual(await rowsOf(world.database, 'associations'), [])
      })
    }

    it('lets in a verified address of a domain that is let in, and no unverified one', async (t) => {
      const files = filesOf('    allowDomains: [x.test]\n')
      const { world, visitor } = await start(t, way, { files })
      says(world, { emailVerified: false, email: 'ann@X.test' })
      const choice = await visitor.begin(await world.thrift.parameters())
      const end = await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
      assert.match(end.url, /error=access_denied/)
      assert.ok((await come(world, way, { emailVerified: true })).claims.sub)
    })

    it('W-6: takes another claim for who somebody is where the connection says so', async (t) => {
      const login = '    subject: login\n    mutableSubject: true\n'
      const { world, visitor } = await start(t, way, { files: filesOf('', login) })
      const [gil] = [...world.github.people.values()]
      const choice = await visitor.begin(await world.thrift.parameters())
      await goTo(visitor, choice, 'github', signInAtGithub(gil!.login))
      const [link] = await rowsOf(world.database, 'associations')
      assert.deepEqual([link?.connection, link?.subject], ['github', gil!.login])
    })
  })
}

function says(
  { google }: World,
  said: { readonly [K in keyof OidcPerson]?: OidcPerson[K] | undefined },
) {
  const { groups: _groups, ...ann } = { ...google.people.get('g-1')!, ...said }
  google.people.set('g-1', { ...ann, ...(said.groups && { groups: said.groups }) } as OidcPerson)
}

/** Ann comes by Google, of whom Google says this. @returns what the application is told */
async function come(
  world: World,
  way: Visitor['way'],
  said: Parameters<typeof says>[1],
  name = said.name ?? 'Ann Example',
) {
  says(world, said)
  const visitor = visitorOf(world, way)
  const choice = await visitor.begin(await world.thrift.parameters())
  const end = await goTo(visitor, choice, 'google', signInAtGoogle(name))
  return world.thrift.redeem(end.url)
}

async function grants({ database, app }: World, name: string): Promise<unknown[][]> {
  const id = (await app.accounts.list()).find(({ userName }) => userName === name)?.id
  const rows = await rowsOf(database, 'account_groups')
  return rows.flatMap((row) => (row.account_id === id ? [[row.group_name, row.source]] : []))
}

/** What an administrator grants, written beside the server. */
async function byHand({ database }: World, account: string, group: string): Promise<void> {
  const { openDatabase } = await import('../../src/store/open.ts')
  const db = openDatabase({ url: database, durability: 'normal' })
  const row = { organisation: 'default', account_id: account, group_name: group, source: 'manual' }
  await db('account_groups').insert(row)
  await db.destroy()
}
