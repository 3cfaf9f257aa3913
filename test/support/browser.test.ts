import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { Browser } from './browser.ts'

describe('test browser', () => {
  it('fills in a form as it stands, with the button that is pressed', async (t) => {
    const { browser, url, seen } = await world(t, {
      '/': page(`<form method="post" action="/to"><input type="hidden" name="h" value="1">
<label>Name<input name="n" value="old"></label><input type="checkbox" name="no">
<select name="s"><option value="a">A<option value="b" selected>B</select>
<button name="go" value="x">Go</button><button name="go" value="y">Go on</button></form>`),
    })
    const form = (await browser.open(url)).form('Go on')
    await browser.submit(form, { n: 'new' })
    assert.equal(seen.at(-1)?.body, 'h=1&n=new&s=b&go=y')
    await assert.rejects(browser.submit(form, { missing: '' }), /the form has no missing/)
  })

  it('sends the headers of a same-origin form, and other ones when told to', async (t) => {
    const form = page('<form method="post"><button>Go</button></form>')
    const { browser, url, seen } = await world(t, { '/': form })
    const opened = await browser.open(url)
    await browser.submit(opened.form('Go'))
    assert.equal(seen.at(-1)?.headers.origin, url)
    assert.equal(seen.at(-1)?.headers['sec-fetch-site'], 'same-origin')
    await browser.submit(opened.form('Go'), {}, { from: 'https://evil.test' })
    assert.equal(seen.at(-1)?.headers.origin, 'https://evil.test')
    assert.equal(seen.at(-1)?.headers['sec-fetch-site'], 'cross-site')
    await browser.submit(opened.form('Go'), {}, { headers: { origin: undefined } })
    assert.equal(seen.at(-1)?.headers.origin, undefined)
  })

  it('sends Origin: null from a page without a referrer', async (t) => {
    const form = page('<form method="post"><button>Go</button></form>', {
      'referrer-policy': 'no-referrer',
    })
    const { browser, url, seen } = await world(t, { '/': form })
    await browser.submit((await browser.open(url)).form('Go'))
    assert.equal(seen.at(-1)?.headers.origin, 'null')
  })

  it('keeps a Lax cookie from a cross-site POST and a Strict one from a cross-site GET', async (t) => {
    const { browser, url, seen } = await world(t, {
      '/': page('<form method="post"><button>Go</button></form>', {
        'set-cookie': ['lax=1; SameSite=Lax', 'strict=1; SameSite=Strict'],
      }),
    })
    const form = (await browser.open(url)).form('Go')
    await browser.open(url)
    assert.equal(seen.at(-1)?.headers.cookie, 'lax=1; strict=1')
    await browser.open(url, { from: 'https://evil.test' })
    assert.equal(seen.at(-1)?.headers.cookie, 'lax=1')
    await browser.submit(form, {}, { from: 'https://evil.test' })
    assert.equal(seen.at(-1)?.headers.cookie, undefined)
  })

  it('drops the body after 303 and keeps it after 307', async (t) => {
    const { browser, url, seen } = await world(t, {
      '/': page(
        '<form method="post" action="/see"><input name="a" value="1"><button>Go</button></form>',
      ),
      '/see': { status: 303, headers: { location: '/again' } },
      '/temporary': { status: 307, headers: { location: '/again' } },
    })
    const form = (await browser.open(url)).form('Go')
    assert.equal((await browser.submit(form)).hops.length, 2)
    assert.deepEqual([seen.at(-1)?.method, seen.at(-1)?.body], ['GET', ''])
    await browser.submit({ ...form, action: `${url}/temporary` })
    assert.deepEqual([seen.at(-1)?.method, seen.at(-1)?.body], ['POST', 'a=1'])
  })

  it('stops where no server of the test stands, and gives up on a circle', async (t) => {
    const { browser, url } = await world(t, {
      '/away': { status: 302, headers: { location: 'https://thrift.test/cb?code=1' } },
      '/round': { status: 302, headers: { location: '/round' } },
    })
    const away = await browser.open(`${url}/away`)
    assert.deepEqual([away.left, away.url], [true, 'https://thrift.test/cb?code=1'])
    await assert.rejects(browser.open(`${url}/round`), /more than 20 redirects/)
    assert.equal((await browser.open(`${url}/round`, { redirects: 0 })).status, 302)
  })

  it('holds a form and its redirects to form-action', async (t) => {
    const { browser, url } = await world(t, {
      '/': page('<form method="post" action="/out"><button>Go</button></form>', {
        'content-security-policy': "default-src 'none'; form-action 'self'",
      }),
      '/out': { status: 303, headers: { location: 'http://localhost:1/' } },
    })
    const form = (await browser.open(url)).form('Go')
    await assert.rejects(browser.submit(form), /a browser would stop here/)
  })

  it('has 40 requests at the server before any is complete', async (t) => {
    const held: (() => void)[] = []
    const { browser, url, seen } = await world(t, {
      '/': page('', { 'set-cookie': ['a=1'] }),
      '/together': {
        status: 200,
        // Nobody is answered before all are there: sent one by one, they would never be.
        hold: (answer) => {
          held.push(answer)
          if (held.length === 40) for (const one of held) one()
        },
      },
    })
    await browser.open(url)
    const request = { url: `${url}/together`, method: 'POST', body: 'seq=1' }
    const answers = await browser.sendTogether(Array.from({ length: 40 }, () => request))
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
    assert.equal(seen.at(-1)?.headers.cookie, 'a=1')
    assert.equal(seen.at(-1)?.body, 'seq=1')
  })

  it('clones its cookies: two browsers go on apart', async (t) => {
    const { browser, url, seen } = await world(t, {
      '/': page('', { 'set-cookie': ['a=1'] }),
      '/other': page('', { 'set-cookie': ['a=2'] }),
    })
    await browser.open(url)
    const thief = await browser.clone()
    t.after(() => thief.close())
    await browser.open(`${url}/other`)
    await thief.open(`${url}/look`)
    assert.equal(seen.at(-1)?.headers.cookie, 'a=1')
  })
})

interface Scripted {
  readonly status: number
  readonly headers?: Record<string, string | string[]>
  readonly body?: string
  hold?(answer: () => void): void
}

function page(body: string, headers: Record<string, string | string[]> = {}): Scripted {
  return { status: 200, headers: { 'content-type': 'text/html', ...headers }, body }
}

/** A server that answers by path as it is told, 404 elsewhere, and notes what came. */
async function world(
  t: { after(close: () => unknown): void },
  answers: Readonly<Record<string, Scripted>>,
) {
  const seen: Pick<IncomingMessage & { body: string }, 'method' | 'headers' | 'body'>[] = []
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    seen.push({ method: request.method ?? '', headers: request.headers, body })
    const { status, headers, body: sent, hold } = answers[request.url ?? ''] ?? { status: 404 }
    const answer = () => response.writeHead(status, headers).end(sent)
    if (hold) hold(answer)
    else answer()
  }
  const server = createServer((request, response) => {
    serve(request, response).catch((error) => response.destroy(error))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const browser = new Browser()
  t.after(() => browser.close())
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return { browser, url: `http://localhost:${(server.address() as AddressInfo).port}`, seen }
}
