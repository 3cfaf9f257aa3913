/** A directory that is a plug-in, through the flow of flows/examples/directories and by the command that synchronises. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { OwnUsers } from '../../src/language/plug-in.ts'
import { command } from '../support/command.ts'
import { rowsOf } from '../support/rows.ts'
import { visitorOf, type Way, ways } from '../support/visitor.ts'
import { startWorld, type World } from '../support/world.ts'

const example = join(import.meta.dirname, '../../flows/examples/directories')
const file = (name: string) => readFileSync(join(example, name), 'utf8')
const directories = `directories:
  internal: { title: Ours, kind: local }
  staff: { title: Staff, kind: enterprise, store: plugin, users: hr, jit: true, attributes: { email: claims.mail } }
  partners: { title: Partners, kind: hybrid, store: plugin, users: hr }
`
const plugins =
  'plugins:\n  hr: { title: People, kind: users, module: plugins/hr.ts, timeoutMs: 200 }\n'
const alice = { id: 'h-1', name: 'alice', attributes: { mail: ['alice@hr.test'] } }
const hr: OwnUsers = {
  findByName: (name) => (name === 'alice' ? alice : null),
  findById: (id) => (id === 'h-1' ? alice : null),
  matches: (id, password) => id === 'h-1' && password === 'right',
}

const start = (t: TestContext, over: Partial<OwnUsers> = {}): Promise<World> =>
  startWorld(t, {
    files: {
      'thrift.yaml': file('domains.yaml').replaceAll(/\bdomains\b/g, 'thrift'),
      'shared/try-domain.yaml': file('shared/try-domain.yaml'),
      'directories.yaml': directories,
      'plugins.yaml': plugins,
    },
    plugIns: {
      creators: new Map(),
      assigners: new Map(),
      verifiers: new Map(),
      users: new Map([['hr', { ...hr, ...over }]]),
    },
  })

async function tries(world: World, way: Way, username: string, password: string) {
  const visitor = visitorOf(world, way)
  const form = await visitor.begin(await world.thrift.parameters())
  return visitor.act(form, 'credentials', { username, password })
}

for (const way of ways) {
  describe(`a directory of one's own, by ${way}`, () => {
    it('E-16: makes the account just in time of what it says, and knows it again', async (t) => {
      const world = await start(t)
      for (const name of ['Alice', 'alice']) {
        const { claims } = await world.thrift.redeem((await tries(world, way, name, 'right')).url)
        const account = (await world.app.accounts.list()).find(({ id }) => id === claims.sub)!
        assert.deepEqual(
          [account.userName, account.directory, account.email, claims.amr],
          ['alice', 'staff', 'alice@hr.test', ['pwd']],
        )
      }
      assert.equal((await tries(world, way, 'alice', 'wrong')).kind, 'asks')
    })

    it('E-16: one that is down lets nobody in and makes nobody, and the next domain is asked', async (t) => {
      const world = await start(t, {
        findByName() {
          throw new Error('down')
        },
      })
      const known = await world.app.accounts.list()
      assert.equal((await tries(world, way, 'alice', 'right')).kind, 'asks')
      assert.deepEqual(await world.app.accounts.list(), known)
    })
  })
}

describe('a directory of one`s own and its accounts', () => {
  it('E-16: are brought up to date page by page, by the plug-in that the files name', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-own-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    mkdirSync(join(folder, 'plugins'))
    writeFileSync(join(folder, 'directories.yaml'), directories)
    writeFileSync(join(folder, 'plugins.yaml'), plugins)
    writeFileSync(
      join(folder, 'plugins/hr.ts'),
      `const people = ['ann', 'bea', 'cyd'].map((name) => ({ id: 'h-' + name, name }))
export default {
  findByName: () => null,
  findById: () => null,
  matches: () => false,
  list({ after = '', limit }: { after?: string; limit: number }) {
    const entries = people.filter(({ id }) => id > after).slice(0, Math.min(limit, 2))
    return { entries, ...(entries.length === 2 && { next: entries[1]!.id }) }
  },
}
`,
    )
    const database = `sqlite:${join(folder, 'ours.sqlite')}`
    const { code, err } = await command(folder, [
      ...['directory', 'sync', 'staff', '--flows', '.', '--database', database, '--json'],
    ])
    assert.equal(code, 0, err)
    const names = (await rowsOf(database, 'accounts')).map((row) => row.user_name)
    assert.deepEqual(new Set(names), new Set(['ann', 'bea', 'cyd']))
  })
})
