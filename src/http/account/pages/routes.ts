/**
 * `/account`: what people see and change of their own account. Its tokens are those of the account API, and
 * who gets one is what the flow of its application says; a pass-through person has no account to see.
 */
import Router from '@koa/router'
import type { Middleware } from 'koa'
import { openPortal } from '../../portal/portal.ts'
import { accountApiOf } from '../../provider/api-access.ts'
import { basePath } from '../../settings.ts'
import type { AccountPagesParts } from './own.ts'
import { ownPages } from './own.ts'
import { profilePage, saveProfile } from './profile.ts'

const sections = [{ path: '/account', label: 'account.profile' }]

const notices = ['account.saved']

/** Without an application that is `portal: account` there is nothing at its addresses. */
export function accountPages(parts: AccountPagesParts): Middleware {
  const opener = parts.applications.find(({ portal }) => portal === 'account')
  if (!opener) return (_ctx, next) => next()
  const portal = openPortal({
    ...parts,
    path: '/account',
    application: opener.id,
    resource: accountApiOf(parts.settings),
    scope: 'account',
    sections,
    notices,
  })
  const { show, act } = ownPages(portal, parts)
  const router = new Router({ prefix: `${basePath(parts.settings)}/account` })
  router.get('/callback', portal.callback)
  router.get('/', show(profilePage))
  router.post('/profile', act(saveProfile))
  return router.routes() as unknown as Middleware
}
