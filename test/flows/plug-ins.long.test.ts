import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = resolve(import.meta.dirname, '../..')

describe('the plug-ins of the documentation in a project of its own', () => {
  it('E-14: compile against what the package exports', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-own-plugins-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    mkdirSync(join(folder, 'node_modules'))
    symlinkSync(root, join(folder, 'node_modules/sallyport'))
    symlinkSync(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'))
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    const readme = readFileSync(join(root, 'flows/README.md'), 'utf8')
    const examples = [...readme.matchAll(/```ts (\S+)\n([\s\S]*?)```/g)]
    const files = examples.map(([, name]) => name!)
    assert.equal(files.length, 4)
    for (const [, name, text] of examples) {
      mkdirSync(dirname(join(folder, name!)), { recursive: true })
      writeFileSync(join(folder, name!), text!)
    }
    const compile = async () => {
      const tsc = join(root, 'node_modules/.bin/tsc')
      return run(tsc, { cwd: folder }).catch((failed: { stdout: string }) => failed)
    }
    const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'))
    const own = { compilerOptions: { ...compilerOptions, rootDir: '/' }, files }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(own))
    assert.equal((await compile()).stdout, '')

    const [first] = files
    const wrong = readFileSync(join(folder, first!), 'utf8').replace("'success'", "'succes'")
    writeFileSync(join(folder, first!), wrong)
    assert.match((await compile()).stdout, /TS2/)
  })
})
