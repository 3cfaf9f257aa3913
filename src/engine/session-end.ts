/** Who has to be told that a session has ended: each application that it has let its person into. */
import type { NewMessage } from './outbox.ts'
import type { Payload } from './provider-store.ts'

export interface EndedSession {
  readonly application: string
  /** As that application knows the person. */
  readonly subject: string
  /** `sid`, as that application knows the session. */
  readonly sessionId: string
}

/** One message, whoever notices first that the session has ended. */
export function logoutMessage(ended: EndedSession): NewMessage {
  return {
    kind: 'backchannel-logout',
    idempotencyKey: `backchannel-logout ${ended.application} ${ended.sessionId}`,
    payload: JSON.stringify(ended),
  }
}

export function readLogout(payload: string): EndedSession {
  return JSON.parse(payload) as EndedSession
}

/** @param session as the OpenID provider keeps it */
export function logoutMessages({ accountId, authorizations }: Payload): readonly NewMessage[] {
  if (accountId === undefined) return []
  const entered = Object.entries((authorizations ?? {}) as Record<string, { sid?: string }>)
  return entered.flatMap(([application, { sid }]) =>
    sid === undefined ? [] : logoutMessage({ application, subject: accountId, sessionId: sid }),
  )
}
