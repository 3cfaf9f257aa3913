/**
 * Which ways were taken in this browser, the last one first, so that a page can show it first again.
 *
 * A cookie of option ids and nothing else: it says nothing of anybody, and is written for every answer,
 * right or wrong, so that it tells nobody whether an account exists.
 */
import type { Context } from 'koa'
import type { LoginView } from '../../engine/view.ts'
import { cookieNameOf, cookieValues } from '../cookie.ts'
import type { Settings } from '../settings.ts'

const waysMax = 8
const cookieSeconds = 180 * 86_400

export interface LastUsed {
  /** @returns option ids, the last one used first; none without a cookie, or with two of its name */
  read(ctx: Context): readonly string[]
  keep(ctx: Context, option: string): void
}

export function lastUsed(settings: Settings): LastUsed {
  const name = cookieNameOf(settings, 'ways')
  const secure = settings.issuer.protocol === 'https:' ? '; Secure' : ''

  function read(ctx: Context): readonly string[] {
    const values = cookieValues(ctx.get('Cookie'), name)
    return values.length === 1 ? values[0]!.split('.').filter(isId).slice(0, waysMax) : []
  }

  return {
    read,
    keep(ctx, option) {
      if (!isId(option) || option === 'back' || option === 'cancel') return
      const ids = [option, ...read(ctx).filter((id) => id !== option)].slice(0, waysMax)
      const attributes = `Path=/; HttpOnly; SameSite=Lax; Max-Age=${cookieSeconds}${secure}`
      ctx.append('Set-Cookie', `${name}=${ids.join('.')}; ${attributes}`)
    },
  }
}

/**
 * The same view, with the way that was last used in front; the others keep their order, and all do where the
 * person has said what is to come first.
 */
export function lastUsedFirst(view: LoginView, used: readonly string[]): LoginView {
  const last = lastOf(view, used)
  const first = view.options.filter(({ id }) => id === last)
  return { ...view, options: [...first, ...view.options.filter(({ id }) => id !== last)] }
}

/** @returns absence where there is no choice of ways in, none was used here, or what comes first is said */
export function lastOf(
  { options, isPreferredFirst }: LoginView,
  used: readonly string[],
): string | undefined {
  const ways = options.filter(({ isWayIn }) => isWayIn)
  const isOffered = (id: string) => ways.some((way) => way.id === id)
  return ways.length > 1 && !isPreferredFirst ? used.find(isOffered) : undefined
}

function isId(text: string): boolean {
  return /^[a-z0-9][a-z0-9_-]{0,63}$/i.test(text)
}
