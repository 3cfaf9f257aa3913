import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { OidcPerson } from '../../src/cli/demo/people.ts'
import type { SyncMode } from '../../src/language/step.ts'
import { openDatabase } from '../../src/store/open.ts'
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

/** What Google says of people's work, in claims that its stand-in has. */
const attributes = `    attributes:
      department: claims.preferred_username
      phone: claims.groups[0]
`

function filesOf(mode: SyncMode): Readonly<Record<string, string>> {
  const connections = readFileSync(join(flows, 'connections.yaml'), 'utf8')
  const google = `    title: Google\n    sync: ${mode}\n${attributes}`
  return {
    'thrift.yaml': flow,
    'connections.yaml': connections.replace('    title: Google\n', google),
  }
}

for (const way of ways) {
  describe(`sync by ${way}`, () => {
    // The table of flows/README.md, "What changes at an upstream".
    for (const [mode, profile] of [
      ['override', { name: 'Ann Married', department: 'Ops' }],
      ['preserve', { name: 'Ann Married', department: 'Ops', nickname: 'Annie', phone: '+31600' }],
      ['none', { name: 'Ann Example', department: 'Sales', nickname: 'Annie', phone: '+31600' }],
    ] as const) {
      it(`scenario 9: ${mode} at the second login, told by the token, and nothing else of the account is touched (W-3, W-4)`, async (t) => {
        const { world } = await start(t, way, { files: filesOf(mode) })
        comesAs(world, { preferredUsername: 'Sales', groups: ['+31600'] })
        const { sub } = await comeByGoogle(world, way)
        await world.app.accounts.edit('sales', { nickname: 'Annie' })
        await giveFactors(world, sub)
        const before = await allRows(world.database)

        comesAs(world, { preferredUsername: 'Ops', name: 'Ann Married', groups: undefined })
        const told = await comeByGoogle(world, way, 'Ann Married')
        assert.deepEqual(
          { name: told.name, ...pick(told, ['department', 'nickname', 'phone']) },
          profile,
        )
        assert.deepEqual([told.sub, told.preferred_username], [sub, 'sales'])

        const after = await allRows(world.database)
        const held = after.accounts?.find(({ id }) => id === sub)
        const { name, other = {} } = JSON.parse(String(held?.claims))
        assert.deepEqual({ name, ...other }, profile)
        assert.equal(after.credentials?.filter(({ account_id }) => account_id === sub).length, 2)
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

/** What Google says of Ann from now on. */
function comesAs({ google }: World, said: { readonly [K in keyof OidcPerson]?: unknown }): void {
  const { groups, ...ann } = { ...google.people.get('g-1')!, ...said }
  google.people.set('g-1', { ...ann, ...(groups ? { groups } : {}) } as OidcPerson)
}

/** A password and an app, beside the server: their rows are looked at and not used. */
async function giveFactors({ database }: World, account: string): Promise<void> {
  const db = openDatabase({ url: database, durability: 'normal' })
  const rows = ['password', 'totp'].map((kind) => ({
    id: `cred_${kind}`,
    organisation: 'default',
    account_id: account,
    kind,
    sealed_secret: '',
    counter: 0,
    created_ms: 0,
  }))
  await db('credentials').insert(rows)
  await db.destroy()
}

function pick(from: Readonly<Record<string, unknown>>, names: readonly string[]) {
  return Object.fromEntries(names.flatMap((name) => (name in from ? [[name, from[name]]] : [])))
}

async function comeByGoogle(world: World, way: Way, name = 'Ann Example') {
  const visitor = visitorOf(world, way)
  const choice = await visitor.begin(await world.thrift.parameters())
  const end = await goTo(visitor, choice, 'google', signInAtGoogle(name))
  return (await world.thrift.redeem(end.url)).userinfo
}
