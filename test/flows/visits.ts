/**
 * What people do at every flow that ships, step by step, in words that a real browser's driver knows. Every
 * test over this table drives a flow as soon as it has a line here.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashPassword } from '../../src/steps/password/hash.ts'
import { accountOf, grant } from '../support/administrator.ts'
import type { Passkeys } from '../support/chromium.ts'
import type { Hands } from '../support/hands.ts'
import { cheapHash, codeFor, codeOf, type World } from '../support/world.ts'
import { passTime, passwordOf } from './people.ts'

export interface Visit {
  /** Who does what, in a sentence. */
  readonly name: string
  /** Where it begins: an application's request, or a page of ours that people sign in to. */
  readonly from: ApplicationOfTheirs | { readonly page: '/account' | '/admin' }
  /** Applications of ours whose flows are gone through as well. Absent: none. */
  readonly through?: readonly string[]
  /** In place of the shipped files. */
  readonly files?: Readonly<Record<string, string>>
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

const thrift = { from: { application: 'thrift', callback: '/callback' } }
const vault = { from: { application: 'vault', callback: '/vault/callback' } }
const twoFactors = { amr: ['pwd', 'otp', 'mfa'] }

/** The shipped flows by what people have; then the examples of what no shipped flow asks for. */
export const visits: readonly Visit[] = [
  {
    ...thrift,
    name: 'jane mistypes her password and a code, and signs in by both',
    async act(scene) {
      await typePassword(scene, 'jane', 'wrong')
      await typePassword(scene, 'jane')
      await typeCode(scene, '000000')
      await typeCode(scene, codeOf('jane', scene.world))
    },
    ends: twoFactors,
  },
  {
    ...thrift,
    name: 'bo sets up an authenticator app from the picture, and comes by it',
    async act(scene) {
      await typePassword(scene, 'bo')
      const secret = await setUpApp(scene)
      await scene.person.press('Not now')
      await scene.again()
      await typePassword(scene, 'bo')
      await typeCode(
        scene,
        codeFor(secret, scene.world),
        'Enter the code of your authenticator app',
      )
    },
    ends: twoFactors,
  },
  {
    ...thrift,
    name: 'bo sets up an authenticator app, keeps ten codes, and comes by one of them without the phone',
    async act(scene) {
      const { person } = scene
      await typePassword(scene, 'bo')
      await setUpApp(scene)
      const [code = ''] = /[0-9](?:-[0-9A-Z]{4}){4}/.exec(await person.text()) ?? []
      await person.press('I have kept them')
      await scene.again()
      await typePassword(scene, 'bo')
      await typeCode(scene, code, 'Use a recovery code')
    },
    ends: twoFactors,
  },
  {
    ...thrift,
    name: 'sam, whom nobody here knows, comes by Google and gets an account',
    async act(scene) {
      await leaveFor(scene, 'Google', ['Sam Staff', 'Allow'])
      await setUpApp(scene)
      await scene.person.press('Not now')
    },
    ends: { amr: ['fed', 'otp', 'mfa'] },
  },
  {
    ...thrift,
    name: 'gil, whom nobody here knows, comes by GitHub and gets an account',
    async act(scene) {
      await leaveFor(scene, 'GitHub', ['gil', 'Authorize'])
      await setUpApp(scene)
      await scene.person.press('Not now')
    },
    ends: { amr: ['fed', 'otp', 'mfa'] },
  },
  {
    ...thrift,
    name: 'ann says no at Google',
    act: (scene) => leaveFor(scene, 'Google', ['Ann Example', 'Deny']),
    ends: { error: 'access_denied' },
  },
  {
    ...thrift,
    name: 'jane goes back from the second factor, and then leaves',
    async act(scene) {
      await typePassword(scene, 'jane')
      await scene.person.press('Back')
      await scene.person.press('Cancel')
    },
    ends: { error: 'access_denied' },
  },
  {
    ...vault,
    name: 'jane opens the vault by two factors',
    async act(scene) {
      await typePassword(scene, 'jane')
      await typeCode(scene, codeOf('jane', scene.world))
    },
    ends: twoFactors,
  },
  {
    ...vault,
    name: 'tia, whom nobody here knows, comes to the vault by Google',
    act: (scene) => leaveFor(scene, 'Google', ['Tia Novak', 'Allow']),
    ends: { error: 'account_unknown' },
  },
  {
    from: { application: 'recover', callback: '/recover/callback' },
    name: 'jane has forgotten her password: a code by mail, her app, and another password',
    async act(scene) {
      await askForCode(scene, 'jane')
      await typeCode(scene, '000000')
      await typeCode(scene, await sentCode(scene, 'jane@acme.test'))
      await typeCode(scene, codeOf('jane', scene.world))
      await choosePassword(scene, 'short')
      await choosePassword(scene, 'seven quiet herons at dusk')
    },
    ends: { amr: ['otp', 'pwd', 'mfa'] },
  },
  {
    from: { application: 'sign-up', callback: '/sign-up/callback' },
    name: 'somebody new gets an account: an address proven by a code, a name, a password, a passkey later',
    async act(scene) {
      await signUp(scene)
      await scene.person.press('Not now')
    },
    ends: { amr: ['otp', 'pwd'] },
  },
  {
    from: { application: 'sign-up', callback: '/sign-up/callback' },
    name: 'somebody new gets an account, and a passkey with it',
    needsScript: true,
    async act(scene) {
      await signUp(scene)
      await scene.person.press('Set up a passkey')
      await makePasskey(scene, 'This device')
      await scene.person.press('Not now')
    },
    ends: { amr: ['otp', 'pwd', 'swk', 'mfa'] },
  },
  {
    from: { application: 'password', callback: '/password/callback' },
    name: 'bo, who has no second factor, changes the password',
    async act(scene) {
      await typePassword(scene, 'bo')
      await choosePassword(scene, 'seven quiet herons at dusk')
    },
    ends: { amr: ['pwd'] },
  },
  {
    from: { application: 'my-account', callback: '/account/callback' },
    name: 'jane opens her account',
    async act(scene) {
      await typePassword(scene, 'jane')
      await typeCode(scene, codeOf('jane', scene.world))
    },
    ends: twoFactors,
  },
  {
    from: { application: 'admin', callback: '/admin/callback' },
    name: 'jane administers by two factors',
    async act(scene) {
      await typePassword(scene, 'jane')
      await typeCode(scene, codeOf('jane', scene.world))
    },
    ends: twoFactors,
  },
  {
    from: { page: '/account' },
    through: ['account', 'account-password'],
    name: 'jane looks after the account: another name, another password',
    async act(scene) {
      const { person, world } = scene
      await typePassword(scene, 'jane')
      await typeCode(scene, codeOf('jane', world))
      await person.fill('name', 'Jane Married')
      await person.press('Save')
      await person.follow('Ways to sign in')
      passTime(world)
      await person.press('Change your password')
      await typePassword(scene, 'jane')
      await typeCode(scene, codeOf('jane', world), 'Enter the code of your authenticator app')
      await choosePassword(scene, 'short')
      await choosePassword(scene, 'seven quiet herons at dusk')
      await person.follow('Rename or remove')
      await person.fill('name', 'An old one')
      await person.press('Save')
      await person.follow('Linked accounts')
      await person.follow('Sessions and devices')
      await person.follow('Recent activity')
    },
    ends: { title: 'Recent activity' },
  },
  {
    from: { page: '/account' },
    through: ['account', 'account-app'],
    name: 'bo adds an app to the account',
    async act(scene) {
      await typePassword(scene, 'bo')
      await scene.person.follow('Ways to sign in')
      await scene.person.press('Add an authenticator app')
      await setUpApp(scene)
      await scene.person.press('Not now')
    },
    ends: { title: 'Ways to sign in' },
  },
  {
    from: { page: '/account' },
    through: ['account', 'account-passkey', 'account-codes'],
    name: 'bo adds a passkey to the account, and codes beside it, twice',
    needsScript: true,
    async act(scene) {
      const { person } = scene
      await typePassword(scene, 'bo')
      await person.follow('Ways to sign in')
      await person.press('Add a passkey')
      await makePasskey(scene, 'This device')
      await person.press('I have kept them')
      await person.press('Get new recovery codes')
      await person.press('I have kept them')
    },
    ends: { title: 'Ways to sign in' },
  },
  {
    from: { page: '/account' },
    through: ['account', 'account-email'],
    name: 'bo changes the address of the account',
    async act(scene) {
      const { person } = scene
      await typePassword(scene, 'bo')
      await person.press('Change your e-mail address')
      await person.fill('email', 'bo@new.test')
      await person.submit('email')
      await typeCode(scene, '000000')
      await typeCode(scene, await sentCode(scene, 'bo@new.test'))
    },
    ends: { title: 'Profile' },
  },
  {
    from: { page: '/account' },
    through: ['account', 'account-link'],
    name: 'bo links Google to the account',
    async act(scene) {
      const { person } = scene
      await typePassword(scene, 'bo')
      await person.follow('Linked accounts')
      await person.press('Link an account from elsewhere')
      for (const button of ['Link Google', 'Ann Example', 'Allow']) await person.press(button)
    },
    ends: { title: 'Linked accounts' },
  },
  {
    from: { page: '/admin' },
    through: ['administration'],
    name: 'jane administers: looks at everything, locks bo for a moment, and switches Google off',
    async act(scene) {
      const { person, world } = scene
      const { administration } = world.app
      await grant(administration, await accountOf(administration, 'jane'), 'admin')
      await typePassword(scene, 'jane')
      await typeCode(scene, codeOf('jane', world))
      await person.follow('People')
      await person.fill('search', 'bo')
      await person.press('Find')
      await person.follow('bo')
      await person.press('Lock')
      await person.press('Unlock')
      await person.follow('Groups')
      await person.follow('Connections')
      await person.follow('Google')
      await person.press('Switch the connection off')
      await person.follow('Applications')
      await person.follow('Flows')
      await person.follow('Sign in to Thrift')
      await person.follow('Logins')
      await person.follow(/\d:\d\d/)
      await person.follow('Keys')
      await person.follow('Changes')
    },
    ends: { title: 'Changes' },
  },
  {
    ...thrift,
    name: 'bo makes a passkey on the way in, and it is all that is asked for: by autofill',
    files: { 'thrift.yaml': example('passkeys/passkeys.yaml') },
    needsScript: true,
    async act(scene) {
      await typePassword(scene, 'bo')
      await makePasskey(scene, 'This device')
      // Nothing is clicked: the browser lists it where the user name is asked for, and the device takes it as
      // soon as a page asks for it while somebody is there. No page that asked before is open by then.
      const { passkeys, person } = scene
      await passkeys.beAway()
      await scene.again()
      const address = person.page.url()
      await person.page.goto('about:blank')
      await passkeys.beThere()
      await person.page.goto(address, { waitUntil: 'commit' })
    },
    ends: { amr: ['swk', 'user'] },
  },
  {
    ...thrift,
    name: 'bo makes a passkey on the way in, and comes by its button, in a browser without autofill',
    files: { 'thrift.yaml': example('passkeys/passkeys.yaml') },
    needsScript: true,
    async act(scene) {
      await typePassword(scene, 'bo')
      await makePasskey(scene, '')
      await withoutAutofill(scene)
      await scene.again()
      await scene.person.press('Use a passkey')
    },
    ends: { amr: ['swk', 'user'] },
  },
  {
    ...thrift,
    name: 'bo makes a passkey on the way in, and it is the second factor after the password',
    files: { 'thrift.yaml': example('passkeys/passkeys.yaml') },
    needsScript: true,
    async act(scene) {
      await typePassword(scene, 'bo')
      await makePasskey(scene, 'Key')
      await withoutAutofill(scene)
      await scene.again()
      await typePassword(scene, 'bo')
      await scene.person.press('Use a passkey')
    },
    ends: { amr: ['pwd', 'swk', 'user', 'mfa'] },
  },
  {
    ...thrift,
    name: 'bo opens a link from the mail elsewhere, types the number there, and looks at the first page again',
    files: { 'thrift.yaml': example('codes/magic-link.yaml') },
    async act(scene) {
      const { person, world } = scene
      await askForCode(scene, 'bo')
      const waiting = person.page.url()
      const number = (await person.page.locator('code').first().textContent()) ?? ''
      await world.app.deliver()
      const [link = ''] = /http\S+\/login\/link\/[\w-]+/.exec(world.mail.at(-1)?.body ?? '') ?? []
      await person.open(link)
      await person.fill('number', number.trim())
      // What answers stands at the link's own address.
      await Promise.all([person.page.waitForNavigation(), person.page.keyboard.press('Enter')])
      await person.open(waiting)
    },
    ends: { amr: ['otp'] },
  },
  {
    ...thrift,
    name: 'pat gets a code by text message after the password',
    files: { 'thrift.yaml': example('codes/text-message.yaml') },
    async act(scene) {
      const { person, world } = scene
      await addPat(world)
      await typePassword(scene, 'pat', patsPassword)
      await person.press('Continue')
      await typeCode(scene, '000000')
      await typeCode(scene, await sentCode(scene, patsNumber))
    },
    ends: { amr: ['pwd', 'sms', 'mfa'] },
  },
  {
    ...thrift,
    name: 'jane has her device remembered, and is asked for the password alone on it',
    files: { 'thrift.yaml': example('sessions/new-device.yaml') },
    async act(scene) {
      await typePassword(scene, 'jane')
      await typeCode(scene, codeOf('jane', scene.world))
      await scene.person.press('Yes, remember')
      await scene.again()
      await typePassword(scene, 'jane')
    },
    ends: { amr: ['pwd'] },
  },
  {
    ...thrift,
    name: 'jane wants to be asked for her app first, and is asked about that once',
    files: { 'thrift.yaml': example('factors/preferred-factor.yaml') },
    async act(scene) {
      await typePassword(scene, 'jane')
      await typeCode(scene, codeOf('jane', scene.world))
      await scene.person.press('Yes, always')
      await scene.again()
      await typePassword(scene, 'jane')
      await typeCode(scene, codeOf('jane', scene.world))
    },
    ends: twoFactors,
  },
]

