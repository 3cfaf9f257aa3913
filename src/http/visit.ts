/** A GET of a login by its own browser or program: what it finds there. */
import type { Context } from 'koa'
import type { MakeAnswer } from '../engine/provider-store.ts'
import type { Logins, Visited } from '../engine/view.ts'
import { randomSecret } from '../kit/random.ts'
import { clientSource } from './client-address.ts'
import type { BrowserBinding } from './cookies.ts'
import { readLoginId } from './login-id.ts'
import type { Settings } from './settings.ts'

interface Parts {
  readonly logins: Pick<Logins, 'view' | 'visit'>
  readonly binding: BrowserBinding
  readonly settings: Settings
}

/**
 * A login whose link was confirmed elsewhere goes on by it; not by HEAD, which has no effect (I-38).
 *
 * @param makeAnswer absent: the application is not answered with that
 */
export async function visit(
  { logins, binding, settings }: Parts,
  ctx: Context,
  makeAnswer?: MakeAnswer,
): Promise<Visited> {
  const id = readLoginId(ctx)
  const browserSecret = binding.readBrowserSecret(ctx)
  if (ctx.method !== 'GET') return { view: await logins.view(id, browserSecret), hasMoved: false }
  const deviceSecret = randomSecret()
  const source = clientSource(ctx.req, settings.trustedProxies ?? [])
  const shown = { id, browserSecret, deviceSecret, source }
  const visited = await logins.visit({ ...shown, ...(makeAnswer && { makeAnswer }) })
  binding.devices.keep(ctx, deviceSecret, visited.view.remembered)
  return visited
}
