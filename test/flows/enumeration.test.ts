import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hashPassword } from '../../src/steps/password/hash.ts'
import { signInAtGoogle } from '../support/upstreams.ts'
import { visitorOf, ways } from '../support/visitor.ts'
import { cheapHash, type World } from '../support/world.ts'
import { example } from './examples.ts'
import { faceOf } from './faces.ts'
import { createPasskey, deviceFor, optionsAt } from './passkeys.ts'
import { goTo, start, typePassword } from './people.ts'

/** A password, or a passkey that names its account. */
const files = { 'thrift.yaml': example('passkeys/passkeys.yaml') }

/** What kinds of account there are, by a user name of each; the last one is nobody's. */
const kinds = {
  'has two factors': 'jane',
  'has a password alone': 'bo',
  'is locked': 'kim',
  'is disabled': 'dis',
  'has no password': 'pat',
  'has a name in capitals': 'JANE',
  'is not there': 'nobody-of-that-name',
  'cannot be there': 'x'.repeat(64),
}

for (const way of ways) {
  describe(`who is known here, by ${way}`, () => {
    it('security 122: is told by no answer to a wrong password: status, headers, cookies, and every word', async (t) => {
      const { world } = await start(t, way, { files })
      await addOthers(world)
      const seen = []
      for (const username of Object.values(kinds)) {
        const visitor = visitorOf(world, way)
        const first = await visitor.begin(await world.thrift.parameters())
        seen.push(faceOf(await typePassword(visitor, first, username, 'not this one')))
      }
      for (const [i, face] of seen.entries()) {
        assert.deepEqual(face, seen.at(-1), Object.keys(kinds)[i])
      }
    })

    it('security 124: is told by no question for a passkey: it names none before something is proven', async (t) => {
      const { world, visitor: bo } = await start(t, way, { files })
      await addOthers(world)
      const enrol = await typePassword(bo, await bo.begin(await world.thrift.parameters()), 'bo')
      assert.equal((await createPasskey(bo, enrol, deviceFor(world))).kind, 'back')
      const asked = []
      for (const username of Object.values(kinds)) {
        const visitor = visitorOf(world, way)
        const first = await visitor.begin(await world.thrift.parameters())
        const after = await typePassword(visitor, first, username, 'not this one')
        for (const place of [first, after]) {
          const { challenge, ...options } = optionsAt(place, 'webauthn')
          assert.equal(Buffer.from(challenge, 'base64url').length, 32)
          asked.push(options)
        }
      }
      assert.deepEqual(asked[0]?.allowCredentials, [])
      for (const options of asked) assert.deepEqual(options, asked[0])
    })
  })
}

describe('who is known here by an upstream alone', () => {
  it('security 122: is not told by the password that they do not have', async (t) => {
    const { world, visitor } = await start(t, 'pages')
    const first = await visitor.begin(await world.thrift.parameters())
    await goTo(visitor, first, 'google', signInAtGoogle('Sam Staff'))
    const names = (await world.app.accounts.list()).map(({ userName }) => userName)
    const sam = names.find((name) => name !== undefined && !['jane', 'bo', 'kim'].includes(name))
    assert.ok(sam, names.join())
    const seen = []
    for (const username of [sam, 'nobody-of-that-name']) {
      const other = visitorOf(world, 'pages')
      const place = await other.begin(await world.thrift.parameters())
      seen.push(faceOf(await typePassword(other, place, username, 'not this one')))
    }
    assert.deepEqual(seen[0], seen[1])
  })
})

async function addOthers({ app }: World): Promise<void> {
  const password = { kind: 'password', secret: await hashPassword('three brass owls', cheapHash) }
  const common = { claims: {}, groups: [] }
  await app.accounts.add({ ...common, userName: 'dis', credentials: [password] }, Date.now())
  await app.accounts.setStatus('dis', 'disabled')
  await app.accounts.add({ ...common, userName: 'pat', credentials: [] }, Date.now())
}
