/**
 * The pages of the stand-in for GitHub.
 */
import type { Context } from 'koa'
import type { ClientSettings } from './google.ts'
import { answerPage, html } from './page.ts'
import type { GithubPerson } from './people.ts'

const look = { title: 'GitHub', colour: '#1f883d' }

/** @param returnTo a path of this server */
export function answerSignIn(
  ctx: Context,
  world: { people: ReadonlyMap<string, GithubPerson>; client: ClientSettings },
  returnTo: string,
  notFound?: string,
): void {
  answerPage(
    ctx,
    { ...look, title: 'Sign in to GitHub' },
    html`<h1>Sign in to GitHub</h1>
<p>to go on to ${world.client.title ?? 'Sallyport'}</p>
${notFound === undefined ? undefined : html`<p role="alert" class="note">Nobody here is called “${notFound}”.</p>`}
<form method="post" action="/session">
<input type="hidden" name="return_to" value="${returnTo}">
${[...world.people.values()].map(
  (person) =>
    html`<button class="plain person" name="person" value="${person.login}">${person.login} <small>${person.name ?? undefined}</small></button>`,
)}
</form>
<form method="post" action="/session">
<input type="hidden" name="return_to" value="${returnTo}">
<label for="person">Another account: user name or e-mail address</label>
<input id="person" name="person" autocomplete="username" autocapitalize="none" spellcheck="false">
<button>Sign in</button>
</form>`,
  )
}

export function answerConsentPage(
  ctx: Context,
  client: ClientSettings,
  scopes: readonly string[],
  session: { readonly login: string; readonly formToken: string },
): void {
  const title = client.title ?? 'Sallyport'
  answerPage(
    ctx,
    { ...look, title: `Authorize ${title}` },
    html`<h1>Authorize ${title}</h1>
<p>Signed in to GitHub as ${session.login}</p>
<p>${title} would like to: read your profile${scopes.map((scope) => html`, <code>${scope}</code>`)}.</p>
<form method="post" action="${ctx.url}">
<input type="hidden" name="authenticity_token" value="${session.formToken}">
<button name="authorize" value="1">Authorize</button>
<button class="plain" name="authorize" value="0">Cancel</button>
</form>`,
  )
}

export function answerHome(ctx: Context, session: { readonly login: string } | undefined): void {
  answerPage(
    ctx,
    look,
    html`<h1>GitHub, in the demo</h1>
${
  session
    ? html`<p>Signed in as ${session.login}.</p>
<form method="post" action="/logout"><button>Sign out</button></form>`
    : html`<p>Nobody is signed in. <a href="/login">Sign in</a></p>`
}`,
  )
}

export function answerNoSuchApplication(ctx: Context): void {
  ctx.status = 404
  answerPage(ctx, look, html`<h1>404</h1><p>No application has that client id.</p>`)
}
