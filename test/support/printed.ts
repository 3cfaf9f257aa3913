/** Programs as a README prints them, for a test to run: fenced blocks with the name of a file behind the fence. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** @returns each program's text, by the name of its file */
export function printedIn(path: string): ReadonlyMap<string, string> {
  const text = readFileSync(path, 'utf8')
  const fence = /^```js (\S+)\n([\s\S]*?)^```$/gm
  return new Map([...text.matchAll(fence)].map(([, name, program]) => [name!, program!]))
}

/** Puts them beside each other where nothing else is. @returns the folder, which is gone when the test ends */
export function unpacked(
  t: Pick<TestContext, 'after'>,
  programs: ReadonlyMap<string, string>,
): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-printed-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  for (const [name, program] of programs) writeFileSync(join(folder, name), program)
  return folder
}
