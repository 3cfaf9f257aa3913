/**
 * Nothing secret gets to where it does not belong. Whole logins are made with values that occur nowhere
 * else, and then every byte of the database, every report and every answer is searched for them.
 */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { inspect } from 'node:util'
import { localPeople } from '../../src/cli/demo/people.ts'
import type { Browser } from '../support/browser.ts'
import { allRows, bytesOf } from '../support/rows.ts'
import { collectSpans } from '../support/spans.ts'
import { signInAtGithub, signInAtGoogle } from '../support/upstreams.ts'
import { type Place, visitorOf, type Way, ways } from '../support/visitor.ts'
import { codeFor, type World } from '../support/world.ts'
import { addApp, goTo, passTime, passwordOf, shownSecret, start, typePassword } from './people.ts'

const wrongPassword = 'canary-of-a-wrong-password'
const totpSecret = localPeople.find(({ userName }) => userName === 'jane')!.totpSecret!

for (const way of ways) {
  describe(`secrets, by ${way}`, () => {
    it('I-42: what is typed, shared or handed over is in no row, no report, no trace and no answer', async (t) => {
      const spans = collectSpans(t)
      const { world, seen, secrets, states, codes } = await livedIn(t, way)
      const traced = inspect(
        spans().map(({ name, attributes, events, status }) => [
          [name, attributes, status],
          events.map((event) => [event.name, event.attributes]),
        ]),
        { depth: 20, maxArrayLength: null, maxStringLength: null },
      )
      assert.ok(traced.includes('work password'), 'what was done is traced')
      const stored = await bytesOf(world.database)
      const reported = [
        inspect(world.reports, { depth: 20, showHidden: true, maxStringLength: null }),
        ...world.reports.map((report) => String((report as Error).stack)),
      ]
      assert.ok(stored.includes('jane@acme.test'), 'what is no secret is found')
      assert.ok(world.reports.length >= 3, 'what went wrong was reported')
      for (const [what, secret] of Object.entries(secrets)) {
        assert.equal(stored.includes(secret), false, `${what} is stored`)
        assert.deepEqual(
          [...reported, traced, ...seen].filter((text) => text.includes(secret)),
          [],
          what,
        )
      }
      for (const secret of [...states, ...codes]) assert.equal(traced.includes(secret), false)
      for (const state of states) {
        assert.equal(stored.includes(state), false, 'an upstream state is stored')
        assert.equal(reported.join().includes(state), false, 'an upstream state is reported')
      }
    })

    it('I-42: a code that was typed is in no column of any table', async (t) => {
      const { world, codes } = await livedIn(t, way)
      const { logins = [], login_events = [], guesses = [] } = await allRows(world.database)
      // Six digits turn up by chance in what is sealed, and in times.
      const readable = [...logins, ...login_events, ...guesses].map((row) =>
        Object.entries(row).filter(([column]) => !/sealed|_ms$|hash/.test(column)),
      )
      const texts = JSON.stringify(readable)
      for (const code of codes) assert.equal(texts.includes(code), false)
      assert.match(texts, /"password"/, 'the story says what was offered')
    })

    it('I-42: what is kept of a secret is sealed', async (t) => {
      const { world } = await livedIn(t, way)
      const stored = await bytesOf(world.database)
      for (const mark of ['$argon2', '"d":"', '"kty"', 'codeVerifier', 'code_verifier'])
        assert.equal(stored.includes(mark), false, mark)
    })
  })
}

/** Of OpenID Connect requests and answers: what a browser carries between us and others (RFC 9700, 4.2). */
const carried = ['client_id', 'redirect_uri', 'response_type', 'scope', 'state', 'nonce'].concat(
  ['code_challenge', 'code_challenge_method', 'code', 'iss', 'error', 'error_description'],
  // The upstreams' own pages.
  ['return_to', 'allow_signup'],
)

