import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { readFolder } from '../../src/cli/folder.ts'
import { compile } from '../../src/language/compile.ts'
import { readCondition } from '../../src/language/conditions.ts'
import { outcomes } from '../../src/language/declaration.ts'
import { directoryFields } from '../../src/language/directory-fields.ts'
import { type FactDeclaration, factDeclarations } from '../../src/language/facts.ts'
import type { FieldSpecs } from '../../src/language/fields.ts'
import { loadFlows } from '../../src/language/load.ts'
import type { ParamSpec } from '../../src/language/params.ts'
import { stateKeys } from '../../src/language/parse-state.ts'
import { connectionFields } from '../../src/language/read-connections.ts'
import { pluginFields } from '../../src/language/read-plugins.ts'
import { serviceFields } from '../../src/language/read-services.ts'
import { applicationFields } from '../../src/language/read-settings.ts'
import { themeFields } from '../../src/language/read-theme.ts'
import { renderProblem } from '../../src/language/render.ts'
import { schemas, schemaText } from '../../src/language/schema.ts'
import { stepTypes } from '../../src/steps/index.ts'

const folder = join(import.meta.dirname, '../../flows')
const readme = readFileSync(join(folder, 'README.md'), 'utf8')
const files = await readFolder(folder)

/** Fenced blocks of a language, with what else stands behind the fence. */
function blocks(language: string): readonly { readonly name: string; readonly text: string }[] {
  const fence = new RegExp(`^\`\`\`${language}(?: (\\S+))?\\n([\\s\\S]*?)^\`\`\`$`, 'gm')
  return [...readme.matchAll(fence)].map(([, name = '', text = '']) => ({ name, text }))
}

describe('the shipped flows', () => {
  it('have no problem, with nothing set in the environment', () => {
    const { problems, organisation } = loadFlows(files, stepTypes)
    assert.deepEqual(
      problems.map((problem) => renderProblem(problem, files)),
      [],
    )
    assert.deepEqual(
      organisation?.flows.map(({ name }) => name),
      [
        'account-app',
        'account-codes',
        'account-email',
        'account-link',
        'account-passkey',
        'admin',
        'my-account',
        'password',
        'recover',
        'sign-up',
        'thrift',
        'vault',
      ],
    )
  })

  it('let GitHub pass through with its provisioning off, and say that it is weaker', () => {
    const { organisation } = loadFlows(files, stepTypes, { SALLYPORT_GITHUB_JIT: 'false' })
    const thrift = organisation!.flows.find(({ name }) => name === 'thrift')!
    assert.deepEqual(
      [thrift.connections.github!.jit, thrift.connections.google!.jit],
      [false, true],
    )
    assert.deepEqual(
      thrift.weaker.map(({ ways }) => ways),
      [['github']],
    )
  })

  it('take the real upstreams from the environment, with the client id and secret that they gave (A-23)', () => {
    const { organisation } = loadFlows(files, stepTypes, {
      GOOGLE_ISSUER: 'https://accounts.google.com',
      GOOGLE_CLIENT_ID: 'given-by-google',
      GOOGLE_CLIENT_SECRET: 'a-secret-of-google',
      GITHUB_URL: 'https://github.com',
      GITHUB_API_URL: 'https://api.github.com',
      GITHUB_CLIENT_ID: 'given-by-github',
      GITHUB_CLIENT_SECRET: 'a-secret-of-github',
    })
    assert.deepEqual(
      organisation!.connections.map(
        (each) => 'clientSecret' in each && [each.clientId, each.clientSecret.value?.reveal()],
      ),
      [
        ['given-by-google', 'a-secret-of-google'],
        ['given-by-github', 'a-secret-of-github'],
      ],
    )
    assert.deepEqual(
      organisation!.connections.map((each) =>
        'userInfoEndpoint' in each ? each.userInfoEndpoint : 'issuer' in each && each.issuer,
      ),
      ['https://accounts.google.com', 'https://api.github.com/user'],
    )
  })

  it('name their schemas', () => {
    for (const { name, text } of files) {
      const schema =
        /^(?:connections|directories|applications|plugins|senders|services|theme)\.yaml$/.test(name)
          ? name.replace('.yaml', '.schema.json')
          : `${name.includes('/') ? '../' : ''}flow.schema.json`
      assert.equal(text.split('\n')[0], `# yaml-language-server: $schema=${schema}`, name)
    }
  })
})

describe('the schemas beside the flows', () => {
  const made = schemas(stepTypes)
  for (const [name, schema] of Object.entries(made)) {
    it(`${name} is the one that the code makes; \`sallyport check --schemas\` writes it`, () => {
      assert.equal(readFileSync(join(folder, name), 'utf8'), schemaText(schema))
    })
  }

  it('are all that is there', () => {
    const there = readdirSync(folder).filter((name) => name.endsWith('.schema.json'))
    assert.deepEqual(new Set(there), new Set(Object.keys(made)))
  })
})

