/** What an administrator has switched of connections, over what the files say. */
import type { Knex } from 'knex'
import type { Overlays } from '../language/settings.ts'

export interface OverlayStore {
  /** By the connection's id; what the files say is left out. */
  read(): Promise<Overlays>
  /** Changes what is named and keeps the rest. */
  set(
    connection: string,
    change: { readonly enabled?: boolean; readonly jit?: boolean },
    nowMs: number,
  ): Promise<void>
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
  }
}

interface OverlayRow {
  readonly connection: string
  readonly enabled: boolean | number | null
  readonly jit: boolean | number | null
}
