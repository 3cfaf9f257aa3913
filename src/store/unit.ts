/**
 * One request of the OpenID provider as a unit of work: each thing is read once, writes are collected, and one
 * transaction writes them all, or one statement where that is all. No transaction is open while the library works: it
 * may call out.
 */
import type { Knex } from 'knex'
import { actorOf, auditOfEnd } from '../engine/audited.ts'
import type { Login, LoginEvent, SessionFacts } from '../engine/login.ts'
import type { NewMessage } from '../engine/outbox.ts'
import type { GivenAnswer, Payload, UnitOfWork } from '../engine/provider-store.ts'
import type { Sealer } from '../kit/seal.ts'
import { keepUse } from './activity.ts'
import { insertAudits } from './audit.ts'
import { replaceSecret, secretToReplace } from './devices.ts'
import { endSessions } from './ended-sessions.ts'
import {
  type AnswerColumns,
  answerLogin,
  insertLogin,
  markAnswered,
  tieLogin,
} from './login-writes.ts'
import { enqueue } from './outbox.ts'
import {
  consumeModels,
  deleteModels,
  type Grantable,
  type ModelKey,
  revokeModels,
  upsertModels,
} from './provider-models.ts'
import { optionalText, type Row, text } from './rows.ts'
import { findSibling, type LoadedSession, loadSession, writeSession } from './sessions.ts'

export interface UnitSeals {
  readonly facts: Sealer
  readonly answers: Sealer
  readonly assertions: Sealer
}

type Job = (trx: Knex.Transaction) => Promise<void>

export class Unit implements UnitOfWork {
  readonly #db: Knex
  readonly #organisation: string
  readonly #seals: UnitSeals
  readonly #nowMs: number

  readonly #read = new Map<string, Promise<Payload | undefined>>()
  readonly #sessions = new Map<string, LoadedSession>()
  readonly #models = new Map<string, Grantable>()
  readonly #consumed: ModelKey[] = []
  readonly #deleted = new Map<string, ModelKey>()
  /** Models by grant. */
  readonly #revoked = new Map<string, Set<string>>()
  readonly #sessionsEnded = new Set<string>()
  readonly #sessionWrites = new Map<string, { id: string; payload: Payload; expiresAt: number }>()
  readonly #jobs: Job[] = []
  #begun: { readonly login: Login; readonly events: readonly LoginEvent[] } | undefined
  #answered: { readonly login: Login; readonly answer: GivenAnswer } | undefined

  constructor(db: Knex, organisation: string, seals: UnitSeals, nowMs: number) {
    this.#db = db
    this.#organisation = organisation
    this.#seals = seals
    this.#nowMs = nowMs
  }

