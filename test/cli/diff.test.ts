import assert from 'node:assert/strict'
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { ends } from '../checker/corpus/row.ts'
import { filesOf, type Small, smallEnv } from '../support/checked.ts'
import { command, folderOf } from '../support/command.ts'

const two: Small = {
  states: `
  sign-in:
    offer: [password, google]
    on: { success: roles, unknown: no, denied: no, blocked: no, exhausted: no }
  roles:
    run: assign
    with: { rules: [{ when: 'identity.emailVerified', groups: [staff] }] }
    on: { success: second, rejected: no }
  second:
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no }${ends}`,
}
const edited = (from: string, to: string): Small => ({
  states: two.states.replace(from, () => to),
})

async function differ(t: TestContext, now: Small, ...more: string[]) {
  const folder = folderOf(t)
  for (const [name, small] of Object.entries({ old: two, now })) {
    cpSync(join(folder, 'flows'), join(folder, name), {
      recursive: true,
      filter: (at) => !at.endsWith('.yaml'),
    })
    for (const file of filesOf({ small })) writeFileSync(join(folder, name, file.name), file.text)
  }
  return command(folder, ['diff', 'old', 'now', ...more], smallEnv)
}

describe('sallyport diff', () => {
  it('finds no difference between equal flows', async (t) => {
    const { code, out } = await differ(t, two)
    assert.deepEqual([code, out], [0, 'small: no difference'])
  })

  it('tells who needs a factor less, by the shortest way', async (t) => {
    const now = edited(
      'offer: [totp]',
      'skip: [{ when: "identity.connection == \'google\'", to: done, because: trusted }]\n    offer: [totp]',
    )
    const { code, out } = await differ(t, now)
    assert.equal(code, 1)
    assert.match(
      out,
      /factor lost: who comes by google needs 1 factor, and needed 2\n +1\. sign-in, google: success/,
    )
    assert.doesNotMatch(out, /who comes by password/)
    assert.match(out, /they part first after: /)
  })

  it('tells who gains and loses access, steps and roles', async (t) => {
    const access = await differ(t, edited('unknown: no', 'unknown: done'))
    assert.match(access.out, /access gained: who comes by google without an account gets in\n/)
    const lost = await differ(t, edited('password, google', 'google'), '--json')
    const [{ changes }] = JSON.parse(lost.out)
    const told = changes.map(
      ({ kind, change, text }: Record<string, string>) => `${kind} ${change}: ${text}`,
    )
    assert.deepEqual(told, [
      'access lost: who comes by password gets in',
      'step lost: sign-in has password',
    ])
    const roles = await differ(t, edited('groups: [staff]', 'groups: [staff, admin]'))
    assert.equal(roles.code, 1)
    assert.match(
      roles.out,
      /role gained: roles gives admin when `identity.emailVerified`\n +1\. sign-in, password/,
    )
  })

  it('takes a single file in place of that of the folder', async (t) => {
    const folder = folderOf(t)
    cpSync(join(folder, 'flows/vault.yaml'), join(folder, 'vault.yaml'))
    const { code, out } = await command(folder, ['diff', 'flows', 'vault.yaml'])
    assert.equal(code, 0, out)
    assert.match(out, /^vault: no difference$/m)
  })

  it('says what it cannot read, with 2', async (t) => {
    const folder = folderOf(t)
    for (const args of [['flows'], ['flows', 'nowhere'], ['flows', 'nowhere.yaml']]) {
      const { code, err } = await command(folder, ['diff', ...args])
      assert.equal(code, 2)
      assert.match(err, /name two versions|cannot be read/)
    }
  })
})
