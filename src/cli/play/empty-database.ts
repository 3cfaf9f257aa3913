/**
 * A database as it is before anybody has come. To make tables and keys takes a quarter of a second, so it is done
 * once in a process: whoever tests flows plays on many stages.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sealers } from '../../keys.ts'
import { Secret } from '../../kit/secret.ts'
import { defaultOrganisation } from '../../language/settings.ts'
import { migrate, openDatabase } from '../../store/open.ts'
import { signingKeys } from '../../store/signing-keys.ts'

/** What keeps the secrets of a stage. There are none: everybody on it is made up. */
export const stageSecret = new Secret(new Uint8Array(32).fill(7))

let made: Promise<Uint8Array> | undefined

/** @returns its address: a file in that folder */
export async function emptyDatabase(folder: string): Promise<string> {
  const file = join(folder, 'play.sqlite')
  made ??= make()
  await writeFile(file, await made)
  return `sqlite:${file}`
}

async function make(): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-play-'))
  try {
    const file = join(folder, 'empty.sqlite')
    const db = openDatabase({ url: `sqlite:${file}`, durability: 'normal' })
    await migrate(db)
    const { keys } = sealers(stageSecret, defaultOrganisation)
    await signingKeys(db, defaultOrganisation, keys, Date.now())
    await db.destroy()
    return await readFile(file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
