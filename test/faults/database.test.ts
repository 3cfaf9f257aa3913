import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { defaultLimits } from '../../src/engine/world.ts'
import { startLyingUpstream } from '../steps/lying-upstream.ts'
import { Browser, type Page } from '../support/browser.ts'
import { Mortal } from '../support/mortal.ts'
import { codeOf, startWorld, type World } from '../support/world.ts'
import { bo, enterPassword, finishSteps, jane, told } from './acts.ts'
import { count, openBeside } from './rows.ts'
import { checkRows } from './sweep.ts'

describe('a database that another process keeps to itself', () => {
  it('at a step: the person is asked to try again, and nothing is spent or half-written', async (t) => {
    const { world, db, hold, spent } = await start(t)
    const browser = world.browser()
    const page = await browser.open(await world.thrift.authorize())
    const letGo = await hold()
    const busy = await browser.submit(page.form('Sign in'), jane)
    assertBusy(busy)
    await letGo()
    assert.equal(await spent(), 0)
    assert.equal(await count(db, 'guesses'), 0)
    const second = await browser.submit(page.form('Sign in'), jane)
    second.form('Verify')
    await checkRows(db)
  })

  it('between the work of a step and its commit: nothing is half-written, and the login is free again', async (t) => {
    const upstream = await startLyingUpstream(Date.now)
    t.after(() => upstream.close())
    const { world, db, hold, pass, reports } = await start(t, { GOOGLE_ISSUER: upstream.url })
    const accounts = await count(db, 'accounts')
    const browser = world.browser()
    const page = await browser.open(await world.thrift.authorize())
    const stopping = new Browser({ stopAt: [upstream.url] }, browser.cookies)
    const away = new URL((await stopping.submit(page.form('Continue with Google'))).url)
    stopping.close()
    const asked = (name: string) => away.searchParams.get(name) ?? ''
    upstream.nonce = asked('nonce')
    const back = new URL(asked('redirect_uri'))
    back.search = `${new URLSearchParams({ code: 'c', state: asked('state'), iss: upstream.url })}`

    let letGo = async () => {}
    upstream.lies = {
      answers: {
        '/jwks': async (_request, response) => {
          letGo = await hold()
          response.writeHead(200, { 'content-type': 'application/json' })
          const jwk = upstream.publicKey().export({ format: 'jwk' })
          response.end(JSON.stringify({ keys: [{ ...jwk, kid: '1', use: 'sig', alg: 'RS256' }] }))
        },
      },
    }
    assertBusy(await browser.open(back.href))
    await letGo()
    assert.equal(await count(db, 'accounts'), accounts)
    assert.equal(await count(db, 'associations'), 0)

    // Not even the claim could be given back; it has its deadline.
    await pass(defaultLimits.claimMs + 1)
    upstream.lies = {}
    const enrol = await browser.open(back.href)
    enrol.form('Verify and save')
    assert.equal(await count(db, 'accounts'), accounts + 1)
    await checkRows(db)
    assert.ok(reports().every((report) => /BUSY|SQLITE_BUSY|STEP_NOT_CURRENT/.test(report)))
  })

  it('at the request, the answer and the tokens: each can be asked for again', async (t) => {
    const { world, db, hold } = await start(t)
    const browser = world.browser()
    const request = await world.thrift.authorize()
    await during(hold, async () => assertBusy(await browser.open(request)))

    const address = await finishSteps(browser, world.thrift, world)
    await during(hold, async () => assertBusy(await browser.open(address)))
    assert.equal(await count(db, 'sessions'), 0)
    const end = await browser.open(address)
    assert.ok(told(end.url).code, end.url)

    await during(hold, () => assertStatus(world.thrift.exchange(end.url), 503))
    await world.thrift.redeem(end.url)
    await checkRows(db)
  })
})

