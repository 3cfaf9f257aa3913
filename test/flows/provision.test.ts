import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Answer, StepType } from '../../src/language/step.ts'
import type { Write } from '../../src/language/write.ts'
import { UpstreamFailure } from '../../src/steps/federated/failure.ts'
import { allRows, type Rows } from '../support/rows.ts'
import { signInAtGoogle } from '../support/upstreams.ts'
import { visitorOf, ways } from '../support/visitor.ts'
import { shippedFile, type World } from '../support/world.ts'
import { addApp, assertError, goTo, start } from './people.ts'

const flows = join(import.meta.dirname, '../../flows')
const connections = readFileSync(join(flows, 'connections.yaml'), 'utf8')

/** Google's people in a directory of their own, beside `internal`. */
const customers = {
  'connections.yaml': connections.replace(
    '    title: Google\n',
    '    title: Google\n    directory: customers\n',
  ),
  'directories.yaml': `directories:
  internal: { title: People of this organisation, kind: local }
  customers: { title: Customers, kind: local }
`,
}

for (const way of ways) {
  describe(`provisioning by ${way}`, () => {
    it('scenario 1: makes the account in the directory that the connection names, and only there (A-7, W-2)', async (t) => {
      const { world, visitor } = await start(t, way, { files: customers })
      const choice = await visitor.begin(await world.thrift.parameters())
      await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
      const people = await world.app.accounts.list()
      assert.deepEqual(
        people.filter(({ directory }) => directory === 'customers').map((each) => each.userName),
        ['ann'],
      )
      assert.ok(
        people.every(({ userName, directory }) => userName === 'ann' || directory === 'internal'),
      )
      const again = visitorOf(world, way)
      const second = await again.begin(await world.thrift.parameters())
      await goTo(again, second, 'google', signInAtGoogle('Ann Example'))
      assert.equal((await world.app.accounts.list()).length, people.length)
    })

    for (const preferredUsername of ['jane', 'JANE', 'Ｊａｎｅ']) {
      it(`scenario 7: nobody becomes jane for being called ${preferredUsername} elsewhere, in whatever directory, and nothing of hers changes (CVE-2024-1524, CVE-2024-1248, CVE-2025-11850)`, async (t) => {
        const { world, visitor } = await start(t, way, { files: customers })
        const before = await janesRows(world)
        comesAs(world, { preferredUsername, email: 'jane@elsewhere.test' })
        const parameters = await world.thrift.parameters()
        const choice = await visitor.begin(parameters)
        const end = await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
        assertError(end, 'account_exists', parameters.state!)
        assert.deepEqual(await janesRows(world), before)
        assert.deepEqual((await allRows(world.database)).associations, [])
      })
    }

    it("scenario 7: whoever has jane's address gets an account of their own, and nothing of hers (security 69, 70)", async (t) => {
      const { world, visitor } = await start(t, way, { files: customers })
      const before = await janesRows(world)
      comesAs(world, { preferredUsername: 'jane.too', email: 'JANE@acme.test' })
      const choice = await visitor.begin(await world.thrift.parameters())
      const enrol = await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
      const { claims, userinfo } = await world.thrift.redeem(
        (await addApp(world, visitor, enrol)).place.url,
      )
      const { id: jane, groups } = (await world.app.accounts.list()).find(
        ({ userName }) => userName === 'jane',
      )!
      assert.notEqual(claims.sub, jane)
      assert.notDeepEqual(userinfo.groups, groups)
      assert.deepEqual(await janesRows(world), before)
    })

    it('scenario 7: where the flow says so, whoever is called jane elsewhere picks a name of their own (security 76)', async (t) => {
      const files = { ...customers, 'thrift.yaml': renaming }
      const { world, visitor } = await start(t, way, { files })
      const before = await janesRows(world)
      comesAs(world, { preferredUsername: 'jane', email: 'jane@elsewhere.test' })
      const choice = await visitor.begin(await world.thrift.parameters())
      let name = await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
      for (const username of ['jane', 'JANE', 'Ｊａｎｅ', 'ja\u200bne']) {
        name = await visitor.act(name, 'collect', { username })
        assert.deepEqual(name.actions.collect, ['username'], name.says)
      }
      const enrol = await visitor.act(name, 'collect', { username: 'jane.of.google' })
      const { claims, userinfo } = await world.thrift.redeem(
        (await addApp(world, visitor, enrol)).place.url,
      )
      assert.deepEqual([userinfo.preferred_username, userinfo.groups], ['jane.of.google', []])
      assert.notEqual(claims.sub, before.accounts?.[0]?.id)
      assert.deepEqual(await janesRows(world), before)
    })

    it('security 77: nobody is given a name that looks like another, or like one of the house', async (t) => {
      const { world } = await start(t, way, { files: customers })
      const known = new Set((await world.app.accounts.list()).map(({ userName }) => userName))
      const looks = [
        ...['admin', 'ADMIN', 'аdmin', 'admin\u200b', ' admin ', 'ａｄｍｉｎ', 'root', 'support.'],
        ...['jane', 'jаne', 'ｊａｎｅ', 'jane\u200d', 'jane.', 'JANE', 'ja\u202ene', 'јаnе'],
      ]
      const own = { ...world.google.people.get('g-1')!, emailVerified: false }
      for (const [index, preferredUsername] of looks.entries()) {
        const subject = `look-${index}`
        world.google.people.clear()
        world.google.people.set(subject, { ...own, subject, preferredUsername })
        const visitor = visitorOf(world, way)
        const choice = await visitor.begin(await world.thrift.parameters({ state: 's' }))
        const end = await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
        if (end.kind === 'back') assertError(end, 'account_exists', 's')
        const made = (await world.app.accounts.list()).filter(
          ({ userName }) => !known.has(userName),
        )
        for (const { userName } of made) {
          assert.match(userName, /^google:look-\d+$/, `${JSON.stringify(preferredUsername)}`)
        }
      }
    })

    it('scenario 7: jane of another directory than the target keeps her name to herself', async (t) => {
      const { world, visitor } = await start(t, way, { files: customers })
      const name = { userName: 'mia', directory: 'customers', claims: {}, groups: ['admin'] }
      await world.app.accounts.add({ ...name, credentials: [] }, Date.now())
      await world.restart({})
      const before = await allRows(world.database)
      comesAs(world, { preferredUsername: 'Mia', email: 'mia@x.test' })
      const parameters = await world.thrift.parameters()
      const choice = await visitor.begin(parameters)
      const end = await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
      assertError(end, 'account_exists', parameters.state!)
      const after = await allRows(world.database)
      for (const table of ['accounts', 'account_groups', 'associations', 'credentials']) {
        assert.deepEqual(after[table], before[table], table)
      }
    })
    it('scenario 16 (a): a directory that is gone is told to the application, leaves nothing half made, and a later try succeeds (W-11)', async (t) => {
      const fault = { on: true }
      const { world, visitor } = await start(t, way, { steps: failingAfter(fault) })
      const before = await allRows(world.database)
      const parameters = await world.thrift.parameters()
      const choice = await visitor.begin(parameters)
      const end = await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
      assertError(end, 'temporarily_unavailable', parameters.state!)
      const after = await allRows(world.database)
      for (const table of kept) assert.deepEqual(after[table], before[table], table)
      assert.equal(world.reports.length, 1)

      fault.on = false
      const again = await visitor.begin(await world.thrift.parameters())
      const enrol = await goTo(visitor, again, 'google', signInAtGoogle('Ann Example'))
      assert.ok('enrol-totp' in enrol.actions, enrol.says)
    })

    it('scenario 16 (a): whoever cannot be given an account passes through only where the flow says so', async (t) => {
      const thrift = readFileSync(join(flows, 'thrift.yaml'), 'utf8')
      const lenient = thrift.replace(
        '      conflict: account-exists\n',
        '      conflict: account-exists\n      error: done\n',
      )
      const files = { 'thrift.yaml': lenient }
      const { world, visitor } = await start(t, way, { files, steps: failingAfter({ on: true }) })
      const choice = await visitor.begin(await world.thrift.parameters())
      const end = await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
      const { claims } = await world.thrift.redeem(end.url)
      assert.match(claims.sub, /^pt_/)
      assert.deepEqual((await allRows(world.database)).associations, [])
    })

    it('scenario 16 (b): a constraint that the other half breaks leaves no account without its association', async (t) => {
      const { world, visitor } = await start(t, way, { steps: breakingAssociations })
      const before = await allRows(world.database)
      const parameters = await world.thrift.parameters()
      const choice = await visitor.begin(parameters)
      const end = await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
      assertError(end, 'access_denied', parameters.state!)
      const after = await allRows(world.database)
      for (const table of kept) assert.deepEqual(after[table], before[table], table)
    })

    it('scenario 16 (c): an account that waits for approval lets nobody in, is made once, and does when approved (W-12)', async (t) => {
      const { world } = await start(t, way, { files: { 'thrift.yaml': approving } })
      for (const error of ['account_pending', 'account_pending']) {
        const visitor = visitorOf(world, way)
        const parameters = await world.thrift.parameters()
        const choice = await visitor.begin(parameters)
        const end = await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
        assertError(end, error, parameters.state!)
      }
      const [ann, ...others] = (await world.app.accounts.list()).filter(
        ({ source }) => source === 'google',
      )
      assert.deepEqual([ann?.status, others], ['pending', []])

      await world.app.accounts.setStatus('ann', 'active')
      const visitor = visitorOf(world, way)
      const choice = await visitor.begin(await world.thrift.parameters())
      const end = await goTo(visitor, choice, 'google', signInAtGoogle('Ann Example'))
      assert.equal((await world.thrift.redeem(end.url)).claims.sub, ann?.id)
      assert.deepEqual(world.reports, [])
    })
  })
}

