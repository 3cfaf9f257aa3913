/**
 * What the second of the three systems demands, by number: the test that shows it, or one sentence why it does
 * not apply. A test's name may stand here by its beginning.
 */
import { by, type Table } from './row.ts'

const chain = { open: 'Waits for the step that tries a directory.' }
const plugIn = { open: 'Waits for creators and assigners by name.' }
const directories = { open: 'Waits for the directories.' }
const assigned = by('steps/assign', 'grants what the rules give that hold')

export const aemForms: Table = {
  'F-1': chain,
  'F-2': chain,
  'F-3': chain,
  'F-4': chain,
  'F-5': chain,
  'F-6': chain,
  'F-7': chain,
  'F-8': chain,
  'F-9': chain,
  'F-10': chain,
  'F-11': chain,
  'F-12': chain,
  'F-13': chain,
  'F-14': chain,
  'F-15': [assigned],
  'F-16': chain,
  'F-17': chain,
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
  'F-33': directories,
  'F-34': directories,
  'F-35': directories,
  'F-36': plugIn,
  'F-37': plugIn,
  'F-38': plugIn,
  'F-39': plugIn,
  'F-40': plugIn,
  'F-41': [
    by('flows/provision', 'scenario 1: makes the account in the directory that the connection'),
  ],
  'F-42': directories,
  'F-43': [by('steps/provision', 'prefers the name of the upstream, then the verified address')],
  'F-44': plugIn,
  'F-45': plugIn,

  'E-1': directories,
  'E-2': directories,
  'E-3': chain,
  'E-4': chain,
  'E-5': chain,
  'E-6': directories,
  'E-7': directories,
  'E-8': directories,
  'E-9': directories,
  'E-10': directories,
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
