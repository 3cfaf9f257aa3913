import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { inspect } from 'node:util'
import { loadFlows } from '../../src/language/load.ts'
import type {
  AssignmentProvider,
  CreatorAnswer,
  IdentityCreator,
} from '../../src/language/plug-in.ts'
import { loadPlugIns } from '../../src/plug-ins.ts'
import { stepTypes } from '../../src/steps/index.ts'
import { rowsOf } from '../support/rows.ts'
import { signInAtGoogle } from '../support/upstreams.ts'
import { type Place, visitorOf, type Way, ways } from '../support/visitor.ts'
import { filesWith, shippedFile, startWorld, type World } from '../support/world.ts'
import { answerAt, goTo } from './people.ts'

const plugins = `plugins:
  accounts: { title: Accounts, kind: creator, module: plugins/accounts.ts, timeoutMs: 200 }
  groups: { title: Groups, kind: assigner, module: plugins/groups.ts, timeoutMs: 200 }
`
const connections = shippedFile('connections.yaml').replace(
  '    scopes: [openid, email, profile]',
  '    scopes: [openid, email, profile]\n    creator: accounts\n    assigner: groups',
)

/** Google makes accounts; whoever gets none there is told why. */
const flow = (onFailure: 'allow' | 'deny') => `flow: thrift
title: Sign in
applications: [thrift]
start: sign-in
states:
  sign-in:
    offer: [google]
    on: { success: groups, unknown: provision, denied: no, blocked: no, exhausted: no }
  provision:
    run: provision
    with: { rollbackOnAbort: true }
    on: { success: groups, disabled: no, conflict: taken, rejected: declined, error: broken, timeout: late }
  groups:
    run: assign
    with: { onFailure: ${onFailure} }
    on: { success: done, rejected: unassigned }
  done: { end: success }
  no: { end: failure, error: access_denied }
  taken: { end: failure, error: name_taken }
  declined: { end: failure, error: creator_declined }
  broken: { end: failure, error: creator_broken }
  late: { end: failure, error: creator_late }
  unassigned: { end: failure, error: assignment_failed }
`

const nobody: AssignmentProvider = { assign: () => ({ groups: [] }) }
const made = (directory: string, userName = 'ann.made'): CreatorAnswer => ({
  status: 'success',
  user: { directory, userName, claims: { name: 'Ann Made' } },
})

async function start(
  t: Pick<TestContext, 'after'>,
  creator: IdentityCreator,
  assigner = nobody,
  onFailure: 'allow' | 'deny' = 'allow',
): Promise<World> {
  return startWorld(t, {
    files: {
      'plugins.yaml': plugins,
      'connections.yaml': connections,
      'thrift.yaml': flow(onFailure),
    },
    plugIns: {
      creators: new Map([['accounts', creator]]),
      assigners: new Map([['groups', assigner]]),
      verifiers: new Map(),
      users: new Map(),
    },
  })
}

async function signIn(world: World, way: Way): Promise<Place> {
  const visitor = visitorOf(world, way)
  const place = await visitor.begin(await world.thrift.parameters())
  return goTo(visitor, place, 'google', signInAtGoogle('Ann Example'))
}

const provisioned = async (world: World) =>
  (await rowsOf(world.database, 'accounts')).filter(({ source }) => source === 'google')

const granted = async (world: World) =>
  (await rowsOf(world.database, 'account_groups'))
    .filter(({ source }) => source === 'assigner:google')
    .map((row) => row.group_name)

const reasons = async (world: World) =>
  (await rowsOf(world.database, 'login_events')).flatMap(({ reason }) => reason ?? [])

