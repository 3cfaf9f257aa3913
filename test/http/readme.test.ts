import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { errorCodes, KnownError } from '../../src/kit/errors.ts'
import { form, json, worldOf } from './world.ts'

const readme = readFileSync(join(import.meta.dirname, '../../src/http/README.md'), 'utf8')

describe("the room's README", () => {
  it('lists every error code with its status, and no other', () => {
    const listed = [...readme.matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gm)].map((row) => [
      row[1],
      Number(row[2]),
    ])
    const known = errorCodes.map((code) => [code, new KnownError(code, 'x').status])
    assert.deepEqual(listed, known)
  })

  const routes = [...readme.matchAll(/^\| `(GET|POST) (\/\S+)` \|/gm)].map(
    (row) => [row[1]!, row[2]!] as const,
  )
  it('lists the routes', () => assert.equal(routes.length, 14))
  for (const [method, path] of routes) {
    it(`lists a route that is there: ${method} ${path}`, async () => {
      const url = path
        .replace(':id', 'lg_1')
        .replace(':token', 'a-token')
        .replace(':connection/metadata', 'corp/metadata')
        .replace(':connection', 'google?state=s')
        .replace(':name', 'totp')
      const body = path.startsWith('/flow-api')
        ? json({ seq: '1' })
        : form({ seq: '1', action: 'totp', RelayState: 's' })
      const { send } = worldOf({ provider: (ctx) => ctx.redirect('/login/lg_1') })
      const { statusCode } = await send(url, method === 'POST' ? body : { method })
      assert.ok(statusCode < 400, `${statusCode}`)
    })
  }
})
