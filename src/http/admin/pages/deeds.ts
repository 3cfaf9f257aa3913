/**
 * What administrators do by the forms of their pages: one line a form, each a call of the admin API's own
 * table, with its rule of who may, its checks and its record of who has changed what.
 */
import { KnownError } from '../../../kit/errors.ts'
import type { PortalPage } from '../../portal/frame.ts'
import type { Route } from '../route.ts'
import { routes } from '../routes.ts'
import { applicationsPage } from './applications.ts'
import { connectionPage } from './connections.ts'
import { personPage } from './person.ts'
import type { AdminVisit, Query } from './visit.ts'

export type Form = Readonly<Record<string, string>>

export interface Deed {
  /** Below `/admin`; a part in braces is a parameter. */
  readonly path: string
  readonly route: Route
  /** What the route's parameters are, where they are not the address's and the form's own. */
  readonly params?: (form: Form) => Form
  readonly body?: (form: Form) => unknown
  readonly query?: (form: Form) => Form
  /** Where it leads, below `/admin`. Absent: to the page that it was done on. */
  readonly onward?: string
  /** The page that it was done on, to say there why it was refused. */
  readonly page: (visit: AdminVisit, form: Form) => Promise<PortalPage>
}

/** One of somebody's page. */
function ofPerson(
  name: string,
  method: Route['method'],
  path: string,
  more: Partial<Omit<Deed, 'path' | 'route'>> = {},
): Deed {
  return { path: `/people/{id}/${name}`, route: routeOf(method, path), page: personPage, ...more }
}

const user = '/users/{id}'

export const deeds: readonly Deed[] = [
  ofPerson('status', 'PUT', `${user}/status`, { body: ({ status }) => ({ status }) }),
  ofPerson('sign-out', 'DELETE', `${user}/sessions`),
  ofPerson('remove-factor', 'DELETE', `${user}/factors/{factor}`),
  ofPerson('grant-group', 'PUT', `${user}/groups/{group}`),
  ofPerson('withdraw-group', 'DELETE', `${user}/groups/{group}`),
  ofPerson('grant-role', 'PUT', `${user}/roles/{role}`),
  ofPerson('withdraw-role', 'DELETE', `${user}/roles/{role}`),
  ofPerson('unlink', 'DELETE', `${user}/associations/{connection}/{subject}`),
  ofPerson('withdraw-consent', 'DELETE', `${user}/consents/{connection}`),
  ofPerson('end-session', 'DELETE', '/sessions/{id}', {
    params: ({ session = '' }) => ({ id: session }),
  }),
  ofPerson('erase', 'DELETE', user, { onward: '/people' }),
  {
    path: '/applications/{id}',
    route: routeOf('PATCH', '/applications/{id}'),
    body: ({ enabled }) => ({ enabled: enabled === 'true' }),
    onward: '/applications',
    page: applicationsPage,
  },
  {
    path: '/connections/{id}',
    route: routeOf('PATCH', '/connections/{id}'),
    body: ({ enabled, jit }) => ({
      ...(enabled !== undefined && { enabled: enabled === 'true' }),
      ...(jit !== undefined && { jit: jit === 'true' }),
    }),
    query: ({ force }) => (force === 'true' ? { force } : {}),
    page: (visit, { jit }) => connectionPage({ ...visit, query: jit === undefined ? {} : { jit } }),
  },
]

function routeOf(method: Route['method'], path: string): Route {
  const found = routes.find((route) => route.method === method && route.path === path)
  if (!found) throw new Error(`the admin API has no ${method} ${path}`)
  return found
}

/**
 * What the route is called with.
 *
 * @throws {KnownError} INPUT_INVALID, for a form without a parameter of the route
 */
export function paramsOf({ route, params }: Deed, ofAddress: Query, form: Form): Form {
  const given: Query = params ? params(form) : { ...form, ...ofAddress }
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
  const found = names.map((name) => [name, given[name]?.trim() ?? ''] as const)
  if (found.some(([, value]) => value === '')) {
    throw new KnownError('INPUT_INVALID', `a form without ${names.join(' or ')}`)
  }
  return Object.fromEntries(found)
}
