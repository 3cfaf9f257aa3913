/**
 * A world whose Google is an upstream that does as it is told, for many tests of what becomes of its faults.
 *
 *     const faulty = faultyWorld('pages')
 */
import assert from 'node:assert/strict'
import { after, before, beforeEach } from 'node:test'
import { startLyingUpstream } from '../steps/lying-upstream.ts'
import { allRows, type Rows } from '../support/rows.ts'
import type { Fault } from '../support/upstream-faults.ts'
import { type Place, type Visitor, visitorOf, type Way } from '../support/visitor.ts'
import { filesWith, startWorld, type World } from '../support/world.ts'

type Faulty = Awaited<ReturnType<typeof start>>

/**
 * One world for many tests: each of them is a login of its own, and leaves nothing behind that counts.
 *
 * @param apartMs time between two tests: after an hour metadata and keys are read anew
 * @param upstreamTimeoutMs how long the upstream is waited for
 */
export function faultyWorld(way: Way, apartMs = 0, upstreamTimeoutMs = 1000): () => Faulty {
  const closing: (() => unknown)[] = []
  let made: Faulty
  before(async () => {
    const t = { after: (close: () => unknown) => closing.push(close) }
    made = await start(t, way, upstreamTimeoutMs)
  })
  beforeEach(() => made.renew(apartMs))
  after(async () => {
    for (const close of closing.reverse()) await close()
  })
  return () => made
}

async function start(
  t: { after(close: () => unknown): void },
  way: Way,
  upstreamTimeoutMs: number,
) {
  const clock = { world: undefined as World | undefined }
  const now = () => Date.now() + (clock.world?.clock.aheadMs ?? 0)
  const upstream = await startLyingUpstream(now)
  t.after(() => upstream.close())
  const world = await startWorld(t as never, {
    env: { GOOGLE_ISSUER: upstream.url, CORP_CLIENT_SECRET: 'x' },
    files: withCorp(upstream.url),
    upstreamTimeoutMs,
  })
  clock.world = world
  let known: Readonly<Record<string, Rows>> = {}

  const rows = () => allRows(world.database)
  const begin = async () => {
    const visitor = visitorOf(world, way)
    return {
      visitor,
      place: await visitor.begin(await world.thrift.parameters({ state: 'of-thrift' })),
    }
  }

  return {
    world,
    upstream,
    begin,
    rows,
    lie(fault: Fault) {
      upstream.lies = fault.lies(upstream, Math.floor(now() / 1000))
    },
    /** Before each test. */
    async renew(apartMs: number) {
      upstream.lies = {}
      upstream.asked.length = 0
      world.clock.aheadMs += apartMs
      world.reports.length = 0
      known = await rows()
    },
    pass(ms: number) {
      world.clock.aheadMs += ms
    },
    /** As far as the upstream, which says yes at once. */
    async leave() {
      const { visitor, place } = await begin()
      const away = await visitor.act(place, 'google')
      const asked = new URL(away.url).searchParams
      upstream.nonce = asked.get('nonce') ?? ''
      const callback = new URL(asked.get('redirect_uri')!)
      callback.search = String(
        new URLSearchParams({ code: 'code-1', state: asked.get('state')!, iss: upstream.url }),
      )
      return { visitor, away, callback, nonce: upstream.nonce }
    },
    arrive({ visitor, away, callback }: { visitor: Visitor; away: Place; callback: URL }) {
      return visitor.visit(away, (_, browser) => browser.open(callback.href))
    },
    /** Nobody has been made or let in, and the operator was told of a failing upstream. */
    async unchanged() {
      const after = await rows()
      for (const table of [
        'accounts',
        'associations',
        'credentials',
        'account_groups',
        'guesses',
      ]) {
        assert.deepEqual(after[table], known[table], table)
      }
      const sessions = (all: typeof after) => all.sessions!.filter(({ account_id }) => account_id)
      assert.deepEqual(sessions(after), sessions(known))
      assert.ok(world.reports.some(isFailure), 'the operator is told')
      for (const report of world.reports) assert.ok(isFailure(report), String(report))
    },
    isAbsent(path: string) {
      assert.ok(!upstream.asked.includes(path), `${path} was asked for`)
    },
    async spent({ loginId }: Place): Promise<number> {
      const login = (await rows()).logins!.find(({ id }) => id === loginId)!
      return JSON.parse(String(login.spent))['sign-in'] ?? 0
    },
    accounts: async () => (await rows()).associations!,
  }
}

/** A connection that only the vault offers. */
function withCorp(issuer: string): Readonly<Record<string, string>> {
  const corp = `
  corp:
    title: Corp
    protocol: oidc
    issuer: ${issuer}
    clientId: sallyport
    clientSecret: $\{env:CORP_CLIENT_SECRET}
`
  const files = filesWith()
  const shipped = (name: string) => files.find((file) => file.name === name)!.text
  const vault = shipped('vault.yaml')
  const offering = vault.replace('offer: [password, google]', 'offer: [password, google, corp]')
  assert.notEqual(offering, vault)
  return { 'connections.yaml': shipped('connections.yaml') + corp, 'vault.yaml': offering }
}

/** Every way is still there, and this one is said not to work just now. */
export function assertOpen(place: Place): void {
  assert.deepEqual(
    Object.keys(place.actions),
    ['password', 'google', 'github', 'cancel'],
    place.says,
  )
  assert.match(place.body, /not working just now/)
}

export function isFailure(report: unknown): boolean {
  return report instanceof Error && /UPSTREAM_[A-Z]+:/.test(report.message)
}
