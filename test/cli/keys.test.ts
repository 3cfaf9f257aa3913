import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inOrderOfText } from '../../src/language/nearest.ts'
import { signIn } from '../flows/people.ts'
import { command, folderOf } from '../support/command.ts'
import { visitorOf } from '../support/visitor.ts'
import { startWorld } from '../support/world.ts'

interface Listed {
  readonly kid: string
  readonly alg: string
  readonly signs: boolean
}

describe('sallyport keys', () => {
  it('makes new keys, with which the server signs from its next start on; what the old have signed stays good', async (t) => {
    const world = await startWorld(t)
    const home = folderOf(t)
    const keys = (...args: string[]) =>
      command(home, ['keys', ...args, '--database', world.database])
    const listed = async () => JSON.parse((await keys('list', '--json')).out) as Listed[]
    const visitor = visitorOf(world, 'pages')
    const before = await world.thrift.redeem((await signIn(world, visitor)).url)
    const [old] = await listed()
    assert.equal(kidOf(before.tokens.id_token!), old?.kid)

    const rotated = await keys('rotate')
    assert.equal(rotated.code, 0, rotated.err)
    assert.match(rotated.out, /start the servers anew/)
    await world.restart()
    const published = await world.browser().send(`${world.issuer.origin}/jwks`)
    const kids = published.json<{ keys: { kid: string; d?: string }[] }>().keys
    assert.deepEqual(
      kids.map(({ kid }) => kid).toSorted(inOrderOfText),
      (await listed()).map(({ kid }) => kid).toSorted(inOrderOfText),
    )
    assert.ok(kids.every(({ d }) => d === undefined))

    const hint = { prompt: 'none', id_token_hint: before.tokens.id_token! }
    const silent = await visitor.browser.open(await world.thrift.authorize(hint))
    const after = await world.thrift.redeem(silent.url)
    const [newest] = (await listed()).filter(({ alg, signs }) => alg === 'ES256' && signs)
    assert.equal(kidOf(after.tokens.id_token!), newest?.kid)
    assert.notEqual(newest?.kid, old?.kid)
    assert.equal(after.claims.sub, before.claims.sub)
  })

  it('retires neither a key that signs nor one whose tokens may be about, and knows its words', async (t) => {
    const world = await startWorld(t)
    const home = folderOf(t)
    const keys = (...args: string[]) =>
      command(home, ['keys', ...args, '--database', world.database])
    const [old] = JSON.parse((await keys('list', '--json')).out) as Listed[]
    assert.match((await keys('retire', old!.kid)).err, /signs: make another first/)
    await keys('rotate')
    const early = await keys('retire', old!.kid)
    assert.deepEqual([early.code, /a day old/.test(early.err)], [1, true])
    assert.match((await keys('list')).out, new RegExp(`^${old?.kid} +ES256 .* published$`, 'm'))
    assert.equal((await keys('retire', 'key_nobody')).code, 1)
    for (const args of [['retire'], ['burn', 'x']]) assert.equal((await keys(...args)).code, 2)
    assert.equal((await keys('list', '--organisation', 'nobody')).code, 2)
  })
})

/** RFC 7515, section 4.1.4. */
function kidOf(token: string): string {
  return JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()).kid
}