describe('a disk that is full', () => {
  it('is told to the operator, leaves nothing half-written, and is forgotten when there is room (I-32)', async (t) => {
    const { world, db, mortal, pass, reports } = await start(t)
    const [atStart, atCode, atAnswer, atTokens] = [0, 0, 0, 0].map(() => world.browser())
    const password = await atStart!.open(await world.thrift.authorize())
    const second = await enterPassword(atCode!, world.thrift)
    const address = await finishSteps(atAnswer!, world.thrift, world)
    const end = await atTokens!.open(await finishSteps(atTokens!, world.vault, world, { steps: 1 }))
    await pass(30_000)

    await mortal.tell({ pragma: 'PRAGMA max_page_count = 1' })
    await fill(async () => (await world.browser().open(await world.thrift.authorize())).status)
    // What is left on the pages of the provider's table is too little for a small row, so for a token too.
    await fill(() => pushRequest(world))
    const enter = () => atStart!.submit(password.form('Sign in'), bo)
    const prove = () => atCode!.submit(second.form('Verify'), { code: codeOf('jane', world, 1) })
    const answer = () => atAnswer!.open(address)
    assert.equal((await enter()).status, 500)
    assert.equal((await prove()).status, 500)
    assert.equal((await answer()).status, 500)
    await assertStatus(world.vault.exchange(end.url), 500)
    await checkRows(db)
    assert.equal(await count(db, 'sessions'), 1, 'that of the code that is there')
    assert.equal(await count(db, 'provider_models', { model: 'AccessToken' }), 0)
    for (const report of reports()) assert.match(report, /SQLITE_FULL/)

    await mortal.tell({ pragma: 'PRAGMA max_page_count = 1000000' })
    const enrol = await enter()
    enrol.form('Verify and save')
    assert.ok(told((await prove()).url).code)
    assert.ok(told((await answer()).url).code)
    await world.vault.redeem(end.url)
    await checkRows(db)
  })
})

/** A server whose patience with its database is short, so that nobody here has to wait. */
async function start(t: TestContext, env: Readonly<Record<string, string>> = {}) {
  const world = await startWorld(t, { env })
  await world.app.close()
  const { issuer, database } = world
  const mortal = new Mortal({ issuer: issuer.origin, database, env: world.env })
  t.after(() => mortal.stop())
  await mortal.start()
  await mortal.tell({ pragma: 'PRAGMA busy_timeout = 20' })
  const db = openBeside(t, database)
  const holder = openBeside(t, database)
  return {
    world,
    db,
    mortal,
    reports: () => mortal.reports.filter((report) => !/^KnownError/.test(report)),
    async pass(ms: number) {
      world.clock.aheadMs += ms
      await mortal.tell({ aheadMs: world.clock.aheadMs })
    },
    /** Takes the lock for writing. @returns how to give it back */
    async hold() {
      await holder.raw('BEGIN IMMEDIATE')
      return async () => {
        await holder.raw('ROLLBACK')
      }
    },
    async spent() {
      const row = await db('logins').select('spent').first()
      return JSON.parse(row.spent)['sign-in'] ?? 0
    },
  }
}

/** Goes on until it fails three times running. */
async function fill(write: () => Promise<number>): Promise<void> {
  let failed = 0
  for (let n = 0; n < 200 && failed < 3; n++) failed = (await write()) >= 500 ? failed + 1 : 0
  assert.equal(failed, 3, 'it is full')
}

/** RFC 9126: the smallest row that an application can have written. */
async function pushRequest({ issuer, thrift, env }: World): Promise<number> {
  const asked = new URL(await thrift.authorize()).searchParams
  const basic = Buffer.from(`thrift:${env.THRIFT_CLIENT_SECRET}`).toString('base64')
  const answer = await fetch(new URL('/request', issuer), {
    method: 'POST',
    headers: { authorization: `Basic ${basic}` },
    body: asked,
  })
  await answer.text()
  return answer.status
}

function assertBusy(page: Page): void {
  assert.equal(page.status, 503, page.text)
  assert.equal(page.headers['retry-after'], '1')
  assert.match(page.text, /busy/)
}

/** An application has been answered with this status, and with no error of OAuth. */
function assertStatus(asked: Promise<unknown>, status: number): Promise<void> {
  return assert.rejects(asked, (thrown) => {
    assert.equal((thrown as { cause?: Response }).cause?.status, status)
    return true
  })
}

async function during(hold: () => Promise<() => Promise<void>>, act: () => Promise<void>) {
  const letGo = await hold()
  await act()
  await letGo()
}
