import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertNoBug } from '../faults/rows.ts'
import { typePassword } from '../flows/people.ts'
import { type Administrator, administratorOf } from '../support/administrator.ts'
import { allRows } from '../support/rows.ts'
import { visitorOf } from '../support/visitor.ts'
import { startWorld, type World } from '../support/world.ts'

/** What ends a text, and begins a condition, a statement, a comment, a pattern or an operator, in either database. */
const hostile = [
  "' or '1'='1",
  "' or 1=1 --",
  "'; delete from accounts; --",
  "' union select sealed_secret from credentials --",
  '" or "1"="1',
  "\\' or 1=1 /*",
  '%',
  '_%_',
  '{"$ne":1}',
  "jane'||'",
  '?',
  ':id',
]
const harmless = 'nobody-of-that-name'

describe('what is typed or asked for', () => {
  it('security 141: is never a part of a statement: it finds nobody, changes nothing, and is answered as a harmless text', async (t) => {
    const world = await startWorld(t)
    const jane = await administratorOf(world, 'jane')
    const ask = async (text: string) => [
      ...(await Promise.all(searches.map((path) => search(jane, path, text)))),
      ...(await Promise.all(addresses.map((path) => open(world, path, text)))),
      await tryPassword(world, text),
    ]
    const before = await standing(world)
    const expected = await ask(harmless)
    assert.deepEqual(
      new Set(expected),
      new Set(['200 {"items":[]}', '400', '403', '404', 'asks 200']),
    )
    for (const text of hostile) assert.deepEqual(await ask(text), expected, text)
    assert.deepEqual(await standing(world), before)
    assertNoBug(world.reports)
  })
})

/** Of the admin API. Each ends where the text goes. */
const searches = [
  ...['/users?search=', '/users?source=', '/users?group=', '/sessions?account='],
  ...['/logins?state=', '/logins?application=', '/audit?action=', '/audit?subject='],
  ...['/users/', '/logins/', '/connections/'],
]

/** Of pages, for whoever comes. */
const addresses = ['/login/', '/flow-api/logins/', '/auth/', '/auth?client_id=']

async function search(jane: Administrator, path: string, text: string): Promise<string> {
  const { status, body } = await jane.get(path + encodeURIComponent(text))
  return status === 200 ? `200 ${body}` : String(status)
}

async function open({ issuer, browser }: World, path: string, text: string): Promise<string> {
  const { status } = await browser().send(issuer.origin + path + encodeURIComponent(text))
  return String(status)
}

async function tryPassword(world: World, text: string): Promise<string> {
  const visitor = visitorOf(world, 'API')
  const first = await visitor.begin(await world.thrift.parameters({ login_hint: text }))
  const { kind, status } = await typePassword(visitor, first, text, text)
  return `${kind} ${status}`
}

/** Who is there, with what they have: nothing that a wrong password writes. */
async function standing({ database }: World) {
  const { accounts, credentials, associations, account_groups, account_roles } =
    await allRows(database)
  return { accounts, credentials, associations, account_groups, account_roles }
}
