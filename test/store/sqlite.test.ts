import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { openSqlite } from '../support/database.ts'
import { migrationTests } from './conformance/migrations.ts'
import { runStoreConformance } from './conformance/run.ts'

let folder: string
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-'))
})
after(() => rmSync(folder, { recursive: true }))

runStoreConformance('SQLite', openSqlite)
migrationTests(async () => `sqlite:${join(folder, 'empty.sqlite')}`)
