/** The admin API's sessions, logins, groups and audit. */
import { countMax } from '../../engine/administration.ts'
import { unknownResource } from './refusal.ts'
import { auditOf, eventOf, loginOf, pageOf, positionOf, sessionOf } from './representation.ts'
import type { Call, Route } from './route.ts'
import * as schemas from './schemas.ts'

export const recordRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/sessions',
    summary: 'Sessions, the oldest first.',
    needs: 'viewer',
    query: { ...schemas.paging, account: { type: 'string' } },
    answers: { 200: schemas.pageOf(schemas.session) },
    async run(call, { administration }) {
      const { account } = call.query
      const page = await administration.listSessions({ ...pageIn(call), account })
      return { status: 200, body: pageOf(page, sessionOf) }
    },
  },
  {
    method: 'DELETE',
    path: '/sessions/{id}',
    summary: 'Ends a session. Its applications are told.',
    needs: 'admin',
    answers: { 204: undefined },
    async run({ by, params }, { administration, now }) {
      // One that has ended before is as it should be.
      await administration.endSession(by, params.id!, now())
      return { status: 204 }
    },
  },
  {
    method: 'GET',
    path: '/logins',
    summary: 'Logins, in progress and ended, the newest first.',
    needs: 'viewer',
    query: {
      ...schemas.paging,
      status: { enum: schemas.loginStatuses },
      state: { type: 'string', maxLength: 256, description: 'where it rests, or has ended' },
      application: { type: 'string' },
    },
    answers: { 200: schemas.pageOf(schemas.login) },
    async run(call, { administration }) {
      const { status, state, application } = call.query
      const wanted = { status, state, application }
      const page = await administration.listLogins({ ...pageIn(call), ...wanted })
      return { status: 200, body: pageOf(page, loginOf) }
    },
  },
  {
    method: 'GET',
    path: '/logins/{id}',
    summary: 'A login with its events, and drawn.',
    needs: 'viewer',
    answers: { 200: schemas.loginWithEvents },
    async run({ params }, { administration, drawLogin }) {
      const found = await administration.findLogin(params.id!)
      if (!found) throw unknownResource('login')
      const { events, ...login } = found
      const drawing = await drawLogin(found)
      return {
        status: 200,
        body: {
          ...loginOf(login),
          events: events.map(eventOf),
          ...(drawing !== undefined && { drawing }),
        },
      }
    },
  },
  {
    method: 'GET',
    path: '/groups',
    summary: 'Groups that anybody is in.',
    needs: 'viewer',
    query: schemas.paging,
    answers: { 200: schemas.pageOf(schemas.group) },
    async run(call, { administration }) {
      const page = await administration.listGroups(pageIn(call))
      return { status: 200, body: pageOf(page, (group) => group) }
    },
  },
  {
    method: 'GET',
    path: '/audit',
    summary: 'What was changed, by whomever, and how logins have ended, the newest first.',
    needs: 'viewer',
    query: {
      ...schemas.paging,
      action: { type: 'string', maxLength: 64, description: 'as `login.end`' },
      subject: { type: 'string', maxLength: 256, description: 'whom, or what, it was done to' },
    },
    answers: { 200: schemas.pageOf(schemas.audit) },
    async run(call, { administration }) {
      const { action, subject } = call.query
      const page = await administration.listAudit({ ...pageIn(call), action, subject })
      return { status: 200, body: pageOf(page, auditOf) }
    },
  },
  {
    method: 'GET',
    path: '/health',
    summary: 'Whether the database answers, and how much waits.',
    needs: 'viewer',
    answers: { 200: schemas.health },
    async run(_call, { administration }) {
      const waiting = await administration.countWaiting()
      return { status: 200, body: { database: true, countMax, waiting } }
    },
  },
]

function pageIn({ query }: Call) {
  return { after: positionOf(query.after), limit: Number(query.limit) }
}
