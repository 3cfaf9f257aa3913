import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { command, folderOf, start } from '../support/command.ts'
import { rowsOf } from '../support/rows.ts'

/** Flows of two organisations: what is shipped, in `flows/` and in `flows/acme/`. */
function twoOrganisations(t: Pick<TestContext, 'after'>, name = 'acme') {
  const home = folderOf(t)
  const copy = join(folderOf(t), 'flows')
  const folder = join(home, 'flows', name)
  cpSync(copy, folder, { recursive: true })
  const change = (file: string, from: string, to: string) => {
    const path = join(folder, file)
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, to))
  }
  return { home, change, database: `sqlite:${home}/two.sqlite` }
}

describe('several organisations', () => {
  it('are checked together, each by itself and under its own name (A-11)', async (t) => {
    const { home, change } = twoOrganisations(t)
    const { code, out } = await command(home, ['check'])
    assert.equal(code, 0, out)
    assert.match(out, /^thrift: \d+ of \d+ properties hold/m)
    assert.match(out, /^acme\/thrift: \d+ of \d+ properties hold/m)
    assert.match(out, /^acme\/thrift: weaker on purpose by github/m)

    change('thrift.yaml', 'unavailable: enrol', 'unavailable: enroll')
    const broken = await command(home, ['check'])
    assert.equal(broken.code, 2)
    assert.match(broken.out, /^acme\/thrift\.yaml:\d+:20 state-unknown\n {2}\d+ \| .*enroll/m)
    assert.equal((await command(home, ['check', 'flows/thrift.yaml'])).code, 0)
    assert.equal((await command(home, ['check', 'flows/acme/thrift.yaml'])).code, 2)
    assert.equal((await command(home, ['check', '--flows', 'flows/acme'])).code, 2)
  })

  it('name nothing of each other: a connection of one is unknown in the other', async (t) => {
    const { home, change } = twoOrganisations(t)
    change('connections.yaml', '  github:', '  hub:')
    const { code, out } = await command(home, ['check'])
    assert.equal(code, 2)
    assert.match(out, /^acme\/thrift\.yaml:.* step-unknown/m)
    assert.doesNotMatch(out, /^thrift\.yaml/m)
  })

  it('have names that can stand in an address', async (t) => {
    for (const name of ['Acme', 'a_b', 'default']) {
      const { home } = twoOrganisations(t, name)
      const { code, err } = await command(home, ['check'])
      assert.equal(code, 2, name)
      assert.match(err, /cannot be an organisation of that name/)
    }
    const { home } = twoOrganisations(t)
    mkdirSync(join(home, 'flows/Notes'))
    assert.equal((await command(home, ['check'])).code, 0)
  })

  it('have people and switches of their own (A-11)', async (t) => {
    const { home, database } = twoOrganisations(t)
    const at = (args: string[], input = '') =>
      command(home, [...args, '--database', database], {}, input)
    const there = ['--organisation', 'acme']
    assert.equal((await at(['user', 'add', 'ann', ...there], 'a long walk to the sea')).code, 0)
    assert.doesNotMatch((await at(['user', 'list'])).out, /^ann/m)
    assert.match((await at(['user', 'list', ...there])).out, /^ann/m)
    assert.equal((await at(['user', 'lock', 'ann'])).code, 1)
    assert.equal((await at(['connection', 'disable', 'google', ...there])).code, 0)
    assert.match((await at(['connection', 'list'])).out, /^google +Google +oidc +on +on$/m)
    const [row] = await rowsOf(database, 'accounts')
    assert.equal(row?.organisation, 'acme')
    const wrong = await at(['user', 'list', '--organisation', 'acne'])
    assert.deepEqual([wrong.code, /did you mean `acme`/.test(wrong.err)], [2, true])
  })

  it('are served below paths of their own, and none is when the flows of one are broken', async (t) => {
    const { home, change, database } = twoOrganisations(t)
    const args = ['serve', '--port', '0', '--database', database]
    const server = start(home, args)
    while (!/acme/.test(server.said().out)) await new Promise((wait) => setTimeout(wait, 5))
    assert.match((await server.stop()).out, /serves http:\/\/localhost:3000\/o\/acme on port \d+/)

    change('vault.yaml', 'holds: proofs.factors >= 2', 'holds: proofs.factors >= 3')
    const { code, err } = await command(home, args)
    assert.equal(code, 1)
    assert.match(err, /acme\/vault\.yaml:\d+/)
  })
})
