/** The shapes that the admin API takes and gives. */
import { roles } from '../../engine/administration.ts'
import type { Schema } from './route.ts'

const text: Schema = { type: 'string' }
const time: Schema = { type: 'string', format: 'date-time' }
const texts: Schema = { type: 'array', items: text }
const short: Schema = { type: 'string', minLength: 1, maxLength: 256 }
const nullable: Schema = { type: ['string', 'null'], minLength: 1, maxLength: 256 }
/** Characters. */
export const groupNameMax = 64
const groupName: Schema = { type: 'string', minLength: 1, maxLength: groupNameMax }
const attributeName = '^[A-Za-z]\\w{0,63}$'

/** Every member is there but those that are named. */
function object(
  properties: Readonly<Record<string, Schema>>,
  optional: readonly string[] = [],
): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object', properties, required, additionalProperties: false }
}

/** A page of a list; `next` is given as `after` for the one that follows, and missing on the last. */
export function pageOf(items: Schema): Schema {
  return object({ items: { type: 'array', items }, next: text }, ['next'])
}

export const paging = {
  after: { type: 'string', maxLength: 512, description: 'the `next` of the page before' },
  limit: { type: 'integer', minimum: 1, maximum: 100, default: 50 },
} as const

export const statuses = ['active', 'locked', 'disabled', 'pending'] as const

export const user = object(
  {
    id: text,
    userName: text,
    status: { enum: statuses },
    source: { type: 'string', description: '`local`, or the connection that made it' },
    directory: text,
    createdAt: time,
    name: text,
    email: text,
    emailVerified: { type: 'boolean' },
    attributes: { type: 'object', description: 'everything else of the profile' },
    owners: {
      type: 'object',
      additionalProperties: text,
      description: 'who wrote each attribute: `local`, or a connection',
    },
    groups: { type: 'array', items: object({ group: text, source: text }) },
    roles: { type: 'array', items: { enum: roles } },
    factors: {
      type: 'array',
      items: object({ id: text, kind: text, name: text, createdAt: time }, ['name']),
    },
    associations: {
      type: 'array',
      items: object({ connection: text, subject: text, createdAt: time }),
    },
    consents: {
      type: 'array',
      description: 'what the person has agreed that the account holds of what a connection says',
      items: object({
        connection: text,
        application: text,
        attributes: { type: 'array', items: text },
        agreedAt: time,
      }),
    },
  },
  ['name', 'email', 'emailVerified'],
)

export const newUser = object(
  {
    userName: { type: 'string', minLength: 1, maxLength: 64, pattern: '^\\S+$' },
    password: { type: 'string', maxLength: 512, writeOnly: true },
    name: short,
    email: { type: 'string', maxLength: 254, pattern: '^[^\\s@]+@[^\\s@]+$' },
    emailVerified: { type: 'boolean' },
    groups: { type: 'array', items: groupName, maxItems: 50, uniqueItems: true },
  },
  ['password', 'name', 'email', 'emailVerified', 'groups'],
)

/** As a merge patch (RFC 7396): what is not named stays, `null` takes away. */
export const profilePatch: Schema = {
  ...object(
    {
      name: nullable,
      email: { type: ['string', 'null'], maxLength: 254, pattern: '^[^\\s@]+@[^\\s@]+$' },
      attributes: {
        type: 'object',
        maxProperties: 50,
        propertyNames: { pattern: attributeName },
        additionalProperties: nullable,
      },
    },
    ['name', 'email', 'attributes'],
  ),
  minProperties: 1,
}

export const status = object({ status: { enum: ['active', 'locked', 'disabled'] } })

export const session = object({
  id: text,
  account: text,
  createdAt: time,
  expiresAt: time,
  applications: texts,
})

export const loginStatuses = ['running', 'ended', 'answered'] as const

const loginMembers = {
  id: text,
  application: text,
  flow: text,
  digest: text,
  state: text,
  status: text,
  createdAt: time,
  deadlineAt: time,
  identity: object({ kind: text, account: text, connection: text }, ['account', 'connection']),
  outcome: text,
  error: text,
}
export const login = object(loginMembers, ['outcome', 'error'])
export const loginWithEvents = object(
  {
    ...loginMembers,
    events: {
      type: 'array',
      items: object(
        {
          at: time,
          state: text,
          option: text,
          outcome: text,
          to: text,
          reason: text,
          decided: { type: 'array', items: object({ condition: text, result: text }) },
        },
        ['option', 'to', 'reason'],
      ),
    },
    drawing: { ...text, description: 'SVG: the way it has gone, and where it stands' },
  },
  ['outcome', 'error', 'drawing'],
)

export const audit = object({
  id: text,
  at: time,
  actor: text,
  application: text,
  action: text,
  subject: text,
  detail: { type: 'object' },
})

export const group = object({ group: text, members: { type: 'integer' } })

export const connection = object({
  id: text,
  title: text,
  protocol: text,
  enabled: { type: 'boolean' },
  jit: { type: 'boolean' },
  sync: text,
  switched: texts,
})

export const connectionPatch: Schema = {
  ...object({ enabled: { type: 'boolean' }, jit: { type: 'boolean' } }, ['enabled', 'jit']),
  minProperties: 1,
}

export const consequences = object({
  applications: {
    type: 'array',
    description: 'those that it would break, with the properties that they would lose',
    items: object({ application: text, flow: text, lost: texts }),
  },
})

/** Without its secret. */
export const application = object(
  {
    id: text,
    title: text,
    enabled: { type: 'boolean' },
    flow: text,
    acr: { type: 'string', description: 'a floor of its own; missing: the one of its flow' },
    auth: { type: 'string', description: 'how it says who it is; `none` for a public client' },
    redirectUris: texts,
    release: { ...texts, description: 'claims that it may receive; `*` for all' },
    administers: { type: 'boolean' },
    selfService: { type: 'boolean' },
  },
  ['acr'],
)

export const applicationPatch = object({ enabled: { type: 'boolean' } })

const verdict = object(
  {
    property: text,
    sentence: text,
    verdict: text,
    because: text,
    story: {
      ...texts,
      description: 'the shortest way that breaks it, or shows that it is reachable',
    },
    remedies: texts,
  },
  ['because', 'story', 'remedies'],
)

const flowMembers = {
  name: text,
  title: text,
  applications: texts,
  connections: texts,
  ends: texts,
  ways: {
    type: 'array',
    description: 'what leads from one state to another',
    items: object({ from: text, to: text, by: texts }),
  },
  digest: text,
  states: { type: 'integer' },
  transitions: { type: 'integer' },
  weaker: {
    type: 'array',
    description: 'ways in that are weaker on purpose',
    items: object({ ways: texts, because: text }),
  },
  verdicts: { type: 'array', items: verdict },
}
export const flow = object(flowMembers)
export const drawnFlow = object({ ...flowMembers, drawing: { ...text, description: 'SVG' } })

export const key = object({
  kid: text,
  alg: text,
  createdAt: time,
  use: {
    enum: ['signs', 'published', 'waits'],
    description:
      '`waits`: it was made after this server was started, and signs from its next start on',
  },
})

export const health = object({
  database: { type: 'boolean' },
  countMax: { type: 'integer', description: 'each of `waiting` is counted no further' },
  waiting: object({
    people: { type: 'integer' },
    logins: { type: 'integer' },
    messages: { type: 'integer' },
    failed: { type: 'integer' },
  }),
})

/** RFC 9457, with our permanent code. */
export const problem: Schema = {
  type: 'object',
  properties: { type: text, title: text, status: { type: 'integer' }, code: text },
  required: ['type', 'title', 'status', 'code'],
}
