import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { languages, ownText, pickLanguage, say } from '../../src/http/browser/texts.ts'
import { outcomes } from '../../src/language/declaration.ts'
import { stepTypes } from '../../src/steps/index.ts'

const english = pickLanguage([])
const src = join(import.meta.dirname, '../../src')
const readme = readFileSync(join(src, 'http/browser/README.md'), 'utf8')

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

  it('are listed by code, and none of those listed is ever taken away', () => {
    const listed = [...readme.matchAll(/^\| `([\w-]+(?:\.[\w-]+)?)` \| ([\w, -]+) \|$/gm)].flatMap(
      (row) => row[2]!.split(', ').map((word) => `${row[1]}.${word}`),
    )
    assert.ok(listed.length > 50)
    const codes = Object.keys(english.texts).filter((code) => !code.startsWith('error.'))
    assert.deepEqual(new Set(listed), new Set(codes))
  })

  it('come in the best language there is, by its shortest matching tag (RFC 4647, 3.4)', () => {
    for (const wishes of [['en-GB-oxendict'], ['xx', 'EN'], ['*'], ['-'], []]) {
      assert.equal(pickLanguage(wishes).tag, 'en')
    }
    assert.equal(pickLanguage(['fr', 'de-CH-1996', 'ar']).tag, 'de')
    assert.deepEqual(
      [pickLanguage(['ar-EG']).tag, pickLanguage(['ar-EG']).direction],
      ['ar', 'rtl'],
    )
  })
})

for (const language of languages) {
  describe(`the catalogue of ${language.tag}`, () => {
    const texts: Readonly<Record<string, string>> = language.texts

    it('has a text for each code of the English one, and no other', () => {
      assert.deepEqual(new Set(Object.keys(texts)), new Set(Object.keys(english.texts)))
      for (const [code, text] of Object.entries(texts))
        assert.ok(text.trim() === text && text, code)
    })

    it('fills in what English does', () => {
      const holes = (text: string) => new Set([...text.matchAll(/\{\w+\}/g)].map(String))
      for (const [code, text] of Object.entries(english.texts)) {
        assert.deepEqual(holes(texts[code]!), holes(text), code)
      }
    })

    it('does not say that an account exists or does not (I-36)', () => {
      assert.equal(say(language, 'password.unknown'), say(language, 'step.invalid'))
    })

    if (language === english) return
    it('is translated: what is the same in English is a name or a word of both', () => {
      const same = Object.entries(english.texts).filter(([code, text]) => texts[code] === text)
      const shared = language.tag === 'de' ? ['page.code', 'webauthn.response', 'consent.name'] : []
      assert.deepEqual(
        same.map(([code]) => code),
        shared,
      )
    })
  })
}

describe('the renderer', () => {
  it('has no words of its own: all that people read comes from a catalogue', () => {
    const templates = readTree(join(src, 'http'))
      .filter(([file]) => !file.includes('texts'))
      .flatMap(([file, text]) => templatesOf(text).map((template) => [file, template] as const))
    assert.ok(templates.length > 30)
    const words = templates.filter(([, template]) =>
      /[A-Za-z]{2}/.test(template.replace(/<[^>]*>| [a-z-]+="[^"]*"|^ [a-z]+/g, '')),
    )
    assert.deepEqual(words, [])
  })
})

/** What stands in `html` templates beside what is put into them. */
function templatesOf(source: string): readonly string[] {
  return [...source.matchAll(/html`/g)].map(({ index }) => literalAt(source, index + 5))
}

function literalAt(source: string, start: number): string {
  let literal = ''
  /** From the outside in: whether each is a template, or else what is put into one. */
  const within = [true]
  for (let at = start; within.length > 0; at += 1) {
    const isTemplate = within.at(-1)
    const character = source[at]!
    if (character === '`') isTemplate ? within.pop() : within.push(true)
    else if (isTemplate && source.startsWith('${', at)) continue
    else if (character === '{' && (!isTemplate || source[at - 1] === '$')) within.push(false)
    else if (character === '}' && !isTemplate) within.pop()
    else if (within.length === 1) literal += character
  }
  return literal
}

function readTree(folder: string): readonly (readonly [file: string, text: string])[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [file, readFileSync(join(folder, file), 'utf8')] as const)
}

function sources(folder: string): readonly string[] {
  return readTree(folder).map(([, text]) => text)
}
