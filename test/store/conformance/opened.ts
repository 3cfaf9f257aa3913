/** A database for one `describe`: opened before its tests, closed after them. */
import { after, before } from 'node:test'
import type { Knex } from 'knex'
import type { OpenedDatabase } from '../../support/database.ts'
import { type OpenDatabase, type Stores, storesOn } from '../given.ts'

export interface Opened {
  readonly db: Knex
  readonly stores: Stores
}

/** Call it inside a `describe`; read the result inside its tests. */
export function opened(open: OpenDatabase): () => Opened {
  let database: OpenedDatabase | undefined
  before(async () => {
    database = await open()
  })
  after(() => database?.close())
  return () => {
    if (!database) throw new Error('read inside a test only')
    return { db: database.db, stores: storesOn(database.db) }
  }
}
