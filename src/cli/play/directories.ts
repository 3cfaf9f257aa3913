/** Directories that hold what a story tells of them: files, written anew before each answer. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StoryMove } from '../../checker/story.ts'
import type { FlowDefinition } from '../../language/flow.ts'
import { internalDirectory } from '../../language/read-directories.ts'
import { type DirectoryFile, isExternal } from '../../language/settings.ts'
import type { StepType } from '../../language/step.ts'
import type { Authority } from './authority.ts'
import { optionOf } from './cast.ts'
import type { Person } from './person.ts'
import { realm } from './presenting.ts'

export interface Directories {
  /** The same directory, in a file of this stage. */
  at(directory: DirectoryFile): DirectoryFile
  /**
   * From now on they hold the person as the moves that follow by themselves want them to.
   *
   * @returns the person with the password that they have to type
   */
  follow(flow: FlowDefinition, moves: readonly StoryMove[], person: Person): Person
}

/** What comes of a right password, in the directory and here. */
const right: readonly (string | undefined)[] = ['success', 'unknown', 'disabled', 'blocked']
/** What comes of a question without a password. */
const there: readonly (string | undefined)[] = ['success', 'blocked']

/** What else of a directory flows hang on. */
const carried = ['groups', 'scheme', 'allowDomains', 'denyDomains']

/**
 * @param folder where the files are
 * @param authority of everybody's certificate
 */
export function scriptedDirectories(
  folder: string,
  { pem }: Pick<Authority, 'pem'>,
  steps: ReadonlyMap<string, Pick<StepType, 'declaration'>>,
): Directories {
  const paths = new Map<string, string>()
  const write = (id: string, entries: readonly unknown[]) => {
    const path = paths.get(id)
    if (path !== undefined) writeFileSync(path, JSON.stringify(entries))
  }
  return {
    at(directory) {
      if (!isExternal(directory)) return directory
      const path = join(folder, `${directory.id}.json`)
      paths.set(directory.id, path)
      write(directory.id, [])
      const { emailVerified, timeoutMs } = directory
      const optional = Object.fromEntries(
        Object.entries(directory).filter(([key]) => carried.includes(key)),
      )
      return {
        ...optional,
        ...{ id: directory.id, title: directory.title, kind: directory.kind },
        ...{ place: directory.place, enabled: directory.enabled, jit: directory.jit },
        ...{ trustsAmr: directory.trustsAmr, sync: directory.sync, lists: [] },
        ...{ directory: directory.directory, emailVerified, timeoutMs, path, store: 'file' },
        attributes: attributesOf,
        ...(directory.certificates && {
          certificates: { name: 'subject.commonName', authority: pem },
        }),
        ...(directory.verifier !== undefined && { verifier: directory.verifier, realm }),
        // A story has more wrong passwords than a lock would let through, and asks whenever it says so.
        lockAfter: 0,
        lockMinutes: 1,
        refreshMinutes: 0,
      }
    },

    follow(flow, moves, person) {
      for (const id of paths.keys()) write(id, [])
      const all = moves.flatMap((move) => {
        const option = optionOf(flow, move)
        const id = option?.params.directory
        return typeof id === 'string' ? [{ ...move, id, step: option!.step }] : []
      })
      const compares = ({ step }: { readonly step: string }) =>
        steps.get(step)?.declaration.credential === true
      for (const { id, outcome } of all.filter((one) => !compares(one))) {
        const status = outcome === 'blocked' ? 'locked' : 'current'
        if (there.includes(outcome)) write(id, [entryOf(person, person.password, status)])
      }
      const asked = all.filter(compares)
      const own = asked.find(({ id }) => id === internalDirectory)
      const isOwnRight = right.includes(own?.outcome)
      const password = isOwnRight || !own ? person.password : `${person.password}-there`
      for (const { id, outcome, step, case: index = 0 } of asked) {
        const said = steps.get(step)?.declaration.outcomes.blocked?.[index]?.by
        const status = outcome === 'blocked' && said === 'world' ? 'locked' : 'current'
        if (right.includes(outcome)) write(id, [entryOf(person, password, status)])
      }
      return { ...person, password }
    },
  }
}

/** Of what a story says of somebody, under the names that it has. */
const attributesOf = Object.fromEntries(
  ['email', 'name', 'birthdate'].map((name) => [
    name,
    { from: `claims.${name}`, type: 'text' } as const,
  ]),
)

function entryOf({ subject, userName, claims }: Person, password: string, status: string) {
  const { email, name, other } = claims
  const attributes = { email, name, birthdate: other?.birthdate }
  const told = Object.entries(attributes).filter(([, value]) => value !== undefined)
  return { id: subject, name: userName, password, status, attributes: Object.fromEntries(told) }
}
