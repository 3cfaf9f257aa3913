import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { inspect } from 'node:util'
import { Secret } from '../../src/kit/secret.ts'
import type { FactValues } from '../../src/language/facts.ts'
import type { ServiceFile } from '../../src/language/settings.ts'
import { openService } from '../../src/steps/http/service.ts'
import { http } from '../../src/steps/http/step.ts'
import { call, fakePorts } from './fake-ports.ts'

interface Heard {
  readonly headers: IncomingMessage['headers']
  readonly method: string | undefined
  readonly body: string
}

/** A service on this machine that answers as it is told, and remembers what it was asked. */
async function serviceThat(
  t: TestContext,
  answers: RequestListener,
  more: Partial<ServiceFile> = {},
) {
  const heard: Heard[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString('utf8')
    })
    request.on('end', () => {
      heard.push({ headers: request.headers, method: request.method, body })
      answers(request, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const settings: ServiceFile = {
    id: 'risk',
    title: 'Risk',
    url: `http://127.0.0.1:${port}/score`,
    timeoutMs: 2000,
    sends: ['identity.email', 'network.address'],
    results: ['low', 'high'],
    internal: false,
    place: { file: 'services.yaml', line: 1, column: 1 },
    ...more,
  }
  const ask = (facts: FactValues = {}) => openService(settings, { allowInsecure: true }).ask(facts)
  return { heard, settings, ask, port }
}

const answering =
  (body: unknown, status = 200, type = 'application/json'): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body))
  }

const key = 'a-key-that-nobody-may-see'
const secret = { reference: 'RISK_TOKEN', value: new Secret(key) }

