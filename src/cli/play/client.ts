/** A program with a browser's cookies, that signs somebody in by the JSON API. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { CookieJar } from 'tough-cookie'
import { redirectUrisOf } from '../../http/portal/address.ts'
import type { Presented, PresentedKind } from '../../language/declaration.ts'
import type { ApplicationFile } from '../../language/settings.ts'
import type { CeremonyOptions } from './authenticator.ts'
import { headersWith } from './presenting.ts'

export interface Answer {
  readonly status: number
  /** Where it redirects to; absent where it does not. */
  readonly location: string | undefined
  readonly body: string
}

export interface Request {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** One request and its answer, with cookies taken care of by the caller. */
export type Send = (request: Request) => Promise<Answer & { readonly cookies: readonly string[] }>

/** A login as the API shows it. */
export interface ApiLogin {
  readonly id: string
  readonly seq: string
  readonly status: 'awaiting_input' | 'awaiting_upstream' | 'complete'
  readonly step?: { readonly id: string }
  readonly actions: readonly ApiAction[]
  readonly messages: readonly { readonly code: string }[]
  readonly facts: { readonly amr: readonly string[] }
  readonly redirect?: string
}

export interface ApiAction {
  readonly name: string
  readonly kind?: string
  readonly input: { readonly properties: Readonly<Record<string, unknown>> }
  /** What the browser presents with the request in place of fields. */
  readonly presents?: PresentedKind
  readonly exhibits?: readonly Readonly<Record<string, unknown>>[]
  /** What the browser's credential API is to be asked. */
  readonly webauthn?: { readonly ceremony: 'get' | 'create'; readonly options: CeremonyOptions }
}

/** What the application is told in the end. */
export interface Told {
  /** Of our own server, where it had to be asked. */
  readonly answer: Answer | undefined
  readonly code: string | undefined
  readonly error: string | undefined
}

export interface Redeemed {
  readonly subject: string
  readonly acr: string | undefined
  readonly amr: readonly string[]
}

interface Asked {
  readonly application: ApplicationFile
  readonly redirectUri: string
  readonly verifier: string
}

export class Client {
  readonly #issuer: URL
  readonly #send: Send
  readonly #jar: CookieJar
  /** What the proxy in front says of where it comes from. Absent: nothing. */
  address: string | undefined

  constructor(issuer: URL, send: Send, jar = new CookieJar()) {
    this.#issuer = issuer
    this.#send = send
    this.#jar = jar
  }

  /** Another program with the same cookies as of now. */
  async clone(): Promise<Client> {
    const other = new Client(this.#issuer, this.#send, await this.#jar.clone())
    other.address = this.address
    return other
  }

  /** @param more parameters of the authorization request besides its own */
  async begin(
    application: ApplicationFile,
    more: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly answer: Answer; readonly asked: Asked }> {
    const verifier = randomBytes(32).toString('base64url')
    const redirectUri = redirectUrisOf({ issuer: this.#issuer }, application)[0] ?? ''
    const answer = await this.#post(this.#address('/flow-api/logins'), {
      client_id: application.id,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid email profile',
      state: randomUUID(),
      nonce: randomUUID(),
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...more,
    })
    return { answer, asked: { application, redirectUri, verifier } }
  }

  look(id: string): Promise<Answer> {
    return this.#get(this.#address(`/flow-api/logins/${id}`))
  }

  /** @param seq the one that the login shows, unless an old one is tried */
  act(
    { id, seq }: Pick<ApiLogin, 'id' | 'seq'>,
    action: string,
    input: Readonly<Record<string, string>> = {},
    presented: Presented = {},
  ): Promise<Answer> {
    const address = this.#address(`/flow-api/logins/${id}/actions/${encodeURIComponent(action)}`)
    return this.#post(address, { seq, input }, headersWith(presented))
  }

  /** An upstream sends the browser back. */
  arrive(callback: string): Promise<Answer> {
    return this.#get(callback)
  }

  /** Follows a finished login to the application; or is there already, where nothing was asked. */
  async finish(redirect: string): Promise<Told> {
    const isThere = new URL(redirect).origin !== this.#issuer.origin
    const answer = isThere ? undefined : await this.#get(redirect)
    const address = isThere ? redirect : (answer?.location ?? '')
    const at = URL.canParse(address) ? new URL(address) : undefined
    const said = (name: string) => at?.searchParams.get(name) ?? undefined
    return { answer, code: said('code'), error: said('error') }
  }

  /** @returns absence where the code was refused */
  async redeem({ application, redirectUri, verifier }: Asked, code: string) {
    const secret = application.secret?.value?.reveal() ?? ''
    const form = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
      ...(application.auth === 'client_secret_basic' ? {} : { client_id: application.id }),
      ...(application.auth === 'client_secret_post' ? { client_secret: secret } : {}),
    })
    const basic = [application.id, secret].map(encodeURIComponent).join(':')
    const answer = await this.#exchange({
      method: 'POST',
      url: this.#address('/token'),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(application.auth === 'client_secret_basic'
          ? { authorization: `Basic ${Buffer.from(basic).toString('base64')}` }
          : {}),
      },
      body: form.toString(),
    })
    if (answer.status !== 200) return undefined
    return claimsOf((JSON.parse(answer.body) as { id_token: string }).id_token)
  }

  #get(url: string): Promise<Answer> {
    return this.#exchange({ method: 'GET', url, headers: { accept: 'application/json' } })
  }

  #post(url: string, body: unknown, more: Request['headers'] = {}): Promise<Answer> {
    const headers = { accept: 'application/json', 'content-type': 'application/json', ...more }
    return this.#exchange({ method: 'POST', url, headers, body: JSON.stringify(body) })
  }

  async #exchange(request: Request): Promise<Answer> {
    const cookie = await this.#jar.getCookieString(request.url)
    const from = this.address === undefined ? {} : { 'x-forwarded-for': this.address }
    const headers = { ...request.headers, ...from, ...(cookie && { cookie }) }
    const { cookies, ...answer } = await this.#send({ ...request, headers })
    for (const each of cookies) {
      await this.#jar.setCookie(each, request.url, { ignoreError: true })
    }
    return answer
  }

  #address(path: string): string {
    return `${this.#issuer.href.replace(/\/$/, '')}${path}`
  }
}

/** The login that an answer shows: itself, or, in a refusal that leaves it where it is, where it stands now. */
export function loginIn({ status, body }: Answer): ApiLogin | undefined {
  if (![200, 201, 401, 409].includes(status)) return undefined
  const found = JSON.parse(body) as Partial<ApiLogin> & { login?: ApiLogin }
  return found.login ?? (found.actions ? (found as ApiLogin) : undefined)
}

/** The application's answer, where a request was answered without any login, or refused. */
export function redirectIn({ body }: Answer): string | undefined {
  try {
    const { redirect } = JSON.parse(body) as { redirect?: unknown }
    return typeof redirect === 'string' ? redirect : undefined
  } catch {
    return undefined
  }
}

export const overHttp: Send = async ({ method, url, headers, body }) => {
  const answer = await fetch(url, { method, headers, body: body ?? null, redirect: 'manual' })
  return {
    status: answer.status,
    location: answer.headers.get('location') ?? undefined,
    body: await answer.text(),
    cookies: answer.headers.getSetCookie(),
  }
}

/** What the ID token says. Whether it is signed as it should be is looked at elsewhere. */
function claimsOf(idToken: string): Redeemed {
  const payload = Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString('utf8')
  const { sub, acr, amr } = JSON.parse(payload) as { sub: string; acr?: string; amr?: string[] }
  return { subject: sub, acr, amr: amr ?? [] }
}
