/** A login as a row: what of it stands open, and what is sealed to its place. */
import type { Login, LoginFacts } from '../engine/login.ts'
import type { Sealer } from '../kit/seal.ts'
import { number, optionalNumber, optionalText, type Row, text } from './rows.ts'

export function rowOf(login: Login, seal: Sealer) {
  return {
    id: login.id,
    organisation: login.organisation,
    application: login.application,
    flow: login.flow,
    digest: login.digest,
    position: login.position,
    revision: login.revision,
    status: login.status,
    spent: JSON.stringify(login.spent),
    sealed_facts: sealFacts(login, seal),
    browser_hash: login.browserHash,
    interaction_uid: login.interactionUid,
    interaction: login.interaction ?? null,
    awaited_hash: login.awaitedHash ?? null,
    claim: login.claim ?? null,
    claim_until_ms: login.claimUntilMs ?? null,
    answered_key: login.answeredKey ?? null,
    created_ms: login.createdMs,
    deadline_ms: login.deadlineMs,
  }
}

/** Facts open only in the place that they were sealed for: a moved position or digest breaks the row. */
export function sealFacts(login: Login, seal: Sealer): string {
  return seal.seal(JSON.stringify(login.facts), placeOf(login))
}

type Placed = Omit<Login, 'facts'>

/** What never changes, and what changes only together with the facts. */
function placeOf({ id, application, flow, digest, position, revision, ...login }: Placed): string {
  const { browserHash, deadlineMs } = login
  return JSON.stringify([
    id,
    application,
    flow,
    digest,
    position,
    revision,
    browserHash,
    deadlineMs,
  ])
}

/** @throws {Error} when the row was altered by anything but the engine */
export function loginOf(row: Row, seal: Sealer): Login {
  const login = placedOf(row)
  const facts = JSON.parse(seal.open(text(row, 'sealed_facts'), placeOf(login))) as LoginFacts
  const posted = optionalText(row, 'sealed_posted')
  return { ...login, facts, ...(posted && { posted: seal.open(posted, postedTo(login)) }) }
}

/** An upstream's answer opens for the login, and the departure, that it was sent to. */
export function postedTo({ id, awaitedHash }: Pick<Login, 'id' | 'awaitedHash'>): string {
  return JSON.stringify(['posted', id, awaitedHash])
}

function placedOf(row: Row): Placed {
  const interaction = optionalText(row, 'interaction')
  return {
    id: text(row, 'id'),
    organisation: text(row, 'organisation'),
    application: text(row, 'application'),
    flow: text(row, 'flow'),
    digest: text(row, 'digest'),
    position: text(row, 'position'),
    revision: number(row, 'revision'),
    status: text(row, 'status') as Login['status'],
    spent: JSON.parse(text(row, 'spent')),
    browserHash: text(row, 'browser_hash'),
    interactionUid: text(row, 'interaction_uid'),
    ...(interaction !== undefined && { interaction }),
    awaitedHash: optionalText(row, 'awaited_hash'),
    claim: optionalText(row, 'claim'),
    claimUntilMs: optionalNumber(row, 'claim_until_ms'),
    answeredKey: optionalText(row, 'answered_key'),
    createdMs: number(row, 'created_ms'),
    deadlineMs: number(row, 'deadline_ms'),
  }
}
