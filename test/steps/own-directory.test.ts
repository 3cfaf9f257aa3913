/** A directory of one's own: what holds it to its contract. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OwnEntry, OwnUsers } from '../../src/language/plug-in.ts'
import { openDirectory } from '../../src/steps/verify/directory.ts'
import { openPlugIn } from '../../src/steps/verify/plug-in.ts'
import { directory, memoryCount, typed } from '../support/directories.ts'

const alice: OwnEntry = { id: 'h-1', name: 'Alice', attributes: { mail: ['a@hr.test'] } }
const people: OwnUsers = {
  findByName: (name) => (name === 'alice' ? alice : null),
  findById: (id) => (id === 'h-1' ? alice : null),
  matches: (id, password) => id === 'h-1' && password === 'right',
  list: () => ({ entries: [alice] }),
}

function opened(over: Partial<OwnUsers> = {}, more = {}) {
  const store = openPlugIn('hr', { ...people, ...over }, 100)
  return openDirectory(directory('staff', more), store, memoryCount())
}

describe('a directory of one`s own', () => {
  it('E-16: is asked as any other: by a folded name, by id, for a password and for pages', async () => {
    const staff = opened()
    const found = await staff.verify(typed(' ALICE ', 'right'))
    assert.equal(found.verdict === 'right' && found.entry.id, 'h-1')
    assert.deepEqual(found.verdict === 'right' && found.entry.claims, {
      email: 'a@hr.test',
      emailVerified: false,
      preferredUsername: 'Alice',
    })
    assert.equal((await staff.findById('h-1')).sought, 'found')
    assert.equal((await staff.list({ limit: 10 })).entries.length, 1)
    assert.equal(staff.tellsChanges, false)
  })

  it('E-16: says no for a wrong password, and for nobody after asking about nobody', async () => {
    const asked: unknown[] = []
    const staff = opened({
      matches(id, password) {
        asked.push(id)
        return password === 'right'
      },
    })
    assert.equal((await staff.verify(typed('alice', 'wrong'))).verdict, 'wrong')
    assert.equal((await staff.verify(typed('nobody', 'right'))).verdict, 'absent')
    assert.deepEqual(asked, ['h-1', null])
  })

  it('E-16: is not asked about an empty password, nor about a name that is locked', async () => {
    const never = () => {
      throw new Error('asked')
    }
    assert.equal((await opened({ matches: never }).verify(typed('alice', ''))).verdict, 'wrong')
    const staff = opened({}, { lockAfter: 2 })
    for (const _ of [1, 2]) await staff.verify(typed('alice', 'wrong'))
    assert.equal((await staff.verify(typed('alice', 'right'))).verdict, 'locked')
  })

  const entry = (answer: unknown) => ({ findByName: () => answer as OwnEntry })
  for (const [what, over, code] of [
    ['nothing at all for nobody', entry(undefined), 'UPSTREAM_UNTRUSTED'],
    ['a list', entry([alice]), 'UPSTREAM_UNTRUSTED'],
    ['somebody without an id', entry({ name: 'alice' }), 'UPSTREAM_UNTRUSTED'],
    [
      'somebody with an id that is none',
      { ...entry({ ...alice, id: 'h 1' }), matches: () => true },
      'UPSTREAM_UNTRUSTED',
    ],
    ['somebody else', entry({ ...alice, name: 'mallory' }), 'UPSTREAM_UNTRUSTED'],
    ['a status of its own', entry({ ...alice, status: 'fine' }), 'UPSTREAM_UNTRUSTED'],
    [
      'attributes that are texts',
      entry({ ...alice, attributes: { mail: 'a' } }),
      'UPSTREAM_UNTRUSTED',
    ],
    ['yes in a word', { matches: () => 'yes' as unknown as boolean }, 'UPSTREAM_UNTRUSTED'],
    [
      'nothing to a password',
      { matches: () => undefined as unknown as boolean },
      'UPSTREAM_UNTRUSTED',
    ],
    ['never', { findByName: () => new Promise<null>(() => {}) }, 'UPSTREAM_TIMEOUT'],
  ] as const) {
    it(`E-16: an answer of ${what} is a failure: it lets nobody in, and nobody is gone by it`, async () => {
      await assert.rejects(
        opened(over).verify(typed('alice', 'right')),
        new RegExp(`(?:staff|hr): ${code}`),
      )
    })
  }

  it('E-16: what it throws is told by its kind alone: the words may repeat a password', async () => {
    const matches = (_id: string | null, password: string) => {
      throw new RangeError(`no ${password}`)
    }
    await assert.rejects(opened({ matches }).verify(typed('alice', 'hunter2')), (thrown: Error) => {
      assert.equal(thrown.message, 'hr: UPSTREAM_ERROR: it has thrown: RangeError')
      return !String(thrown.stack).includes('hunter2')
    })
  })

  it('E-16: one that lists nobody, too many, or the same page for ever is not synchronised with', async () => {
    const many = Array.from({ length: 3 }, (_, n) => ({ id: `h-${n}`, name: `n${n}` }))
    const { list: _list, ...silent } = people
    const cannot = openDirectory(directory('staff'), openPlugIn('hr', silent, 100), memoryCount())
    await assert.rejects(cannot.list({ limit: 2 }), /it lists nobody/)
    const all = opened({ list: () => ({ entries: many }) })
    await assert.rejects(all.list({ limit: 2 }), /no page/)
    const round = opened({ list: () => ({ entries: [], next: 'x' }) })
    assert.equal((await round.list({ limit: 2 })).next, 'x')
    await assert.rejects(round.list({ limit: 2, after: 'x' }), /next page is none/)
  })
})
