/** The flow of flows/examples/credentials: a certificate through a proxy, a ticket, or a password. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { commonName, newAuthority } from '../../src/cli/play/authority.ts'
import { readNetwork } from '../../src/language/network.ts'
import type { TicketVerifier } from '../../src/language/plug-in.ts'
import { Browser } from '../support/browser.ts'
import { allRows } from '../support/rows.ts'
import { type Place, visitorOf, type Way, ways } from '../support/visitor.ts'
import { startWorld, type World } from '../support/world.ts'
import { answerAt } from './people.ts'

const example = join(import.meta.dirname, '../../flows/examples/credentials')
const file = (name: string) => readFileSync(join(example, name), 'utf8')
const authority = newAuthority('Staff CA of this test')
const certificateOf = (name: string) => authority.certify({ subject: [[commonName, name]] })
const pem = /-----BEGIN[\s\S]*-----END CERTIFICATE-----\n/
const indented = authority.pem.trim().replaceAll('\n', '\n      ')
const ticketOf = (name: string) => Buffer.from(`\x60 ticket of ${name}`).toString('base64')

interface Options {
  readonly verify?: TicketVerifier['verify']
  readonly clientCertificates?: boolean
}

/** Takes a ticket at its word. */
const atItsWord: TicketVerifier['verify'] = (ticket) =>
  `${Buffer.from(ticket, 'base64').toString('utf8').split(' ').at(-1)}@STAFF.EXAMPLE`

function start(
  t: TestContext,
  { verify = atItsWord, clientCertificates = true }: Options = {},
): Promise<World> {
  return startWorld(t, {
    files: {
      'thrift.yaml': file('kinds-of-credential.yaml').replaceAll('kinds-of-credential', 'thrift'),
      'directories.yaml': file('directories.yaml')
        .replace(pem, `${indented}\n`)
        .replace('path: staff.json', 'path: flows/examples/credentials/staff.json')
        .replace('path: partners.json', 'path: flows/examples/credentials/partners.json'),
      'plugins.yaml': file('plugins.yaml'),
    },
    plugIns: {
      creators: new Map(),
      assigners: new Map(),
      verifiers: new Map([['tickets', { verify }]]),
      users: new Map(),
    },
    trustedProxies: ['127.0.0.0/8', '::1/128'].map((text) => readNetwork(text)!),
    clientCertificates,
  })
}

/** Somebody whose browser presents that with every request. */
function visitorWith(t: TestContext, world: World, way: Way, headers: Record<string, string>) {
  const browser = new Browser({ stopAt: ['http://localhost:3001/'], headers })
  t.after(() => browser.close())
  return visitorOf(world, way, browser)
}

const shows = (certificate: string) => ({ 'client-cert': `:${certificate}:` })
const sends = (ticket: string) => ({ authorization: `Negotiate ${ticket}` })

async function chooses(
  t: TestContext,
  world: World,
  way: Way,
  action: string,
  headers: Record<string, string> = {},
): Promise<Place> {
  const visitor = visitorWith(t, world, way, headers)
  return visitor.act(await visitor.begin(await world.thrift.parameters()), action)
}

async function told(world: World, place: Place) {
  assert.ok(answerAt(place).code, place.body)
  const { claims } = await world.thrift.redeem(place.url)
  const account = (await world.app.accounts.list()).find(({ id }) => id === claims.sub)!
  return { amr: claims.amr, userName: account.userName, directory: account.directory }
}

const alice = { userName: 'alice', directory: 'staff' }

