import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { command } from '../support/command.ts'

const root = join(import.meta.dirname, '../..')

describe('the example flows', () => {
  for (const folder of readdirSync(join(root, 'flows/examples'))) {
    it(`W-25: all properties of flows/examples/${folder} hold`, async () => {
      const { code, out } = await command(root, ['check', '--flows', `flows/examples/${folder}`])
      assert.equal(code, 0, out)
      assert.match(out, /\d+ flows?, no problems/)
    })
  }
})
