import { after, before } from 'node:test'
import { type Postgres, startPostgres } from '../support/postgres.ts'
import { runStoreConformance } from './conformance/run.ts'

let server: Postgres
before(async () => {
  server = await startPostgres()
})
after(() => server.close())

runStoreConformance('PostgreSQL', () => server.open())
