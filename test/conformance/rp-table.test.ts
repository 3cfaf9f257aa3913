/** The table of `rp.md` is complete, and says what the tests show. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'

/** How many modules each plan has. */
const plans = {
  'oidcc-client-test-plan': 39,
  'oidcc-client-logout-test-plan': 14,
  'oidcc-client-refreshtoken-test-plan': 3,
}
const modules = Object.values(plans).reduce((sum, count) => sum + count)

const here = import.meta.dirname
const table = readFileSync(join(here, 'rp.md'), 'utf8')
const rows = [...table.matchAll(/^\| `(oidcc-[^`]+)` \| (.+) \|$/gm)].map(([, name, result]) => ({
  name: name!,
  passes: /^passes(: |$)/.test(result!),
  isSaid: /^(?:passes|passes: .{10,}|does not apply: .{20,})$/.test(result!),
}))
const tests = readFileSync(join(here, 'rp.test.ts'), 'utf8')
/** By their names, and those of the one loop by the keys of its list. */
const shown = [
  ...[...tests.matchAll(/\bit\('(oidcc-[^']+)'/g)].map(([, name]) => name!),
  ...[...tests.matchAll(/^ {4}'([a-z0-9-]+)': \[/gm)].map(
    ([, last]) => `oidcc-client-test-${last}`,
  ),
]

describe('the table of the modules of relying parties', () => {
  it('has every module of the plans once', () => {
    const sections = table.split(/^## /m).slice(1)
    const counted = sections.map((section) => [
      section.slice(0, section.indexOf('\n')),
      section.match(/^\| `oidcc-/gm)?.length,
    ])
    assert.deepEqual(Object.fromEntries(counted), plans)
    assert.equal(new Set(rows.map(({ name }) => name)).size, modules)
  })

  it('says of each whether it passes, or in a sentence why it does not apply', () => {
    for (const { name, isSaid } of rows) assert.ok(isSaid, name)
    const passing = rows.filter(({ passes }) => passes).length
    const counted = `**${modules} modules: ${passing} pass, ${modules - passing} do not apply.**`
    assert.ok(table.includes(counted), counted)
  })

  it('names a test for each that passes, and no test is missing from it', () => {
    const passing = rows.flatMap(({ name, passes }) => (passes ? name : []))
    assert.equal(new Set(shown).size, shown.length)
    assert.deepEqual(new Set(shown), new Set(passing))
  })
})
