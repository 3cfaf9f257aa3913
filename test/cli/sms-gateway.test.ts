import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
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
  const post = smsGatewayPost({
    id: 'texts',
    place: { file: 'senders.yaml', line: 2, column: 3 },
    kind: 'sms-gateway',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/messages`,
    secret: { reference: 'SMS_KEY', value: new Secret(key) },
    from: 'Shop',
    timeoutMs: 500,
    internal: false,
    ...more,
  })
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

  it('is asked at no private address and not in the open, unless it stands in a network of ours', async (t) => {
    for (const url of ['https://10.0.0.7/send', 'http://sms.example/send']) {
      const { post } = await gatewayThat(t, status(200), { url })
      await thrownBy(post(message))
    }
  })
})
