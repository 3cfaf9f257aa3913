/** A person in a few lines: cookies, forms, redirects. Times each request that the server under test gets. */
import { type Agent, request } from 'node:http'

export interface Visit {
  readonly url: string
  readonly status: number
  readonly body: string
}

/** The server has no room now: 429 or 503. */
export class Refused extends Error {
  readonly status: number
  /** As the answer's `Retry-After` has it. Absent: it said nothing. */
  readonly retryAfter: string | undefined
  /** How many requests of this person had been answered otherwise before. */
  readonly after: number

  constructor(status: number, retryAfter: string | undefined, after: number) {
    super(`refused with ${status} after ${after} requests`)
    this.status = status
    this.retryAfter = retryAfter
    this.after = after
  }
}

export class Visitor {
  readonly #agent: Agent
  readonly #cookies = new Map<string, Map<string, string>>()
  readonly #measured: string
  /** Milliseconds of each request to the measured server. */
  readonly times: number[]

  constructor(agent: Agent, measured: string, times: number[]) {
    this.#agent = agent
    this.#measured = measured
    this.times = times
  }

  /**
   * Follows redirects, and pages that go on by themselves, until one rests or leaves for `until`.
   *
   * @throws {Refused}
   */
  async go(url: string, form: Record<string, string> | undefined, until: string): Promise<Visit> {
    let visit = await this.#send(url, form)
    for (let hop = 0; hop < 20; hop++) {
      const next = onward(visit)
      if (next === undefined) return visit
      if (next.startsWith(until)) return { url: next, status: 0, body: '' }
      visit = await this.#send(next, undefined)
    }
    throw new Error(`redirects without end at ${visit.url}`)
  }

  /** Sends a form and goes nowhere. */
  press(url: string, form: Record<string, string>): Promise<Visit> {
    return this.#send(url, form)
  }

  /** What the application's own server sends: no browser's headers. */
  post(url: string, form: Record<string, string>): Promise<Visit> {
    return this.#send(url, form, { accept: 'application/json' })
  }

  #send(
    url: string,
    form: Record<string, string> | undefined,
    headers: Record<string, string> = { accept: 'text/html', origin: new URL(url).origin },
  ): Promise<Visit & { location?: string }> {
    const target = new URL(url)
    const body = form && new URLSearchParams(form).toString()
    const started = performance.now()
    return new Promise((resolve, reject) => {
      const sent = request(
        target,
        {
          agent: this.#agent,
          method: body === undefined ? 'GET' : 'POST',
          headers: {
            ...headers,
            cookie: this.#cookieHeader(target.host),
            ...(body !== undefined && {
              'content-type': 'application/x-www-form-urlencoded',
              'content-length': Buffer.byteLength(body),
            }),
          },
        },
        (answer) => {
          const chunks: Buffer[] = []
          answer.on('data', (chunk) => chunks.push(chunk))
          answer.on('error', reject)
          answer.on('end', () => {
            const { statusCode, headers } = answer
            if (statusCode === 429 || statusCode === 503) {
              return reject(new Refused(statusCode, headers['retry-after'], this.times.length))
            }
            if (target.origin === this.#measured) this.times.push(performance.now() - started)
            this.#keep(target.host, answer.headers['set-cookie'] ?? [])
            const { location } = answer.headers
            resolve({
              url,
              status: answer.statusCode!,
              body: Buffer.concat(chunks).toString(),
              ...(location && { location: new URL(location, url).href }),
            })
          })
        },
      )
      sent.on('error', reject)
      sent.end(body)
    })
  }

  #cookieHeader(host: string): string {
    return [...(this.#cookies.get(host) ?? [])]
      .map(([name, value]) => `${name}=${value}`)
      .join('; ')
  }

  #keep(host: string, cookies: readonly string[]): void {
    const jar = this.#cookies.get(host) ?? new Map<string, string>()
    this.#cookies.set(host, jar)
    for (const cookie of cookies) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (!name) continue
      if (value === '') jar.delete(name)
      else jar.set(name, value!)
    }
  }
}

function onward(visit: Visit & { location?: string }): string | undefined {
  if (visit.location) return visit.location
  const refresh = /<meta http-equiv="refresh" content="0; url=([^"]+)"/.exec(visit.body)?.[1]
  return refresh && unescaped(refresh)
}

/** The hidden fields, and the button, of the form that has this button. */
export function formWith(
  visit: Visit,
  button: RegExp,
): { action: string; fields: Record<string, string> } {
  for (const [form] of visit.body.matchAll(/<form[\s\S]*?<\/form>/g)) {
    const pressed = [...form.matchAll(/<button([^>]*)>([\s\S]*?)<\/button>/g)].find(([, , text]) =>
      button.test(text!),
    )
    if (!pressed) continue
    const fields: Record<string, string> = {}
    for (const [tag] of form.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
      fields[attribute(tag, 'name')!] = attribute(tag, 'value') ?? ''
    }
    const name = attribute(pressed[1]!, 'name')
    if (name) fields[name] = attribute(pressed[1]!, 'value') ?? ''
    const action = attribute(form, 'action') ?? visit.url
    return { action: new URL(action, visit.url).href, fields }
  }
  throw new Error(`no button ${button} at ${visit.url}: ${visit.body.slice(0, 2000)}`)
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]
  return value === undefined ? undefined : unescaped(value)
}

export function unescaped(text: string): string {
  return text
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
}
