import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Edit, importEdited } from '../support/edited.ts'
import { simulate } from './simulation.ts'

/** Mistakes of an engine, each one line: what keeps it from happening is taken out. */
const mistakes: readonly { readonly name: string; readonly edit: Edit; readonly sign: RegExp }[] = [
  {
    name: 'a lost revision check',
    edit: {
      file: 'engine/logins.ts',
      from: 'if (revision !== login.revision) {',
      to: 'if (login.revision < 0) {',
    },
    sign: /a page of revision \d+ moved revision \d+/,
  },
  {
    name: 'an unspent code',
    edit: { file: 'steps/totp/step.ts', from: 'to: step,', to: 'to: counter,' },
    sign: /the code of .* was taken twice/,
  },
  {
    name: 'a skipped status check',
    edit: {
      file: 'engine/finish.ts',
      from: "return (await draft.person())?.status !== 'active'",
      to: 'return false',
    },
    sign: /got in, and the account is locked/,
  },
]

const seedsMax = 300

describe('simulation', () => {
  it('of the same seed is the same history (security 177)', async () => {
    const [once, again] = [await simulate(7), await simulate(7)]
    assert.ok(once.trace.length > 100)
    assert.deepEqual(again.trace, once.trace)
  })

  it('finds nothing that must not be, and logins of every end (security 177)', async () => {
    const ends = new Set<string>()
    for (let seed = 1; seed <= 40; seed++) {
      const outcome = await simulate(seed)
      assert.deepEqual(outcome.violations, [], `seed ${seed}: npm run simulate -- ${seed}`)
      for (const end of outcome.ends.keys()) ends.add(end)
    }
    assert.ok(['success', 'access_denied'].every((end) => ends.has(end)))
  })

  for (const { name, edit, sign } of mistakes) {
    it(`finds ${name} (security 177)`, async (t) => {
      const changed = await importEdited<typeof import('./simulation.ts')>(
        'test/simulation/simulation.ts',
        [edit],
      )
      for (let seed = 1; seed <= seedsMax; seed++) {
        const { violations } = await changed.simulate(seed)
        const found = violations.find((text) => sign.test(text))
        if (found === undefined) continue
        t.diagnostic(`seed ${seed}: ${found}`)
        return
      }
      assert.fail(`not in ${seedsMax} seeds`)
    })
  }
})
