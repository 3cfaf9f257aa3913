import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { contrast, palette, readable, textContrastMin } from '../../src/language/theme.ts'
import { door, load } from './small.ts'

const svg = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z" fill="url(#a)"/></svg>'
const read = (theme: string, files: Readonly<Record<string, string>> = {}) =>
  load(door, { files: { 'theme.yaml': `theme:\n${theme}`, ...files } })
const said = (theme: string, files: Readonly<Record<string, string>> = {}) =>
  read(theme, files).problems.map(({ code, place, message, hint }) => {
    return `${place.file}:${place.line}:${place.column} ${code} ${message}; ${hint}`
  })

describe('contrast (WCAG 2.2, "contrast ratio")', () => {
  // Black on white by definition; #767676 is the lightest grey of 4.5 on white, #777777 is just below it.
  for (const [one, other, ratio] of [
    ['#000000', '#ffffff', '21.00'],
    ['#ffffff', '#ffffff', '1.00'],
    ['#767676', '#ffffff', '4.54'],
    ['#777777', '#ffffff', '4.48'],
  ] as const) {
    it(`of ${one} and ${other} is ${ratio}, whichever is the text`, () => {
      assert.equal(contrast(one, other).toFixed(2), ratio)
      assert.equal(contrast(other, one).toFixed(2), ratio)
    })
  }

  it('of the colours that the pages have by themselves is enough', () => {
    for (const { card, accent, accentText } of Object.values(palette)) {
      assert.ok(contrast(accent, card) >= textContrastMin)
      assert.ok(contrast(accentText, accent) >= textContrastMin)
    }
  })

  const aColour = fc
    .integer({ min: 0, max: 0xffffff })
    .map((value) => `#${value.toString(16).padStart(6, '0')}`)
  it('is enough of every colour that is proposed, and one that is enough is left as it is', () => {
    fc.assert(
      fc.property(aColour, aColour, (colour, ground) => {
        const better = readable(colour, [ground])
        assert.ok(better !== undefined && contrast(better, ground) >= textContrastMin)
        if (contrast(colour, ground) >= textContrastMin) assert.equal(better, colour)
      }),
    )
  })
})

describe('a theme', () => {
  it('has its colours, its name, its pictures, and for the rest what the pages have', () => {
    const { organisation, problems } = read(
      "  name: Thrift & Daughters\n  accent: '#0b6b4f'\n  logo: logo.svg\n  radiusPx: 4\n",
      { 'logo.svg': svg },
    )
    assert.deepEqual(problems, [])
    assert.deepEqual(organisation?.theme, {
      name: 'Thrift & Daughters',
      light: { accent: '#0b6b4f', accentText: '#ffffff' },
      dark: { accent: palette.dark.accent, accentText: palette.dark.accentText },
      logo: svg,
      radiusPx: 4,
    })
  })

  it('is another one for an application that says so, which has the rest as the house', () => {
    const house = "  name: House\n  accent: '#0b6b4f'\n  logo: logo.svg\n  radiusPx: 4\n"
    const own = "applications:\n  shop: { name: Shop, darkAccent: '#7fdcb0' }\n"
    const { organisation, problems } = read(`${house}${own}`, { 'logo.svg': svg })
    assert.deepEqual(problems, [])
    assert.deepEqual(organisation?.theme?.applications, {
      shop: {
        name: 'Shop',
        light: { accent: '#0b6b4f', accentText: '#ffffff' },
        dark: { accent: '#7fdcb0', accentText: palette.dark.accentText },
        logo: svg,
        radiusPx: 4,
      },
    })
    const logos = '  logo: logo.svg\n  darkLogo: dark.svg\n'
    const files = { 'logo.svg': svg, 'dark.svg': `${svg} `, 'own.svg': ` ${svg}` }
    const shop = (says: string) => {
      const { applications } = read(`${logos}applications:\n  shop: ${says}\n`, files).organisation!
        .theme!
      return [applications?.shop?.logo, applications?.shop?.darkLogo]
    }
    assert.deepEqual(shop('{ name: Shop }'), [svg, `${svg} `])
    assert.deepEqual(shop('{ logo: own.svg }'), [` ${svg}`, undefined])
    assert.deepEqual(said("  name: House\napplications:\n  shoq: { accent: '#ffcc00' }\n"), [
      'theme.yaml:4:3 application-unknown there is no application `shoq` that could look so; did you mean `shop`?',
      'theme.yaml:4:19 contrast-low `accent` has a contrast of 1.51 to the light ground `#ffffff` and needs 4.5; `"#8f7200"` would do (WCAG 2.2, 1.4.3)',
    ])
  })

  it('is absent where no file says so, and a picture alone says nothing', () => {
    const { organisation } = load(door, { files: { 'logo.svg': '<p>' } })
    assert.equal(organisation?.theme, undefined)
  })

  it('has no colour that cannot be read, on light or dark ground, as a link or below its text', () => {
    assert.deepEqual(said("  accent: '#ffcc00'\n"), [
      'theme.yaml:2:11 contrast-low `accent` has a contrast of 1.51 to the light ground `#ffffff` and needs 4.5; `"#8f7200"` would do (WCAG 2.2, 1.4.3)',
    ])
    assert.deepEqual(said("  darkAccent: '#202020'\n").length, 1)
    assert.match(said("  accent: '#0b6b4f'\n  accentText: '#333333'\n").join(), /^theme.yaml:3:15/)
    assert.match(said("  darkAccent: '#8a8f99'\n  darkAccentText: '#ffffff'\n").join(), /`#8a8f99`/)
    assert.match(said("  accentText: '#333333'\n").join(), /^theme.yaml:2:15 .* `#2f4bb8`/)
  })

  it('proposes only what would do', () => {
    for (const accent of ['#ffcc00', '#00ffff', '#ff8080']) {
      const [problem = ''] = said(`  accent: '${accent}'\n`)
      const [, better] = /`"(#[0-9a-f]{6})"`/.exec(problem) ?? []
      assert.deepEqual(said(`  accent: '${better}'\n`), [])
    }
  })

  it('takes no colour by another spelling, and no name that is more than a name', () => {
    for (const value of ['red', '#fff', '"#12345g"', "'#123456;}'"]) {
      assert.equal(said(`  accent: ${value}\n`).length, 1, value)
    }
    for (const value of ["'a\"b'", "'a\\b'", "'</style>'", '"a\\nb"', "'{x}'"]) {
      assert.match(said(`  name: ${value}\n`).join(), /value-invalid/, value)
    }
  })

  const refused = {
    'with script': '<svg><script>1</script></svg>',
    'with a handler': '<svg onload="alert(1)"></svg>',
    'with a page in it': '<svg><foreignObject/></svg>',
    'that loads a picture': '<svg><image href="https://elsewhere.test/a.png"/></svg>',
    'that loads one by another attribute': "<svg><image xlink:href='//elsewhere.test'/></svg>",
    'with a style from elsewhere': '<svg><style>@import "a.css"</style></svg>',
    'with an address in a style': '<svg><path style="fill:url(https://elsewhere.test)"/></svg>',
    'with a document type': '<!DOCTYPE svg [<!ENTITY a "b">]><svg></svg>',
    'that is none': '<html></html>',
    'that is too large': `<svg>${' '.repeat(16_000)}</svg>`,
  }
  for (const [which, picture] of Object.entries(refused)) {
    it(`refuses a logo ${which}`, () => {
      const [problem, ...others] = said('  logo: logo.svg\n', { 'logo.svg': picture })
      assert.match(problem ?? '', /^theme\.yaml:2:9 picture-refused `logo\.svg`/)
      assert.deepEqual(others, [])
    })
  }

  it('names pictures of its own folder only', () => {
    for (const name of ['../logo.svg', '/etc/logo.svg', 'https://elsewhere.test/logo.svg']) {
      assert.match(said(`  logo: ${name}\n`).join(), /value-invalid/, name)
    }
  })
})
