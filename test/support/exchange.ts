/**
 * One HTTP request and its answer, exactly as given. `fetch` would add headers of its own and forbids
 * others (`Host`, `Origin`), which the tests of attacks need.
 */
import {
  Agent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
} from 'node:http'

export interface Request {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

export interface Answer {
  readonly request: Request
  readonly url: string
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** @throws {SyntaxError} when the body is not JSON */
  json<T = unknown>(): T
}

/** @throws what the connection reports */
export async function exchange(agent: Agent, sent: Request): Promise<Answer> {
  const outgoing = begin(agent, sent)
  const answer = answerTo(outgoing, sent)
  outgoing.end(sent.body)
  return answer
}

/**
 * Sends requests truly at once: each has its own connection, and is complete but for its last byte
 * before any gets it. The last bytes leave in one turn of the event loop.
 */
export async function exchangeTogether(sent: readonly Request[]): Promise<Answer[]> {
  const agent = new Agent({ keepAlive: false })
  const ready = await Promise.all(
    sent.map(async (one) => {
      const outgoing = begin(agent, one)
      const answer = answerTo(outgoing, one)
      // Handled below; a failure while the others connect must not count as unhandled.
      answer.catch(() => undefined)
      const body = Buffer.from(one.body ?? '')
      await connected(outgoing)
      if (body.length > 1) await written(outgoing, body.subarray(0, -1))
      return { outgoing, answer, last: body.subarray(-1) }
    }),
  )
  for (const { outgoing, last } of ready) outgoing.end(last)
  return Promise.all(ready.map(({ answer }) => answer)).finally(() => agent.destroy())
}

function begin(agent: Agent, sent: Request): ClientRequest {
  const length = sent.body === undefined ? undefined : Buffer.byteLength(sent.body)
  return request(sent.url, {
    agent,
    method: sent.method,
    headers: { ...(length !== undefined && { 'content-length': length }), ...sent.headers },
  })
}

function connected(outgoing: ClientRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    outgoing.once('error', reject)
    outgoing.once('socket', (socket) => {
      if (socket.connecting) socket.once('connect', resolve)
      else resolve()
    })
  })
}

function written(outgoing: ClientRequest, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    outgoing.write(bytes, (error) => (error ? reject(error) : resolve()))
  })
}

function answerTo(outgoing: ClientRequest, sent: Request): Promise<Answer> {
  return new Promise((resolve, reject) => {
    outgoing.once('error', reject)
    outgoing.once('response', (incoming) => read(incoming, sent).then(resolve, reject))
  })
}

async function read(incoming: IncomingMessage, sent: Request): Promise<Answer> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks).toString('utf8')
  return {
    request: sent,
    url: sent.url,
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    body,
    json: <T>() => JSON.parse(body) as T,
  }
}
