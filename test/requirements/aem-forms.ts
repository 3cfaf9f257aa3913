/**
 * What the second of the three systems demands, by number: the test that shows it, or one sentence why it does
 * not apply. A test's name may stand here by its beginning.
 */
import { by, type Table } from './row.ts'

const chain = { open: 'Waits for the step that tries a directory.' }
const plugIn = { open: 'Waits for creators and assigners by name.' }
const directories = { open: 'Waits for the directories.' }
const assigned = by('steps/assign', 'grants what the rules give that hold')
const truth = by('steps/verify', 'F-6 to F-17: ends with … (…)')
const asked = by('flows/domains', 'scenario 19: what is right in the first domain alone')
const next = by('flows/domains', 'scenario 19: what is right in the second is refused')
const hybrid = by('flows/domains', 'scenario 25: an account of a hybrid domain has no password')

export const aemForms: Table = {
  'F-1': [asked],
  'F-2': chain,
  'F-3': [by('steps/verify', 'F-3: passes over what it cannot check')],
  'F-4': [asked],
  'F-5': [asked, by('steps/verify', 'names the account by directory and entry')],
  'F-6': [truth],
  'F-7': [truth],
  'F-8': [truth],
  'F-9': [truth],
  'F-10': [truth],
  'F-11': [asked],
  'F-12': [next],
  'F-13': [by('flows/domains', 'scenario 20: what a person sees tells none of the cases apart')],
  'F-14': [asked, truth],
  'F-15': [assigned],
  'F-16': [asked],
  'F-17': [by('flows/domains', 'D-4: whom one domain has locked gets no account by the next')],
  'F-18': plugIn,
  'F-19': plugIn,
  'F-20': plugIn,
  'F-21': plugIn,
  'F-22': plugIn,
  'F-23': plugIn,
  'F-24': plugIn,
  'F-25': plugIn,
  'F-26': plugIn,
  'F-27': [assigned],
  'F-28': plugIn,
  'F-29': plugIn,
  'F-30': plugIn,
  'F-31': plugIn,
  'F-32': plugIn,
  'F-33': [hybrid],
  'F-34': [by('flows/domains', 'scenario 25: two of one name and password in two domains')],
  'F-35': [truth, asked],
  'F-36': plugIn,
  'F-37': plugIn,
  'F-38': plugIn,
  'F-39': plugIn,
  'F-40': plugIn,
  'F-41': [
    by('flows/provision', 'scenario 1: makes the account in the directory that the connection'),
  ],
  'F-42': [asked],
  'F-43': [by('steps/provision', 'prefers the name of the upstream, then the verified address')],
  'F-44': plugIn,
  'F-45': plugIn,

  'E-1': [hybrid],
  'E-2': directories,
  'E-3': [next],
  'E-4': chain,
  'E-5': [by('flows/domains', 'scenario 20: 19 wrong passwords end with a right one')],
  'E-6': directories,
  'E-7': directories,
  'E-8': directories,
  'E-9': [by('flows/domains', 'scenario 25: two of one name and password in two domains')],
  'E-10': [hybrid, by('steps/keep-password', 'adds none …')],
  'E-11': directories,
  'E-12': plugIn,
  'E-13': {
    why: 'Its answer object is the closed set of outcomes here, each with declared facts: who, by which connection or directory, and why not.',
  },
  'E-14': plugIn,
  'E-15': chain,
  'E-16': directories,
  'E-17': [
    by('http/admin', 'show logins in progress and ended, each with its events'),
    by('http/admin', 'record who has changed what, and nothing secret'),
    by('flows/session', 'W-26: a factor with a maxAge is asked anew once its proof is older'),
  ],
  'E-18': {
    why: 'It says since when the two interfaces have been shipped there, and demands nothing.',
  },
}
