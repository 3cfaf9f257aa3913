import { openSqlite } from '../support/database.ts'
import { runStoreConformance } from './conformance/run.ts'

runStoreConformance('SQLite', openSqlite)
