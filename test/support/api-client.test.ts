import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Koa, { type Context } from 'koa'
import { listenOnLoopback } from '../../src/cli/demo/loopback.ts'
import { ApiClient, type ApiLogin } from './api-client.ts'

// A made-up server with the API's shape: the client must not need the real one's flows.
describe('generic JSON client', () => {
  it('drives a login of steps that it has never heard of', async (t) => {
    const { api, seen } = await world(t, [
      { actions: { riddle: ['shape', 'colour'], song: ['tune'] } },
      { actions: { dance: ['steps'] } },
    ])
    const ride = await api.drive(await api.begin({ client_id: 'x' }), {
      prefers: ['song'],
      answers: {
        tune: () => 'la',
        steps: (action, login) => `${action.name} at ${login.step?.id}`,
      },
    })
    assert.equal(ride.redirect, 'https://app.test/cb?code=1')
    assert.deepEqual(ride.taken, [
      { state: 's0', action: 'song' },
      { state: 's1', action: 'dance' },
    ])
    assert.deepEqual(seen, [
      { path: '/song', seq: 'q0', input: { tune: 'la' } },
      { path: '/dance', seq: 'q1', input: { steps: 'dance at s1' } },
    ])
  })

  it('takes what it can answer where nothing preferred is offered', async (t) => {
    const { api } = await world(t, [{ actions: { riddle: ['shape'], song: ['tune'] } }])
    const ride = await api.drive(await api.begin({}), { answers: { tune: () => 'la' } })
    assert.deepEqual(ride.taken, [{ state: 's0', action: 'song' }])
  })

  it('never cancels or goes back by itself, and says what it could not answer', async (t) => {
    const { api } = await world(t, [{ actions: { back: [], cancel: [], song: ['tune'] } }])
    await assert.rejects(
      api.drive(await api.begin({}), {}),
      /at s0 the person can do nothing of back\(\), cancel\(\), song\(tune\)/,
    )
  })

  it('goes away and comes back by the same cookies', async (t) => {
    const { api } = await world(t, [{ actions: {}, away: true }, { actions: { song: ['tune'] } }])
    const ride = await api.drive(await api.begin({}), {
      answers: { tune: () => 'la' },
      away: (page, browser) => browser.follow(page.link('Back')),
    })
    assert.deepEqual(
      ride.taken.map(({ action }) => action),
      ['away', 'song'],
    )
  })

  it('goes on from where the login stands after 409, and shows every other refusal', async (t) => {
    const { api } = await world(t, [{ actions: { song: ['tune'] }, refuse: [409, 429] }])
    const ride = await api.drive(await api.begin({}), { answers: { tune: () => 'la' } })
    assert.equal(ride.answer.status, 429)
    assert.equal(ride.redirect, undefined)
    assert.equal(ride.taken.length, 2)
  })
})

interface Place {
  readonly actions: Readonly<Record<string, readonly string[]>>
  readonly away?: boolean
  /** Statuses with which the first submissions are refused. */
  readonly refuse?: number[]
}

/** A login that stands at one place after another; the upstream is a server of its own. */
async function world(t: { after(close: () => unknown): void }, places: readonly Place[]) {
  const seen: { path: string; seq: string; input: unknown }[] = []
  let at = 0
  let ownUrl = ''
  const upstream = await serve(t, (ctx) => {
    ctx.type = 'html'
    ctx.body = `<a href="${ownUrl}/callback">Back</a>`
  })
  const show = (): Partial<ApiLogin> => {
    const place = places[at]
    const status = place ? (place.away ? 'awaiting_upstream' : 'awaiting_input') : 'complete'
    const redirect = place ? `${upstream.url}/` : 'https://app.test/cb?code=1'
    const actions = Object.entries(place?.actions ?? {}).map(([name, fields]) => ({
      name,
      href: `${ownUrl}/${name}`,
      input: { properties: Object.fromEntries(fields.map((f) => [f, {}])), required: fields },
    }))
    return { id: 'lg', seq: `q${at}`, status, step: { id: `s${at}` }, actions, redirect }
  }
  const own = await serve(t, async (ctx) => {
    if (ctx.path === '/flow-api/logins') {
      ctx.status = 201
      ctx.set('set-cookie', 'browser=1; Path=/')
    } else if (ctx.get('cookie') !== 'browser=1') ctx.throw(403)
    else if (ctx.path === '/callback') at++
    else if (ctx.method === 'POST') {
      const refused = places[at]?.refuse?.shift()
      if (refused) {
        ctx.status = refused
        ctx.body = { login: show() }
        return
      }
      seen.push({ path: ctx.path, ...(await jsonOf(ctx)) })
      at++
    }
    ctx.body = show()
  })
  ownUrl = own.url
  const api = new ApiClient(own.url)
  t.after(() => api.browser.close())
  return { api, seen }
}

async function serve(
  t: { after(close: () => unknown): void },
  answer: (ctx: Context) => void | Promise<void>,
) {
  const app = new Koa()
  app.use(answer)
  const running = await listenOnLoopback(0, () => app.callback())
  t.after(() => running.close())
  return running
}

async function jsonOf(ctx: Context): Promise<{ seq: string; input: unknown }> {
  const chunks: Buffer[] = []
  for await (const chunk of ctx.req) chunks.push(chunk as Buffer)
  return JSON.parse(Buffer.concat(chunks).toString())
}
