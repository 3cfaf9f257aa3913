/** The table of `op.md` is complete, and says what the tests show. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'

/** How many modules each plan has. */
const plans = {
  'oidcc-basic-certification-test-plan': 38,
  'oidcc-rp-initiated-logout-certification-test-plan': 11,
  'oidcc-backchannel-rp-initiated-logout-certification-test-plan': 2,
  'oidcc-config-certification-test-plan': 1,
}

const here = import.meta.dirname
const table = readFileSync(join(here, 'op.md'), 'utf8')
const rows = [...table.matchAll(/^\| `(oidcc-[^`]+)` \| (.+) \|$/gm)].map(([, name, result]) => ({
  name: name!,
  passes: /^passes(: |$)/.test(result!),
  isSaid: /^(?:passes|passes: .{10,}|does not apply: .{20,})$/.test(result!),
}))
/** Names as they stand in the tests; `${x}` in one stands for the words of the loop around it. */
const tests = readdirSync(here)
  .filter((file) => /^op-.*\.test\.ts$/.test(file) && file !== 'op-table.test.ts')
  .map((file) => readFileSync(join(here, file), 'utf8'))
  .join('\n')
const named = [...tests.matchAll(/\bit\((['`])(oidcc-[^'`]+)\1/g)].map(([, , name]) => name!)

describe('the table of the modules of OpenID providers', () => {
  it('has every module of the four plans once', () => {
    const sections = table.split(/^## /m).slice(1)
    const counted = sections.map((section) => [
      section.slice(0, section.indexOf('\n')),
      section.match(/^\| `oidcc-/gm)?.length,
    ])
    assert.deepEqual(Object.fromEntries(counted), plans)
    const names = rows.map(({ name }) => name)
    assert.equal(new Set(names).size, names.length)
  })

  it('says of each whether it passes, or in a sentence why it does not apply', () => {
    for (const { name, isSaid } of rows) assert.ok(isSaid, name)
    const passing = rows.filter(({ passes }) => passes).length
    const counted = `**${rows.length} modules: ${passing} pass, ${rows.length - passing} does not apply.**`
    assert.ok(table.includes(counted), counted)
  })

  it('names a test for each that passes, and no test is missing from it', () => {
    const patterns = named.map((name) => ({
      name,
      pattern: new RegExp(`^${name.replaceAll(/\$\{\w+\}/g, '[a-z-]+')}$`),
    }))
    for (const { name, passes } of rows) {
      const shown = patterns.some(({ pattern }) => pattern.test(name) && isShown(name, pattern))
      assert.equal(shown, passes, name)
    }
    for (const { name, pattern } of patterns) {
      assert.ok(
        rows.some((row) => pattern.test(row.name)),
        `${name} is in no row`,
      )
    }
  })
})

/** A name that a loop makes has its last words in the loop's list. */
function isShown(name: string, pattern: RegExp): boolean {
  if (named.includes(name)) return true
  const fixed = pattern.source.slice(1, pattern.source.indexOf('[a-z-]+'))
  return new RegExp(`'${name.slice(fixed.length)}'`).test(tests)
}
