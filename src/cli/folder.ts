/** The folder of flows, read from disk: its YAML files, those of `shared/`, its pictures, nothing outside it. */
import { constants, lstat, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { inOrderOfText } from '../language/nearest.ts'
import { longestFile, type SourceFile } from '../language/source.ts'

/**
 * Files are named relative to the folder, with `/`. Links are not followed: a file must stand in the
 * folder itself. Of a file too long to be a flow only so much is read that it is seen to be too long.
 *
 * @throws {Error} when the folder cannot be read
 */
export async function readFolder(folder: string): Promise<readonly SourceFile[]> {
  const own = await filesOf(folder, /\.(?:ya?ml|svg)$/)
  // With a slash behind its name a link would be followed.
  const found = await lstat(join(folder, 'shared')).catch(() => undefined)
  const shared = found?.isDirectory() ? await filesOf(join(folder, 'shared'), /\.ya?ml$/) : []
  const names = [...own, ...shared.map((name) => `shared/${name}`)]
  return Promise.all(names.map((name) => readFile(folder, name)))
}

/**
 * The organisations beside `default`: every folder in this one that says which applications it has. Links
 * are not followed.
 *
 * @throws {Error} when the folder cannot be read
 */
export async function organisationsIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory() && entry.name !== 'shared')
  const names: string[] = []
  for (const { name } of folders) {
    const found = await lstat(join(folder, name, 'applications.yaml')).catch(() => undefined)
    if (found?.isFile()) names.push(name)
  }
  return names.sort(inOrderOfText)
}

async function filesOf(folder: string, named: RegExp): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && named.test(entry.name))
  return files.map(({ name }) => name).sort(inOrderOfText)
}

async function readFile(folder: string, name: string): Promise<SourceFile> {
  const file = await open(join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const { size } = await file.stat()
    const buffer = Buffer.alloc(Math.min(size, longestFile * 4 + 4))
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0)
    return { name, text: buffer.toString('utf8', 0, bytesRead) }
  } finally {
    await file.close()
  }
}
