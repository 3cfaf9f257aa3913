import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { rowsOf } from '../support/rows.ts'
import { signInAtGoogle } from '../support/upstreams.ts'
import { visitorOf, ways } from '../support/visitor.ts'
import { shippedFile, startWorld } from '../support/world.ts'
import { answerAt, goTo } from './people.ts'

const memberOf = '{ staff: [colleagues], colleagues: [everybody], assigned: [everybody, others] }'
const files = {
  'directories.yaml': `directories:
  internal: { title: Ours, kind: local, memberOf: ${memberOf} }
`,
  'plugins.yaml': 'plugins:\n  groups: { title: G, kind: assigner, module: plugins/groups.ts }\n',
  'connections.yaml': shippedFile('connections.yaml').replace(
    '    scopes: [openid, email, profile]',
    '    scopes: [openid, email, profile]\n    assigner: groups',
  ),
  'thrift.yaml': `flow: thrift
title: Sign in
applications: [thrift]
start: sign-in
states:
  sign-in:
    offer: [google]
    on: { success: groups, unknown: provision, denied: no, blocked: no, exhausted: no }
  provision:
    run: provision
    on: { success: groups, disabled: no, conflict: no, rejected: no }
  groups:
    run: assign
    with:
      rules:
        - { when: identity.connection == 'google', groups: [staff] }
    on: { success: done, rejected: no }
  done: { end: success }
  no: { end: failure, error: access_denied }
`,
}

for (const way of ways) {
  describe(`groups in groups, by ${way}`, () => {
    it('E-12: whoever a rule or an assigner makes a member is one of all groups above, with the same source', async (t) => {
      const world = await startWorld(t, {
        files,
        plugIns: {
          creators: new Map(),
          assigners: new Map([['groups', { assign: () => ({ groups: ['assigned'] }) }]]),
          verifiers: new Map(),
          users: new Map(),
        },
      })
      const visitor = visitorOf(world, way)
      const first = await visitor.begin(await world.thrift.parameters())
      const place = await goTo(visitor, first, 'google', signInAtGoogle('Sam Staff'))
      assert.ok(answerAt(place).code)
      const grants = (await rowsOf(world.database, 'account_groups'))
        .filter(({ source }) => String(source).includes('google'))
        .map((row) => `${row.source}: ${row.group_name}`)
      assert.deepEqual(
        new Set(grants),
        new Set([
          'assign:thrift:google: staff',
          'assign:thrift:google: colleagues',
          'assign:thrift:google: everybody',
          'assigner:google: assigned',
          'assigner:google: everybody',
          'assigner:google: others',
        ]),
      )
    })
  })
}
