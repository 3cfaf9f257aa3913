/** The README says what is so: its flow, its picture, its commands. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, it } from 'node:test'
import { commandNames, main } from '../src/cli/main.ts'
import { loadFlows } from '../src/language/load.ts'
import { stepTypes } from '../src/steps/index.ts'

const root = resolve(import.meta.dirname, '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const block = (language: string) =>
  new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(readme)![1]!
const shipped = (name: string) => ({
  name,
  text: readFileSync(join(root, 'flows', name), 'utf8'),
})

describe('README', () => {
  it('shows a flow that has no problem', () => {
    const applications = 'applications: {}\n'
    const files = [
      { name: 'thrift.yaml', text: block('yaml') },
      { name: 'applications.yaml', text: applications },
      shipped('connections.yaml'),
      shipped('directories.yaml'),
    ]
    assert.deepEqual(
      loadFlows(files, stepTypes).problems.map(({ message }) => message),
      [],
    )
  })

  it('draws thrift as the command draws it', async () => {
    const lines: string[] = []
    const io = {
      out: (line: string) => void lines.push(line),
      err: (line: string) => void lines.push(line),
      env: {},
      cwd: root,
      stop: new AbortController().signal,
      readInput: async () => '',
    }
    assert.equal(await main(['graph', 'thrift', '--format', 'mermaid'], io), 0)
    assert.equal(block('mermaid').trim(), lines.join('\n').trim())
  })

  it('lists every command and no other, in the order of `--help`', () => {
    const section = readme.slice(readme.indexOf('## The command'), readme.indexOf('## The server'))
    const listed = [...section.matchAll(/^\| `([a-z]+)/gm)].map((row) => row[1]!)
    assert.deepEqual(listed, commandNames)
  })

  it('lists every setting that the server reads from the environment, and no other', () => {
    const names = (text: string) => new Set(text.match(/\bSALLYPORT_[A-Z_]+/g))
    const section = readme.slice(readme.indexOf('## The server'), readme.indexOf('## Tests of'))
    const read = readFileSync(join(root, 'src/config.ts'), 'utf8')
    const sorted = (found: Set<string>) => [...found].sort((a, b) => (a < b ? -1 : 1))
    assert.deepEqual(sorted(names(section)), sorted(names(read)))
  })

  it('names scripts that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const named = [...readme.matchAll(/npm run ([a-z:]+)/g)].map((found) => found[1]!)
    for (const name of named) assert.ok(name in scripts, name)
  })
})
