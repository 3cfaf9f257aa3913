/** The theme's logos: files of their own at this server, so that a page asks nothing of anybody else. */
import { createHash } from 'node:crypto'
import type { Middleware } from 'koa'
import type { Theme } from '../../language/theme.ts'

/** What the logo is called below the issuer's `/login/`, on light ground and on dark. */
export type LogoName = 'logo.svg' | 'logo-dark.svg'

/** Another picture has another address: a browser may keep it for as long as it likes. */
export function logoAddress(base: string, name: LogoName, svg: string): string {
  return `${base}/login/${name}?${digestOf(svg)}`
}

function digestOf(svg: string): string {
  return createHash('sha256').update(svg).digest('base64url').slice(0, 12)
}

/** Goes on to what else may stand at the address when there is no logo. */
export function logoRoute(theme: Theme | undefined, name: LogoName): Middleware {
  const looks = theme ? [theme, ...Object.values(theme.applications ?? {})] : []
  const pictures = looks.flatMap((look) => (name === 'logo.svg' ? look.logo : look.darkLogo) ?? [])
  const byDigest = new Map(pictures.map((svg) => [digestOf(svg), svg]))
  return (ctx, next) => {
    const svg = byDigest.get(ctx.querystring) ?? pictures[0]
    if (svg === undefined) return next()
    ctx.set({
      'Cache-Control': 'public, max-age=31536000, immutable',
      // Opened by itself it is a document; its own styles are all that it may have then.
      'Content-Security-Policy':
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
    })
    ctx.type = 'image/svg+xml'
    ctx.body = svg
  }
}
