/**
 * What the audit says of logins: each wrong answer, each factor that is closed to guesses by one, each end, and what
 * a login has changed of an account. A record is written in the transaction of what it speaks of.
 *
 * A success is on record when the application is answered, with its session: until then nobody is let in. Any
 * other end is on record when the login comes to it, whoever hears of it.
 */
import type { Claims } from '../language/facts.ts'
import type { Write } from '../language/write.ts'
import type { Actor, AuditRecord } from './administration.ts'
import type { Login, LoginEvent } from './login.ts'
import type { Wrong } from './ports.ts'

export type Audited = Pick<AuditRecord, 'action' | 'subject' | 'detail'>

/** Who acts in a login that has come to no account of ours. */
export const nobody = 'nobody'

export function actorOf({ application, facts }: Login): Actor {
  const { identity } = facts
  return { account: identity.kind === 'account' ? identity.account : nobody, application }
}

/** @param writes those that have changed something */
export function auditOfMove(
  login: Login,
  events: readonly LoginEvent[],
  writes: readonly Write[],
  wrong: Wrong | undefined,
): readonly Audited[] {
  const { end } = login.facts
  return [
    ...wrongIn(login, events, wrong),
    ...writes.flatMap((write) => changeBy(login, write)),
    ...(end && end.outcome !== 'success' ? [auditOfEnd(login, end.outcome)] : []),
  ]
}

/** @param outcome how it has ended; `timeout` is one past its deadline */
export function auditOfEnd(login: Login, outcome: string): Audited {
  const { identity, end } = login.facts
  const isSuccess = outcome === 'success'
  return about(login, subjectOf(login), 'login.end', {
    flow: login.flow,
    outcome,
    ...(end?.error !== undefined && !isSuccess && { error: end.error }),
    ...(isSuccess && { acr: end?.acr, amr: end?.amr }),
    ...(identity.kind === 'pass-through' && { connection: identity.connection }),
  })
}

function wrongIn(
  login: Login,
  events: readonly LoginEvent[],
  wrong: Wrong | undefined,
): readonly Audited[] {
  // States that run by themselves have their wrong answers too: what was typed was handed on to them.
  const others = events.filter(
    ({ outcome, state }) => outcome === 'invalid' && state !== wrong?.state,
  )
  const answers: readonly Wrong[] = [...(wrong ? [wrong] : []), ...others]
  return answers.flatMap(({ state, option, guess, guesses }) => {
    const subject = guess?.account ?? subjectOf(login)
    const isOver = guesses === 'over'
    const detail = {
      state,
      ...(option !== undefined && { option }),
      ...(isOver && { locked: true }),
    }
    const said = about(login, subject, 'login.invalid', detail)
    if (!guess || guesses !== 'last') return [said]
    return [said, about(login, subject, 'factor.lock', { factor: guess.factor })]
  })
}

/** Never what people say of themselves, nor a secret: a record outlives the account. */
function changeBy(login: Login, write: Write): readonly Audited[] {
  const say = (action: string, account: string, detail: AuditRecord['detail'] = {}) => [
    about(login, account, action, detail),
  ]
  switch (write.write) {
    case 'create-account':
      return say('user.add', write.id, { source: write.source })
    case 'remove-account':
      return say('user.delete', write.account)
    case 'delete-account':
      return say('user.delete', write.account, { source: write.source })
    case 'remove-associations':
      return say('user.remove-association', write.account, { connection: write.connection })
    case 'associate':
      return say('user.add-association', write.account, { connection: write.connection })
    case 'grant-groups':
      return say('user.groups', write.account, { groups: write.groups, source: write.source })
    case 'update-profile':
      return say('user.profile', write.account, { attributes: changed(write.from, write.claims) })
    case 'add-credential':
      return say('user.add-factor', write.account, { factor: write.id, kind: write.kind })
    case 'remove-credential':
      return say('user.remove-factor', write.account, { factor: write.credential })
    case 'keep-device':
      return say('user.remember-device', write.account)
    case 'keep-consent': {
      const { connection, attributes } = write
      return say('user.consent', write.account, { connection, attributes })
    }
    case 'revoke':
      return say('user.sign-out', write.account)
    case 'end-sessions':
      return write.sessions.flatMap((session) =>
        say('user.sign-out-session', write.account, { session }),
      )
    // What says nothing of who somebody is, or of what they may do.
    case 'keep-account':
    case 'keep-assignment':
    case 'keep-confirmation':
    case 'keep-preference':
    case 'replace-secret':
    case 'advance-counter':
    case 'send-message':
      return []
  }
}

function changed(before: Claims, after: Claims): readonly string[] {
  const [from, to] = [flat(before), flat(after)]
  const names = new Set([...Object.keys(from), ...Object.keys(to)])
  return [...names].filter((name) => JSON.stringify(from[name]) !== JSON.stringify(to[name])).sort()
}

function flat({ other = {}, ...standard }: Claims): Readonly<Record<string, unknown>> {
  const named = Object.entries(other).map(([name, value]) => [`other.${name}`, value])
  return { ...standard, ...Object.fromEntries(named) }
}

/** A login that has come to no account is its own subject. */
function subjectOf({ id, facts: { identity } }: Login): string {
  return identity.kind === 'account' ? identity.account : id
}

function about(
  login: Login,
  subject: string,
  action: string,
  detail: AuditRecord['detail'],
): Audited {
  return { action, subject, detail: { login: login.id, ...detail } }
}