const patsPassword = 'seven amber kettles'
const patsNumber = '+12025550143'

/** Somebody whose account has a number that messages go to. */
async function addPat(world: World): Promise<void> {
  const secret = await hashPassword(patsPassword, cheapHash)
  const other = { phone_number: patsNumber, phone_number_verified: true }
  const credentials = [{ kind: 'password' as const, secret }]
  const pat = { userName: 'pat', claims: { name: 'Pat', other }, groups: [], credentials }
  await world.app.accounts.add(pat, Date.now())
}

/** An example flow in the place of thrift's, with whose application it is then driven. */
export function example(file: string): string {
  const text = readFileSync(join(import.meta.dirname, '../../flows/examples', file), 'utf8')
  return text
    .replace(/^flow: .*$/m, 'flow: thrift')
    .replace(/^applications: .*$/m, 'applications: [thrift]')
}

async function typePassword({ person }: Scene, username: string, password?: string): Promise<void> {
  await person.fill('username', username)
  await person.fill('password', password ?? passwordOf(username))
  await person.press('Sign in')
}

async function typeCode({ person }: Scene, code: string, form?: string): Promise<void> {
  await person.fill('code', code, form)
  await person.submit('code', form)
}

async function choosePassword({ person }: Scene, password: string): Promise<void> {
  await person.fill('password', password)
  await person.submit('password')
}

