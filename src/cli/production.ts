/** What `serve` does not begin with: what is the demo's, and what is gone with the process. */
import { existsSync } from 'node:fs'
import { type Config, ConfigProblem } from '../config.ts'
import { demoSecretFile } from './demo/secret.ts'

/**
 * That the issuer is https, or of this machine alone, and that the master key is random, `readConfig` has asked
 * for already.
 *
 * @throws {ConfigProblem}
 */
export function holdProduction({ database }: Pick<Config, 'database'>, cwd: string): void {
  if (/^sqlite:.*(?::memory:|mode=memory)/.test(database)) {
    throw new ConfigProblem(
      'a database in memory is gone with the process, with everybody in it: name a file, as sqlite:FILE',
    )
  }
  if (database.startsWith('sqlite:') && existsSync(demoSecretFile(database, cwd))) {
    throw new ConfigProblem(
      "that database is a demo's: everybody knows the passwords of the people in it. Name one in another folder",
    )
  }
}