describe('the address of a page', () => {
  it('security 144: has nothing secret in it but the code and the state of OAuth, and tells no other site', async (t) => {
    const { addresses, policies, secrets, codes } = await livedIn(t, 'pages')
    assert.ok(addresses.length > 20)
    for (const address of addresses) {
      const { username, password, hash, searchParams } = new URL(address)
      assert.deepEqual([username, password], ['', ''], address)
      // Where on a page: the field that a message speaks of.
      assert.match(hash, /^$|^#[\w-]+$/, address)
      const names = [...searchParams.keys()]
      assert.deepEqual(
        names.filter((name) => !carried.includes(name)),
        [],
        address,
      )
      const { upstreamCode: _, ...others } = secrets
      for (const secret of [...Object.values(others), ...codes]) {
        assert.equal(address.includes(secret), false, address)
      }
    }
    for (const policy of policies) assert.match(policy, /^(no-referrer|same-origin)$/)
  })
})

/** Everybody has been here, and much that can go wrong has. */
async function livedIn(t: TestContext, way: Way) {
  const { world, visitor } = await start(t, way)
  const seen: string[] = []
  const places: Place[] = []
  const note = (place: Place) => {
    seen.push(...textsOf(place, world))
    places.push(place)
    return place
  }

  const choice = note(await visitor.begin(await world.thrift.parameters()))
  const wrong = note(await typePassword(visitor, choice, 'jane', wrongPassword))
  const away = await visitor.act(wrong, 'github')
  places.push(away)
  world.github.faults.down = true
  const answer = `code=canary-of-an-upstream-code&state=${stateIn(away)}`
  const back = `${world.issuer.origin}/login/callback/github?${answer}`
  seen.push((await visitor.browser.open(back)).body)
  world.github.faults.down = false
  const second = note(await typePassword(visitor, note(await visitor.look(away)), 'jane'))
  const code = codeFor(totpSecret, world)
  const end = note(await visitor.act(second, 'totp', { code }))
  note(await visitor.force(second, 'totp', { code }))
  const { tokens } = await world.thrift.redeem(end.url)
  assert.ok(tokens.access_token)

  passTime(world)
  const ann = visitorOf(world, way)
  const asked = note(await ann.begin(await world.thrift.parameters()))
  const enrol = await goTo(ann, asked, 'google', signInAtGoogle('Ann Example'))
  places.push(enrol)
  const enrolled = shownSecret(enrol)!
  const added = codeFor(enrolled, world)
  note((await addApp(world, ann, enrol)).place)
  note(await ann.force(enrol, 'enrol-totp', { code: added }))
  const gil = visitorOf(world, way)
  const other = await gil.begin(await world.thrift.parameters())
  places.push(await goTo(gil, other, 'github', signInAtGithub('gil')))

  return {
    world,
    seen,
    addresses: places.flatMap(addressesOf),
    policies: places.flatMap((place) => policiesOf(place, world)),
    codes: [code, added],
    states: [stateIn(away)],
    secrets: {
      password: passwordOf('jane'),
      wrongPassword,
      totpSecret,
      enrolled,
      google: 'google-secret',
      github: 'github-secret',
      thrift: 'thrift-secret',
      upstreamCode: 'canary-of-an-upstream-code',
      browser: await browserSecretOf(visitor.browser),
    },
  }
}

/** Bodies and addresses of our own answers on the way to a place; of cookies, only that they are set. */
function textsOf({ page, body }: Place, { issuer }: World): string[] {
  const hops = (page?.hops ?? []).filter(({ url }) => url.startsWith(issuer.origin))
  return [body, ...hops.flatMap((hop) => [hop.body, hop.url, String(hop.headers.location)])]
}

/** Where a browser was, was sent, or may go from there. */
function addressesOf({ url, page }: Place): string[] {
  const hops = page?.hops ?? []
  const links = page?.$('[href], [action], [src]').toArray() ?? []
  const named = links.flatMap((element) => {
    const { href, action, src } = page!.$(element).attr() ?? {}
    return [href, action, src].flatMap((found) => (found ? new URL(found, page!.url).href : []))
  })
  const sent = hops.flatMap((hop) => {
    const { location } = hop.headers
    return location ? new URL(location, hop.url).href : []
  })
  return [url, ...hops.map((hop) => hop.url), ...sent, ...named]
}

function policiesOf({ page }: Place, { issuer }: World): string[] {
  const hops = (page?.hops ?? []).filter(({ url }) => url.startsWith(issuer.origin))
  return hops.map(({ headers }) => String(headers['referrer-policy']))
}

function stateIn({ url }: Place): string {
  const { searchParams } = new URL(url)
  const within = new URL(searchParams.get('return_to') ?? '/', url).searchParams
  const state = searchParams.get('state') ?? within.get('state')
  assert.ok(state, `no state in ${url}`)
  return state
}

async function browserSecretOf({ cookies }: Browser): Promise<string> {
  const { cookies: all } = await cookies.serialize()
  return String(all.find(({ key }) => key?.endsWith('-browser'))?.value)
}
