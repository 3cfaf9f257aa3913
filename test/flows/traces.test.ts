import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { collectSpans } from '../support/spans.ts'
import { signInAtGoogle } from '../support/upstreams.ts'
import { visitorOf } from '../support/visitor.ts'
import { startWorld } from '../support/world.ts'
import { answerAt, goTo, signIn, typePassword } from './people.ts'

/** W3C Trace Context, 3.2: version, trace, caller's span, sampled. */
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`

describe('traces', () => {
  it('show what a request has led to: each step with login, flow, state and outcome, each call to an upstream, in the trace of the application', async (t) => {
    const world = await startWorld(t)
    const heard = requestsTo(t, new URL(world.google.url).port)
    const spans = collectSpans(t)
    const browser = world.browser()
    const program = visitorOf(world, 'API', browser)
    const choice = await program.begin(await world.thrift.parameters())
    const after = spans().length
    const wrong = await typePassword(program, choice, 'jane', 'wrong')
    const enrol = await goTo(program, wrong, 'google', signInAtGoogle('Ann Example'))
    assert.equal(enrol.kind, 'asks')

    const since = spans().slice(after)
    const works = since.filter(({ name }) => name.startsWith('work '))
    assert.deepEqual(
      works.map(({ name, attributes }) => [name, attributes['sallyport.outcome']]),
      [
        ['work password', 'invalid'],
        ['work federated', 'unknown'],
        ['work provision', 'success'],
        ['work assign', 'success'],
      ],
    )
    for (const { attributes } of works) {
      assert.equal(attributes['sallyport.login'], choice.loginId)
      assert.equal(attributes['sallyport.flow'], 'thrift')
      assert.equal(typeof attributes['sallyport.state'], 'string')
    }
    const requests = since.filter(({ kind }) => kind === SpanKind.SERVER)
    const answered = requests.find(({ name }) => name === 'POST /flow-api/logins/:id/actions/:name')
    assert.equal(works[0]!.parentSpanContext?.spanId, answered!.spanContext().spanId)
    const moves = requests.flatMap(({ events }) => events.map(({ attributes }) => attributes))
    assert.ok(moves.some((move) => move?.['sallyport.to'] === 'enrol'))

    const calls = since.filter(({ name }) => name === 'call google')
    assert.ok(calls.length >= 2, 'where to go, and who has come')
    assert.deepEqual(
      new Set(heard.map(({ traceparent }) => traceparent)),
      new Set(calls.map(nameOf)),
    )
  })

  it('tell of the form that ends a login, and answers its application, as of that form', async (t) => {
    const world = await startWorld(t)
    const spans = collectSpans(t)
    answerAt(await signIn(world, visitorOf(world, 'pages')))
    const forms = spans().filter(({ attributes }) => attributes['http.request.method'] === 'POST')
    assert.deepEqual(
      forms.map(({ name }) => name),
      ['POST /login/:id', 'POST /login/:id'],
    )
  })

  it("are the caller's where it says one, and hand on nothing else that it says", async (t) => {
    const world = await startWorld(t)
    const heard = requestsTo(t, new URL(world.google.url).port)
    const spans = collectSpans(t)
    const baggage = 'person=jane'
    const visitor = visitorOf(world, 'API', world.browser({ traceparent, baggage }))
    const choice = await visitor.begin(await world.thrift.parameters())
    await visitor.act(choice, 'google')
    const ours = spans().filter((span) => span.spanContext().traceId === traceId)
    const names = ours.map(({ name }) => name)
    for (const name of ['POST /flow-api/logins', 'depart federated', 'call google']) {
      assert.ok(names.includes(name), `${name} of ${names}`)
    }
    assert.ok(heard.length > 0)
    for (const { traceparent, baggage } of heard) {
      assert.match(String(traceparent), new RegExp(`^00-${traceId}-`))
      assert.equal(baggage, undefined)
    }
  })

  it('say that an upstream is down, and not what it has said', async (t) => {
    const world = await startWorld(t)
    const spans = collectSpans(t)
    const visitor = visitorOf(world, 'API')
    const choice = await visitor.begin(await world.thrift.parameters())
    world.google.faults.down = true
    await visitor.act(choice, 'google')
    const [depart] = spans().filter(({ name }) => name === 'depart federated')
    assert.equal(depart!.status.code, SpanStatusCode.ERROR)
    assert.equal(depart!.status.message, undefined)
    assert.equal(depart!.attributes['error.type'], 'UPSTREAM_UNREACHABLE')
  })
})

/** What a callee is told of a span that calls it. */
function nameOf(span: ReadableSpan): string {
  const { traceId, spanId } = span.spanContext()
  return `00-${traceId}-${spanId}-01`
}

/** The headers of all requests of our server that arrive at a port of this process. */
function requestsTo(t: TestContext, port: string) {
  const heard: IncomingMessage['headers'][] = []
  const listen = (message: unknown) => {
    const { request } = message as { request: IncomingMessage }
    const isOurs = request.headers['user-agent'] === 'sallyport'
    if (isOurs && String(request.socket.localPort) === port) heard.push(request.headers)
  }
  subscribe('http.server.request.start', listen)
  t.after(() => unsubscribe('http.server.request.start', listen))
  return heard
}
