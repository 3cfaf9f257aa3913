/**
 * `/admin`: what administrators see and do, as pages. Its tokens are those of the admin API, which only the
 * flow of its application gives; what they may do is asked live, for each request.
 */
import Router from '@koa/router'
import type { Middleware } from 'koa'
import { KnownError } from '../../../kit/errors.ts'
import { html } from '../../browser/html.ts'
import { say } from '../../browser/texts.ts'
import type { PortalPage, Section } from '../../portal/frame.ts'
import { type Onward, openPortal, type Visit } from '../../portal/portal.ts'
import { adminApiOf } from '../../provider/api-access.ts'
import { basePath } from '../../settings.ts'
import { perform } from '../perform.ts'
import { applicationsPage } from './applications.ts'
import { connectionPage, connectionsPage } from './connections.ts'
import { type Deed, deeds, type Form, paramsOf } from './deeds.ts'
import { flowPage, flowsPage } from './flows.ts'
import { groupsPage } from './groups.ts'
import { loginPage, loginsPage } from './logins.ts'
import { peoplePage } from './people.ts'
import { personPage } from './person.ts'
import { auditPage, healthPage, keysPage } from './records.ts'
import { type AdminPagesParts, type AdminVisit, adminVisit } from './visit.ts'

type Show = (visit: AdminVisit) => Promise<PortalPage | Onward>

/** Below `/admin`; one with a label can always be gone to. */
export const views: readonly {
  readonly path: string
  readonly label?: string
  readonly show: Show
}[] = [
  { path: '', label: 'admin.health', show: healthPage },
  { path: '/people', label: 'admin.people', show: peoplePage },
  { path: '/people/{id}', show: personPage },
  { path: '/groups', label: 'admin.groups', show: groupsPage },
  { path: '/connections', label: 'admin.connections', show: connectionsPage },
  { path: '/connections/{id}', show: connectionPage },
  { path: '/applications', label: 'admin.applications', show: applicationsPage },
  { path: '/flows', label: 'admin.flows', show: flowsPage },
  { path: '/flows/{name}', show: flowPage },
  { path: '/logins', label: 'admin.logins', show: loginsPage },
  { path: '/logins/{id}', show: loginPage },
  { path: '/keys', label: 'admin.keys', show: keysPage },
  { path: '/audit', label: 'admin.audit', show: auditPage },
]

const sections: readonly Section[] = views.flatMap(({ path, label }) =>
  label === undefined ? [] : [{ path: `/admin${path}`, label }],
)

/** Without an application that is `portal: admin` there is nothing at its addresses. */
export function adminPages(parts: AdminPagesParts, application: string | undefined): Middleware {
  if (application === undefined) return (_ctx, next) => next()
  const portal = openPortal({
    ...parts,
    path: '/admin',
    application,
    resource: adminApiOf(parts.settings),
    scope: 'admin viewer',
    sections,
    notices: ['admin.done'],
  })
  const router = new Router({ prefix: `${basePath(parts.settings)}/admin` })
  router.get('/callback', portal.callback)
  for (const { path, show } of views) router.get(pattern(path), portal.show(ofView(show, parts)))
  for (const deed of deeds) router.post(pattern(deed.path), portal.act(ofDeed(deed, parts)))
  // Its type knows more of a context than Koa promises; it adds that itself.
  return router.routes() as unknown as Middleware
}

function pattern(path: string): string {
  return path === '' ? '/' : path.replace(/\{(\w+)\}/g, ':$1')
}

function ofView(show: Show, parts: AdminPagesParts) {
  return async (visit: Visit): Promise<PortalPage | Onward> => {
    const own = await adminVisit(visit, parts)
    return own ? show(own) : noAdministrator(visit)
  }
}

function ofDeed(deed: Deed, parts: AdminPagesParts) {
  return async (visit: Visit, form: Form): Promise<PortalPage | Onward> => {
    const own = await adminVisit(visit, parts)
    if (!own) return noAdministrator(visit)
    if (!own.mayChange) throw new KnownError('NOT_ALLOWED', 'a form of somebody who may only look')
    try {
      await perform(deed.route, callOf(deed, own, form), parts)
    } catch (thrown) {
      if (!(thrown instanceof KnownError) || !mended.has(thrown.status)) throw thrown
      parts.report(thrown, undefined)
      const error = say(own.language, `error.${thrown.code}`)
      return { ...(await deed.page(own, form)), status: thrown.status, error }
    }
    const here = deed.path.replace(/\{(\w+)\}/g, (_, name: string) => own.params[name] ?? '')
    const onward = deed.onward ?? here.split('/').slice(0, 3).join('/')
    return `/admin${onward}?said=admin.done`
  }
}

/** Refusals after which the page says why, and is there to try again. */
const mended: ReadonlySet<number> = new Set([409, 412, 422])

function callOf(deed: Deed, { holder, params }: AdminVisit, form: Form) {
  const { account, application } = holder
  return {
    by: { account, application },
    params: paramsOf(deed, params, form),
    query: deed.query?.(form) ?? {},
    body: deed.body?.(form),
    ifMatch: '',
  }
}

/** Whoever is signed in and administers nothing can at least sign out, and in as somebody else. */
async function noAdministrator({ language }: Visit): Promise<PortalPage> {
  const error = say(language, 'error.NOT_ALLOWED')
  return { title: say(language, 'page.refused'), content: html``, status: 403, error }
}
