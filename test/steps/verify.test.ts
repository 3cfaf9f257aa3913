/** The truth table of the identity check, against real accounts and a directory in a file. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { Directory, PasswordCount } from '../../src/language/directory.ts'
import type { Person } from '../../src/language/ports.ts'
import { hashPassword } from '../../src/steps/password/hash.ts'
import { openDirectory } from '../../src/steps/verify/directory.ts'
import { openFile } from '../../src/steps/verify/file.ts'
import { openInternal } from '../../src/steps/verify/internal.ts'
import { verify } from '../../src/steps/verify/step.ts'
import { cheapHash, directory, memoryCount, typed } from '../support/directories.ts'
import { call, connection, fakePorts, person } from './fake-ports.ts'

const entry = { id: 'e-1', name: 'alice', password: 'right', attributes: { mail: 'a@staff.test' } }

function openStaff(
  t: TestContext,
  people: unknown,
  more = {},
  count: PasswordCount = memoryCount(),
): Directory {
  const folder = mkdtempSync(join(tmpdir(), 'directory-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'people.json')
  writeFileSync(path, JSON.stringify(people))
  const settings = directory('staff', { store: 'file', path, ...more })
  return openDirectory(settings, openFile(settings), count)
}

interface Given {
  readonly password?: string
  readonly here?: Person['status']
  readonly there?: 'current' | 'locked' | 'obsolete'
  readonly jit?: boolean
  readonly passThrough?: boolean
  readonly refreshMinutes?: number
}

async function checked(
  t: TestContext,
  { password = 'right', here, there = 'current', jit = false, ...more }: Given,
) {
  const staff = openStaff(t, [{ ...entry, status: there }])
  const people = here ? [person('acc_1', { status: here, source: 'staff' })] : []
  const associations: Record<string, string> = here ? { 'staff e-1': 'acc_1' } : {}
  const ports = fakePorts({ people, associations, directory: staff })
  return verify.work(
    call({
      ports,
      params: { directory: 'staff', passThrough: more.passThrough ?? false },
      connection: connection('staff', { jit, refreshMinutes: more.refreshMinutes ?? 0 }),
      typed: { username: 'Alice', password },
    }),
  )
}

describe('the identity check', () => {
  const table: readonly (readonly [string, Given, string])[] = [
    ['F-6: right, and the account is current and unlocked', { here: 'active' }, 'success'],
    ['F-7: right, and the account is not current', { here: 'disabled' }, 'blocked'],
    ['F-7: right, and the entry is not current', { here: 'active', there: 'obsolete' }, 'blocked'],
    ['F-8: right, and the account is locked', { here: 'locked' }, 'blocked'],
    ['F-8: right, and the entry is locked', { here: 'active', there: 'locked' }, 'blocked'],
    ['F-9, E-15: right, unknown here, and no accounts are made', {}, 'disabled'],
    ['F-17: right, unknown here, and accounts are made', { jit: true }, 'unknown'],
    ['F-10: wrong, and known here', { password: 'wrong', here: 'active' }, 'invalid'],
    ['F-10: wrong, and locked here', { password: 'wrong', here: 'locked' }, 'invalid'],
    [
      'F-14: wrong, unknown here, and accounts are made',
      { password: 'wrong', jit: true },
      'invalid',
    ],
    ['an empty password', { password: '', here: 'active' }, 'unavailable'],
  ]
  for (const [what, given, outcome] of table) {
    it(`F-6 to F-17: ends with ${outcome} (${what})`, async (t) => {
      const found = await checked(t, given)
      assert.equal(found.outcome, outcome)
      if (outcome !== 'success' && outcome !== 'unknown') {
        assert.equal(found.identity, undefined)
        assert.equal(found.credentials, undefined)
      }
      assert.equal(found.writes, undefined)
      assert.equal(found.facts?.['directory.blocked'], outcome === 'blocked' ? true : undefined)
    })
  }

  it('names the account by directory and entry, and says what the directory says', async (t) => {
    const { identity, credentials } = await checked(t, { here: 'active' })
    assert.deepEqual(credentials, ['directory:staff:e-1'])
    assert.deepEqual(identity, {
      kind: 'account',
      account: 'acc_1',
      connection: 'staff',
      claims: { email: 'a@staff.test', emailVerified: false, preferredUsername: 'alice' },
      groups: [],
      source: 'staff',
      new: false,
    })
  })

  it('O-9, O-10: who has no account goes on without one, where the flow says so, whatever accounts are made', async (t) => {
    for (const [jit, index] of [
      [false, 1],
      [true, 0],
    ] as const) {
      const found = await checked(t, { jit, passThrough: true })
      assert.deepEqual([found.outcome, found.case, found.writes], ['unknown', index, undefined])
      assert.deepEqual(found.identity, {
        kind: 'pass-through',
        connection: 'staff',
        subject: 'e-1',
        claims: { email: 'a@staff.test', emailVerified: false, preferredUsername: 'alice' },
      })
    }
    const locked = await checked(t, { there: 'locked', passThrough: true })
    assert.equal(locked.outcome, 'blocked')
    assert.equal((await checked(t, { here: 'active', passThrough: true })).outcome, 'success')
  })

  it('O-3: says that the directory was asked, where the account may stand in for it', async (t) => {
    const found = await checked(t, { here: 'active', refreshMinutes: 5 })
    assert.deepEqual(found.writes, [
      { write: 'keep-confirmation', account: 'acc_1', directory: 'staff', otherwise: 'skip' },
    ])
  })

  it('F-3: passes over what it cannot check: nothing was typed just before', async (t) => {
    const ports = fakePorts({ directory: openStaff(t, [entry]) })
    const found = await verify.work(call({ ports, params: { directory: 'staff' } }))
    assert.equal(found.outcome, 'unavailable')
  })

  it('F-1: passes over a directory that is switched off', async (t) => {
    const ports = fakePorts({ directory: openStaff(t, [entry], { enabled: false }) })
    const typed = { username: 'alice', password: 'right' }
    const found = await verify.work(call({ ports, params: { directory: 'staff' }, typed }))
    assert.equal(found.outcome, 'unavailable')
  })

  it('E-5: locks a name after its limit, without asking the directory', async (t) => {
    const staff = openStaff(t, [entry], { lockAfter: 3 })
    const ports = fakePorts({ directory: staff })
    const tried = async (password: string) => {
      const typed = { username: 'alice', password }
      return verify.work(call({ ports, params: { directory: 'staff' }, typed }))
    }
    for (let guess = 0; guess < 3; guess++) assert.equal((await tried('wrong')).outcome, 'invalid')
    assert.equal((await tried('right')).outcome, 'blocked')
  })

  it('security 122: counts in as many steps for nobody as for somebody', async (t) => {
    const steps: string[] = []
    const noting = (name: string) => async () => {
      steps.push(name)
      return true
    }
    const count = { add: noting('add'), settle: noting('settle'), end: noting('end') }
    const staff = openStaff(t, [entry], {}, count as unknown as PasswordCount)
    for (const name of ['alice', 'nobody']) {
      const { verdict } = await staff.verify(typed(name, 'wrong'))
      steps.push(verdict)
    }
    assert.deepEqual(steps, ['add', 'settle', 'wrong', 'add', 'settle', 'absent'])
  })

  it('throws where the directory cannot be asked: it is neither wrong nor absent', async (t) => {
    const settings = directory('staff', {
      store: 'file',
      path: join(tmpdir(), 'no-such-file.json'),
    })
    const staff = openDirectory(settings, openFile(settings), memoryCount())
    const ports = fakePorts({ directory: staff })
    const typed = { username: 'alice', password: 'right' }
    await assert.rejects(
      verify.work(call({ ports, params: { directory: 'staff' }, typed })),
      /staff: UPSTREAM_UNREACHABLE/,
    )
    t.diagnostic('and counts nothing')
  })
})

describe('the identity check of our own accounts', () => {
  const cases: readonly (readonly [string, Partial<Person> | undefined, string, string, number])[] =
    [
      ['right and active', {}, 'right', 'success', 0],
      ['right and locked', { status: 'locked' }, 'right', 'blocked', 0],
      ['wrong', {}, 'wrong', 'invalid', 0],
      ['nobody of that name', undefined, 'right', 'invalid', 1],
      ['an account without a password', { credentials: [] }, 'right', 'invalid', 2],
    ]
  for (const [what, given, password, outcome, at] of cases) {
    it(`ends with ${outcome}: ${what}`, async () => {
      const secret = await hashPassword('right', cheapHash)
      const held = [{ id: 'cred_1', kind: 'password' }]
      const whom = given && person('acc_1', { userName: 'jane', credentials: held, ...given })
      const hasOne = whom?.credentials.length === 1
      const world = {
        people: whom ? [whom] : [],
        credentials: hasOne ? { 'acc_1 password': { id: 'cred_1', secret, counter: 0 } } : {},
      }
      const own = openInternal(() => fakePorts(world), cheapHash)
      const asked = openDirectory(directory('internal'), own, memoryCount())
      const found = await verify.work(
        call({
          ports: fakePorts({ ...world, directory: asked }),
          params: { directory: 'internal' },
          typed: { username: ' JANE ', password },
        }),
      )
      assert.deepEqual([found.outcome, found.case ?? 0], [outcome, at])
      if (outcome !== 'success') return
      assert.deepEqual(found.credentials, ['cred_1'])
      assert.equal(found.identity?.kind === 'account' && found.identity.connection, 'local')
    })
  }
})
