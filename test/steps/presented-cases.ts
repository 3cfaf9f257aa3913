/** What `verify-certificate` and `verify-ticket` promise alike: the truth table of the identity check. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Person } from '../../src/language/ports.ts'
import type { ExternalDirectory } from '../../src/language/settings.ts'
import type { Answer, StepCall } from '../../src/language/step.ts'
import { openDirectory } from '../../src/steps/verify/directory.ts'
import { openFile } from '../../src/steps/verify/file.ts'
import type { Verifier } from '../../src/steps/verify/ticket.ts'
import { directory, memoryCount } from '../support/directories.ts'
import { call, connection, fakePorts, person } from './fake-ports.ts'

export interface Presenting {
  readonly step: { work(call: StepCall & { readonly params: never }): Promise<Answer> }
  readonly kind: 'certificate' | 'ticket'
  /** What the directory's settings say of the kind. */
  readonly settings: Partial<ExternalDirectory>
  readonly verifier?: Verifier
  /** What Alice shows, and what is good for nothing. */
  readonly right: string
  readonly wrong: string
}

interface Given {
  readonly shown?: string | undefined
  readonly here?: Person['status']
  readonly there?: 'current' | 'locked' | 'obsolete'
  readonly jit?: boolean
  readonly more?: Partial<ExternalDirectory>
  readonly verifier?: Verifier | undefined
}

/** Alice has an entry; an account where `here` says so. */
export function checkedWith(t: TestContext, presenting: Presenting, given: Given) {
  const { step, kind, settings, right } = presenting
  const { shown = right, here, there = 'current', jit = false, more = {} } = given
  const folder = mkdtempSync(join(tmpdir(), 'presented-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'people.json')
  writeFileSync(path, JSON.stringify([{ id: 'e-1', name: 'alice', password: 'x', status: there }]))
  const file = { ...directory('staff', { store: 'file', path }), ...settings, ...more }
  const verifier = 'verifier' in given ? given.verifier : presenting.verifier
  const opened = openDirectory(
    file,
    openFile({ ...file, store: 'file', path }),
    memoryCount(),
    verifier,
  )
  const people = here ? [person('acc_1', { status: here, source: 'staff' })] : []
  const associations: Record<string, string> = here ? { 'staff e-1': 'acc_1' } : {}
  return step.work(
    call({
      ports: fakePorts({ people, associations, directory: opened }),
      params: { directory: 'staff' },
      connection: connection('staff', { jit }),
      typed: { [kind]: shown },
    }),
  )
}

/** What is so, and how it ends. */
export function truthTable({
  wrong,
}: Presenting): readonly (readonly [what: string, given: Given, outcome: string])[] {
  return [
    ['F-6: right, and the account is current and unlocked', { here: 'active' }, 'success'],
    ['F-7: right, and the account is not current', { here: 'disabled' }, 'blocked'],
    ['F-7: right, and the entry is not current', { here: 'active', there: 'obsolete' }, 'blocked'],
    ['F-8: right, and the account is locked', { here: 'locked' }, 'blocked'],
    ['F-8: right, and the entry is locked', { here: 'active', there: 'locked' }, 'blocked'],
    ['F-9: right, unknown here, and no accounts are made', {}, 'disabled'],
    ['F-17: right, unknown here, and accounts are made', { jit: true }, 'unknown'],
    ['F-10: wrong, and known here', { shown: wrong, here: 'active' }, 'invalid'],
    ['F-10: wrong, and locked here', { shown: wrong, here: 'locked' }, 'invalid'],
    ['F-14: wrong, unknown, and accounts are made', { shown: wrong, jit: true }, 'invalid'],
    [
      'F-3: a directory that takes none',
      { here: 'active', more: none, verifier: undefined },
      'unavailable',
    ],
    [
      'F-1: a directory that is switched off',
      { here: 'active', more: { enabled: false } },
      'unavailable',
    ],
    ['F-3: nothing was presented', { shown: '', here: 'active' }, 'unavailable'],
  ]
}

/** Ends so, and proves something exactly where it should. */
export async function endsWith(
  t: TestContext,
  presenting: Presenting,
  given: Given,
  outcome: string,
): Promise<void> {
  const found = await checkedWith(t, presenting, given)
  assert.equal(found.outcome, outcome)
  const isProven = outcome === 'success' || outcome === 'unknown'
  const proof = `${presenting.kind}:staff:e-1`
  assert.deepEqual(found.credentials, isProven ? [proof] : undefined)
  assert.equal(found.identity !== undefined, isProven)
  assert.equal(found.writes, undefined)
  assert.equal(found.facts?.['directory.blocked'], outcome === 'blocked' ? true : undefined)
}

const none = { certificates: undefined } as unknown as Partial<ExternalDirectory>
