/**
 * Somebody who administers: signs in by the application that does, and calls the admin API with the token.
 *
 *     const jane = await administratorOf(world, 'jane')
 *     const { items } = (await jane.get('/users')).json<{ items: { userName: string }[] }>()
 */

import { localPeople } from '../../src/cli/demo/people.ts'
import type { Administration, Role } from '../../src/engine/administration.ts'
import { userNameKey } from '../../src/language/user-name.ts'
import type { Answer, Browser, Page } from './browser.ts'
import { RelyingParty } from './relying-party.ts'
import { visitorOf } from './visitor.ts'
import { codeOf, type World } from './world.ts'

/** An organisation of a world. */
export type Administered = Pick<World, 'issuer' | 'browser'> & {
  readonly administration: Administration
}

export interface Administrator {
  readonly account: string
  readonly token: string
  get(path: string, headers?: Headers): Promise<Answer>
  send(method: string, path: string, body?: unknown, headers?: Headers): Promise<Answer>
}

type Headers = Readonly<Record<string, string>>

export const commandLine = { account: 'command-line', application: '' }

export interface AdministratorOptions {
  /** What the account has; none when absent, whatever it had before. */
  readonly role?: Role
  /** What is asked for with the token; `openid admin` when absent. */
  readonly scope?: string
}

/** @param at of the world itself when absent */
export async function administratorOf(
  world: World,
  userName: string,
  { role, scope = 'openid admin' }: AdministratorOptions = { role: 'admin' },
  at: Administered = { ...world, administration: world.app.administration },
): Promise<Administrator> {
  const account = await accountOf(at.administration, userName)
  if (role) await grant(at.administration, account, role)
  const application = await RelyingParty.discover({
    issuer: at.issuer.href,
    clientId: 'admin',
    redirectUri: 'http://localhost:3001/admin/callback',
    scope,
  })
  const resource = `${at.issuer.href.replace(/\/$/, '')}/admin/api`
  const person = visitorOf(at, 'pages')
  const first = await person.begin(await application.parameters({ resource }))
  const { password } = localPeople.find((one) => one.userName === userName)!
  const second = await person.act(first, 'password', { username: userName, password })
  const end = await person.act(second, 'totp', { code: codeOf(userName, world) })
  world.clock.aheadMs += 30_000
  const { access_token: token } = await application.exchange(end.url)
  return { account, token, ...calls(world, resource, token) }
}

/** The same by the pages at `/admin`. @returns the browser, signed in, with the page that it came to */
export async function adminPagesOf(
  world: World,
  userName: string,
  { role }: Pick<AdministratorOptions, 'role'> = { role: 'admin' },
  at: Administered = { ...world, administration: world.app.administration },
): Promise<{ readonly account: string; readonly browser: Browser; readonly page: Page }> {
  const account = await accountOf(at.administration, userName)
  if (role) await grant(at.administration, account, role)
  const browser = at.browser()
  const { password } = localPeople.find((one) => one.userName === userName)!
  const first = await browser.open(`${at.issuer.href.replace(/\/$/, '')}/admin`)
  const second = await browser.submit(first.form('Sign in'), { username: userName, password })
  const code = codeOf(userName, world)
  const page = await browser.submit(second.form('Verify'), { code })
  world.clock.aheadMs += 30_000
  return { account, browser, page }
}

export async function grant(administration: Administration, id: string, role: Role): Promise<void> {
  await administration.changeUser(commandLine, id, { change: 'grant-role', role }, () => true, 0)
}

/** The account of a user name. */
export async function accountOf(administration: Administration, userName: string): Promise<string> {
  const { items } = await administration.listUsers({ search: userName, limit: 100 })
  const key = userNameKey(userName)
  return items.find((user) => userNameKey(user.userName) === key)!.id
}

/** Calls with any token, and no cookie. */
export function calls(
  world: Pick<World, 'browser'>,
  base: string,
  token: string,
): Pick<Administrator, 'get' | 'send'> {
  const browser = world.browser()
  const send: Administrator['send'] = (method, path, body, headers) =>
    browser.send(base + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  return { send, get: (path, headers) => send('GET', path, undefined, headers) }
}
