/** The demo's master key: made at the first start, and kept beside its database. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { randomSecret } from '../../kit/random.ts'

/** @param database `sqlite:FILE`; its folder is made when it is not there */
export function demoSecret(database: string, cwd: string): string {
  const file = demoSecretFile(database, cwd)
  mkdirSync(dirname(file), { recursive: true })
  if (!existsSync(file)) writeFileSync(file, randomSecret(), { mode: 0o600 })
  return readFileSync(file, 'utf8').trim()
}

/** Where it is there, the database beside it is a demo's. */
export function demoSecretFile(database: string, cwd: string): string {
  return resolve(dirname(resolve(cwd, database.replace(/^sqlite:/, ''))), 'demo-secret')
}
