import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { type ProblemCode, problemCodes } from '../../src/language/problem.ts'
import { problemAsJson, renderProblem } from '../../src/language/render.ts'
import { door, filesOf, load, shop, type World } from './small.ts'

interface Mistake extends World {
  readonly code: ProblemCode
  /** What stands at the place that is pointed at, up to the end of the file. */
  readonly at: string
  /** Where that is not `shop.yaml`. */
  readonly file?: string
  readonly hint: RegExp
  readonly shop?: string
}

/** The little flow with one text in it replaced. */
function changed(from: string, to: string): string {
  assert.ok(door.includes(from), from)
  return door.replace(from, to)
}

const caller = (call: string, shared: string, file = 'shared/inner'): Mistake & { shop: string } =>
  ({
    shop: shop(`
  door: { offer: [knock], on: { success: more, exhausted: out } }
  more: ${call}
  in: { end: success }
  out: { end: failure, error: access_denied }`),
    files: { [`${file}.yaml`]: shared },
  }) as unknown as Mistake & { shop: string }

const inner = `flow: shared/inner
start: ask
parameters: { skew: 1 }
states:
  ask: { offer: [{ code: { skew: $skew } }], on: { success: yes, unavailable: no, exhausted: no } }
  yes: { end: success }
  no: { end: unavailable }
`