/** Whose name is taken picks another, and is provisioned by that. */
const renaming = shippedFile('thrift.yaml')
  .replace('      conflict: account-exists\n', '      conflict: rename\n')
  .replace(
    '  assign:\n',
    `  rename:
    offer: [{ collect: { username: true } }]
    on: { success: named, exhausted: refused }
  named:
    run: provision
    on: { success: assign, disabled: done, conflict: account-exists, rejected: refused }

  assign:
`,
  )

const kept = ['accounts', 'associations', 'account_groups', 'credentials'] as const

const readme = readFileSync(join(flows, 'README.md'), 'utf8')
const [, shown = ''] = /```yaml\n(flow: approving\n[\s\S]*?)```/.exec(readme) ?? []
/** The flow that flows/README.md shows, in place of thrift's. */
const approving = shown.replace('flow: approving', 'flow: thrift\napplications: [thrift]')

/** What the step depends on is gone, while `fault.on`. */
function failingAfter(fault: { on: boolean }) {
  return changing('provision', async (answer) => {
    if (fault.on) throw new UpstreamFailure('UPSTREAM_UNREACHABLE', 'customers', 'it is gone')
    return answer
  })
}

/** The second of its writes does not find what it expects. */
const breakingAssociations = changing('provision', async (answer) => ({
  ...answer,
  writes: (answer.writes ?? []).flatMap((write): Write[] =>
    write.write === 'associate' ? [write, { ...write, otherwise: 'rejected' }] : [write],
  ),
}))

function changing(type: string, change: (answer: Answer) => Promise<Answer>) {
  return (steps: readonly StepType[]): readonly StepType[] =>
    steps.map((step) =>
      step.declaration.type === type
        ? { ...step, work: async (call) => change(await step.work(call)) }
        : step,
    )
}

/** What Google says of Ann from now on. */
function comesAs({ google }: World, said: { preferredUsername: string; email: string }): void {
  google.people.set('g-1', { ...google.people.get('g-1')!, ...said })
}

/** Every row that is hers, as it stands in the database. */
async function janesRows({ database }: World): Promise<Readonly<Record<string, Rows>>> {
  const { accounts = [], ...all } = await allRows(database)
  const jane = accounts.filter(({ user_name }) => user_name === 'jane')
  const tables = ['account_groups', 'associations', 'credentials', 'guesses']
  const hers = (table: string) =>
    (all[table] ?? []).filter(({ account_id }) => account_id === jane[0]?.id)
  return { accounts: jane, ...Object.fromEntries(tables.map((name) => [name, hers(name)])) }
}