for (const way of ways) {
  describe(`a creator of one's own, by ${way}`, () => {
    it('F-18, F-19, F-20, F-22: makes the account of what it is told, in the directory that is asked for', async (t) => {
      const asked: unknown[] = []
      const world = await start(t, {
        async create({ connection, subject, directory, claims, credentials }) {
          asked.push({ connection, directory, email: claims.email, credentials })
          return made(directory, `google.${subject.length}`)
        },
      })
      assert.ok(answerAt(await signIn(world, way)).code)
      const [account, ...others] = await provisioned(world)
      assert.equal(others.length, 0)
      assert.match(String(account?.user_name), /^google\.\d+$/)
      assert.deepEqual(JSON.parse(String(account?.claims)), { name: 'Ann Made' })
      assert.deepEqual(asked, [
        {
          connection: 'google',
          directory: 'internal',
          email: 'ann@x.test',
          credentials: {},
        },
      ])
      assert.ok(answerAt(await signIn(world, way)).code)
      assert.equal(asked.length, 1)
    })

    it('scenario 22, F-23, F-40: one that declines makes nothing, and the assigner is not asked', async (t) => {
      const failed: CreatorAnswer = { status: 'failed', error: 'no such partner' }
      for (const [answer, reason] of [
        [null, 'creator_declined'],
        [failed, 'creator_failed'],
      ] as const) {
        let asked = 0
        const counting: AssignmentProvider = {
          assign() {
            asked++
            return { groups: [] }
          },
        }
        const world = await start(t, { create: () => answer }, counting)
        assert.equal(answerAt(await signIn(world, way)).error, 'creator_declined')
        assert.deepEqual(await provisioned(world), [])
        assert.deepEqual(await rowsOf(world.database, 'associations'), [])
        assert.equal(asked, 0)
        assert.ok((await reasons(world)).includes(reason))
      }
    })

    it('F-21: one that breaks its contract makes nothing, and is reported', async (t) => {
      const broken: readonly (readonly [string, IdentityCreator])[] = [
        ['success without a user', { create: () => ({ status: 'success' }) as CreatorAnswer }],
        ['a user of another directory', { create: () => made('elsewhere') }],
        ['a name that can be nobody`s', { create: ({ directory }) => made(directory, 'admin') }],
        ['no answer of any kind', { create: () => ({}) as CreatorAnswer }],
        [
          'a throw',
          {
            create() {
              throw new RangeError('out of order: correct horse battery')
            },
          },
        ],
      ]
      for (const [what, creator] of broken) {
        const world = await start(t, creator)
        assert.equal(answerAt(await signIn(world, way)).error, 'creator_broken', what)
        assert.deepEqual(await provisioned(world), [], what)
        assert.ok(
          world.reports.some((report) => /^UpstreamFailure: accounts:/.test(String(report))),
        )
        assert.ok(!world.reports.some((report) => /battery/.test(inspect(report))), what)
      }
    })

    it('one that is late makes nothing, and holds up nobody', async (t) => {
      let aborted = false
      const world = await start(t, {
        create: (_request, signal) =>
          new Promise(() => {
            signal.addEventListener('abort', () => {
              aborted = true
            })
          }),
      })
      const waiting = signIn(world, way)
      const meanwhile = await visitorOf(world, way).begin(await world.vault.parameters())
      assert.equal(meanwhile.kind, 'asks')
      assert.equal(answerAt(await waiting).error, 'creator_late')
      assert.ok(aborted)
      assert.deepEqual(await provisioned(world), [])
    })

    it('security 76: gives nobody the name of somebody else', async (t) => {
      const world = await start(t, { create: ({ directory }) => made(directory, 'Jane') })
      assert.equal(answerAt(await signIn(world, way)).error, 'name_taken')
      assert.deepEqual(await provisioned(world), [])
    })
  })

  describe(`an assigner of one's own, by ${way}`, () => {
    const creator: IdentityCreator = { create: ({ directory }) => made(directory) }

    it('F-26, F-27, F-28: grants groups to who was just made, once', async (t) => {
      const asked: string[] = []
      const world = await start(t, creator, {
        assign({ userName, groups }) {
          asked.push(`${userName} ${groups.length}`)
          return { groups: ['partners', 'partners'] }
        },
      })
      assert.ok(answerAt(await signIn(world, way)).code)
      assert.deepEqual(await granted(world), ['partners'])
      assert.ok(answerAt(await signIn(world, way)).code)
      assert.deepEqual(await granted(world), ['partners'])
      assert.deepEqual(asked, ['ann.made 0'])
    })

    it('scenario 24, F-29, F-41: where it fails the login succeeds without its groups, and the next one asks again', async (t) => {
      const answers: (() => ReturnType<AssignmentProvider['assign']>)[] = [
        () => false,
        () => {
          throw new Error('out of order')
        },
        () => ({ groups: ['spaces are none'] }),
        () => new Promise(() => {}),
        () => ({ groups: ['partners'] }),
      ]
      let at = 0
      const world = await start(t, creator, { assign: () => answers[at++]!() })
      for (const _ of answers) {
        assert.deepEqual(await granted(world), [])
        assert.ok(answerAt(await signIn(world, way)).code)
      }
      assert.deepEqual(await granted(world), ['partners'])
      assert.equal((await reasons(world)).filter((one) => one === 'assignment_failed').length, 4)
      assert.equal(world.reports.length, 3)
    })

    it('scenario 24: with deny the login fails, and whom it has made is gone', async (t) => {
      const answers: ReturnType<AssignmentProvider['assign']>[] = [false, { groups: ['partners'] }]
      let at = 0
      const world = await start(t, creator, { assign: () => answers[at++]! }, 'deny')
      assert.equal(answerAt(await signIn(world, way)).error, 'assignment_failed')
      assert.deepEqual(await provisioned(world), [])
      assert.ok(answerAt(await signIn(world, way)).code)
      assert.deepEqual(await granted(world), ['partners'])
    })
  })
}

