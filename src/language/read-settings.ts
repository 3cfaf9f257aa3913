/** `applications.yaml`: its fields, and how they are read. */
import {
  anAddress,
  type Environment,
  entriesOf,
  type FieldSpecs,
  type NamedEntry,
  readFields,
  Values,
} from './fields.ts'
import type { Findings } from './findings.ts'
import { type ApplicationFile, portals } from './settings.ts'
import type { MapNode } from './tree.ts'

export const applicationFields = {
  title: { kind: 'text', required: true, description: 'what people are shown' },
  flow: { kind: 'text', required: true, description: 'the flow that lets people in' },
  signUp: {
    kind: 'text',
    description:
      'the flow that makes accounts, for requests with `prompt=create`; none unless said',
  },
  redirectUris: {
    kind: 'texts',
    requiredUnless: 'portal',
    ...anAddress,
    description: 'where a code may be sent, compared letter for letter',
  },
  postLogoutRedirectUris: { kind: 'texts', ...anAddress, description: 'where logout may lead' },
  auth: {
    kind: 'word',
    values: ['client_secret_basic', 'client_secret_post', 'none'],
    default: 'client_secret_basic',
    description: 'how it authenticates at the token endpoint (OpenID Connect Core, section 9)',
  },
  secret: { kind: 'secret', description: 'its secret, by reference; none for a public client' },
  acr: { kind: 'text', description: "its own floor, a level of its flow; the flow's unless said" },
  release: { kind: 'texts', description: 'claims that it may receive; `*` for all' },
  administers: {
    kind: 'bool',
    default: false,
    description: 'whether it may have access tokens for the admin API',
  },
  selfService: {
    kind: 'bool',
    default: false,
    description: 'whether it may have access tokens for the account API',
  },
  portal: {
    kind: 'word',
    values: portals,
    description: 'what of our own pages it is; these need no address and no secret',
  },
  signing: {
    kind: 'word',
    values: ['ES256', 'RS256'],
    default: 'ES256',
    description: 'what its ID tokens are signed with (RFC 7518)',
  },
  backchannelLogoutUri: {
    kind: 'text',
    ...anAddress,
    description: 'where it is told that a session has ended (OpenID Connect Back-Channel Logout)',
  },
} as const satisfies FieldSpecs

export function readApplications(
  root: MapNode,
  env: Environment,
  findings: Findings,
): readonly ApplicationFile[] {
  const taken = new Set<string>()
  return entriesOf(root, 'applications', 'application', findings).map((entry) => {
    const { what, node, place } = entry
    const read = new Values(readFields(node, what, applicationFields, env, findings))
    const application = makeApplication(entry, read)
    const { portal } = application
    if (portal !== undefined) {
      refuseForeign(node, what, findings)
      if (taken.has(portal)) {
        const message = `${what} is \`portal: ${portal}\`, and so is another application`
        findings.report('value-invalid', place, message, 'leave one of them out')
      }
      taken.add(portal)
      return application
    }
    if ((application.auth === 'none') === (application.secret !== undefined)) {
      const message =
        application.auth === 'none'
          ? `${what} is public (\`auth: none\`) and has a secret`
          : `${what} has no \`secret\``
      const hint = 'give it a `secret`, or `auth: none` if it cannot keep one'
      if (application.auth === 'none' || !node.entries.has('secret'))
        findings.report('key-missing', place, message, hint)
    }
    return application
  })
}

/** What our own pages are, nobody else decides: their addresses and their rights go with the name. */
function refuseForeign(node: MapNode, what: string, findings: Findings): void {
  for (const key of decidedByPortal) {
    const entry = node.entries.get(key)
    if (entry === undefined) continue
    const message = `${what} is a page of our own (\`portal\`), which decides \`${key}\` by itself`
    findings.report('value-invalid', entry.value.place, message, `leave \`${key}\` out`)
  }
}

const decidedByPortal = ['redirectUris', 'auth', 'secret', 'administers', 'selfService'] as const

function makeApplication({ id, place }: NamedEntry, values: Values): ApplicationFile {
  const portal = values.text('portal') as ApplicationFile['portal'] | ''
  const own = portal ? { ...ofOurOwn(portal), portal } : {}
  const secret = values.secret('secret')
  const acr = values.text('acr')
  const signUp = values.text('signUp')
  const backchannelLogoutUri = values.text('backchannelLogoutUri')
  return {
    id,
    place,
    title: values.text('title'),
    flow: values.text('flow'),
    redirectUris: values.texts('redirectUris') ?? [],
    postLogoutRedirectUris: values.texts('postLogoutRedirectUris') ?? [],
    auth: (values.text('auth') || applicationFields.auth.default) as ApplicationFile['auth'],
    release: values.texts('release') ?? [],
    administers: values.bool('administers') ?? applicationFields.administers.default,
    selfService: values.bool('selfService') ?? applicationFields.selfService.default,
    signing: (values.text('signing') ||
      applicationFields.signing.default) as ApplicationFile['signing'],
    ...(backchannelLogoutUri === '' ? {} : { backchannelLogoutUri }),
    ...(secret === undefined ? {} : { secret }),
    ...(acr === '' ? {} : { acr }),
    ...(signUp === '' ? {} : { signUp }),
    ...own,
  }
}

function ofOurOwn(portal: NonNullable<ApplicationFile['portal']>) {
  const administers = portal === 'admin'
  return { auth: 'none', administers, selfService: !administers } as const
}
