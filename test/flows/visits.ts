/**
 * What people do at every flow that ships, step by step. Every test over this table drives a flow as soon as it has
 * a line here.
 */
import { accountOf, grant } from '../support/administrator.ts'
import { codeFor, codeOf } from '../support/world.ts'
import { exampleVisits } from './example-visits.ts'
import { passTime } from './people.ts'
import {
  askForCode,
  choosePassword,
  leaveFor,
  makePasskey,
  type Scene,
  sentCode,
  setUpApp,
  thrift,
  twoFactors,
  typeCode,
  typePassword,
  type Visit,
} from './visit.ts'

const vault = { from: { application: 'vault', callback: '/vault/callback' } }

/** The shipped flows, by what people have. */
const shipped: readonly Visit[] = [
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
      await person.press('Get recovery codes')
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
      await person.press('Get recovery codes')
      await person.press('I have kept them')
      await person.press('Get new recovery codes')
      await person.press('Use a passkey')
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
]

/** Those of the examples after them. */
export const visits: readonly Visit[] = [...shipped, ...exampleVisits]

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
