/**
 * What the third of the three systems demands, by number: the test that shows it, or one sentence why it does
 * not apply. A test's name may stand here by its beginning.
 */
import { by, type Table } from './row.ts'

const alice = by('flows/alice', 'scenario 26, O-19 to O-36: signs in by')
const readThere = [
  by('flows/alice', 'O-34: the number is the one that the directory has'),
  by('flows/alice', 'O-34: a directory that is down'),
]
const onlyThere = by('flows/external', 'O-11, O-16, O-19, O-31, O-32: who is there alone is read')
const mapped = by('flows/external', 'O-17, O-22, O-23, O-24, O-36, P-4, P-5: a number is mapped')
const inBoth = by('flows/external', 'O-13, O-14, O-15, P-8, P-9: of who is in both ours counts')
const gone = by('flows/external', 'O-12, O-18, scenario 28 (a): who is gone there is nobody')
const down = by('flows/external', 'O-7, O-12: a database that is down is no absence')
const standsIn = [
  by('flows/directory-modes', 'scenario 28 (c), O-3: asks nobody within its time'),
  by('flows/directory-modes', 'scenario 28 (c), O-3, O-13: asks after its time'),
  by('steps/sync', 'O-3: is not asked again before its time is over'),
]
const externalOnly = [
  by('flows/directory-modes', 'scenario 28 (b), O-9, O-10: lets people in'),
  by('flows/directory-modes', 'O-10, P-21: has one subject'),
]
const goneAtLogin = by('flows/directory-modes', 'scenario 28 (a), (c), O-12, O-18: who is gone')
const downAtLogin = by('flows/directory-modes', 'scenario 28 (c), O-7: a directory that is down')
const rpRequest = by('http/provider', 'gets the answer to its own request from a login begun again')
const localStatus = by('flows/shut-out.long', 'security 84: is not let in when ')

export const openASelect: Table = {
  'O-1': [by('flows/thrift', 'scenario 1: makes account, association and group in mid-flow')],
  'O-2': [
    by('flows/adaptive', 'W-25: by group, its members are asked for a code'),
    by('flows/adaptive', 'W-25: adults only, by a date of birth'),
  ],
  'O-3': standsIn,
  'O-4': [by('flows/enrol', 'scenario 6: the account is there before its screen')],
  'O-5': [localStatus],
  'O-6': [mapped],
  'O-7': [down, downAtLogin],
  'O-8': [onlyThere],
  'O-9': externalOnly,
  'O-10': externalOnly,
  'O-11': [onlyThere],
  'O-12': [gone, goneAtLogin, down, downAtLogin],
  'O-13': [inBoth],
  'O-14': [inBoth],
  'O-15': [inBoth],
  'O-16': [onlyThere],
  'O-17': [mapped],
  'O-18': [gone, goneAtLogin],
  'O-19': [onlyThere],
  'O-20': [alice],
  'O-21': [mapped, by('flows/alice', 'scenario 27, O-21, O-24: Bob')],
  'O-22': [mapped],
  'O-23': [mapped],
  'O-24': [by('flows/profiles', 'scenario 27, O-24: a method that is missing is passed over only')],
  'O-25': [rpRequest],
  'O-26': [by('flows/thrift', 'signs in by password and authenticator app')],
  'O-27': [by('flows/session', 'scenario 18: the stricter one asks for what is missing')],
  'O-28': [by('flows/profiles', 'P-13, O-28: who is shut out is told so before any method')],
  'O-29': [by('flows/profiles', 'P-2, O-29: are a choice')],
  'O-30': [by('flows/thrift', 'signs in by password and authenticator app')],
  'O-31': [onlyThere],
  'O-32': [onlyThere],
  'O-33': [alice],
  'O-34': [alice, ...readThere],
  'O-35': [alice],
  'O-36': [alice, mapped],

  'P-1': [
    by('language/load', 'loads a flow with some of everything'),
    by('flows/integrity', 'I-33: a login goes on where it stood'),
  ],
  'P-2': [by('flows/profiles', 'P-2, O-29: are a choice')],
  'P-3': [
    by('flows/profiles', 'scenario 27, P-3: none of them'),
    by('flows/profiles', 'scenario 27, P-3: fall back'),
  ],
  'P-4': [mapped],
  'P-5': [mapped],
  'P-6': [
    onlyThere,
    by('flows/mapping', 'P-5, P-6: what it says is a directory'),
    by('http/scim', 'E-6, I-20: who is taken away'),
    { except: 'An assertion tells of nobody who is gone: that is what a client of SCIM is for.' },
  ],
  'P-7': [onlyThere],
  'P-8': [inBoth, by('cli/directory', 'E-1, E-6, P-8: adds who is there')],
  'P-9': [inBoth, by('cli/directory', 'P-9: an administrator')],
  'P-10': [
    by('steps/verify', 'F-6 to F-17: ends with … (…)'),
    by('flows/kinds-of-credential', 'F-2, E-2: by a certificate'),
    by('flows/text-message', 'goes to the number of the account'),
    by('flows/saml', 'lets somebody in, who is the same person the next time'),
    by('flows/own-directory', 'E-16: makes the account just in time of what it says'),
    {
      except:
        'RADIUS and files of hashes are code of one`s own behind a directory (E-16); nobody comes in as a guest, and no captcha is shown.',
    },
  ],
  'P-11': [
    by('steps/verify', 'names the account by directory and entry'),
    by('flows/directory-modes', 'scenario 28 (c), O-3, O-13: asks after its time'),
    {
      except:
        'The name that a method knows somebody by is what the association says; there is no further table of names, and who is in none is nobody to it.',
    },
  ],
  'P-12': [
    by('steps/otp', 'sends another when it is asked, as often as it may'),
    by('flows/recover', 'takes no code that is late, and sends another'),
    by('flows/recover', 'sends to the address that the account has when it is sent'),
  ],
  'P-13': [by('flows/profiles', 'P-13, O-28: '), by('flows/profiles', 'P-13, P-23: ')],
  'P-14': [by('flows/profiles', 'P-14, P-17: ')],
  'P-15': [
    by('flows/profiles', 'P-15, P-16: a session that has proven one'),
    by('flows/session', 'scenario 18: the stricter one asks for what is missing'),
    by('flows/session', 'security 40: prompt=login asks again'),
    by('flows/session', 'scenario 18: signing in as somebody else ends the session of before'),
    by('flows/session', 'a flow with fresh: true takes nothing from the session'),
  ],
  'P-16': [by('flows/session', 'security 41: prompt=none asks nothing of anybody')],
  'P-17': [by('flows/profiles', 'P-14, P-17: ')],
  'P-18': [
    by('flows/pass-through', 'scenario 2: tells an application only what its release list has'),
    by('language/settings', 'is told nothing unless its file says what'),
  ],
  'P-19': [
    by('flows/profiles', 'P-19: can be left at each method'),
    by('flows/integrity', 'security 11: who cancels is sent back with access_denied'),
  ],
  'P-20': [
    by('flows/integrity', 'I-33: a login goes on where it stood after the server was started'),
    by('cli/background', 'sends every second, seals the audit'),
  ],
  'P-21': [by('flows/pass-through', 'scenario 2: has one subject at every visit')],
  'P-22': [
    by('flows/logout', 'is told to the applications that it was used for, and to no others'),
    by('flows/logout', 'is told again, with the same jti'),
  ],
  'P-23': [
    by('flows/adaptive', 'scenario 18, W-25: by network, outside of the office a code is asked'),
  ],
}