for (const way of ways) {
  describe(`kinds of credential, by ${way}`, () => {
    it('F-2, E-2: by a certificate the account is made just in time, and is the one of the password after that', async (t) => {
      const world = await start(t)
      const place = await chooses(t, world, way, 'certificate', shows(certificateOf('alice')))
      assert.deepEqual(await told(world, place), { amr: ['swk'], ...alice })
      const visitor = visitorOf(world, way)
      const form = await visitor.begin(await world.thrift.parameters())
      const typed = { username: 'alice', password: 'alice-of-staff' }
      const again = await visitor.act(form, 'credentials', typed)
      assert.deepEqual(await told(world, again), { amr: ['pwd'], ...alice })
      assert.equal(
        (await world.app.accounts.list()).filter((a) => a.userName === 'alice').length,
        1,
      )
    })

    it('F-2, E-2, E-4: by a ticket, which is asked for first and costs no attempt until it is sent', async (t) => {
      const world = await start(t)
      const visitor = visitorOf(world, way)
      const form = await visitor.begin(await world.thrift.parameters())
      const seqs = new Set([form.seq])
      for (let count = 0; count < 6; count++) {
        const asked = await visitor.act(form, 'ticket')
        assert.equal(asked.status, 401)
        assert.deepEqual(Object.keys(asked.actions), Object.keys(form.actions))
        seqs.add(asked.seq)
      }
      assert.equal(seqs.size, 1)
      const place = await chooses(t, world, way, 'ticket', sends(ticketOf('alice')))
      assert.deepEqual(await told(world, place), { amr: ['wia'], ...alice })
    })

    it('asks for a ticket in the words of RFC 4559, and a browser that has none sees the other ways', async (t) => {
      const world = await start(t)
      const visitor = visitorOf(world, way)
      const form = await visitor.begin(await world.thrift.parameters())
      const url = `${world.issuer.href}login/${form.loginId}`
      const api = `${world.issuer.href}flow-api/logins/${form.loginId}/actions/ticket`
      const { origin } = world.issuer
      const answer = await (way === 'pages'
        ? visitor.browser.send(url, {
            method: 'POST',
            headers: { 'content-type': 'application/x-www-form-urlencoded', origin },
            body: new URLSearchParams({ seq: form.seq, action: 'ticket' }).toString(),
          })
        : visitor.browser.send(api, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ seq: form.seq, input: {} }),
          }))
      assert.deepEqual([answer.status, answer.headers['www-authenticate']], [401, 'Negotiate'])
      assert.match(answer.body, /Your browser has sent no ticket/)
      assert.match(answer.body, /credentials/)
    })

    it('F-10, F-13: what is nobody`s looks the same, whatever it is', async (t) => {
      const world = await start(t, { verify: () => null })
      const certificates = [
        certificateOf('nobody'),
        newAuthority('Staff CA of this test').certify({ subject: [[commonName, 'alice']] }),
      ]
      for (const shown of certificates) {
        const place = await chooses(t, world, way, 'certificate', shows(shown))
        assert.equal(place.kind, 'asks')
      }
      const place = await chooses(t, world, way, 'ticket', sends(ticketOf('alice')))
      assert.deepEqual([place.kind, place.status], ['asks', 200])
      assert.ok(!(await world.app.accounts.list()).some(({ userName }) => userName === 'alice'))
    })

    it('believes no certificate or ticket that was typed, beside whatever else', async (t) => {
      const world = await start(t)
      const forged = { certificate: certificateOf('alice'), ticket: ticketOf('alice') }
      for (const action of ['certificate', 'ticket', 'credentials', 'back', 'cancel']) {
        const visitor = visitorOf(world, way)
        const form = await visitor.begin(await world.thrift.parameters())
        const typed = action === 'credentials' ? { username: 'x', password: 'y' } : {}
        const place = await visitor.force(form, action, { ...forged, ...typed })
        assert.ok(!place.url.includes('code='), `${action}: ${place.url}`)
      }
      assert.ok(!(await world.app.accounts.list()).some(({ userName }) => userName === 'alice'))
    })
  })
}

describe('kinds of credential', () => {
  const way = 'pages'

  it('believes no proxy that the server was not told of', async (t) => {
    const world = await start(t, { clientCertificates: false })
    const place = await chooses(t, world, way, 'certificate', shows(certificateOf('alice')))
    assert.equal(place.kind, 'asks')
  })

  it('a certificate that comes with every request is looked at only where it was chosen', async (t) => {
    const world = await start(t)
    const visitor = visitorWith(t, world, way, shows(certificateOf('alice')))
    const form = await visitor.begin(await world.thrift.parameters())
    const wrong = { username: 'alice', password: 'wrong' }
    assert.equal((await visitor.act(form, 'credentials', wrong)).kind, 'asks')
  })

  it('E-4: a verifier that is down lets nobody in, and leaves the other kinds', async (t) => {
    const world = await start(t, {
      verify(ticket) {
        throw new Error(`no key for ${ticket}`)
      },
    })
    const visitor = visitorWith(t, world, way, sends(ticketOf('alice')))
    const form = await visitor.begin(await world.thrift.parameters())
    const place = await visitor.act(form, 'ticket')
    const typed = { username: 'alice', password: 'alice-of-staff' }
    const end = await visitor.act(place, 'credentials', typed)
    assert.deepEqual(await told(world, end), { amr: ['pwd'], ...alice })
    assert.ok(world.reports.length > 0)
  })

  it('keeps neither a certificate nor a ticket, and tells no log of one', async (t) => {
    const world = await start(t)
    const certificate = certificateOf('alice')
    const ticket = ticketOf('alice')
    await chooses(t, world, way, 'certificate', shows(certificate))
    await chooses(t, world, way, 'ticket', sends(ticket))
    await chooses(t, world, way, 'ticket', sends('TlRMTVNTUAAB'))
    const written = JSON.stringify([await allRows(world.database), world.reports.map(String)])
    for (const secret of [certificate, ticket, 'TlRMTVNTUAAB']) {
      assert.ok(!written.includes(secret.slice(-24)), secret)
    }
  })
})
