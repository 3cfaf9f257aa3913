/**
 * What the second of the three systems demands, by number: the test that shows it, or one sentence why it does
 * not apply. A test's name may stand here by its beginning.
 */
import { by, type Table } from './row.ts'

const created = by('flows/plug-ins', 'F-18, F-19, F-20, F-22: makes the account')
const declines = by('flows/plug-ins', 'scenario 22, F-23, F-40: one that declines makes nothing')
const contract = by('flows/plug-ins', 'F-21: one that breaks its contract makes nothing')
const named = by('flows/plug-ins', 'scenario 22, F-24, F-25, F-36: one that is not there')
const grants = by('flows/plug-ins', 'F-26, F-27, F-28: grants groups')
const fails = by('flows/plug-ins', 'scenario 24, F-29, F-41: where it fails the login succeeds')
const apart = by('flows/plug-ins', 'F-30, F-31, F-32: creator and assigner are chosen apart')
const documented = by('flows/plug-ins', 'F-37, E-14: those of the documentation run')
const assigned = by('steps/assign', 'grants what the rules give that hold')
const truth = by('steps/verify', 'F-6 to F-17: ends with … (…)')
const asked = by('flows/domains.long', 'scenario 19: what is right in the first domain alone')
const next = by('flows/domains.long', 'scenario 19: what is right in the second is refused')
const hybrid = by(
  'flows/domains.long',
  'scenario 25: an account of a hybrid domain has no password',
)

const nested = by('flows/nested-groups', 'E-12: whoever a rule or an assigner makes a member')
const byCertificate = by('flows/kinds-of-credential', 'F-2, E-2: by a certificate')
const byTicket = by('flows/kinds-of-credential', 'F-2, E-2, E-4: by a ticket')
const presented = by('steps/verify-certificate', 'F-2, F-4 to F-14: ends with … (…)')

export const aemForms: Table = {
  'F-1': [asked],
  'F-2': [byCertificate, byTicket, presented],
  'F-3': [by('steps/verify', 'F-3: passes over what it cannot check'), presented],
  'F-4': [asked],
  'F-5': [asked, by('steps/verify', 'names the account by directory and entry')],
  'F-6': [truth],
  'F-7': [truth],
  'F-8': [truth],
  'F-9': [truth],
  'F-10': [truth],
  'F-11': [asked],
  'F-12': [next],
  'F-13': [
    by('flows/domains.long', 'scenario 20: what a person sees tells none of the cases apart'),
  ],
  'F-14': [asked, truth],
  'F-15': [assigned],
  'F-16': [asked],
  'F-17': [by('flows/domains.long', 'D-4: whom one domain has locked gets no account by the next')],
  'F-18': [created],
  'F-19': [created],
  'F-20': [created],
  'F-21': [contract],
  'F-22': [created],
  'F-23': [declines],
  'F-24': [named],
  'F-25': [named],
  'F-26': [grants],
  'F-27': [assigned],
  'F-28': [grants],
  'F-29': [fails],
  'F-30': [apart],
  'F-31': [apart],
  'F-32': [apart],
  'F-33': [hybrid],
  'F-34': [by('flows/domains.long', 'scenario 25: two of one name and password in two domains')],
  'F-35': [truth, asked],
  'F-36': [named],
  'F-37': [documented],
  'F-38': [created],
  'F-39': [apart, created],
  'F-40': [declines],
  'F-41': [
    by('flows/provision', 'scenario 1: makes the account in the directory that the connection'),
  ],
  'F-42': [asked],
  'F-43': [by('steps/provision', 'prefers the name of the upstream, then the verified address')],
  'F-44': [by('flows/external', 'O-11, O-16, O-19, O-31, O-32: who is there alone is read')],
  'F-45': [apart],

  'E-1': [hybrid],
  'E-2': [
    byCertificate,
    byTicket,
    by('flows/domains.long', 'scenario 19: what is right in the first'),
  ],
  'E-3': [next],
  'E-4': [by('flows/domains.long', 'a first domain that is ')],
  'E-5': [by('flows/domains.long', 'scenario 20: 19 wrong passwords end with a right one')],
  'E-6': [
    by('cli/directory', 'E-1, E-6, P-8: adds who is there'),
    by('cli/directory', 'E-6: who is there and no longer current'),
    by('cli/directory', 'E-6: a delta reads what has changed'),
    by('http/scim', 'E-6, I-20: who is taken away'),
  ],
  'E-7': [by('cli/directory', 'E-7, scenario 28 (a): removes who is gone')],
  'E-8': [by('cli/directory', 'E-8: says what another kind would do to accounts')],
  'E-9': [by('flows/domains.long', 'scenario 25: two of one name and password in two domains')],
  'E-10': [
    hybrid,
    by('steps/keep-password', 'adds none …'),
    by('steps/enrol-password', 'E-10: gives one to nobody whose password is kept'),
    by('steps/change-password', 'E-10: gives a first one to nobody whose password is kept'),
  ],
  'E-11': [
    by('flows/my-account', 'scenario 15: what an upstream says is refused'),
    by('cli/directory', 'P-9: an administrator'),
  ],
  'E-12': [
    assigned,
    nested,
    {
      except:
        'Groups in groups of an LDAP server are not followed: what `memberOf` says there is taken as it stands.',
    },
  ],
  'E-13': {
    why: 'Its answer object is the closed set of outcomes here, each with declared facts: who, by which connection or directory, and why not.',
  },
  'E-14': [documented],
  'E-15': [truth],
  'E-16': [
    by('flows/own-directory', 'E-16: makes the account just in time of what it says'),
    by('steps/own-directory', 'E-16: an answer of … is a failure'),
    by('flows/own-directory', 'E-16: are brought up to date page by page'),
    named,
  ],
  'E-17': [
    by('http/admin', 'show logins in progress and ended, each with its events'),
    by('http/admin', 'record who has changed what, and nothing secret'),
    by('flows/session', 'W-26: a factor with a maxAge is asked anew once its proof is older'),
  ],
  'E-18': {
    why: 'It says since when the two interfaces have been shipped there, and demands nothing.',
  },
}
