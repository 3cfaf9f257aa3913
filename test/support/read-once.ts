/** Files of flows, read once for all worlds and commands of a run: of what a tree says nothing is ever changed. */
import { readSource, type SourceFile } from '../../src/language/source.ts'

type Read = ReturnType<typeof readSource>

const known = new Map<string, Read>()

export function readOnce(file: SourceFile): Read {
  const key = `${file.name}\n${file.text}`
  const read = known.get(key) ?? readSource(file)
  known.set(key, read)
  return read
}
