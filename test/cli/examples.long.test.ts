import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { command } from '../support/command.ts'

const root = join(import.meta.dirname, '../..')
const settings = ['applications', 'connections', 'directories', 'services']

describe('edits of the example flows', () => {
  for (const folder of readdirSync(join(root, 'flows/examples'))) {
    const flows = readdirSync(join(root, 'flows/examples', folder))
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => name.replace('.yaml', ''))
      .filter((name) => !settings.includes(name))
    for (const flow of flows) {
      it(`W-25: none that makes ${folder}/${flow} less secure goes unnoticed`, async () => {
        const from = ['--flows', `flows/examples/${folder}`]
        const { code, out, err } = await command(root, ['mutate', flow, ...from])
        assert.equal(code, 0, out + err)
        assert.match(out, /0 of those unexplained/)
      })
    }
  }
})
