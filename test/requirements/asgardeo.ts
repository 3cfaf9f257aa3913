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
const threeFactors = by('flows/step-up', 'A-27: three factors are asked for in turn')
const freshFlow = by('flows/session', 'a flow with fresh: true takes nothing from the session')
const templates = by('cli/examples', 'W-25: all properties of')

export const asgardeo: Table = {
  'A-1': [firstLogin, by('steps/provision', 'makes an account and its association in one')],
  'A-2': [firstLogin, by('steps/federated', 'knows a person by connection and subject')],
  'A-3': [firstLogin],
  'A-4': [firstLogin, by('steps/provision', 'makes none with just-in-time provisioning off')],
  'A-5': [by('flows/enrol', 'scenario 6: the account is there before its screen'), firstLogin],
  'A-6': [firstLogin],
  'A-7': [
    by(
      'flows/provision',
      'scenario 1: makes the account in the directory that the connection names',
    ),
  ],
  'A-8': [by('steps/provision', 'makes an account and its association in one'), usersList],
  'A-9': [by('flows/scheme', 'scenario 17: silent asks nothing')],
  'A-10': [firstLogin],
  'A-11': [
    by('flows/organisations', 'signs people in below a path of its own, and each for itself'),
    by('cli/organisations', 'have people and switches of their own'),
  ],
  'A-12': [by('http/admin', 'are added with a password that is never shown')],
  'A-13': [firstLogin, by('flows/link', 'security 71: the other way round')],
  'A-14': {
    why: 'It praises what A-1 and A-6 make possible and demands nothing of its own; accounts are listed by their source and deleted one by one through the admin API.',
  },
  'A-15': [passwordAndApp, by('http/pages', 'offers every way of a state')],
  'A-16': [passwordAndApp, threeFactors],
  'A-17': [
    passwordAndApp,
    by('flows/step-up', 'security 112: whichever way in is chosen'),
    by('flows/thrift', 'scenario 3: a failing upstream leaves the other ways open'),
  ],
  'A-18': [
    by('flows/integrity', 'security 1, scenario 14'),
    by('flows/upstream-faults', 'security 52, scenario 14'),
  ],
  'A-19': [
    by('language/settings', 'is complete: addresses, client authentication, release'),
    by('language/settings', 'refuses '),
    by('http/applications', 'security 36'),
    {
      except:
        'There are no categories of applications: one file says of each what it may, as any OpenID Connect client.',
    },
  ],
  'A-20': [by('flows/organisations', 'signs people in below a path of its own')],
  'A-21': [
    by('flows/thrift', 'lets one generic client through flows that it does not know'),
    by('conformance/op-basic', 'oidcc-server'),
  ],
  'A-22': [
    by('cli/upstreams', 'learn from a company its groups'),
    by('flows/saml', 'lets somebody in, who is the same person the next time'),
  ],
  'A-23': [
    by('flows/readme', 'take the real upstreams from the environment'),
    by('language/settings', 'names by reference a secret that never shows'),
    by('conformance/rp', 'oidcc-client-test-client-secret-basic'),
  ],
  'A-24': [
    by('cli/upstreams', 'learn from google who somebody is'),
    by('cli/upstreams', 'learn from github an id'),
    firstLogin,
    passThrough,
  ],
  'A-25': [passwordAndApp, by('flows/integrity', 'security 12: a login ends on the definition')],
  'A-26': [
    by('flows/passkeys', 'A-26: a passkey is added in mid-flow'),
    passwordAndApp,
    by('flows/recover', 'is replaced by a code from the mailbox'),
  ],
  'A-27': [threeFactors],
  'A-28': [passwordAndApp],
  'A-29': [denied, firstLogin],
  'A-30': [
    by('cli/demo', 'asks about a scope that was not agreed to before, and says which'),
    by('flows/scheme', 'scenario 17: consent asks that'),
  ],
  'A-31': [by('flows/thrift', 'scenario 3: a callback with an unknown, used or expired state')],
  'A-32': [by('flows/thrift', 'scenario 3: an upstream that is gone after the person said yes')],
  'A-33': [by('flows/session', 'scenario 18: the first one asks nothing again')],
  'A-34': [firstLogin],
  'A-35': [passwordAndApp],
  'A-36': [
    denied,
    by('cli/thrift', 'comes back to the home page with a sentence'),
    {
      except:
        'A page of the application that is no redirect URI of it is never gone to: the application is told, and decides between home and sign-up.',
    },
  ],
  'A-37': [denied],
  'A-38': [
    by('flows/thrift', 'A-38: whoever is signed in at the upstream'),
    by('cli/demo', 'remembers who has signed in and agreed'),
  ],
  'A-39': [firstLogin],
  'A-40': [
    passThrough,
    refusesSwitch,
    by('cli/connection', 'switches it all the same when forced'),
    by('http/admin', 'scenario 2: the users list is empty of Gil'),
  ],
  'A-41': [
    refusesSwitch,
    by('flows/pass-through', 'scenario 2: leaves other connections as they are'),
  ],
  'A-42': [
    by('flows/pass-through', 'scenario 2: a login under way when the toggle flips'),
    by('cli/connection', 'scenario 2: a login under way when the toggle flips'),
    by('http/admin', 'scenario 2: the users list is empty of Gil'),
  ],
  'A-43': [passThrough],
  'A-44': [passThrough],
  'A-45': [
    passThrough,
    by('flows/pass-through', 'scenario 2: tells an application only what its release list has'),
  ],
  'A-46': [
    by('flows/my-account', 'scenario 15: a pass-through person opens none'),
    by('http/admin', 'scenario 2: the users list is empty of Gil'),
    by('flows/my-account', 'scenario 15: what an upstream says is refused'),
  ],
  'A-47': [
    by('flows/pass-through', 'asks again at every visit: there is no account to remember'),
    passThrough,
  ],
  'A-48': [passThrough, by('flows/pass-through', 'is nowhere readable in the database')],
  'A-49': [jitOffFinding, by('cli/replay', 'scenario 4: shows over HTTP what the check has found')],
  'A-50': [
    by('checker/check', 'scenario 4, A-50: each of the two remedies mends it'),
    by('flows/skip', 'scenario 5: asks people of an upstream for no code'),
  ],
  'A-51': [jitOffFinding, by('cli/connection', 'scenario 4: after a forced flip ends a login')],
  'A-52': [
    by('flows/skip', 'scenario 5: asks local people for a code'),
    by('checker/check', 'A-52: the finding is about the one connection'),
  ],
  'A-53': [
    refusesSwitch,
    by('cli/serve', 'scenario 4: refuses a broken flow'),
    by('checker/check', 'A-53: with any configuration the broken combination is found'),
  ],
  'A-54': [
    by('flows/my-account', 'scenario 15: a pass-through person opens none'),
    by('flows/my-account', 'scenario 15: jane opens hers with her password'),
    by('flows/account-pages', 'scenario 15: a pass-through person is let in nowhere'),
  ],
  'A-55': [
    by('flows/my-account', 'scenario 15: a session of somebody provisioned by Google'),
    by('flows/account-pages', 'scenario 15: a session of somebody whom Google has brought'),
  ],
  'A-56': [
    by('flows/my-account', 'scenario 15: with the policy changed'),
    by('flows/account-pages', 'scenario 15: with the policy changed'),
  ],
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
    by('language/settings', 'refuses a directory that is nowhere declared'),
    by(
      'flows/thrift',
      'scenario 1: a flow that would provision into a directory that it cannot have',
    ),
    {
      except:
        'No part of a user name names a directory, and no unknown one falls back to another: the connection says which.',
    },
  ],
  'W-3': [
    by('flows/sync', 'scenario 9: '),
    by('flows/mapping', 'scenario 9: an attribute with a sync of its own'),
  ],
  'W-4': [
    by('flows/sync', 'scenario 9: '),
    by('steps/sync', 'scenario 9: writes nothing but the profile, in any mode'),
  ],
  'W-5': [
    by('steps/federated', 'knows a person by connection and subject'),
    by('flows/link', 'unlinks on request'),
    by('http/admin', 'lose a factor or an association, but never the last way in'),
    {
      except:
        'An association is made by proof of both sides alone, so no API makes one, for one person or for a thousand.',
    },
  ],
  'W-6': [
    by('flows/mapping', 'W-6: takes another claim for who somebody is'),
    by('language/digest', 'changes with what a connection means'),
  ],
  'W-7': [
    by('flows/link', 'scenario 8 (a): jane proves her account'),
    by('flows/link', 'scenario 8 (c): two accounts of that address'),
    by('flows/link', 'W-7: an employee number that both sides are believed in'),
    by('flows/link', 'W-7: rules in order'),
    by('flows/link', 'scenario 8 (e): who matches nobody'),
    by('flows/account-link', 'ties Google to jane once she has proven both'),
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
    {
      except:
        'No connection can opt out of it: a lock that one way in ignores is none (CVE-2025-53942).',
    },
  ],
  'W-11': [
    by('flows/provision', 'scenario 16 (a): a directory that is gone'),
    by(
      'flows/provision',
      'scenario 16 (a): whoever cannot be given an account passes through only',
    ),
  ],
  'W-12': [by('flows/provision', 'scenario 16 (c): an account that waits for approval')],
  'W-13': [
    by('flows/my-account', 'scenario 15: what an upstream says is refused'),
    usersList,
    {
      except:
        'A connection is taken out of its file and not deleted by a call, so nobody is asked: its people stay, are found by their source, and cannot come by it.',
    },
  ],
  'W-14': [by('flows/link', 'security 71: the other way round')],
  'W-15': [by('flows/collect', 'asks once for an address that is missing')],
  'W-16': [
    by('language/compile', 'takes the first branch that is true, else the last'),
    by('language/resolve', 'lead one option elsewhere where the flow says so by its name'),
    freshFlow,
    {
      except:
        'What its script does in code are transitions and conditions of a flow here; an author makes no error pages.',
    },
  ],
  'W-17': [
    by('flows/skip', 'scenario 5: asks people of an upstream for no code'),
    by('language/conditions', 'every fact can be read, with its own type'),
    by('flows/taint', 'security 114, I-11'),
    {
      except:
        'Steps have names and no numbers, and no condition reads a header, a cookie or a parameter.',
    },
  ],
  'W-18': [
    freshFlow,
    by('flows/session', 'security 40: prompt=login asks again'),
    {
      except:
        'No step is marked as the one whose subject counts: a login has one subject, which never changes without a proof.',
    },
  ],
  'W-19': [
    by('flows/adaptive', 'W-25: by group, its members are asked'),
    by('flows/mapping', 'security 81: a group that is gone there'),
    by('flows/link', 'scenario 8 (c): two accounts of that address'),
    by('flows/link', 'unlinks on request'),
    by('flows/recover', 'is replaced by a code from the mailbox'),
    {
      except:
        'Conditions only read; what changes an account are steps (assign, link, change-password), in the transaction of the move.',
    },
  ],
  'W-20': [
    by('flows/devices', 'scenario 18: one too many ends the oldest'),
    by('flows/devices', 'all others can be ended at once'),
  ],
  'W-21': [
    by('flows/adaptive', 'scenario 18, W-21, I-29: by risk, a service that is late'),
    by('flows/adaptive', 'scenario 18, W-21, W-25: by risk, the service decides'),
    by('steps/http', 'W-21: is told the facts that its settings name'),
    by('steps/http', 'is not followed anywhere else, and its secret stays with it'),
    by('steps/http', 'is never called at a private address'),
  ],
  'W-22': [
    by('flows/secrets', 'I-42: what is typed, shared or handed over'),
    by('language/settings', 'names by reference a secret that never shows'),
    by('language/problems', 'never repeats what stands where a secret should'),
  ],
  'W-23': [
    by('flows/devices', 'scenario 18: the cookie replayed for another person'),
    by('flows/devices', 'security 150, W-23'),
    by('flows/devices', 'gets another secret at each use'),
    by('flows/devices', 'ends after its time'),
  ],
  'W-24': [
    by('flows/collect', 'scenario 17: shows what is known, asks'),
    {
      except:
        'What can be asked are the declared fields of steps, not templates of an author, and no page polls.',
    },
  ],
  'W-25': [
    templates,
    by('flows/adaptive', 'scenario 18, W-25: by option'),
    by('flows/adaptive', 'W-25: by group, its members are asked'),
    by('flows/adaptive', 'W-25: members only'),
    by('flows/adaptive', 'scenario 18, W-25: by network'),
    by('flows/adaptive', 'W-25: adults only'),
    by('flows/adaptive', 'W-25: by level'),
    by('flows/devices', 'scenario 18: a new device asks for a code'),
    by('flows/devices', 'scenario 18: one too many ends the oldest'),
    by('flows/factors', 'W-25: is added by whoever wants one'),
    by('flows/factors', 'W-25: what was said to come first comes first'),
    by('flows/password-migration', 'W-25: keeps the password that was right there'),
    by('flows/recover', 'takes no code that is late, and sends another'),
  ],
  'W-26': [
    by('flows/session', 'scenario 18: the stricter one asks for what is missing'),
    by('flows/step-up', 'scenario 18: a vault that wants a passkey'),
    by('flows/adaptive', 'W-25: by level'),
    by('flows/session', 'W-26: a factor with a maxAge'),
  ],
  'W-27': [
    by('flows/integrity', 'the attempts of a state are spent once'),
    by('steps/otp', 'sends another when it is asked, as often as it may'),
    by('flows/recover', 'takes no code that is late, and sends another'),
  ],
  'W-28': [
    by('flows/enrol', 'scenario 6: the account is there before its screen'),
    by('flows/step-up', 'security 116: where a second factor is '),
    jitOffFinding,
  ],
  'W-29': [
    by('flows/thrift', 'is one login by pages and by the API'),
    by('http/api', 'has what a program needs that knows no step'),
    by('http/api', 'of a way that leads elsewhere has where to'),
  ],
  'W-30': [
    refusesSwitch,
    by('checker/check', 'A-53, W-30: switching JIT off lists the applications'),
  ],
  'W-31': {
    why: 'Writing accounts onward into other systems is outside of what this server is for; it is marked as later work there as well.',
  },
  'W-32': [
    by('flows/integrity', 'security 1, scenario 14'),
    by('flows/upstream-faults', 'security 52, scenario 14'),
  ],
}
