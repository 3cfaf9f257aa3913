/** What steps ask to have written: each statement checks by itself that it finds what it expects. */
import type { Knex } from 'knex'
import type { Sealer } from '../kit/seal.ts'
import { emailKey } from '../language/email-key.ts'
import type { Claims } from '../language/facts.ts'
import { userNameKey } from '../language/user-name.ts'
import type { Write } from '../language/write.ts'
import { removeAssociations } from './associations.ts'
import { keepAttributes } from './attributes.ts'
import { keepConsent } from './consents.ts'
import { endSessions } from './ended-sessions.ts'
import { enqueueMessage } from './messages.ts'
import { keepPreference } from './preferences.ts'
import { activeAccount } from './provider-models.ts'
import { revokeAll } from './revoke.ts'
import { rowsOf } from './rows.ts'

/** `unchanged`: it was so before. False: it did not find what it expected, and nothing was written. */
export type Applied = boolean | 'unchanged'

export async function applyWrite(
  db: Knex,
  organisation: string,
  seal: Sealer,
  write: Write,
  nowMs: number,
): Promise<Applied> {
  switch (write.write) {
    case 'create-account':
      if (
        !(await inserted(
          db('accounts').insert({
            id: write.id,
            organisation,
            directory: write.directory,
            user_name: write.userName,
            user_name_key: userNameKey(write.userName),
            status: write.status ?? 'active',
            source: write.source,
            claims: JSON.stringify(write.claims),
            email_key: addressOf(write.claims),
            created_ms: nowMs,
            provisional_login: write.provisional?.login ?? null,
            provisional_until_ms: write.provisional?.untilMs ?? null,
          }),
        ))
      )
        return false
      await keepAttributes(db, organisation, write.id, write.claims)
      return true

    case 'keep-account': {
      const kept = await db('accounts').where({ organisation, id: write.account }).update(stays)
      return kept === 1
    }

    case 'remove-account': {
      const key = { organisation, id: write.account, provisional_login: write.login }
      return (await db('accounts').where(key).delete()) === 1
    }

    case 'associate':
      return inserted(
        db('associations').insert({
          organisation,
          connection: write.connection,
          subject: write.subject,
          account_id: write.account,
          created_ms: nowMs,
        }),
      )

    case 'keep-assignment': {
      const { account, connection } = write
      const kept = await db('associations')
        .where({ organisation, connection, account_id: account })
        .update({ assigned_ms: nowMs })
      return kept > 0
    }

    case 'keep-confirmation': {
      const kept = await db('associations')
        .where({ organisation, connection: write.directory, account_id: write.account })
        .update({ confirmed_ms: nowMs })
      return kept > 0
    }

    case 'delete-account': {
      const key = { organisation, id: write.account, source: write.source }
      await revokeAll(db, organisation, write.account)
      return (await db('accounts').where(key).delete()) === 1
    }

    case 'remove-associations':
      return removeAssociations(db, organisation, write.account, write.connection)

    case 'grant-groups':
      return grantGroups(db, organisation, write)

    case 'update-profile': {
      const changed = await db('accounts')
        .where({ organisation, id: write.account, claims: JSON.stringify(write.from) })
        .update({
          claims: JSON.stringify(write.claims),
          provenance: JSON.stringify(write.provenance),
          email_key: addressOf(write.claims),
        })
      if (changed === 1) await keepAttributes(db, organisation, write.account, write.claims)
      return changed === 1
    }

    case 'add-credential':
      return addCredential(db, organisation, seal, write, nowMs)

    case 'replace-secret':
      return replaceSecret(db, organisation, seal, write)

    case 'remove-credential': {
      const key = { organisation, id: write.credential, account_id: write.account }
      return (await db('credentials').where(key).delete()) === 1
    }

    case 'revoke':
      await revokeAll(db, organisation, write.account)
      return true

    case 'send-message':
      await enqueueMessage(db, organisation, seal, write)
      return true

    case 'keep-device':
      return inserted(
        db('devices').insert({
          organisation,
          account_id: write.account,
          application: write.application,
          secret_hash: write.secretHash,
          created_ms: nowMs,
          used_ms: nowMs,
          expires_ms: write.expiresMs,
        }),
      )

    case 'keep-consent':
      await keepConsent(db, organisation, write)
      return true

    case 'keep-preference':
      await keepPreference(db, organisation, write)
      return true

    case 'end-sessions': {
      const { account, sessions } = write
      if (sessions.length === 0) return 'unchanged'
      const those = sessions.map(() => '?').join(', ')
      await endSessions(db, organisation, `account_id = ? and uid in (${those})`, [
        account,
        ...sessions,
      ])
      return true
    }

    case 'advance-counter': {
      const advanced = await db.raw(
        `update credentials set counter = ? where organisation = ? and id = ? and counter = ?
         returning id`,
        [write.to, organisation, write.credential, write.from],
      )
      return rowsOf(advanced).length === 1
    }
  }
}

async function grantGroups(
  db: Knex,
  organisation: string,
  { account, groups, source }: Write & { write: 'grant-groups' },
): Promise<Applied> {
  const rows = groups.map((group) => ({
    account_id: account,
    organisation,
    group_name: group,
    source,
  }))
  const gone = await db('account_groups')
    .where({ organisation, account_id: account, source })
    .whereNotIn('group_name', [...groups])
    .delete()
  if (rows.length === 0) return gone > 0 || 'unchanged'
  // Granted before by the same source is granted: there is nothing to conflict with.
  const granted = await db('account_groups')
    .insert(rows)
    .onConflict(['account_id', 'group_name', 'source'])
    .ignore()
    .returning('group_name')
  return gone + granted.length > 0 || 'unchanged'
}

/** Of an account that somebody counts on. */
export const stays = { provisional_login: null, provisional_until_ms: null }

/** An address that is not verified is nobody's, so nobody is found by it. */
export function addressOf({ email, emailVerified }: Claims): string | null {
  return email !== undefined && emailVerified === true ? emailKey(email) : null
}

/** Whoever has been locked since their step began gets no new way in: the statement itself asks (I-20). */
async function addCredential(
  db: Knex,
  organisation: string,
  seal: Sealer,
  { id, account, kind, secret, counter, name }: Write & { write: 'add-credential' },
  nowMs: number,
): Promise<boolean> {
  const written = await db.raw(
    `insert into credentials
       (id, organisation, account_id, kind, sealed_secret, counter, created_ms, name)
     select cast(? as text), cast(? as text), cast(? as text), cast(? as text), cast(? as text),
       cast(? as bigint), cast(? as bigint), cast(? as text)
     where ${activeAccount(db)}
     on conflict do nothing returning id`,
    [
      ...[id, organisation, account, kind, seal.seal(secret, id), counter, nowMs, name ?? null],
      ...[organisation, account],
    ],
  )
  return rowsOf(written).length === 1
}

async function replaceSecret(
  db: Knex,
  organisation: string,
  seal: Sealer,
  write: Write & { write: 'replace-secret' },
): Promise<boolean> {
  const key = { organisation, id: write.credential }
  const row = await db('credentials').first('sealed_secret').where(key)
  if (!row || seal.open(row.sealed_secret, write.credential) !== write.from) return false
  const changed = await db('credentials')
    .where({ ...key, sealed_secret: row.sealed_secret })
    .update({ sealed_secret: seal.seal(write.to, write.credential) })
  return changed === 1
}

/** Nothing is inserted where a unique key is taken, on either database, and no transaction is spoilt. */
async function inserted(insert: Knex.QueryBuilder): Promise<boolean> {
  const rows = await insert.onConflict().ignore().returning('organisation')
  return rows.length === 1
}