describe('a service', () => {
  it('W-21: is told the facts that its settings name and no others, with its secret in a header', async (t) => {
    const facts: FactValues = {
      'identity.email': 'ann@thrift.example',
      'identity.name': 'Ann',
      'network.address': '192.0.2.7',
    }
    const bearer = await serviceThat(t, answering({ result: 'low' }), { secret })
    assert.deepEqual(await bearer.ask(facts), { result: 'low' })
    const [{ method, body, headers } = assert.fail()] = bearer.heard
    assert.equal(method, 'POST')
    assert.deepEqual(JSON.parse(body), {
      'identity.email': 'ann@thrift.example',
      'network.address': '192.0.2.7',
    })
    assert.equal(headers.authorization, `Bearer ${key}`)
    const named = await serviceThat(t, answering({ result: 'low' }), {
      secret,
      header: 'X-Api-Key',
    })
    await named.ask({})
    assert.equal(named.heard[0]!.headers['x-api-key'], key)
    assert.deepEqual(JSON.parse(named.heard[0]!.body), {
      'identity.email': null,
      'network.address': null,
    })
  })

  it('is believed in what its settings say that it can answer, and in nothing else', async (t) => {
    const good = await serviceThat(t, answering({ result: 'high', score: 71, more: 'x' }))
    assert.deepEqual(await good.ask(), { result: 'high', score: 71 })
    const number = await serviceThat(t, answering({ score: 0 }), { results: [] })
    assert.deepEqual(await number.ask(), { score: 0 })
    const bad: readonly unknown[] = [
      { result: 'none' },
      { result: 'Low' },
      { result: ['low'] },
      { result: { toString: 'low' } },
      { result: 'low', score: '71' },
      { result: 'low', score: 7.5 },
      { result: 'low', score: 1e300 },
      { score: 3 },
      {},
      [],
      null,
      'low',
      { __proto__: null },
    ]
    for (const answer of bad) {
      const service = await serviceThat(t, answering(answer))
      await assert.rejects(service.ask(), { code: 'UPSTREAM_UNTRUSTED' }, JSON.stringify(answer))
    }
    const silent = await serviceThat(t, answering({ result: 'low' }), { results: [] })
    await assert.rejects(silent.ask(), { code: 'UPSTREAM_UNTRUSTED' })
  })

  it('I-29: that is not well is a failure: status, type, coding, length, broken text', async (t) => {
    const low = JSON.stringify({ result: 'low' })
    const send =
      (head: Record<string, string>, body: string, status = 200): RequestListener =>
      (_, response) =>
        void response.writeHead(status, head).end(body)
    const json = { 'content-type': 'application/json' }
    const faults: readonly RequestListener[] = [
      answering({ result: 'low' }, 500),
      answering({ result: 'low' }, 201),
      answering({ result: 'low' }, 200, 'text/html'),
      send({ ...json, 'content-encoding': 'gzip' }, low),
      send(json, `${' '.repeat(17 * 1024)}${low}`),
      send(json, low.slice(0, -1)),
      send({}, low),
    ]
    for (const fault of faults) {
      const service = await serviceThat(t, fault)
      await assert.rejects(service.ask(), { code: 'UPSTREAM_UNTRUSTED', name: 'UpstreamFailure' })
    }
    const torn = await serviceThat(t, (_, response) => {
      response.writeHead(200, { ...json, 'content-length': '900' })
      response.write(low)
      response.destroy()
    })
    await assert.rejects(torn.ask(), { name: 'UpstreamFailure' })
  })

  it('is not followed anywhere else, and its secret stays with it', async (t) => {
    const other = await serviceThat(t, answering({ result: 'low' }))
    for (const status of [301, 302, 303, 307, 308]) {
      const moved = await serviceThat(
        t,
        (_, response) => void response.writeHead(status, { location: other.settings.url }).end(),
        { secret },
      )
      await assert.rejects(moved.ask(), { code: 'UPSTREAM_UNTRUSTED' })
    }
    assert.equal(other.heard.length, 0)
  })

  it('I-29: that does not answer in time is a timeout, however slowly it drips', async (t) => {
    const never = await serviceThat(t, () => {}, { timeoutMs: 100 })
    await assert.rejects(never.ask(), { name: 'TimeoutError', code: 'UPSTREAM_TIMEOUT' })
    const dripping = await serviceThat(
      t,
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.write(' ')
      },
      { timeoutMs: 100 },
    )
    await assert.rejects(dripping.ask(), { name: 'TimeoutError', code: 'UPSTREAM_TIMEOUT' })
  })

  it('is never called at a private address, unless it is one of our own network', async (t) => {
    const { port } = await serviceThat(t, answering({ result: 'low' }))
    const urls = [
      `https://10.0.0.1:${port}/`,
      `https://169.254.169.254/latest/meta-data`,
      `https://[fd00::1]/`,
      `https://[::ffff:127.0.0.1]:${port}/`,
      `https://127.0.0.2:${port}/`,
      `https://0.0.0.0:${port}/`,
      `https://167772161:${port}/`,
      `http://risk.example/`,
      `ftp://risk.example/`,
    ]
    for (const url of urls) {
      const { settings } = await serviceThat(t, answering({ result: 'low' }), { url })
      const asked = openService(settings, { allowInsecure: true }).ask({})
      await assert.rejects(asked, { code: 'UPSTREAM_UNTRUSTED' }, url)
    }
    const plain = await serviceThat(t, answering({ result: 'low' }))
    await assert.rejects(openService(plain.settings, { allowInsecure: false }).ask({}), {
      code: 'UPSTREAM_UNTRUSTED',
    })
    assert.equal(plain.heard.length, 0)
  })

  it('is not called when any address of its public name is a private one', async (t) => {
    const { settings } = await serviceThat(t, answering({ result: 'low' }), {
      url: 'https://risk.example/',
    })
    const found: readonly (readonly string[])[] = [
      ['10.0.0.1'],
      ['93.184.216.34', '127.0.0.1'],
      ['fe80::1'],
      ['64:ff9b::a00:1'],
      [],
    ]
    for (const addresses of found) {
      const asked = openService(settings, {
        allowInsecure: true,
        resolve: (_, __, done) =>
          done(
            null,
            addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
          ),
      }).ask({})
      const code = addresses.length > 0 ? 'UPSTREAM_UNTRUSTED' : 'UPSTREAM_UNREACHABLE'
      await assert.rejects(asked, { code }, addresses.join())
    }
  })

  it('is not asked at all while its secret is missing', async (t) => {
    const service = await serviceThat(t, answering({ result: 'low' }), {
      secret: { reference: 'RISK_TOKEN', value: undefined },
    })
    await assert.rejects(service.ask(), /RISK_TOKEN is not set/)
    assert.equal(service.heard.length, 0)
  })

  it('tells neither its secret nor what it was told in a failure', async (t) => {
    const service = await serviceThat(t, answering({ oops: key, result: 'ann@thrift.example' }), {
      secret,
    })
    const failure = await service.ask({ 'identity.email': 'ann@thrift.example' }).then(
      () => assert.fail(),
      (thrown: unknown) => inspect(thrown, { depth: 9 }),
    )
    assert.doesNotMatch(failure, /a-key-that|ann@thrift/)
  })
})

describe('http', () => {
  it('records what the service says', async () => {
    const ports = fakePorts({ service: { ask: async () => ({ result: 'low', score: 3 }) } })
    const asked = call({ ports, params: { service: 'risk' } })
    assert.deepEqual(await http.work(asked), {
      outcome: 'success',
      facts: { 'service.result': 'low', 'service.score': 3 },
    })
  })
})
