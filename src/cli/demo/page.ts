/**
 * How the demo world's pages look, and the only way in which they are written: every value is escaped.
 */
import { randomBytes } from 'node:crypto'
import type { Context } from 'koa'

/** HTML that has been escaped already. */
export interface Html {
  readonly html: string
}

type Piece = Html | string | number | undefined | readonly Piece[]

/** A template of HTML. Strings are escaped, HTML and lists of it are put in as they are. */
export function html(texts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return { html: texts.map((text, index) => text + render(pieces[index])).join('') }
}

export interface Look {
  readonly title: string
  /** A CSS colour: each server has its own, so that one sees where one is. */
  readonly colour: string
  /** Seconds after which the page loads itself anew; absent: never. */
  readonly refreshSeconds?: number
}

/** Answers with a page, under a policy that lets nothing in but its own style sheet. */
export function answerPage(ctx: Context, look: Look, content: Html): void {
  const nonce = randomBytes(16).toString('base64')
  // No `form-action`: some browsers apply it to the redirects after a form too, and these lead away.
  ctx.set(
    'Content-Security-Policy',
    `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; frame-ancestors 'none'`,
  )
  ctx.set('Cache-Control', 'no-store')
  ctx.set('X-Content-Type-Options', 'nosniff')
  ctx.set('Referrer-Policy', 'same-origin')
  if (look.refreshSeconds) ctx.set('Refresh', String(look.refreshSeconds))
  ctx.type = 'html'
  ctx.body = document(look, nonce, content).html
}

function render(piece: Piece): string {
  if (piece === undefined) return ''
  if (typeof piece === 'number') return String(piece)
  if (typeof piece === 'string') return escaped(piece)
  return 'html' in piece ? piece.html : piece.map(render).join('')
}

function escaped(text: string): string {
  const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, (sign) => entities[sign as keyof typeof entities])
}

function document(look: Look, nonce: string, content: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${look.title}</title>
<style nonce="${nonce}">${{ html: `:root { --own: ${look.colour} } ${style}` }}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`
}

const style = `
body { margin: 0; background: #f3f4f6; color: #1c1f24; font: 1rem/1.5 system-ui, sans-serif }
main { max-width: 34rem; margin: 8vh auto; padding: 1.5rem 2rem 2rem; background: #fff;
  border-top: .4rem solid var(--own); border-radius: .5rem; box-shadow: 0 1px 6px #0002 }
h1 { margin: 0 0 .5rem; font-size: 1.5rem }
h2 { margin: 1.5rem 0 .5rem; font-size: 1.1rem }
form { margin: .75rem 0 }
label { display: block; margin-bottom: .25rem }
input { width: 100%; box-sizing: border-box; padding: .5rem; font: inherit;
  border: 1px solid #767b85; border-radius: .3rem }
button, a.button { display: inline-block; margin: .5rem .5rem 0 0; padding: .5rem 1rem; font: inherit;
  color: #fff; background: var(--own); border: 1px solid var(--own); border-radius: .3rem;
  text-decoration: none; cursor: pointer }
button.plain { color: inherit; background: #fff; border-color: #767b85 }
button.person { display: block; width: 100%; text-align: left }
:focus-visible { outline: .2rem solid #1a5fd0; outline-offset: .1rem }
.note { padding: .75rem 1rem; background: #fff6dd; border-radius: .3rem }
.demo { margin-top: 2rem; padding: .75rem 1rem; border: 2px dashed #9aa0aa; border-radius: .3rem }
.code { font: 1.6rem ui-monospace, monospace; letter-spacing: .15em }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 0 }
dt { font-weight: 600 } dd { margin: 0; overflow-wrap: anywhere }
small, .small { color: #545962; font-size: .875rem }
@media (prefers-color-scheme: dark) {
  body { background: #15171b; color: #e8eaee } main { background: #202329 }
  input, button.plain { background: #15171b; color: inherit }
  .note { background: #443a18 } small, .small { color: #aab0ba }
}
`