/** Until a passkey is offered. */
async function signUp(scene: Scene): Promise<void> {
  const { person } = scene
  await person.fill('email', 'new@x.test')
  await person.submit('email')
  await typeCode(scene, '000000')
  await typeCode(scene, await sentCode(scene, 'new@x.test'))
  await person.fill('name', 'Nia New')
  await person.submit('name')
  await choosePassword(scene, 'short')
  await choosePassword(scene, 'seven quiet herons at dusk')
}

async function askForCode({ person }: Scene, username: string): Promise<void> {
  await person.fill('username', username)
  await person.submit('username')
}

/** @returns what was sent to the address last */
async function sentCode({ world }: Scene, address: string): Promise<string> {
  await world.app.deliver()
  const body = world.mail.findLast(({ to }) => to === address)?.body ?? ''
  return /\b[0-9]{6}\b/.exec(body)?.[0] ?? 'nothing came'
}

/** @returns the secret that the picture has, which the page says in words as well */
async function setUpApp(scene: Scene): Promise<string> {
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

async function makePasskey({ person }: Scene, name: string): Promise<void> {
  await person.fill('name', name)
  await person.press('Set up a passkey')
}

async function withoutAutofill({ person }: Scene): Promise<void> {
  await person.page.addInitScript('delete PublicKeyCredential.isConditionalMediationAvailable')
}

/** What the upstream has asked before it does not ask again. */
async function leaveFor({ person }: Scene, upstream: string, buttons: readonly string[]) {
  await person.press(`Continue with ${upstream}`)
  for (const button of buttons) await person.press(button)
}
