import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { SyncMode } from '../../src/language/step.ts'
import { allRows } from '../support/rows.ts'
import { signInAtGoogle } from '../support/upstreams.ts'
import { visitorOf, type Way, ways } from '../support/visitor.ts'
import type { World } from '../support/world.ts'
import { goTo, start } from './people.ts'

const flows = join(import.meta.dirname, '../../flows')

/** Whoever comes back by Google has their profile brought up to date on the way. */
const flow = `
flow: thrift
title: Sign in to Thrift
applications: [thrift]
start: sign-in
states:
  sign-in:
    offer: [password, google]
    on: { success: sync, unknown: provision, denied: no, blocked: no, exhausted: no }
  provision:
    run: provision
    on: { success: done, disabled: no, conflict: no, rejected: no }
  sync: { run: sync, on: { success: done } }
  done: { end: success }
  no: { end: failure, error: access_denied }
`

function filesOf(mode: SyncMode): Readonly<Record<string, string>> {
  const connections = readFileSync(join(flows, 'connections.yaml'), 'utf8')
  const google = `    title: Google\n    sync: ${mode}\n`
  return {
    'thrift.yaml': flow,
    'connections.yaml': connections.replace('    title: Google\n', google),
  }
}

for (const way of ways) {
  describe(`sync by ${way}`, () => {
    for (const [mode, profile] of [
      ['override', { name: 'Ann Married' }],
      ['preserve', { name: 'Ann Married', nickname: 'Annie' }],
      ['none', { name: 'Ann Example', nickname: 'Annie' }],
    ] as const) {
      it(`scenario 9: ${mode} at the second login, told by the token, and nothing else of the account is touched (W-3, W-4)`, async (t) => {
        const { world } = await start(t, way, { files: filesOf(mode) })
        await comeByGoogle(world, way)
        await world.app.accounts.edit('ann', { nickname: 'Annie' })
        const before = await allRows(world.database)

        const ann = world.google.people.get('g-1')!
        const renamed = { ...ann, name: 'Ann Married', preferredUsername: 'jane' }
        world.google.people.set('g-1', renamed)
        const told = await comeByGoogle(world, way, 'Ann Married')
        assert.deepEqual([told.name, told.preferred_username], [profile.name, 'ann'])

        const after = await allRows(world.database)
        const held = after.accounts?.find(({ user_name }) => user_name === 'ann')
        const { name, other = {} } = JSON.parse(String(held?.claims))
        assert.deepEqual({ name, ...other }, profile)
        for (const table of ['account_groups', 'associations', 'credentials']) {
          assert.deepEqual(after[table], before[table], table)
        }
        const rest = (rows: typeof after) =>
          rows.accounts?.map(({ claims, provenance, email_key, ...others }) => others)
        assert.deepEqual(rest(after), rest(before))
        assert.deepEqual(world.reports, [])
      })
    }
  })
}

async function comeByGoogle(world: World, way: Way, name = 'Ann Example') {
  const visitor = visitorOf(world, way)
  const choice = await visitor.begin(await world.thrift.parameters())
  const end = await goTo(visitor, choice, 'google', signInAtGoogle(name))
  return (await world.thrift.redeem(end.url)).userinfo
}
