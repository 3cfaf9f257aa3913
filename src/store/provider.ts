/** The OpenID provider's storage: units of work, and the logins that they answer. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Knex } from 'knex'
import { actorOf, auditOfEnd } from '../engine/audited.ts'
import type { End, Login } from '../engine/login.ts'
import type { FinishedLogin, ProviderStore, UnitOfWork } from '../engine/provider-store.ts'
import { insertAudits } from './audit.ts'
import { loginOf, sealFacts } from './login-rows.ts'
import { optionalNumber, optionalText, type Row, rowsOf } from './rows.ts'
import { Unit, type UnitSeals } from './unit.ts'

export function openProviderStore(
  db: Knex,
  organisation: string,
  seals: UnitSeals,
  now: () => number,
): ProviderStore {
  const present = new AsyncLocalStorage<UnitOfWork>()
  return {
    open: () => new Unit(db, organisation, seals, now()),
    within: (unit, work) => present.run(unit, work),
    current() {
      const unit = present.getStore()
      if (!unit) throw new Error('the provider was used outside a unit of work')
      return unit
    },

    async findLoginByInteraction(uid) {
      const answer = await db.raw(
        'select * from logins where organisation = ? and interaction_uid = ?',
        [organisation, uid],
      )
      const [row] = rowsOf<Row>(answer)
      return row && finishedOf(row, seals)
    },

    async isCodeUnused(code) {
      const row = await db('provider_models')
        .first('id')
        .where({ organisation, model: 'AuthorizationCode', id: code })
        .whereNull('consumed_at')
      return row !== undefined
    },

    async endWithError(login: Login, error: string) {
      const end: End = { outcome: 'error', error, acr: undefined, amr: [], authTime: undefined }
      const ended: Login = {
        ...login,
        revision: login.revision + 1,
        facts: { ...login.facts, end },
      }
      await db.transaction(async (trx) => {
        const changed = await trx('logins')
          .where({ organisation, id: login.id, revision: login.revision })
          .whereNot({ status: 'answered' })
          .update({
            status: 'ended',
            revision: ended.revision,
            sealed_facts: sealFacts(ended, seals.facts),
            // Nobody's answer is awaited any more: an upstream's would come too late (I-15).
            awaited_hash: null,
            claim: null,
            claim_until_ms: null,
          })
        // Any other end is on record since the login came to it.
        const isNew = login.status === 'running' || login.facts.end?.outcome === 'success'
        if (changed !== 1 || !isNew) return
        const outcome = login.status === 'running' ? 'timeout' : end.outcome
        const record = auditOfEnd(ended, outcome)
        await insertAudits(trx, organisation, actorOf(ended), [record], now())
      })
    },
  }
}

function finishedOf(row: Row, seals: UnitSeals): FinishedLogin {
  const login = loginOf(row, seals.facts)
  const sealed = optionalText(row, 'sealed_answer')
  return {
    login,
    answer: sealed
      ? {
          response: seals.answers.open(sealed, login.id),
          code: optionalText(row, 'answer_code'),
        }
      : undefined,
    answeredMs: optionalNumber(row, 'answered_ms'),
  }
}