describe('plug-ins by name', () => {
  const env = {
    GOOGLE_CLIENT_SECRET: 'google-secret-of-enough-letters',
    GITHUB_CLIENT_SECRET: 'github-secret-of-enough-letters',
    THRIFT_CLIENT_SECRET: 'thrift-secret-of-enough-letters',
    VAULT_CLIENT_SECRET: 'vault-secret-of-enough-letters',
  }
  const load = (files: Readonly<Record<string, string>>) =>
    loadFlows(filesWith(files), stepTypes, env)

  it('scenario 22, F-24, F-25, F-36: one that is not there is a problem of the file, and so is one of the other kind', () => {
    for (const [text, hint] of [
      [plugins.replace('  accounts:', '  account:'), /`account`/],
      [plugins.replace('kind: creator', 'kind: assigner'), /./],
    ] as const) {
      const { organisation, problems } = load({
        'plugins.yaml': text,
        'connections.yaml': connections,
      })
      assert.equal(organisation, undefined)
      const [problem, ...others] = problems
      assert.deepEqual([problem?.code, others.length], ['plugin-unknown', 0])
      assert.match(problem!.message, /`google` has the creator `accounts`/)
      assert.match(problem!.hint, hint)
    }
    assert.deepEqual(load({ 'connections.yaml': connections }).problems.length, 2)
  })

  it('F-30, F-31, F-32: creator and assigner are chosen apart, each by its name', () => {
    const only = connections.replace('    creator: accounts\n', '')
    const { organisation } = load({ 'plugins.yaml': plugins, 'connections.yaml': only })
    const google = organisation?.connections.find(({ id }) => id === 'google')
    assert.deepEqual([google?.creator, google?.assigner], [undefined, 'groups'])
  })

  it('are loaded from the folder when a server starts, and a module that is none is said to be', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-plugins-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const { organisation } = load({ 'plugins.yaml': plugins })
    await assert.rejects(loadPlugIns(organisation!, folder), /plug-in \w+ cannot be loaded/)
    mkdirSync(join(folder, 'plugins'))
    writeFileSync(join(folder, 'plugins/accounts.ts'), 'export default { create: () => null }\n')
    writeFileSync(join(folder, 'plugins/groups.ts'), 'export default {}\n')
    await assert.rejects(loadPlugIns(organisation!, folder), /groups exports nothing with `assign`/)
  })

  it('F-37, E-14: those of the documentation run, loaded by name', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-plugins-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const readme = readFileSync(join(import.meta.dirname, '../../flows/README.md'), 'utf8')
    for (const [, name, text] of readme.matchAll(/```ts (\S+)\n([\s\S]*?)```/g)) {
      mkdirSync(dirname(join(folder, name!)), { recursive: true })
      writeFileSync(join(folder, name!), text!)
    }
    const [, yaml] = /```yaml plugins\.yaml\n([\s\S]*?)```/.exec(readme)!
    const { organisation } = load({ 'plugins.yaml': yaml! })
    const { creators, assigners, verifiers, users } = await loadPlugIns(organisation!, folder)
    const { signal } = new AbortController()
    const claims = { other: { company: 'Acme', number: '7' } }
    const request = { connection: 'p', subject: 's', directory: 'internal', credentials: {} }
    const answer = await creators.get('partner-accounts')!.create({ ...request, claims }, signal)
    assert.ok(answer?.status === 'success')
    assert.equal(answer.user.userName, 'acme.7')
    assert.equal(
      await creators.get('partner-accounts')!.create({ ...request, claims: {} }, signal),
      null,
    )
    const user = { userName: 'acme.7', connection: 'p', claims, groups: [] }
    assert.deepEqual(await assigners.get('partner-groups')!.assign(user, signal), {
      groups: ['partners', 'partners-Acme'],
    })
    const tickets = verifiers.get('tickets')!
    assert.equal(await tickets.verify('YA==', signal), 'ann@CORP.EXAMPLE')
    assert.equal(await tickets.verify('YB==', signal), null)
    const personnel = users.get('personnel')!
    assert.equal((await personnel.findByName('ann', signal))?.id, 'p-1')
    assert.equal(await personnel.matches('p-1', 'ann-knows', signal), true)
    assert.equal(await personnel.matches(null, 'ann-knows', signal), false)
  })
})
