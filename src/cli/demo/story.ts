/**
 * What the demo tells whoever has started it: what to open, and as whom to sign in.
 */
import { generateURI } from 'otplib'
import type { GithubPerson, LocalPerson, OidcPerson } from './people.ts'

export interface DemoWorld {
  readonly issuer: string
  readonly thrift: string
  /** As `--database` takes it. */
  readonly database: string
  readonly locals: readonly LocalPerson[]
  /** The upstreams that are OpenID providers, as their pages call them. */
  readonly providers: readonly {
    readonly title: string
    readonly url: string
    readonly people: readonly OidcPerson[]
  }[]
  readonly github: { readonly url: string; readonly people: readonly GithubPerson[] }
}

/** @returns lines to print, without an end of line at the end */
export function tellDemo(world: DemoWorld): string {
  return [
    `Open ${world.thrift} and sign in, with a password:`,
    ...world.locals.map(localLine),
    '',
    'or by one of these, which run here too and remember you until you sign out there:',
    ...world.providers.map(
      ({ title, url, people }) =>
        `  ${title.padEnd(8)} ${url}  ${people.map(({ email }) => email).join(', ')}`,
    ),
    `  ${'GitHub'.padEnd(8)} ${world.github.url}  ${world.github.people.map(({ login }) => login).join(', ')}`,
    '',
    `Codes of the authenticator apps are at ${world.thrift}/authenticator; for an app of your own:`,
    ...world.locals.flatMap((person) => authenticatorLine(person)),
    '',
    `Whatever is sent, by mail or as a text message, comes to ${world.thrift}/outbox.`,
    `Who has an account, and from where: npx sallyport user list --database ${world.database}`,
    `Sallyport itself is ${world.issuer}; all of it is on this machine, and none of it is secret.`,
  ].join('\n')
}

function localLine(person: LocalPerson): string {
  const notes = [
    person.groups.length > 0 ? `in ${person.groups.join(', ')}` : undefined,
    person.totpSecret ? 'with an authenticator app' : undefined,
    person.status === 'active' ? undefined : person.status,
  ].filter((note) => note !== undefined)
  const line = `  ${person.userName.padEnd(8)} “${person.password}”`
  return notes.length > 0 ? `${line}  ${notes.join(', ')}` : line
}

function authenticatorLine({ email, totpSecret }: LocalPerson): readonly string[] {
  if (totpSecret === undefined) return []
  return [`  ${generateURI({ issuer: 'Sallyport demo', label: email, secret: totpSecret })}`]
}
