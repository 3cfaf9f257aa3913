/** What people do at every example flow: what no shipped flow asks for, and what hangs on where and who they are. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { hashPassword } from '../../src/steps/password/hash.ts'
import { visitorOf } from '../support/visitor.ts'
import { cheapHash, codeOf, type World } from '../support/world.ts'
import { exampleFiles } from './examples.ts'
import { passwordOf, signIn } from './people.ts'
import {
  askForCode,
  choosePassword,
  leaveFor,
  makePasskey,
  sentCode,
  setUpApp,
  thrift,
  twoFactors,
  typeCode,
  typePassword,
  type Visit,
  withoutAutofill,
} from './visit.ts'

export const exampleVisits: readonly Visit[] = [
  {
    ...thrift,
    name: 'bo keeps ten codes beside an app, and comes by one of them',
    example: 'recovery/recovery-codes.yaml',
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
    ends: { amr: ['pwd', 'otp', 'mfa'] },
  },
  {
    ...thrift,
    name: 'bo makes a passkey on the way in, and it is all that is asked for: by autofill',
    example: 'passkeys/passkeys.yaml',
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
    example: 'passkeys/passkeys.yaml',
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
    example: 'passkeys/passkeys.yaml',
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
    example: 'codes/magic-link.yaml',
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
    example: 'codes/text-message.yaml',
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
    name: 'bo puts a telephone number on the account, by a code that is sent there',
    example: 'codes/account-phone.yaml',
    async act(scene) {
      const { person } = scene
      await typePassword(scene, 'bo')
      await person.fill('phone', patsNumber)
      await person.submit('phone')
      await typeCode(scene, '000000')
      await typeCode(scene, await sentCode(scene, patsNumber))
    },
    ends: { amr: ['pwd', 'sms', 'mfa'] },
  },
  {
    ...thrift,
    name: 'jane has her device remembered, and is asked for the password alone on it',
    example: 'sessions/new-device.yaml',
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
    example: 'factors/preferred-factor.yaml',
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
  {
    ...thrift,
    name: 'jane says that she does not want a passkey, and is not asked again',
    example: 'factors/passkey-enrolment.yaml',
    async act(scene) {
      await typePassword(scene, 'jane')
      await typeCode(scene, codeOf('jane', scene.world))
      await scene.person.press('Do not ask again')
      await scene.again()
      await typePassword(scene, 'jane')
      await typeCode(scene, codeOf('jane', scene.world))
    },
    ends: twoFactors,
  },
  {
    ...thrift,
    name: 'bo takes the passkey that is offered after the password, and needs nothing else from then on',
    example: 'factors/passkey-enrolment.yaml',
    needsScript: true,
    async act(scene) {
      await typePassword(scene, 'bo')
      await scene.person.press('Set up a passkey')
      await makePasskey(scene, 'This device')
      await withoutAutofill(scene)
      await scene.again()
      await scene.person.press('Use a passkey')
    },
    ends: { amr: ['swk', 'user'] },
  },
  {
    ...thrift,
    name: 'bo adds a passkey on another device, with the one that is there and the password',
    example: 'passkeys/another-passkey.yaml',
    needsScript: true,
    async act(scene) {
      const { person, passkeys, world } = scene
      const adding = person.page.url()
      await person.open(`${world.issuer.origin}/account/ways`)
      await typePassword(scene, 'bo')
      await person.follow('Ways to sign in')
      await person.press('Add a passkey')
      await makePasskey(scene, 'This device')
      await person.press('Not now')
      await person.open(adding)
      await person.press('Use a passkey')
      await person.fill('password', passwordOf('bo'))
      await person.press('Sign in')
      await passkeys.changeDevice()
      await makePasskey(scene, 'Another device')
    },
    ends: { amr: ['swk', 'user', 'pwd', 'mfa'] },
  },
  {
    ...thrift,
    name: 'jane has forgotten the password on the way in: a code by mail, her app, and another one',
    example: 'recovery/forgotten-password.yaml',
    async act(scene) {
      const { person, world } = scene
      await person.fill('username', 'jane', 'Get a code by e-mail')
      await person.submit('username', 'Get a code by e-mail')
      await typeCode(scene, await sentCode(scene, 'jane@acme.test'))
      await typeCode(scene, codeOf('jane', world))
      await choosePassword(scene, 'seven quiet herons at dusk')
    },
    ends: { amr: ['otp', 'pwd', 'mfa'] },
  },
  {
    ...thrift,
    name: 'jane is signed in three times elsewhere, and ends the oldest',
    example: 'sessions/concurrent-sessions.yaml',
    async act(scene) {
      const { person, world } = scene
      for (let sessions = 0; sessions < 3; sessions += 1)
        await signIn(world, visitorOf(world, 'API'))
      await typePassword(scene, 'jane')
      await typeCode(scene, codeOf('jane', world))
      await person.press('The oldest')
    },
    ends: twoFactors,
  },
  {
    ...thrift,
    name: 'jane is asked for a code, since she is not in the office',
    example: 'adaptive/by-network.yaml',
    act: byTwoFactors('jane'),
    ends: twoFactors,
  },
  {
    ...thrift,
    name: 'jane is asked for a code, since it is never a working hour',
    example: 'adaptive/by-time.yaml',
    world: () => ({
      files: { ...exampleFiles('adaptive/by-time.yaml'), 'thrift.yaml': neverWorkingHours },
    }),
    act: byTwoFactors('jane'),
    ends: twoFactors,
  },
  {
    ...thrift,
    name: 'jane is asked for a code, since she is of those who administer',
    example: 'adaptive/by-group.yaml',
    act: byTwoFactors('jane'),
    ends: twoFactors,
  },
  {
    ...thrift,
    name: 'jane is asked for the password alone, since the application asks for no level',
    example: 'adaptive/by-level.yaml',
    act: (scene) => typePassword(scene, 'jane'),
    ends: { amr: ['pwd'] },
  },
  {
    ...thrift,
    name: 'jane is asked for a code, since the service calls it a risk',
    example: 'adaptive/by-risk.yaml',
    async world(t) {
      const RISK_URL = await startService(t, { result: 'medium', score: 50 })
      return { env: { RISK_URL, RISK_TOKEN: 'risk-token-of-sixteen' } }
    },
    act: byTwoFactors('jane'),
    ends: twoFactors,
  },
  {
    ...thrift,
    name: 'ann, whom nobody here knows, comes by Google to where no accounts are made',
    example: 'adaptive/by-option.yaml',
    act: (scene) => leaveFor(scene, 'Google', ['Ann Example', 'Allow']),
    ends: { error: 'access_denied' },
  },
  {
    ...thrift,
    name: 'bo comes to where only members get in',
    example: 'adaptive/members-only.yaml',
    act: (scene) => typePassword(scene, 'bo'),
    ends: { error: 'not_a_member' },
  },
  {
    ...thrift,
    name: 'bo, whose age nobody knows, comes to where only adults get in',
    example: 'adaptive/adults-only.yaml',
    act: (scene) => typePassword(scene, 'bo'),
    ends: { error: 'too_young' },
  },
  {
    ...thrift,
    name: 'jane uses the sequence that she has everything for',
    example: 'profiles/sequences.yaml',
    act: byTwoFactors('jane'),
    ends: twoFactors,
  },
  {
    ...thrift,
    name: 'jane has no passkey, and falls back to her app',
    example: 'profiles/fallback.yaml',
    act: byTwoFactors('jane'),
    ends: twoFactors,
  },
  {
    ...thrift,
    name: 'bo has no app, and is not asked for one',
    example: 'profiles/skipping.yaml',
    act: (scene) => typePassword(scene, 'bo'),
    ends: { amr: ['pwd'] },
  },
  {
    ...thrift,
    name: 'jane goes through both gates from outside of the office',
    example: 'profiles/gates.yaml',
    async world(t) {
      const PERSONNEL_URL = await startService(t, { result: 'current' })
      return { env: { PERSONNEL_URL, PERSONNEL_TOKEN: 'personnel-token-of-some-length' } }
    },
    act: byTwoFactors('jane'),
    ends: twoFactors,
  },
  {
    ...thrift,
    name: 'alice mistypes her password, and is let in by the first of three domains',
    example: 'directories/domains.yaml',
    async act(scene) {
      await typePassword(scene, 'alice', 'wrong')
      await typePassword(scene, 'alice', 'alice-in-the-staff')
    },
    ends: { amr: ['pwd'] },
  },
  {
    ...thrift,
    name: 'rose moves over from the old site, and is asked nothing',
    example: 'directories/password-migration.yaml',
    act: (scene) => typePassword(scene, 'rose', 'rose-as-it-was'),
    ends: { amr: ['pwd'] },
  },
  {
    ...thrift,
    name: 'alice signs in with the password that the directory has',
    example: 'directories/cached.yaml',
    act: (scene) => typePassword(scene, 'alice', 'alice-in-the-staff'),
    ends: { amr: ['pwd'] },
  },
  {
    ...thrift,
    name: 'vera visits, and no account is made of her',
    example: 'directories/external-only.yaml',
    act: (scene) => typePassword(scene, 'vera', 'vera-on-a-visit'),
    ends: { amr: ['pwd'] },
  },
  {
    ...thrift,
    name: 'alice has no certificate at hand, and types her password',
    example: 'credentials/kinds-of-credential.yaml',
    world: () => ({ plugIns: { ...noPlugIns, verifiers: new Map([['tickets', tickets]]) } }),
    async act(scene) {
      await scene.person.press('Use my certificate')
      await typePassword(scene, 'alice', 'alice-of-staff')
    },
    ends: { amr: ['pwd'] },
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

function byTwoFactors(userName: string): Visit['act'] {
  return async (scene) => {
    await typePassword(scene, userName)
    await typeCode(scene, codeOf(userName, scene.world))
  }
}

/** Whatever the day is on which the tests run. */
const neverWorkingHours = exampleFiles('adaptive/by-time.yaml')['thrift.yaml']!.replace(
  '>= 8',
  '>= 24',
)

/** Knows no ticket. */
const tickets = { verify: () => null }
const noPlugIns = { creators: new Map(), assigners: new Map(), users: new Map() }

/** What a flow asks over HTTP. @returns its address; it says the same to everybody */
async function startService(t: Pick<TestContext, 'after'>, says: object): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(says))
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  t.after(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}