  find(model: string, id: string): Promise<Payload | undefined> {
    return this.#once(`${model}\0${id}`, () =>
      model === 'Session' ? this.#session({ jti: id }) : this.#first({ model, id }),
    )
  }

  findByUid(model: string, uid: string): Promise<Payload | undefined> {
    return model === 'Session' ? this.#session({ uid }) : this.#first({ model, uid })
  }

  findByUserCode(model: string, userCode: string): Promise<Payload | undefined> {
    return this.#first({ model, user_code: userCode })
  }

  upsert(model: string, id: string, payload: Payload, expiresInSeconds: number | undefined): void {
    const expiresAt =
      expiresInSeconds === undefined ? undefined : Math.floor(this.#nowMs / 1000) + expiresInSeconds
    this.#read.set(`${model}\0${id}`, Promise.resolve(payload))
    if (model === 'Session') {
      // Written again under another id, a session has only been rotated.
      this.#sessionsEnded.delete(payload.uid!)
      this.#sessionWrites.set(payload.uid!, { id, payload, expiresAt: expiresAt! })
      return
    }
    this.#deleted.delete(`${model}\0${id}`)
    this.#models.set(`${model}\0${id}`, {
      model,
      id,
      payload,
      expiresAt,
      sealedAssertion: undefined,
    })
  }

  consume(model: string, id: string): void {
    this.#consumed.push({ model, id })
  }

  destroy(model: string, id: string): void {
    this.#read.set(`${model}\0${id}`, Promise.resolve(undefined))
    if (model === 'Session') {
      // An id that was not read in this request is of a session that was never written.
      const uid = this.#loadedBy(id)?.uid
      if (uid !== undefined) this.endSession(uid)
      return
    }
    this.#models.delete(`${model}\0${id}`)
    this.#deleted.set(`${model}\0${id}`, { model, id })
  }

  revokeByGrantId(model: string, grantId: string): void {
    this.#revoked.set(grantId, (this.#revoked.get(grantId) ?? new Set()).add(model))
  }

  pretend(model: string, id: string, payload: Payload | undefined): void {
    this.#read.set(`${model}\0${id}`, Promise.resolve(payload))
  }

  async sessionFacts(cookie: string | undefined): Promise<SessionFacts | undefined> {
    const payload = cookie ? await this.find('Session', cookie) : undefined
    const loaded = payload?.uid ? this.#sessions.get(payload.uid) : undefined
    if (!loaded?.account) return undefined
    return { uid: loaded.uid, account: loaded.account, proofs: loaded.proofs }
  }

  async findSessionOf(browserHash: string, account: string): Promise<{ id: string } | undefined> {
    return findSibling(this.#db, this.#organisation, browserHash, account, this.#nowMs)
  }

  endSession(uid: string): void {
    this.#sessionWrites.delete(uid)
    this.#sessionsEnded.add(uid)
  }

  send(message: NewMessage): void {
    this.#jobs.push((trx) => enqueue(trx, this.#organisation, [message]))
  }

  begin(login: Login, events: readonly LoginEvent[]): void {
    const whole = { ...login, ...this.#takeInteraction(login.interactionUid) }
    this.#begun = { login: whole, events }
    if (login.status === 'answered') this.#tell(login)
  }

  answerAtOnce(login: Login): void {
    this.#jobs.push((trx) => markAnswered(trx, login, this.#nowMs))
    this.#tell(login)
  }

  tie(login: Login, interactionUid: string): void {
    const tied = { ...login, interactionUid, ...this.#takeInteraction(interactionUid) }
    this.#jobs.push((trx) => tieLogin(trx, tied))
  }

  async replaceDevice(
    { application, facts }: Login,
    secretHash: string,
  ): Promise<string | undefined> {
    const { identity, devices = [], recorded, end } = facts
    if (recorded?.['device.known'] !== true || end?.outcome !== 'success') return undefined
    if (identity.kind !== 'account') return undefined
    const about = { account: identity.account, application }
    const [db, organisation, nowMs] = [this.#db, this.#organisation, this.#nowMs]
    const from = await secretToReplace(db, organisation, about, devices, nowMs)
    if (from !== undefined) {
      const replacement = { ...about, from, to: secretHash }
      this.#jobs.push((trx) => replaceSecret(trx, organisation, replacement, nowMs))
    }
    return from?.secretHash
  }

  /** What its application is told: from now on somebody is let in, or is not. */
  #tell(login: Login): void {
    const success = login.facts.end?.outcome === 'success' ? [auditOfEnd(login, 'success')] : []
    this.#jobs.push(async (trx) => {
      await insertAudits(trx, this.#organisation, actorOf(login), success, this.#nowMs)
      await keepUse(trx, login)
    })
  }

  answer(login: Login, answer: GivenAnswer): void {
    this.#answered = { login, answer }
    // It is in the login's row, and goes with the answer.
    this.#deleted.delete(interactionKey(login.interactionUid))
    this.#tell(login)
  }

  /** What this request has written for a login is kept in the login's row, and nowhere else. */
  #takeInteraction(uid: string): { readonly interaction: string } | undefined {
    const key = interactionKey(uid)
    const written = this.#models.get(key)
    this.#models.delete(key)
    return written && { interaction: JSON.stringify(written.payload) }
  }

  assert(grantId: string, assertion: string): void {
    const grant = this.#models.get(`Grant\0${grantId}`)
    if (!grant)
      throw new Error('an assertion goes with a grant that is written in the same request')
    const sealedAssertion = this.#seals.assertions.seal(assertion, grantId)
    this.#models.set(`Grant\0${grantId}`, { ...grant, sealedAssertion })
  }

  async readAssertion(grantId: string): Promise<string | undefined> {
    const row: Row | undefined = await this.#db('provider_models')
      .first('sealed_assertion')
      .where({ organisation: this.#organisation, model: 'Grant', id: grantId })
    const sealed = row && optionalText(row, 'sealed_assertion')
    return sealed && this.#seals.assertions.open(sealed, grantId)
  }

  async commit(): Promise<void> {
    const counts = [this.#jobs, this.#sessionsToWrite(), this.#consumed].map(({ length }) => length)
    const gone = [this.#deleted, this.#revoked, this.#sessionsEnded]
    const sizes = [this.#models, ...gone].map(({ size }) => size)
    if ([...counts, ...sizes].every((count) => count === 0) && !this.#answered) {
      if (!this.#begun) return
      // One row is one statement, which needs no transaction around it.
      const { login, events } = this.#begun
      if (events.length === 0 && login.status === 'running') return this.#writeBegun(this.#db)
    }
    await this.#db.transaction(async (trx) => {
      // What compares and sets comes first: a transaction that loses has written nothing yet.
      const columns = this.answerColumns()
      if (columns) await answerLogin(trx, this.#answered!.login, columns)
      await this.write(trx)
    })
  }

  /** All but the login that is answered: its row is written first, by whoever moves it. @throws {UnitRefused} */
  async write(trx: Knex.Transaction): Promise<void> {
    const [organisation, nowMs] = [this.#organisation, this.#nowMs]
    await consumeModels(trx, organisation, this.#consumed, nowMs)
    for (const [uid, write] of this.#sessionsToWrite()) await this.#writeSession(trx, uid, write)
    await upsertModels(trx, organisation, [...this.#models.values()])
    await revokeModels(trx, organisation, this.#revoked)
    // A session ends with its `uid`, whatever id another tab has given it since.
    for (const uid of this.#sessionsEnded) await endSessions(trx, organisation, 'uid = ?', [uid])
    await deleteModels(trx, organisation, [...this.#deleted.values()])
    await this.#writeBegun(trx)
    for (const job of this.#jobs) await job(trx)
  }

  async #writeBegun(db: Knex): Promise<void> {
    if (this.#begun) await insertLogin(db, this.#seals.facts, this.#begun.login, this.#begun.events)
  }

  /** What the row of the login gets that this request answers. */
  answerColumns(): AnswerColumns | undefined {
    if (!this.#answered) return undefined
    const { login, answer } = this.#answered
    return {
      sealed_answer: this.#seals.answers.seal(answer.response, login.id),
      answer_code: answer.code ?? null,
      answered_ms: this.#nowMs,
    }
  }

  #sessionsToWrite() {
    return [...this.#sessionWrites].filter(
      ([uid, { payload }]) => this.#sessions.has(uid) || isOfSomebody(payload),
    )
  }

  async #writeSession(
    trx: Knex.Transaction,
    uid: string,
    write: { id: string; payload: Payload; expiresAt: number },
  ): Promise<void> {
    const login = this.#answered?.login
    const proven = login?.facts.end?.outcome === 'success' ? login : undefined
    await writeSession(trx, {
      organisation: this.#organisation,
      uid,
      jti: write.id,
      payload: write.payload,
      expiresAt: write.expiresAt,
      loaded: this.#sessions.get(uid),
      browserHash: proven?.browserHash,
      proofs: proven?.facts.identity.kind === 'account' ? proven.facts.proofs : [],
      nowMs: this.#nowMs,
    })
  }

  #once(key: string, read: () => Promise<Payload | undefined>): Promise<Payload | undefined> {
    const known = this.#read.get(key)
    if (known !== undefined) return known
    const reading = read()
    this.#read.set(key, reading)
    return reading
  }

  async #first(where: Record<string, string>): Promise<Payload | undefined> {
    const row: Row | undefined = await this.#db('provider_models')
      .first('payload', 'consumed_at')
      .where({ organisation: this.#organisation, ...where })
    if (!row) return undefined
    const payload = JSON.parse(text(row, 'payload')) as Payload
    return row.consumed_at === null ? payload : { ...payload, consumed: Number(row.consumed_at) }
  }

  /** As this request has left it, so far. */
  async #session(by: { jti: string } | { uid: string }): Promise<Payload | undefined> {
    const uid = 'uid' in by ? by.uid : this.#loadedBy(by.jti)?.uid
    if (uid !== undefined) {
      if (this.#sessionsEnded.has(uid)) return undefined
      const write = this.#sessionWrites.get(uid)
      if (write) return { ...write.payload, jti: write.id }
    }
    const known = uid === undefined ? undefined : this.#sessions.get(uid)
    const loaded = known ?? (await loadSession(this.#db, this.#organisation, by, this.#nowMs))
    if (!loaded) return undefined
    this.#sessions.set(loaded.uid, loaded)
    return { ...loaded.payload, jti: loaded.jti }
  }

  #loadedBy(id: string): LoadedSession | undefined {
    return [...this.#sessions.values()].find(({ jti, previousJti }) =>
      [jti, previousJti].includes(id),
    )
  }
}

function interactionKey(uid: string): string {
  return `Interaction\0${uid}`
}

/** Of a session of nobody, only one that waits for a form's token is worth a row. */
function isOfSomebody(payload: Payload): boolean {
  return payload.accountId !== undefined || payload.state !== undefined
}
