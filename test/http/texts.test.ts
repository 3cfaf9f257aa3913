import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { ownText, pickLanguage, say } from '../../src/http/browser/texts.ts'
import { outcomes } from '../../src/language/step.ts'
import { stepTypes } from '../../src/steps/index.ts'

const english = pickLanguage([])
const src = join(import.meta.dirname, '../../src')

describe('texts', () => {
  for (const { declaration, fields } of stepTypes) {
    if (declaration.mode === 'run') continue
    it(`has a title, and a label for each field, of ${declaration.type}`, () => {
      const codes = [`${declaration.type}.title`, ...fields.map(({ label }) => label)]
      assert.deepEqual(
        codes.filter((code) => ownText(english, code) === undefined),
        [],
      )
    })
  }

  it('has every message code that a step names', () => {
    const named = sources(join(src, 'steps')).flatMap((text) => [
      ...[...text.matchAll(/message: '([^']+)'/g)].map((match) => match[1]!),
      ...[...text.matchAll(/label: '([^']+)'/g)].map((match) => match[1]!),
    ])
    assert.ok(named.length > 3)
    assert.deepEqual(
      named.filter((code) => ownText(english, code) === undefined),
      [],
    )
  })

  it('has every code that a page names', () => {
    const named = sources(join(src, 'http')).flatMap((text) =>
      [...text.matchAll(/say\(language, '([a-z.-]+)'/g)].map((match) => match[1]!),
    )
    assert.ok(named.length > 10)
    assert.deepEqual(
      named.filter((code) => ownText(english, code) === undefined),
      [],
    )
  })

  it('has something to say for every outcome of every step', () => {
    for (const outcome of outcomes) assert.ok(ownText(english, `step.${outcome}`), outcome)
    assert.equal(say(english, 'anything.invalid'), say(english, 'step.invalid'))
  })

  it('does not say that an account exists or does not (I-36)', () => {
    for (const hidden of ['unknown', 'invalid']) {
      assert.equal(say(english, `step.${hidden}`), say(english, 'step.invalid'))
    }
    assert.equal(say(english, 'password.unknown'), say(english, 'step.invalid'))
  })

  it('fills in what is named, and never code', () => {
    assert.equal(say(english, 'step.continue', { title: '{count}' }), 'Continue with {count}')
    assert.equal(say(english, 'constructor'), say(english, 'step.title'))
    assert.equal(say(english, '__proto__'), say(english, 'step.title'))
  })

  it('come in the best language there is, by its shortest matching tag (RFC 4647, 3.4)', () => {
    for (const wishes of [['en-GB-oxendict'], ['xx', 'EN'], ['*'], ['-'], []]) {
      assert.equal(pickLanguage(wishes).tag, 'en')
    }
  })
})

function sources(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
}
