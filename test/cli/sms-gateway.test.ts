import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { inspect } from 'node:util'
import { smsGatewayPost } from '../../src/cli/senders/sms-gateway.ts'
import { Undeliverable } from '../../src/engine/outbox.ts'
import { Secret } from '../../src/kit/secret.ts'

const message = {
  id: 'out_1',
  to: '+12025550143',
  subject: 'Your code',
  body: '428719 is your code',
}
const key = 'a-key-that-nobody-may-see'
const settings = {
  id: 'texts',
  place: { file: 'senders.yaml', line: 2, column: 3 },
  kind: 'sms-gateway',
  secret: { reference: 'SMS_KEY', value: new Secret(key) },
  from: 'Shop',
  timeoutMs: 5000,
  internal: false,
} as const

/** A gateway on this machine that answers as it is told. */
async function gatewayThat(t: TestContext, answers: RequestListener, more = {}) {
  const heard: { headers: IncomingHttpHeaders; body: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString('utf8')
    })
    request.on('end', () => {
      heard.push({ headers: request.headers, body })
      answers(request, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/messages`
  const post = smsGatewayPost({ ...settings, url, ...more })
  return { post, heard }
}

const status =
  (code: number, headers = {}): RequestListener =>
  (_, response) => {
    response.writeHead(code, headers).end('{}')
  }

async function thrownBy(sending: Promise<void>): Promise<Error> {
  const thrown = await sending.then(
    () => undefined,
    (error: unknown) => error,
  )
  assert.ok(thrown instanceof Error)
  const said = inspect(thrown, { depth: 5 })
  for (const secret of [key, message.to, '428719']) assert.ok(!said.includes(secret), said)
  return thrown
}

describe('the gateway for text messages', () => {
  it('is told the number and the text, with its secret in a header and the same id each time', async (t) => {
    const { post, heard } = await gatewayThat(t, status(202))
    await post(message)
    await post(message)
    assert.deepEqual(
      heard.map(({ headers, body }) => [
        headers.authorization,
        headers['idempotency-key'],
        JSON.parse(body),
      ]),
      Array(2).fill([
        `Bearer ${key}`,
        'out_1',
        { id: 'out_1', to: '+12025550143', from: 'Shop', text: '428719 is your code' },
      ]),
    )
  })

  for (const [code, isForGood] of [
    [400, true],
    [422, true],
    [401, false],
    [429, false],
    [500, false],
    [302, false],
  ] as const) {
    it(`answers ${code}: the message is ${isForGood ? 'given up' : 'tried again'}, and nothing of it told`, async (t) => {
      const { post } = await gatewayThat(t, status(code, { location: 'http://127.0.0.1:1/' }))
      const thrown = await thrownBy(post(message))
      assert.equal(thrown instanceof Undeliverable, isForGood)
    })
  }

  it('is waited for no longer than its settings say', async (t) => {
    const { post } = await gatewayThat(t, () => {}, { timeoutMs: 100 })
    assert.match((await thrownBy(post(message))).message, /late/)
  })

  it('is not asked in the open', async (t) => {
    const { post } = await gatewayThat(t, status(200), {
      url: 'http://sms.example/send',
      internal: true,
    })
    assert.match((await thrownBy(post(message))).message, /plain http/)
  })

  it('is asked at no private address, also where a name leads to one, unless it stands in a network of ours', async (t) => {
    // Loopback, but none of the names that may be said for it.
    const address = '127.0.0.2'
    let reached = 0
    const server = createTcpServer((socket) => {
      reached++
      socket.destroy()
    })
    await new Promise<void>((resolve) => server.listen(0, address, resolve))
    t.after(() => server.close())
    const { port } = server.address() as AddressInfo
    const ask = async (host: string, internal: boolean) => {
      const post = smsGatewayPost(
        { ...settings, url: `https://${host}:${port}/`, internal },
        (_name, _options, done) => done(null, [{ address, family: 4 }]),
      )
      await thrownBy(post(message))
    }
    await ask(address, false)
    await ask('sms.example', false)
    assert.equal(reached, 0)
    await ask(address, true)
    assert.equal(reached, 1)
  })
})