describe('flows/README.md', () => {
  const called = ['shared/second-factor', 'shared/just-in-time']
  const sharedBy = (text: string) =>
    files.filter(({ name }) =>
      called.some((each) => name === `${each}.yaml` && text.includes(each)),
    )
  const settings = [
    ...files.filter(({ name }) => name === 'connections.yaml'),
    ...blocks('yaml').filter(({ name }) => name === 'services.yaml'),
  ]

  for (const { name, text } of blocks('yaml')) {
    const flow = /^flow: (\S+)$/m.exec(text)?.[1]
    it(`shows ${flow ?? name} as it can be used`, () => {
      const shown = { name: flow === undefined ? name : `${flow}.yaml`, text }
      const others = [...sharedBy(text), ...(flow === undefined ? [] : settings)]
      const all = [shown, ...others]
      const { problems, organisation } = loadFlows(all, stepTypes)
      assert.deepEqual(
        problems.map((problem) => renderProblem(problem, all)),
        [],
      )
      for (const definition of organisation!.flows) compile(definition)
    })
  }

  for (const source of blocks('cel').flatMap(({ text }) => text.trim().split('\n'))) {
    it(`shows the condition ${source} as it can be used`, () => {
      assert.ok('predicate' in readCondition(source), JSON.stringify(readCondition(source)))
    })
  }

  it('has an example of every kind of state, and of every part of a flow', () => {
    const all = blocks('yaml')
      .map(({ text }) => text)
      .join('\n')
    for (const key of Object.values(stateKeys).flat()) assert.match(all, new RegExp(`\\b${key}:`))
  })

  for (const [what, rows] of Object.entries(tables())) {
    it(`has the table of ${what} as the code has it`, () => {
      const wanted = rows.join('\n')
      assert.ok(readme.includes(`\n${wanted}\n\n`), `it should be\n${wanted}`)
    })
  }

  it('means every outcome there is', () => {
    const [, table = ''] = readme.split('| outcome | means |\n| --- | --- |\n')
    const named = table
      .split('\n\n')[0]!
      .split('\n')
      .map((row) => row.split('`')[1])
    assert.deepEqual(named, [...outcomes])
  })
})

/** The reference as the declarations have it. */
function tables(): Readonly<Record<string, readonly string[]>> {
  return {
    facts: Object.entries<FactDeclaration>(factDeclarations).map(([name, fact]) => {
      const marks = [fact.from, ...(fact.optional ? ['optional'] : []), ...(fact.of ?? [])]
      const values = fact.values ? `: ${fact.values.map((value) => `\`${value}\``).join(', ')}` : ''
      return `| \`${name}\` | \`${fact.type}\` | ${marks.join(', ')} | ${fact.description}${values} |`
    }),
    states: Object.entries(stateKeys).map(
      ([kind, keys]) => `| \`${kind}\` | ${code(keys.filter((key) => key !== kind))} |`,
    ),
    steps: stepTypes.map(({ declaration }) => {
      const name = declaration.byConnection ? "a connection's id" : `\`${declaration.type}\``
      return `| ${name} | ${declaration.mode} | ${code(Object.keys(declaration.outcomes))} |`
    }),
    parameters: stepTypes.flatMap(({ declaration, params }) =>
      Object.entries<ParamSpec & { readonly description: string }>(params).map(
        ([name, param]) =>
          `| \`${declaration.type}\` | \`${name}\` | ${param.description}${range(param)} |`,
      ),
    ),
    'connections.yaml': connectionRows(),
    'applications.yaml': fieldRows(applicationFields),
    'directories.yaml': directoryRows(),
    'services.yaml': fieldRows(serviceFields),
    'plugins.yaml': fieldRows(pluginFields),
    'theme.yaml': fieldRows(themeFields),
  }
}

function code(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ')
}

function range(param: ParamSpec): string {
  if (param.kind === 'int') return `; ${param.min} to ${param.max}, ${param.default} unless said`
  return 'default' in param ? `; \`${param.default}\` unless said` : ''
}

function fieldRows(fields: FieldSpecs, kind = ''): string[] {
  return Object.entries(fields).map(([name, field]) => {
    const marks = [
      ...(kind ? [`\`${kind}\``] : []),
      ...(field.required ? ['required'] : []),
      ...(field.requiredUnless ? [`required but with \`${field.requiredUnless}\``] : []),
    ]
    return `| \`${name}\` | ${marks.join(', ')} | ${field.description} |`
  })
}

function connectionRows(): string[] {
  return rowsByKind(connectionFields)
}

/** A local directory says no more than what it is called. */
function directoryRows(): string[] {
  const { local, ...external } = directoryFields
  const own = new Set(Object.keys(local))
  return [
    ...fieldRows(local),
    ...rowsByKind(external).filter((row) => !own.has(row.split('`')[1]!)),
  ]
}

/** First what all have; what only some have, or have otherwise, is marked with who. */
function rowsByKind(byKind: Readonly<Record<string, FieldSpecs>>): string[] {
  const kinds = Object.entries(byKind)
  const isOfAll = (name: string, field: FieldSpecs[string]) =>
    kinds.every(([, fields]) => fields[name]?.description === field.description)
  const part = (fields: FieldSpecs, ofAll: boolean) =>
    Object.fromEntries(Object.entries(fields).filter((each) => isOfAll(...each) === ofAll))
  return [
    ...fieldRows(part(kinds[0]![1], true)),
    ...kinds.flatMap(([kind, fields]) => fieldRows(part(fields, false), kind)),
  ]
}
