/** What an administrator has switched of connections and applications, over what the files say. */
import type { Knex } from 'knex'
import type { Overlays } from '../language/settings.ts'
import { revokeGiven } from './revoke.ts'

export interface OverlayStore {
  /** By the connection's id; what the files say is left out. */
  read(): Promise<Overlays>
  /** Changes what is named and keeps the rest. */
  set(
    connection: string,
    change: { readonly enabled?: boolean; readonly jit?: boolean },
    nowMs: number,
  ): Promise<void>
  /** Applications that are switched off, in the order of their ids. */
  disabledApplications(): Promise<readonly string[]>
  /** Off, it loses all that it was given: codes, grants and tokens. On again, it begins anew. */
  switchApplication(application: string, enabled: boolean, nowMs: number): Promise<void>
}

export function openOverlays(db: Knex, organisation: string): OverlayStore {
  return {
    async read() {
      const rows: OverlayRow[] = await db('connection_overlays')
        .select('connection', 'enabled', 'jit')
        .where({ organisation })
        .orderBy('connection')
      return Object.fromEntries(
        rows.map(({ connection, enabled, jit }) => [
          connection,
          // SQLite has no booleans: they come back as 0 and 1.
          {
            ...(enabled === null ? {} : { enabled: Boolean(enabled) }),
            ...(jit === null ? {} : { jit: Boolean(jit) }),
          },
        ]),
      )
    },

    async set(connection, change, nowMs) {
      await db('connection_overlays')
        .insert({ organisation, connection, ...change, changed_ms: nowMs })
        .onConflict(['organisation', 'connection'])
        .merge({ ...change, changed_ms: nowMs })
    },

    async disabledApplications() {
      const rows: { application: string }[] = await db('application_overlays')
        .select('application')
        .where({ organisation, enabled: false })
        .orderBy('application')
      return rows.map(({ application }) => application)
    },

    switchApplication: (application, enabled, nowMs) =>
      db.transaction(async (trx) => {
        await trx('application_overlays')
          .insert({ organisation, application, enabled, changed_ms: nowMs })
          .onConflict(['organisation', 'application'])
          .merge({ enabled, changed_ms: nowMs })
        if (!enabled) await revokeGiven(trx, organisation, application)
      }),
  }
}

interface OverlayRow {
  readonly connection: string
  readonly enabled: boolean | number | null
  readonly jit: boolean | number | null
}
