/**
 * What a visit is: what somebody does in a real browser, from where to where; and what people do at many pages, in
 * words that a browser's driver knows.
 */
import type { TestContext } from 'node:test'
import type { Passkeys } from '../support/chromium.ts'
import type { Hands } from '../support/hands.ts'
import { codeFor, type World, type WorldOptions } from '../support/world.ts'
import { passwordOf } from './people.ts'

export interface Visit {
  /** Who does what, in a sentence. */
  readonly name: string
  /** Where it begins: an application's request, or a page of ours that people sign in to. */
  readonly from: ApplicationOfTheirs | { readonly page: '/account' | '/admin' }
  /** Applications of ours whose flows are gone through as well. Absent: none. */
  readonly through?: readonly string[]
  /** Of `flows/examples`: in the place of thrift's flow. Absent: the shipped one. */
  readonly example?: string
  /** What else its world has of its own. Absent: nothing. */
  readonly world?: (t: Pick<TestContext, 'after'>) => WorldOptions | Promise<WorldOptions>
  /** The browser's credential API is asked, which only a page's script can. */
  readonly needsScript?: true
  /** From the first page on, until the browser is back at the application, or at the last page. */
  act(scene: Scene): Promise<unknown>
  /** Methods (RFC 8176) that the application is told of at last, or its error; or the last page's title. */
  readonly ends:
    | { readonly amr: readonly string[] }
    | { readonly error: string }
    | { readonly title: string }
}

export interface ApplicationOfTheirs {
  readonly application: string
  /** Below the application's address. */
  readonly callback: string
}

export interface Scene {
  readonly person: Hands
  readonly world: World
  readonly passkeys: Passkeys
  /** Once the browser is back at the application: asks again, half a minute later, as if there were no session. */
  again(): Promise<void>
}

export const thrift = { from: { application: 'thrift', callback: '/callback' } }
export const twoFactors = { amr: ['pwd', 'otp', 'mfa'] }

export async function typePassword(
  { person }: Scene,
  username: string,
  password?: string,
): Promise<void> {
  await person.fill('username', username)
  await person.fill('password', password ?? passwordOf(username))
  await person.press('Sign in')
}

export async function typeCode({ person }: Scene, code: string, form?: string): Promise<void> {
  await person.fill('code', code, form)
  await person.submit('code', form)
}

export async function choosePassword({ person }: Scene, password: string): Promise<void> {
  await person.fill('password', password)
  await person.submit('password')
}

export async function askForCode({ person }: Scene, username: string): Promise<void> {
  await person.fill('username', username)
  await person.submit('username')
}

/** @returns what was sent to the address last */
export async function sentCode({ world }: Scene, address: string): Promise<string> {
  await world.app.deliver()
  const body = world.mail.findLast(({ to }) => to === address)?.body ?? ''
  return /\b[0-9]{6}\b/.exec(body)?.[0] ?? 'nothing came'
}

/** @returns the secret that the picture has, which the page says in words as well */
export async function setUpApp(scene: Scene): Promise<string> {
  const { person, world } = scene
  const read = await person.scan()
  const secret = read.searchParams.get('secret') ?? ''
  const said = (await person.page.locator('code').first().textContent()) ?? ''
  if (read.protocol !== 'otpauth:' || said.replaceAll(/\s/g, '') !== secret) {
    throw new Error(`the picture says ${read.href}, the page ${said}`)
  }
  await typeCode(scene, codeFor(secret, world))
  return secret
}

export async function makePasskey({ person }: Scene, name: string): Promise<void> {
  await person.fill('name', name)
  await person.press('Set up a passkey')
}

export async function withoutAutofill({ person }: Scene): Promise<void> {
  await person.page.addInitScript('delete PublicKeyCredential.isConditionalMediationAvailable')
}

/** What the upstream has asked before it does not ask again. */
export async function leaveFor({ person }: Scene, upstream: string, buttons: readonly string[]) {
  await person.press(`Continue with ${upstream}`)
  for (const button of buttons) await person.press(button)
}