/** For every code at least one file that has it, and nothing else. */
const mistakes: readonly Mistake[] = [
  { code: 'yaml-invalid', at: '\t- x', shop: `${door}\t- x`, hint: /bracket/ },
  {
    code: 'yaml-too-large',
    at: 'flow: shop',
    shop: `${door}#${'x'.repeat(300_000)}`,
    hint: /call/,
  },
  {
    code: 'yaml-alias',
    at: '&a Shop',
    shop: changed('title: Shop', 'title: &a Shop'),
    hint: /out/,
  },
  {
    code: 'yaml-tag',
    at: '!!str',
    shop: changed('title: Shop', 'title: !!str Shop'),
    hint: /tag out/,
  },
  {
    code: 'yaml-merge-key',
    at: '<<',
    shop: changed('title: Shop', '<<: {title: Shop}'),
    hint: /write out/,
  },
  {
    code: 'key-duplicate',
    at: 'title: Shop\napp',
    shop: changed('title: Shop', 'title: Shop\ntitle: Shop'),
    hint: /one of them/,
  },
  {
    code: 'shape-invalid',
    at: 'open',
    shop: changed('{ offer: [knock], on: { success: in, exhausted: out } }', 'open'),
    hint: /name: value/,
  },
  {
    code: 'shape-invalid',
    at: 'in: { end: success, ',
    shop: changed('{ end: success }', '{ end: success, decide: [] }'),
    hint: /two states/,
  },
  {
    code: 'key-unknown',
    at: 'titel',
    shop: changed('title: Shop', 'titel: Shop'),
    hint: /did you mean `title`/,
  },
  { code: 'key-missing', at: 'flow: shop', shop: changed('title: Shop', ''), hint: /title/ },
  {
    code: 'name-invalid',
    at: 'Late',
    shop: `${door}  Late: { end: success }\n`,
    hint: /small letters/,
  },
  {
    code: 'name-taken',
    at: 'knock]',
    shop: changed('[knock]', '[knock, knock]'),
    hint: /keep one/,
  },
  {
    code: 'value-invalid',
    at: '15x',
    shop: shop(door.split('states:')[1]!, 'within: 15x'),
    hint: /15m/,
  },
  {
    code: 'value-invalid',
    at: '15d',
    shop: changed('[knock]', '[knock], maxAge: 15d'),
    hint: /15m/,
  },
  { code: 'file-name', at: 'stop', shop: changed('flow: shop', 'flow: stop'), hint: /flow: shop/ },
  {
    code: 'step-unknown',
    at: 'knok',
    shop: changed('[knock]', '[knok]'),
    hint: /did you mean `knock`/,
  },
  {
    code: 'step-unknown',
    at: 'abroad',
    shop: changed('[knock]', '[knock, abroad]'),
    hint: /`north`, `south`/,
  },
  {
    code: 'step-misplaced',
    at: 'sort',
    shop: changed('[knock]', '[knock, sort]'),
    hint: /run: sort/,
  },
  {
    code: 'parameter-unknown',
    at: 'skew',
    shop: changed('[knock]', '[{ knock: { skew: 1 } }]'),
    hint: /none to name/,
  },
  {
    code: 'state-unknown',
    at: 'inn',
    shop: changed('success: in', 'success: inn'),
    hint: /did you mean `in`/,
  },
  {
    code: 'state-unreachable',
    at: 'late',
    shop: `${door}  late: { end: failure, error: late }\n`,
    hint: /take it out/,
  },
  {
    code: 'state-impossible',
    at: 'sort: { run',
    shop: shop(`
  door: { offer: [knock], on: { success: sort, exhausted: out } }
  sort: { run: settle, on: { success: in, disabled: in } }
  in: { end: success }
  out: { end: failure, error: access_denied }`),
    hint: /proves or provisions/,
  },
  {
    code: 'outcome-unknown',
    at: 'sucess',
    shop: changed('exhausted: out', 'exhausted: out, sucess: in'),
    hint: /did you mean `success`/,
  },
  {
    code: 'outcome-unwired',
    at: 'door: {',
    shop: changed(', exhausted: out', ', cancelled: out'),
    hint: /exhausted: <state>/,
  },
  {
    code: 'outcome-impossible',
    at: 'denied: out',
    shop: changed('exhausted: out', 'exhausted: out, denied: out'),
    hint: /./,
  },
  {
    code: 'outcome-impossible',
    at: 'invalid',
    shop: changed('exhausted: out', 'exhausted: out, invalid: out'),
    hint: /spends an attempt/,
  },
  {
    code: 'outcome-impossible',
    at: 'success: in }\nstates',
    shop: shop(door.split('states:')[1]!, 'on: { success: in }'),
    hint: /each state/,
  },
  {
    code: 'option-unknown',
    at: 'kock',
    shop: changed('exhausted: out', 'exhausted: out, kock.success: in'),
    hint: /did you mean `knock`/,
  },
  {
    code: 'transition-open',
    at: '{ when',
    shop: changed('success: in', 'success: [{ when: account.new, to: in }]'),
    hint: /last/,
  },
  {
    code: 'transition-closed',
    at: '{ to: in',
    shop: changed('success: in', 'success: [{ to: in }, { to: out }]'),
    hint: /`when`/,
  },
  {
    code: 'error-conditional',
    at: 'error: [',
    shop: changed(
      'exhausted: out',
      'exhausted: out, error: [{ when: account.new, to: in }, { to: out }]',
    ),
    hint: /without `when`/,
  },
  {
    code: 'cycle-without-rest',
    at: 'a: { decide',
    shop: shop(`
  door: { offer: [knock], on: { success: a, exhausted: out } }
  a: { decide: [{ when: account.new, to: b }, { to: in }] }
  b: { decide: [{ when: "'x' in account.groups", to: a }, { to: in }] }
  in: { end: success }
  out: { end: failure, error: access_denied }`),
    hint: /offer something/,
  },
  {
    ...caller('{ call: shared/iner, on: { success: in, unavailable: out } }', inner),
    code: 'call-unknown',
    at: 'shared/iner',
    hint: /did you mean `shared\/inner`/,
  },
  {
    ...caller(
      '{ call: shared/inner, on: { success: in, unavailable: out } }',
      `${inner.replace('start: ask', 'start: again')}  again: { call: shared/inner, on: { success: ask, unavailable: no } }\n`,
    ),
    code: 'call-cycle',
    file: 'shared/inner.yaml',
    at: 'shared/inner, on',
    hint: /call itself/,
  },
  {
    shop: shop(`
  door: { offer: [knock], on: { success: s0, exhausted: out } }
${Array.from({ length: 260 }, (_, i) => `  s${i}: { call: shared/inner, on: { success: ${i === 259 ? 'in' : `s${i + 1}`}, unavailable: out } }`).join('\n')}
  in: { end: success }
  out: { end: failure, error: access_denied }`),
    files: { 'shared/inner.yaml': inner },
    code: 'call-too-large',
    at: 'door\n\nstates',
    hint: /call fewer/,
  },
  {
    ...caller(
      '{ call: shared/inner, on: { success: in, unavailable: out } }',
      `${inner}properties:\n  - { name: proven, at: sucess, holds: proofs.factors >= 1 }\n`,
    ),
    code: 'state-unknown',
    file: 'shared/inner.yaml',
    at: '{ name: proven',
    hint: /did you mean `success`/,
  },
  {
    ...caller(
      '{ call: shared/inner, on: { success: in, unavailable: out } }',
      inner.replace('parameters', "assumes: [identity.kin == 'account']\nparameters"),
    ),
    code: 'condition-fact',
    file: 'shared/inner.yaml',
    at: "identity.kin == 'account'",
    hint: /did you mean `identity.kind`/,
  },
  {
    code: 'key-unknown',
    at: 'assumes:',
    shop: changed('start: door', "assumes: [identity.kind == 'none']\nstart: door"),
    hint: /did you mean `assume`/,
  },
  {
    code: 'condition-syntax',
    at: "', to: in }",
    shop: changed('success: in', "success: [{ when: 'account.new &&', to: in }, { to: in }]"),
    hint: /identity.kind/,
  },
  {
    code: 'condition-type',
    at: 'proofs.factors, to',
    shop: changed('success: in', 'success: [{ when: proofs.factors, to: in }, { to: in }]'),
    hint: /compare/,
  },
  {
    code: 'condition-fact',
    at: 'acount',
    shop: changed('success: in', 'success: [{ when: acount.new, to: in }, { to: in }]'),
    hint: /did you mean `account.new`/,
  },
  {
    code: 'condition-fact',
    at: 'nroth',
    shop: changed(
      'success: in',
      "success: [{ when: identity.connection == 'nroth', to: in }, { to: in }]",
    ),
    hint: /did you mean `north`/,
  },
  {
    code: 'condition-optional',
    at: 'identity.email ==',
    shop: changed('success: in', "success: [{ when: identity.email == 'a', to: in }, { to: in }]"),
    hint: /orValue/,
  },
  {
    code: 'condition-forbidden',
    at: 'identity.kind.matches',
    shop: changed(
      'success: in',
      "success: [{ when: identity.kind.matches('a'), to: in }, { to: in }]",
    ),
    hint: /glob/,
  },
  {
    code: 'condition-constant',
    at: "true', to",
    shop: changed('success: in', "success: [{ when: 'true', to: in }, { to: in }]"),
    hint: /leave it out/,
  },
  {
    code: 'condition-too-large',
    at: '((((((',
    shop: changed(
      'success: in',
      `success: [{ when: ${'('.repeat(30)}account.new${')'.repeat(30)}, to: in }, { to: in }]`,
    ),
    hint: /split/,
  },
  {
    code: 'policy-unordered',
    at: 'a: { factors: 2',
    shop: shop(
      door.split('states:')[1]!,
      'policy: { acr: { a: { factors: 2 }, b: { factors: 1, phishing-resistant: true } } }',
    ),
    hint: /and more/,
  },
  {
    code: 'directory-unknown',
    file: 'connections.yaml',
    at: 'north:',
    files: {
      'connections.yaml': `
connections:
  north:
    title: North
    protocol: oidc
    issuer: https://north.test
    clientId: c
    clientSecret: $\{env:NORTH}
    directory: costumers
`,
      'directories.yaml': 'directories:\n  customers: { title: Customers, kind: local }\n',
    },
    hint: /did you mean `customers`/,
  },
  {
    code: 'application-unknown',
    at: 'sho]',
    shop: changed('[shop]', '[shop, sho]'),
    hint: /did you mean `shop`/,
  },
  {
    code: 'application-mismatch',
    file: 'applications.yaml',
    at: 'shop: {title',
    shop: changed('applications: [shop]', ''),
    hint: /shop.yaml/,
  },
  {
    code: 'flow-unknown',
    file: 'applications.yaml',
    at: 'shop: { title',
    shop: changed('applications: [shop]', ''),
    files: {
      'applications.yaml':
        "\napplications:\n  shop: { title: Shop, flow: shoop, redirectUris: ['https://a.test/'], auth: none }\n",
    },
    hint: /did you mean `shop`/,
  },
  {
    code: 'plugin-unknown',
    file: 'connections.yaml',
    at: 'north:',
    files: {
      'connections.yaml': `
connections:
  north:
    title: North
    protocol: oidc
    issuer: https://north.test
    clientId: c
    clientSecret: $\{env:NORTH}
    creator: acounts
`,
      'plugins.yaml':
        'plugins: { accounts: { title: Accounts, kind: creator, module: plugins/accounts.ts } }\n',
    },
    hint: /accounts/,
  },
  {
    code: 'contrast-low',
    file: 'theme.yaml',
    at: "'#ffcc00'",
    files: { 'theme.yaml': "theme:\n  accent: '#ffcc00'\n" },
    hint: /^`"#[0-9a-f]{6}"` would do/,
  },
  {
    code: 'picture-unknown',
    file: 'theme.yaml',
    at: 'lgoo.svg',
    files: { 'theme.yaml': 'theme:\n  logo: lgoo.svg\n', 'logo.svg': '<svg></svg>' },
    hint: /did you mean `logo.svg`/,
  },
  {
    code: 'picture-refused',
    file: 'theme.yaml',
    at: 'logo.svg',
    files: { 'theme.yaml': 'theme:\n  logo: logo.svg\n', 'logo.svg': '<svg><script/></svg>' },
    hint: /nothing but shapes/,
  },
  {
    code: 'secret-literal',
    file: 'connections.yaml',
    at: 'hunter2',
    shop: door,
    files: {
      'connections.yaml':
        "connections:\n  north: {title: N, protocol: oidc, issuer: 'https://north.test', clientId: c, clientSecret: hunter2}\n",
    },
    hint: /env:NAME/,
  },
  {
    code: 'subject-mutable',
    file: 'connections.yaml',
    at: 'subject',
    shop: door,
    files: {
      'connections.yaml':
        "connections:\n  north: {title: N, protocol: oidc, issuer: 'https://north.test', clientId: c, clientSecret: '${env:NORTH}', subject: email}\n",
    },
    hint: /mutableSubject/,
  },
  {
    code: 'environment-missing',
    file: 'connections.yaml',
    at: `'\${env:NORTH_URL}`,
    shop: door,
    files: {
      'connections.yaml': `connections:\n  north: {title: N, protocol: oidc, issuer: '\${env:NORTH_URL}', clientId: c, clientSecret: '\${env:N}'}\n`,
    },
    hint: /NORTH_URL:-/,
  },
]

