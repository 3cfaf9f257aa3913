/** The folder of flows, read from disk: its YAML files and those of `shared/`, and nothing outside it. */
import { lstat, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { longestFile, type SourceFile } from '../language/source.ts'

/**
 * Files are named relative to the folder, with `/`. Links are not followed: a file must stand in the
 * folder itself. Of a file too long to be a flow only so much is read that it is seen to be too long.
 *
 * @throws {Error} when the folder cannot be read
 */
export async function readFolder(folder: string): Promise<readonly SourceFile[]> {
  const own = await yamlFiles(folder, '')
  const shared = await yamlFiles(folder, 'shared/')
  return Promise.all([...own, ...shared].map((name) => readFile(folder, name)))
}

async function yamlFiles(folder: string, within: string): Promise<readonly string[]> {
  const path = join(folder, within)
  if (within !== '') {
    const found = await lstat(path).catch(() => undefined)
    if (!found?.isDirectory()) return []
  }
  const entries = await readdir(path, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => within + entry.name)
    .sort()
}

async function readFile(folder: string, name: string): Promise<SourceFile> {
  const file = await open(join(folder, name), 'r')
  try {
    const buffer = Buffer.alloc(longestFile * 4 + 4)
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0)
    return { name, text: buffer.toString('utf8', 0, bytesRead) }
  } finally {
    await file.close()
  }
}
