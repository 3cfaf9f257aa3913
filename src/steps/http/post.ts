/**
 * One POST of JSON to one address: no redirect, no proxy, a cap on the answer, and no private address behind
 * a public name. The name is resolved once, and what was looked at is what is called.
 */
import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns'
import { type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import type { LookupFunction } from 'node:net'
import { readAddress } from '../../language/network.ts'
import { Distrust } from '../federated/failure.ts'

export interface Post {
  readonly url: URL
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  /** The address may be a private one. On loopback it may be anyway, if it is named as such. */
  readonly internal: boolean
  readonly signal: AbortSignal
  /** Finds the addresses of a name. Absent: the system does. */
  readonly resolve?: Resolve | undefined
}

export type Resolve = (
  name: string,
  options: LookupAllOptions,
  done: (error: Error | null, found: LookupAddress[]) => void,
) => void

const answerMaxBytes = 16 * 1024
const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

/** @throws {Distrust} it may not be called, or has not answered 200 with JSON; @throws {Error} not reached */
export async function postJson(post: Post): Promise<unknown> {
  const response = await postTo(post)
  const type = response.headers['content-type'] ?? ''
  if (response.statusCode !== 200) {
    response.destroy()
    throw new Distrust(`it answers ${response.statusCode}`)
  }
  if (!/^application\/json\b/i.test(type) || response.headers['content-encoding']) {
    response.destroy()
    throw new Distrust('its answer is no plain JSON')
  }
  const text = await readText(response)
  try {
    return JSON.parse(text)
  } catch {
    throw new Distrust('its answer is no JSON')
  }
}

/**
 * @returns the answer, whose body is for the caller to read or to destroy
 * @throws {Distrust} it may not be called; @throws {Error} not reached
 */
export function postTo({
  url,
  body,
  headers,
  internal,
  signal,
  resolve: find = lookup,
}: Post): Promise<IncomingMessage> {
  const isOpen = internal || loopbackNames.includes(url.hostname)
  const literal = readAddress(url.hostname.replace(/^\[|\]$/g, ''))
  if (literal && !isOpen && !literal.isPublic) throw new Distrust('its address is a private one')
  const request = url.protocol === 'https:' ? requestSecure : requestPlain
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: 'POST',
      headers: {
        ...headers,
        accept: 'application/json',
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'sallyport',
      },
      // Each call has a connection of its own: none is left open towards a name that may move.
      agent: false,
      lookup: isOpen ? lookup : publicOnly(find),
      signal,
    })
    sent.on('response', resolve)
    sent.on('error', reject)
    sent.end(body)
  })
}

/** All addresses of the name must be public: which one is called is not ours to choose. */
const publicOnly =
  (find: Resolve): LookupFunction =>
  (hostname, options, done) => {
    find(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return done(error, '', 0)
      const [first] = found
      if (!first) return done(new Error('no address'), '', 0)
      const isPrivate = found.some(({ address }) => !readAddress(address)?.isPublic)
      if (isPrivate) return done(new Distrust('its name leads to a private address'), '', 0)
      if (options.all) done(null, found)
      else done(null, first.address, first.family)
    })
  }

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.byteLength
    if (size > answerMaxBytes) throw new Distrust('its answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