describe('a problem of a file', () => {
  for (const mistake of mistakes) {
    it(`is ${mistake.code} at ${JSON.stringify(mistake.at)}, and that alone`, () => {
      const text = mistake.shop ?? door
      const { organisation, problems } = load(text, mistake)
      assert.equal(organisation, undefined)
      const files = filesOf(text, mistake.files ?? {})
      const told = problems.map((problem) => renderProblem(problem, files)).join('\n')
      assert.deepEqual([...new Set(problems.map(({ code }) => code))], [mistake.code], told)
      const { place, hint } = problems[0]!
      const before = files.find(({ name }) => name === place.file)!.text.split('\n')
      const from = [before[place.line - 1]!.slice(place.column - 1), ...before.slice(place.line)]
      assert.equal(place.file, mistake.file ?? 'shop.yaml')
      assert.ok(from.join('\n').startsWith(mistake.at), told)
      assert.match(hint, mistake.hint)
      assert.equal(problems.length, 1, told)
    })
  }

  it('has a file here for every code there is', () => {
    const shown = new Set(mistakes.map(({ code }) => code))
    // Asked by a server that starts, and not of files: senders.test.ts has its own.
    assert.deepEqual(
      problemCodes.filter((code) => !shown.has(code)),
      ['sender-missing'],
    )
  })

  it('has every code in the table of the README, and no other', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../src/language/README.md'), 'utf8')
    const listed = [...readme.matchAll(/^\| `([a-z]+-[a-z-]+)` +\|/gm)].map(([, code]) => code)
    assert.deepEqual(listed, [...problemCodes])
  })
})

