import { after, before, describe } from 'node:test'
import { openDatabase } from '../../src/store/open.ts'
import { createDatabase } from '../support/database.ts'
import { type Postgres, startPostgres } from '../support/postgres.ts'
import { fillPeople, type PeopleDatabase, sqlDirectorySuite } from './directory-sql.ts'

let server: Postgres
let opened: PeopleDatabase

describe('people in a database of others', () => {
  before(async () => {
    server = await startPostgres()
    const url = await createDatabase(server.url)
    opened = { url, db: openDatabase({ url }) }
    await fillPeople(opened.db)
  })
  after(async () => {
    await opened.db.destroy()
    await server.close()
  })

  sqlDirectorySuite('PostgreSQL', () => opened)
})
