/** Goes on with a login whose link was confirmed elsewhere, as soon as its own browser or program comes back to it. */
import type { Context } from 'koa'
import type { Logins, LoginView } from '../engine/view.ts'
import { randomSecret } from '../kit/random.ts'
import { clientSource } from './client-address.ts'
import type { BrowserBinding } from './cookies.ts'
import { readLoginId } from './login-id.ts'
import type { Settings } from './settings.ts'

interface Parts {
  readonly logins: Pick<Logins, 'goOn'>
  readonly binding: BrowserBinding
  readonly settings: Settings
}

/** @returns absence where nothing was confirmed, and always for HEAD, which has no effect (I-38) */
export async function goOn(
  { logins, binding, settings }: Parts,
  ctx: Context,
): Promise<LoginView | undefined> {
  if (ctx.method !== 'GET') return undefined
  const deviceSecret = randomSecret()
  const browserSecret = binding.readBrowserSecret(ctx)
  const source = clientSource(ctx.req, settings.trustedProxies ?? [])
  const view = await logins.goOn({ id: readLoginId(ctx), browserSecret, deviceSecret, source })
  binding.devices.keep(ctx, deviceSecret, view?.remembered)
  return view
}