describe('telling a problem', () => {
  const text = 'a: 1\n\tb: \u{1b}[31mred\n'
  const problem = {
    code: 'value-invalid',
    place: { file: 'a.yaml', line: 2, column: 5 },
    message: 'it is \u{7}wrong',
    hint: 'mend it',
  } as const

  it('shows the line with a caret under the place', () => {
    const [head, line, caret] = renderProblem(problem, [{ name: 'a.yaml', text }]).split('\n')
    assert.equal(head, 'a.yaml:2:5 value-invalid')
    assert.equal(line!.indexOf('�'), caret!.indexOf('^'))
  })

  it('lets no control character of a file through to a terminal', () => {
    const told = renderProblem(problem, [{ name: 'a.yaml', text }])
    assert.doesNotMatch(told.replaceAll('\n', ''), /\p{Cc}/u)
  })

  it('is JSON for machines', () => {
    assert.deepEqual(problemAsJson(problem), {
      code: 'value-invalid',
      file: 'a.yaml',
      line: 2,
      column: 5,
      message: 'it is \u{7}wrong',
      hint: 'mend it',
    })
  })

  it('shows a part of a very long line', () => {
    const long = { ...problem, place: { file: 'a.yaml', line: 1, column: 900 } }
    const told = renderProblem(long, [{ name: 'a.yaml', text: 'x'.repeat(2000) }])
    for (const line of told.split('\n')) assert.ok(line.length < 140)
  })

  it('never repeats what stands where a secret should', () => {
    const secret = mistakes.find(({ code }) => code === 'secret-literal')!
    const { problems } = load(door, secret)
    assert.doesNotMatch(problems.map(({ message, hint }) => message + hint).join(), /hunter2/)
  })
})
