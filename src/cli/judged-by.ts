/**
 * What a verdict hangs on beside the flows: the code that judges, as it stands on disk, what it is built on, and what
 * runs it. Two with the same digest judge alike.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
/** The checker, and all that it imports and is given: these rooms import no others. */
const rooms = ['kit', 'language', 'checker', 'steps']
/** What the package manager has written down of all that it has installed. */
const installed = join(root, 'node_modules/.package-lock.json')

/**
 * @param startedMs when this process began, in milliseconds since the Unix epoch
 * @returns absence: what has been loaded cannot be told from what stands there, because it is not there or was
 *   changed since
 */
export function judgedBy(startedMs: number): string | undefined {
  const all = createHash('sha256').update(process.version)
  for (const path of [...rooms.flatMap(filesIn), installed]) {
    const found = statSync(path, { throwIfNoEntry: false })
    // Nobody sets this time but the system, whatever time of change a file is given.
    if (!found || found.ctimeMs >= startedMs) return undefined
    const text = createHash('sha256').update(readFileSync(path)).digest('hex')
    all.update(`${path} ${text}\n`)
  }
  return all.digest('hex')
}

function filesIn(room: string): readonly string[] {
  const folder = join(root, 'src', room)
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => join(folder, name))
}
