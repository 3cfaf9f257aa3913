import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { listen } from '../../src/cli/listen.ts'
import { byPassword } from '../faults/journeys.ts'
import { openBeside } from '../faults/rows.ts'
import { checkRows, immortal, trialOf } from '../faults/sweep.ts'
import { folderOf } from '../support/command.ts'
import { createDatabase } from '../support/database.ts'
import { freePort } from '../support/free-port.ts'
import { mfaForAll } from '../support/mfa-for-all.ts'
import { startPostgres } from '../support/postgres.ts'
import { Served } from '../support/served.ts'
import { startWorld, type WorldOptions } from '../support/world.ts'

const databases: Readonly<Record<string, (t: TestContext) => Promise<WorldOptions>>> = {
  SQLite: async () => ({}),
  PostgreSQL: async (t) => {
    const server = await startPostgres()
    t.after(() => server.close())
    return { database: await createDatabase(server.url) }
  },
}

const deaths = 2
const patienceMs = 20_000
const peopleEach = 16

for (const [name, database] of Object.entries(databases)) {
  describe(`two workers on ${name}`, () => {
    it('of which the one at work is killed while people sign in, again and again: the other goes on, another takes its place, and everybody gets in once (security 3.5)', async (t) => {
      const { db, served, trial } = await start(t, await database(t), deaths * peopleEach)
      for (let death = 0; death < deaths; death++) {
        const moves = movesOf(served).length
        const riding = Array.from({ length: peopleEach }, (_, index) =>
          trial(death * peopleEach + index + 1),
        )
        const all = Promise.all(riding.map((own) => byPassword.ride(own, async () => {})))
        await served.until(() => movesOf(served).length >= moves + peopleEach / 2)
        const victim = lastAtWork(served)
        process.kill(victim, 'SIGKILL')
        await served.until(() => !served.workers().includes(victim))
        await served.until(() => served.workers().length === 2)
        await all
        for (const own of riding) await byPassword.check(own)
      }
      await checkRows(db)
      assert.deepEqual(failuresOf(served), [])
      const busy = new Set(movesOf(served).map(({ worker }) => worker))
      assert.deepEqual(busy, new Set([1, 2]), 'both had to do with them')
      assert.deepEqual(await served.stop(), { status: 0, signal: null })
    })
  })
}

describe('two workers', () => {
  it('add up what they count, and what one has counted that was killed', async (t) => {
    const { issuer, served, answered } = await start(t)
    const ask = async (times: number) => {
      for (let n = 0; n < times; n++) await healthz(issuer)
    }
    await ask(20)
    assert.equal(await answered(), 20)
    process.kill(served.workers()[0]!, 'SIGKILL')
    await served.until(() => served.workers().length === 1)
    assert.equal(await answered(), 20)
    await served.until(() => served.workers().length === 2)
    await ask(20)
    assert.equal(await answered(), 40)
  })

  it('told to stop, take nobody new, answer what is under way, and end well', async (t) => {
    const { issuer, served } = await start(t)
    const asked = await Promise.all(Array.from({ length: 16 }, () => askHalf(issuer)))
    served.signal('SIGTERM')
    while (await isThere(issuer)) {}
    const answers = await Promise.all(asked.map((finish) => finish()))
    assert.deepEqual(new Set(answers), new Set([401]))
    assert.deepEqual(await served.ended, { status: 0, signal: null })
    assert.deepEqual(failuresOf(served), [])
  })

  it('of which one is told to end by itself: it finishes, and another takes its place', async (t) => {
    const { served } = await start(t)
    const [one] = served.workers()
    process.kill(one!, 'SIGTERM')
    await served.until(() => !served.workers().includes(one!) && served.workers().length === 2)
    const died = served.log.find(({ what }) => what === 'died')
    assert.deepEqual([died?.pid, died?.status, died?.signal], [one, 0, null])
  })

  it('of which one stands still: whoever comes meanwhile is answered by the other', async (t) => {
    const { issuer, served } = await start(t)
    const [one] = served.workers()
    process.kill(one!, 'SIGSTOP')
    try {
      for (let n = 0; n < 20; n++) await healthz(issuer)
    } finally {
      process.kill(one!, 'SIGCONT')
    }
  })

  it('end with the process that keeps them, however that ends', async (t) => {
    const { issuer, served } = await start(t)
    served.signal('SIGKILL')
    // Nobody holds the other end of what they were given to write to any more.
    assert.equal((await served.ended).signal, 'SIGKILL')
    await assert.rejects(healthz(issuer))
  })
})

