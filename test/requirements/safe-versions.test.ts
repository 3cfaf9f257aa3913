import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { noBearing, safeVersions } from './safe-versions.ts'

const read = (file: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../..', file), 'utf8'))
const lock = read('package-lock.json')
const installed = new Map<string, string[]>()
for (const [path, { version }] of Object.entries<{ version: string }>(lock.packages)) {
  const name = path.split('node_modules/').at(-1)!
  installed.set(name, [...(installed.get(name) ?? []), version])
}

describe('what we stand on', () => {
  for (const { name, atLeast, because } of safeVersions) {
    it(`${name} is ${atLeast} or newer, wherever it is installed: ${because}`, () => {
      const versions = installed.get(name) ?? []
      assert.ok(versions.length > 0, 'a row is of something that is installed')
      assert.deepEqual(
        versions.filter((version) => isOlder(version, atLeast)),
        [],
      )
    })
  }

  it('has a row for each library that is named, but for those that bear on nothing', () => {
    const rows = safeVersions.map(({ name }) => name)
    const named = Object.keys(read('package.json').dependencies)
    assert.deepEqual(
      named.filter((name) => !rows.includes(name) && !noBearing.includes(name)),
      [],
      'look what is known of it: test/requirements/safe-versions.ts',
    )
    assert.deepEqual(
      noBearing.filter((name) => !named.includes(name)),
      [],
    )
  })

  it('tells older from newer by number, not by text', () => {
    assert.ok(isOlder('2.9.9', '2.10.0'))
    assert.ok(isOlder('3.0.0-alpha.5', '3.0.0'))
    assert.ok(!isOlder('10.0.0', '9.9.9'))
    assert.ok(!isOlder('1.2.3', '1.2.3'))
  })
})

/** Semantic Versioning 2.0.0, section 11; what has a tag comes before what has none. */
function isOlder(version: string, than: string): boolean {
  const [one, other] = [version, than].map((text) => text.split('-')[0]!.split('.').map(Number))
  const at = one!.findIndex((part, index) => part !== other![index])
  return at === -1 ? version.includes('-') && !than.includes('-') : one![at]! < other![at]!
}
