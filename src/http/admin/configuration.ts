/** The admin API's view of what the files say: connections, with their two switches, applications, flows, keys. */
import { DetailedRefusal } from '../detailed-refusal.ts'
import { unknownResource } from './refusal.ts'
import { keyOf } from './representation.ts'
import type { AdminParts, Answer, Call, ConnectionRecord, Route } from './route.ts'
import * as schemas from './schemas.ts'

export const configurationRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/connections',
    summary: 'Connections as they are in force.',
    needs: 'viewer',
    answers: { 200: schemas.pageOf(schemas.connection) },
    async run(_call, { connections }) {
      return { status: 200, body: { items: await connections.list() } }
    },
  },
  {
    method: 'GET',
    path: '/connections/{id}',
    summary: 'A connection as it is in force.',
    needs: 'viewer',
    answers: { 200: schemas.connection },
    async run({ params }, parts) {
      return { status: 200, body: await connectionNamed(params.id!, parts) }
    },
  },
  {
    method: 'GET',
    path: '/connections/{id}/consequences',
    summary: 'What switching its just-in-time accounts would break.',
    needs: 'viewer',
    query: { jit: { enum: ['true', 'false'] } },
    answers: { 200: schemas.consequences },
    async run({ params, query }, parts) {
      const { id, jit } = await connectionNamed(params.id!, parts)
      const wanted = query.jit === undefined ? !jit : query.jit === 'true'
      return {
        status: 200,
        body: { applications: await parts.connections.consequences(id, wanted) },
      }
    },
  },
  {
    method: 'PATCH',
    path: '/connections/{id}',
    summary:
      'Switches a connection, or its just-in-time accounts. Refused where that breaks an application, ' +
      'unless `force` is true.',
    needs: 'admin',
    query: { force: { enum: ['true', 'false'] } },
    body: schemas.connectionPatch,
    answers: { 200: schemas.connection },
    run: switchConnection,
  },
  {
    method: 'GET',
    path: '/flows',
    summary: 'Flows in force, with what the checker says of each.',
    needs: 'viewer',
    answers: { 200: schemas.pageOf(schemas.flow) },
    run: async (_call, { flows }) => ({ status: 200, body: { items: await flows() } }),
  },
  {
    method: 'GET',
    path: '/flows/{name}',
    summary: 'A flow in force, and drawn.',
    needs: 'viewer',
    query: {
      property: { type: 'string', maxLength: 256, description: 'mark the way of its story' },
    },
    answers: { 200: schemas.drawnFlow },
    async run({ params, query }, { flows, drawFlow }) {
      const flow = (await flows()).find(({ name }) => name === params.name)
      if (!flow) throw unknownResource('flow')
      return { status: 200, body: { ...flow, drawing: drawFlow(flow.name, query.property) } }
    },
  },
  {
    method: 'GET',
    path: '/applications',
    summary: 'Applications, without their secrets.',
    needs: 'viewer',
    answers: { 200: schemas.pageOf(schemas.application) },
    async run(_call, { applications }) {
      return { status: 200, body: { items: await applications() } }
    },
  },
  {
    method: 'PATCH',
    path: '/applications/{id}',
    summary:
      'Switches an application: off, nobody signs in to it, and it loses its codes, grants and tokens.',
    needs: 'admin',
    body: schemas.applicationPatch,
    answers: { 200: schemas.application },
    run: switchApplication,
  },
  {
    method: 'GET',
    path: '/keys',
    summary: 'The keys that sign, or have signed; nothing of their secret.',
    needs: 'viewer',
    answers: { 200: schemas.pageOf(schemas.key) },
    run: async (_call, { keys }) => ({ status: 200, body: { items: (await keys()).map(keyOf) } }),
  },
]

async function switchConnection(
  { by, params, query, body }: Call,
  parts: AdminParts,
): Promise<Answer> {
  const { id } = await connectionNamed(params.id!, parts)
  const change = body as { readonly enabled?: boolean; readonly jit?: boolean }
  const force = query.force === 'true'
  const broken = await parts.connections.change(id, change, force)
  if (broken.length > 0 && !force) {
    throw new DetailedRefusal('FLOWS_WOULD_BREAK', `${id}: applications would break`, {
      applications: broken,
    })
  }
  const detail = {
    ...change,
    ...(broken.length > 0 && { forced: broken.map((one) => one.application) }),
  }
  const done = { action: 'connection.switch', subject: id, detail }
  await parts.administration.record(by, done, parts.now())
  return { status: 200, body: await connectionNamed(id, parts) }
}

async function switchApplication({ by, params, body }: Call, parts: AdminParts): Promise<Answer> {
  const found = (await parts.applications()).find(({ id }) => id === params.id)
  if (!found) throw unknownResource('application')
  const { enabled } = body as { readonly enabled: boolean }
  await parts.switchApplication(found.id, enabled)
  const done = { action: 'application.switch', subject: found.id, detail: { enabled } }
  await parts.administration.record(by, done, parts.now())
  return { status: 200, body: { ...found, enabled } }
}

async function connectionNamed(id: string, { connections }: AdminParts): Promise<ConnectionRecord> {
  const found = (await connections.list()).find((connection) => connection.id === id)
  if (!found) throw unknownResource('connection')
  return found
}