describe('workers that cannot begin', () => {
  it('scenario 4: say once what is broken in the flows, with the status of one that was alone', async (t) => {
    const served = new Served(folderOf(t, mfaForAll), {
      args: ['--workers', '4', '--port', '0'],
      env: { SALLYPORT_GITHUB_JIT: 'false' },
    })
    assert.deepEqual(await served.ended, { status: 1, signal: null })
    assert.equal(served.said.err.match(/I-04 broken: /g)?.length, 1)
    assert.equal(served.said.out, '')
  })

  it('say once that the port is in use', async (t) => {
    const taken = createServer()
    const port = await listen(taken, 0)
    t.after(() => taken.close())
    const served = new Served(folderOf(t), {
      args: ['--workers', '4', '--unchecked', '--port', `${port}`],
    })
    assert.deepEqual(await served.ended, { status: 2, signal: null })
    assert.equal(served.said.err.match(/is in use; end what uses it/g)?.length, 1)
  })

  it('say so where the first is killed before it was ready', async (t) => {
    const served = new Served(folderOf(t), {
      args: ['--workers', '4', '--unchecked', '--port', '0'],
    })
    process.kill(await firstChildOf(served.pid), 'SIGKILL')
    assert.deepEqual(await served.ended, { status: 70, signal: null })
    assert.match(served.said.err, /ended before it was ready, by SIGKILL/)
  })

  it('give up when none answers any more, and five in a row could not begin again', async (t) => {
    const { world, served } = await start(t)
    const file = world.database.slice('sqlite:'.length)
    rmSync(file)
    mkdirSync(file)
    for (const pid of served.workers()) process.kill(pid, 'SIGKILL')
    assert.deepEqual(await served.ended, { status: 2, signal: null })
    const tried = served.said.err.match(/the file of the database cannot be opened/g)?.length ?? 0
    assert.ok(tried >= 5 && tried <= 10, `${tried} times`)
  })
})

async function firstChildOf(pid: number): Promise<number> {
  for (;;) {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')
    if (child) return Number(child)
    await new Promise((next) => setImmediate(next))
  }
}

/** In place of the world's own server, with people who are numbered from 1. */
async function start(t: TestContext, options: WorldOptions = {}, people = 0) {
  const world = await startWorld(t, options)
  for (let number = 1; number <= people; number++) await byPassword.settle(world, number)
  await world.app.close()
  const [folder, watched] = [folderOf(t), await freePort()]
  const ahead = join(folder, 'ahead')
  writeFileSync(ahead, '0')
  const served = new Served(folder, {
    args: ['--workers', '2', '--unchecked'],
    env: {
      ...world.env,
      SALLYPORT_ISSUER: world.issuer.origin,
      SALLYPORT_DATABASE: world.database,
      SALLYPORT_DURABILITY: 'normal',
      SALLYPORT_METRICS: `127.0.0.1:${watched}`,
      SALLYPORT_TEST_AHEAD: ahead,
    },
    execArgv: ['--import', join(import.meta.dirname, '../support/moved-clock.ts')],
  })
  t.after(() => served.stop())
  await served.until(() => served.workers().length === 2)
  const db = openBeside(t, world.database)
  const mortal: Parameters<typeof trialOf>[2] = {
    // The other one answers.
    revive: async () => false,
    async tell({ aheadMs = 0 } = {}) {
      writeFileSync(ahead, String(aheadMs))
      return immortal.tell()
    },
  }
  return {
    world,
    issuer: world.issuer,
    db,
    served,
    trial: (number: number) => trialOf(world, db, mortal, number),
    /** How many requests have been answered with 200. */
    async answered() {
      const text = await (await fetch(`http://127.0.0.1:${watched}/metrics`)).text()
      return Number(
        /^sallyport_request_seconds_count\{method="GET",status="200"\} (\d+)/m.exec(text)?.[1],
      )
    },
  }
}

/** Resolves when a server has read the beginning of a request. @returns sends the rest of it, for the status */
function askHalf(issuer: URL): Promise<() => Promise<number>> {
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: 'thrift',
    client_secret: 'wrong',
  }).toString()
  const sent = request(new URL('/token', issuer), {
    agent: false,
    method: 'POST',
    headers: {
      expect: '100-continue',
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': body.length,
    },
  })
  const answered = new Promise<number>((resolve, reject) => {
    sent.once('response', (answer) => resolve(answer.resume().statusCode!)).once('error', reject)
  })
  const finish = () => {
    sent.end(body)
    return answered
  }
  sent.flushHeaders()
  return new Promise((resolve, reject) => {
    sent.once('continue', () => resolve(finish)).once('error', reject)
  })
}

/** Whether anybody takes a connection. */
function isThere(issuer: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(issuer.port), issuer.hostname)
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** By a connection of its own. */
async function healthz(issuer: URL): Promise<void> {
  const answer = await fetch(new URL('/healthz', issuer), {
    headers: { connection: 'close' },
    signal: AbortSignal.timeout(patienceMs),
  })
  assert.equal(answer.status, 200)
  await answer.text()
}

/** The process of whoever has moved a login last: connections are dealt out as it comes. */
function lastAtWork(served: Served): number {
  const { worker } = movesOf(served).at(-1)!
  const isReady = ({ what, worker: number }: Served['log'][number]) =>
    what === 'ready' && number === worker
  return Number(served.log.findLast(isReady)?.pid)
}

const movesOf = ({ log }: Served) => log.filter(({ event }) => event === 'move')
const failuresOf = ({ log }: Served) => log.filter(({ event }) => event === 'failed')
