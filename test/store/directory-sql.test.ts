import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe } from 'node:test'
import { openDatabase } from '../../src/store/open.ts'
import { fillPeople, type PeopleDatabase, sqlDirectorySuite } from './directory-sql.ts'

const folder = mkdtempSync(join(tmpdir(), 'people-'))
const url = `sqlite:${join(folder, 'people.sqlite')}`
let opened: PeopleDatabase

describe('people in a database of others', () => {
  before(async () => {
    opened = { url, db: openDatabase({ url }) }
    await fillPeople(opened.db)
  })
  after(async () => {
    await opened.db.destroy()
    rmSync(folder, { recursive: true })
  })

  sqlDirectorySuite('SQLite', () => opened)
})
