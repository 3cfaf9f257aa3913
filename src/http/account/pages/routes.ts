/**
 * `/account`: what people see and change of their own account. Its tokens are those of the account API, and
 * who gets one is what the flow of its application says; a pass-through person has no account to see.
 */
import Router from '@koa/router'
import type { Middleware } from 'koa'
import { openPortal } from '../../portal/portal.ts'
import { accountApiOf } from '../../provider/api-access.ts'
import { basePath } from '../../settings.ts'
import { activityPage } from './activity.ts'
import { connectionsPage, unlink, unlinkPage, withdraw } from './connections.ts'
import { devicesPage, endOtherSessions, endSession, forgetDevice } from './devices.ts'
import { type AccountPagesParts, ownPages } from './own.ts'
import { profilePage, saveProfile } from './profile.ts'
import { beginChange, factorPage, removeFactor, renameFactor, waysPage } from './ways.ts'

const sections = [
  { path: '/account', label: 'account.profile' },
  { path: '/account/ways', label: 'account.ways' },
  { path: '/account/connections', label: 'account.connections' },
  { path: '/account/devices', label: 'account.devices' },
  { path: '/account/activity', label: 'account.activity' },
]

const notices = ['account.saved', 'account.done']

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
  router.get('/ways', show(waysPage))
  router.post('/ways/change', act(beginChange))
  router.get('/ways/:factor', show(factorPage))
  router.post('/ways/:factor/name', act(renameFactor))
  router.post('/ways/:factor/remove', act(removeFactor))
  router.get('/connections', show(connectionsPage))
  router.get('/connections/:connection', show(unlinkPage))
  router.post('/connections/:connection/unlink', act(unlink))
  router.post('/consents/:connection/withdraw', act(withdraw))
  router.get('/devices', show(devicesPage))
  router.post('/sessions/end', act(endSession))
  router.post('/sessions/end-others', act(endOtherSessions))
  router.post('/devices/forget', act(forgetDevice))
  router.get('/activity', show(activityPage))
  return router.routes() as unknown as Middleware
}
