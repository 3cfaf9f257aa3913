/** A remembered device that has stood in for something gets another secret, with the answer to the application. */
import type { Context } from 'koa'
import type { Login } from '../../engine/login.ts'
import type { UnitOfWork } from '../../engine/provider-store.ts'
import { fingerprint, randomSecret } from '../../kit/random.ts'
import type { DeviceCookie } from '../devices.ts'

/** The cookie goes out with the answer, and so only once the new secret is written. */
export async function replaceDevice(
  unit: UnitOfWork,
  devices: DeviceCookie,
  ctx: Context,
  login: Login,
): Promise<void> {
  const secret = randomSecret()
  const before = await unit.replaceDevice(login, fingerprint(secret))
  if (before !== undefined) devices.replace(ctx, before, secret)
}
