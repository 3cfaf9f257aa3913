/**
 * What the first of the three systems demands, by number: the test that shows it, or one sentence why it does
 * not apply. A test's name may stand here by its beginning.
 */

import { by, type Table } from './row.ts'

const firstLogin = by(
  'flows/thrift',
  'scenario 1: makes account, association and group in mid-flow',
)
const passThrough = by('flows/pass-through', 'scenario 2: signs in without an account')
const passwordAndApp = by('flows/thrift', 'signs in by password and authenticator app')
const denied = by('flows/thrift', 'scenario 3: no at ')
const usersList = by('http/admin', 'scenario 1: the users list shows who was just provisioned')
const refusesSwitch = by('cli/connection', 'scenario 4: refuses to switch accounts off')
const jitOffFinding = by('checker/check', 'scenario 4, A-49, A-51')
const templates = by('cli/examples', 'W-25: all properties of')

export const asgardeo: Table = {
  'A-1': [firstLogin, by('steps/provision', 'makes an account and its association in one')],
  'A-2': [firstLogin, by('steps/federated', 'knows a person by connection and subject')],
  'A-3': [firstLogin],
  'A-4': [firstLogin, by('steps/provision', 'makes none with just-in-time provisioning off')],
  'A-5': [by('flows/enrol', 'scenario 6: the account is there before its screen')],
  'A-6': [firstLogin],
  'A-7': [
    by(
      'flows/provision',
      'scenario 1: makes the account in the directory that the connection names',
    ),
  ],
  'A-8': [by('steps/provision', 'makes an account and its association in one')],
  'A-9': [by('flows/scheme', 'scenario 17: silent asks nothing')],
  'A-10': [firstLogin],
  'A-11': [
    by('flows/organisations-apart', 'have each their own keys, cookies and subjects'),
    by('cli/organisations', 'have people and switches of their own'),
  ],
  'A-12': [by('http/admin', 'are added with a password that is never shown')],
  'A-13': [firstLogin],
  'A-14': {
    why: 'It praises what A-1 and A-6 make possible and demands nothing of its own; accounts are listed by their source and deleted through the admin API.',
  },
  'A-15': [passwordAndApp, by('http/pages', 'offers every way of a state')],
  'A-16': [passwordAndApp],
  'A-17': [by('flows/thrift', 'scenario 3: a failing upstream leaves the other ways open')],
  'A-18': [by('flows/integrity', 'security 1, scenario 14')],
  'A-19': [by('language/settings', 'is complete: addresses, client authentication, release')],
  'A-20': [by('flows/organisations', 'signs people in below a path of its own')],
  'A-21': [by('flows/thrift', 'lets one generic client through flows that it does not know')],
  'A-22': [
    by('cli/upstreams', 'learn from a company its groups'),
    by('flows/saml', 'lets somebody in, who is the same person the next time'),
  ],
  'A-23': [by('flows/readme', 'take the real upstreams from the environment')],
  'A-24': [
    by('cli/upstreams', 'learn from google who somebody is'),
    by('cli/upstreams', 'learn from github an id'),
  ],
  'A-25': [passwordAndApp],
  'A-26': [
    by('flows/passkeys', 'A-26: a passkey is added in mid-flow'),
    passwordAndApp,
    by('flows/recover', 'is replaced by a code from the mailbox'),
  ],
  'A-27': [by('flows/passkeys', 'is offered after a password to whoever has one')],
  'A-28': [passwordAndApp],
  'A-29': [denied],
  'A-30': [by('cli/demo', 'asks about a scope that was not agreed to before')],
  'A-31': [by('flows/thrift', 'scenario 3: a callback with an unknown, used or expired state')],
  'A-32': [by('flows/thrift', 'scenario 3: an upstream that is gone after the person said yes')],
  'A-33': [by('flows/session', 'scenario 18: the first one asks nothing again')],
  'A-34': [firstLogin],
  'A-35': [passwordAndApp],
  'A-36': [denied, by('cli/thrift', 'comes back to the home page with a sentence')],
  'A-37': [denied],
  'A-38': [by('cli/demo', 'remembers who has signed in and agreed')],
  'A-39': [firstLogin],
  'A-40': [passThrough, refusesSwitch],
  'A-41': [
    refusesSwitch,
    by('flows/pass-through', 'scenario 2: leaves other connections as they are'),
  ],
  'A-42': [by('flows/pass-through', 'scenario 2: a login under way when the toggle flips')],
  'A-43': [passThrough],
  'A-44': [passThrough],
  'A-45': [
    passThrough,
    by('flows/pass-through', 'scenario 2: tells an application only what its release list has'),
  ],
  'A-46': [by('flows/my-account', 'scenario 15: what an upstream says is refused')],
  'A-47': [by('flows/pass-through', 'asks again at every visit: there is no account to remember')],
  'A-48': [passThrough, by('flows/pass-through', 'is nowhere readable in the database')],
  'A-49': [jitOffFinding, by('cli/replay', 'scenario 4: shows over HTTP what the check has found')],
  'A-50': [
    by('checker/check', 'scenario 4, A-50: each of the two remedies mends it'),
    by('flows/skip', 'scenario 5: asks people of an upstream for no code'),
  ],
  'A-51': [jitOffFinding],
  'A-52': [by('flows/skip', 'scenario 5: asks local people for a code')],
  'A-53': [refusesSwitch, by('cli/serve', 'scenario 4: refuses a broken flow')],
  'A-54': [by('flows/my-account', 'scenario 15: a pass-through person opens none')],
  'A-55': [by('flows/my-account', 'scenario 15: a session of somebody provisioned by Google')],
  'A-56': [by('flows/my-account', 'scenario 15: with the policy changed')],
  'A-57': [usersList],
  'A-58': [passThrough, by('http/admin', 'scenario 2: the users list is empty of Gil')],

  'W-1': [
    by('flows/scheme', 'scenario 17: consent asks that'),
    by('flows/scheme', 'scenario 17: password and consent make an account'),
    by('flows/scheme', 'scenario 17: a user name is asked for first'),
    by('flows/scheme', 'scenario 17: with '),
    by('flows/scheme', 'scenario 17: asks again when'),
  ],
  'W-2': [
    by(
      'flows/provision',
      'scenario 1: makes the account in the directory that the connection names',
    ),
    by(
      'flows/thrift',
      'scenario 1: a flow that would provision into a directory that it cannot have',
    ),
  ],
  'W-3': [
    by('flows/sync', 'scenario 9: '),
    by('flows/mapping', 'scenario 9: an attribute with a sync of its own'),
  ],
  'W-4': [by('steps/sync', 'scenario 9: writes nothing but the profile, in any mode')],
  'W-5': [
    by('flows/link', 'unlinks on request'),
    by('http/admin', 'lose a factor or an association, but never the last way in'),
  ],
  'W-6': [by('flows/mapping', 'W-6: takes another claim for who somebody is')],
  'W-7': [
    by('flows/link', 'scenario 8 (a): jane proves her account'),
    by('flows/link', 'scenario 8 (c): two accounts of that address'),
    by('flows/link', 'W-7: an employee number that both sides are believed in'),
    by('flows/link', 'W-7: rules in order'),
    by('flows/link', 'scenario 8 (e): who matches nobody'),
  ],
  'W-8': [
    by('flows/link', 'scenario 8 (b): no link where the address'),
    by('flows/link', 'W-8: a number is nobody'),
    by('steps/federated', 'counts an address as verified as its connection says'),
  ],
  'W-9': [
    by('flows/mapping', 'security 81: a group that is gone there is gone here'),
    by('steps/assign', 'W-9: takes nothing away for a list of groups that is missing'),
    by('http/admin', 'never lose their last administrator'),
  ],
  'W-10': [
    by('flows/link', 'refuses where the account is locked, and makes no other'),
    by('flows/shut-out.long', 'security 84: is not let in when '),
  ],
  'W-11': [
    by('flows/provision', 'scenario 16 (a): a directory that is gone'),
    by(
      'flows/provision',
      'scenario 16 (a): whoever cannot be given an account passes through only',
    ),
  ],
  'W-12': [by('flows/provision', 'scenario 16 (c): an account that waits for approval')],
  'W-13': [by('flows/my-account', 'scenario 15: what an upstream says is refused'), usersList],
  'W-14': [by('flows/link', 'security 71: the other way round')],
  'W-15': [by('flows/collect', 'asks once for an address that is missing')],
  'W-16': {
    why: 'It is a script; here a flow is data, and what a script decides are its transitions and conditions.',
  },
  'W-17': {
    why: 'A flow reads facts by name (identity, account, proofs), never the steps of a run by their number.',
  },
  'W-18': [by('flows/session', 'a flow with fresh: true takes nothing from the session')],
  'W-19': {
    why: 'Its functions for scripts are facts and conditions here (groups), or steps that write (assign, link); none changes an account from within a condition.',
  },
  'W-20': [by('flows/devices', 'scenario 18: one too many ends the oldest')],
  'W-21': [by('flows/adaptive', 'scenario 18, W-21, I-29: by risk, a service that is late')],
  'W-22': [
    by('flows/secrets', 'I-42: what is typed, shared or handed over'),
    by('language/settings', 'names by reference a secret that never shows'),
    by('language/problems', 'never repeats what stands where a secret should'),
  ],
  'W-23': [by('flows/devices', 'scenario 18: the cookie replayed for another person')],
  'W-24': {
    why: 'There are no templates of an author for free-form prompts, and nothing polls: what is asked are the declared fields of steps.',
  },
  'W-25': [
    templates,
    by('flows/factors', 'W-25: is added by whoever wants one'),
    by('flows/factors', 'W-25: is left by whoever wants none now'),
    by('flows/factors', 'W-25: what was said to come first comes first'),
  ],
  'W-26': [by('flows/session', 'scenario 18: the stricter one asks for what is missing')],
  'W-27': [
    by('flows/integrity', 'the attempts of a state are spent once'),
    by('steps/otp', 'sends another when it is asked, as often as it may'),
    by('flows/recover', 'takes no code that is late, and sends another'),
  ],
  'W-28': [
    by('flows/enrol', 'scenario 6: the account is there before its screen'),
    by('checker/check', 'scenario 4, A-49, A-51'),
  ],
  'W-29': [by('flows/thrift', 'is one login by pages and by the API')],
  'W-30': [
    refusesSwitch,
    by('checker/check', 'A-53, W-30: switching JIT off lists the applications'),
  ],
  'W-31': {
    why: 'Writing accounts onward into other systems is outside of what this server is for; it is marked as later work there as well.',
  },
  'W-32': [by('flows/integrity', 'security 1, scenario 14')],
}
