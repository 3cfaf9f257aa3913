/** The admin API's users: found, added, changed, and what they hold. */
import type { Role, Unchanged, User, UserChange } from '../../engine/administration.ts'
import { KnownError } from '../../kit/errors.ts'
import { DetailedRefusal } from '../detailed-refusal.ts'
import { unknownResource } from './refusal.ts'
import { etagOf, ownersOf, pageOf, positionOf, userOf } from './representation.ts'
import type { AdminParts, Answer, Call, Route } from './route.ts'
import * as schemas from './schemas.ts'

export const userRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/users',
    summary: 'Users, the oldest first. Those that wait for approval have the status `pending`.',
    needs: 'viewer',
    query: {
      ...schemas.paging,
      search: {
        type: 'string',
        minLength: 1,
        maxLength: 100,
        description: 'a part of the user name or of a verified address',
      },
      source: { type: 'string', description: '`local`, or a connection' },
      status: { enum: schemas.statuses },
      group: { type: 'string' },
    },
    answers: { 200: schemas.pageOf(schemas.user) },
    async run({ query }, { administration }) {
      const { after, limit, ...rest } = query
      const page = { after: positionOf(after), limit: Number(limit) }
      return {
        status: 200,
        body: pageOf(await administration.listUsers({ ...rest, ...page }), userOf),
      }
    },
  },
  {
    method: 'POST',
    path: '/users',
    summary: 'Adds a user. A password is taken and never shown.',
    needs: 'admin',
    body: schemas.newUser,
    answers: { 201: schemas.user },
    run: addUser,
  },
  {
    method: 'GET',
    path: '/users/{id}',
    summary: 'A user, with an ETag to change it by.',
    needs: 'viewer',
    answers: { 200: schemas.user },
    async run({ params }, { administration }) {
      const user = await administration.findUser(params.id!)
      if (!user) throw unknownResource('user')
      return shown(user)
    },
  },
  {
    method: 'PATCH',
    path: '/users/{id}',
    summary: 'Changes a profile. What is not named stays, `null` takes away.',
    needs: 'admin',
    body: schemas.profilePatch,
    conditional: true,
    answers: { 200: schemas.user },
    run: editProfile,
  },
  {
    method: 'DELETE',
    path: '/users/{id}',
    summary: 'Deletes a user with all that hangs on it.',
    needs: 'admin',
    answers: { 204: undefined },
    run: (call, parts) => change(call, parts, { change: 'delete' }),
  },
  {
    method: 'PUT',
    path: '/users/{id}/status',
    summary:
      'Locks, disables or re-activates; approves (`active`) or rejects (`disabled`) who is `pending`. ' +
      'Anything but `active` ends all sessions and takes all tokens back.',
    needs: 'admin',
    body: schemas.status,
    answers: { 200: schemas.user },
    run: (call, parts) =>
      change(call, parts, { change: 'status', ...(call.body as { status: 'active' }) }),
  },
  {
    method: 'DELETE',
    path: '/users/{id}/sessions',
    summary: 'Signs a user out everywhere, and takes all tokens back.',
    needs: 'admin',
    answers: { 204: undefined },
    run: async (call, parts) => done(await change(call, parts, { change: 'sign-out' })),
  },
  {
    method: 'DELETE',
    path: '/users/{id}/factors/{factor}',
    summary: 'Takes a factor away, and signs the user out everywhere.',
    needs: 'admin',
    answers: { 204: undefined },
    run: async (call, parts) =>
      done(await change(call, parts, { change: 'remove-factor', factor: call.params.factor! })),
  },
  {
    method: 'DELETE',
    path: '/users/{id}/associations/{connection}/{subject}',
    summary:
      'Unlinks a user from an identity of a connection, and signs the user out everywhere. ' +
      'Refused where nobody could sign in to the account any more.',
    needs: 'admin',
    answers: { 204: undefined },
    async run(call, parts) {
      const { connection, subject } = call.params as { connection: string; subject: string }
      return done(await change(call, parts, { change: 'remove-association', connection, subject }))
    },
  },
  {
    method: 'DELETE',
    path: '/users/{id}/consents/{connection}',
    summary:
      'Takes back what a user has agreed to of a connection, and signs the user out everywhere. ' +
      'The next login asks again, where its flow asks at all.',
    needs: 'admin',
    answers: { 204: undefined },
    async run(call, parts) {
      const connection = call.params.connection!
      return done(await change(call, parts, { change: 'withdraw-consent', connection }))
    },
  },
  ...held('groups', 'group', 'Only what was granted by hand is withdrawn by hand.'),
  ...held('roles', 'role', 'An organisation always keeps one administrator.'),
]

/** Granting and withdrawing, each as often as one likes. */
function held(path: string, what: 'group' | 'role', remark: string): readonly Route[] {
  const verbs = [
    ['PUT', 'grant', 'Grants'],
    ['DELETE', 'withdraw', 'Withdraws'],
  ] as const
  return verbs.map(([method, verb, says]) => ({
    method,
    path: `/users/{id}/${path}/{${what}}`,
    summary: `${says} a ${what}. ${remark}`,
    needs: 'admin',
    answers: { 204: undefined },
    async run(call, parts) {
      const value = call.params[what]!
      const asked =
        what === 'group'
          ? ({ change: `${verb}-group`, group: groupNamed(value) } as const)
          : ({ change: `${verb}-role`, role: roleNamed(value) } as const)
      return done(await change(call, parts, asked))
    },
  }))
}

async function addUser({ by, body }: Call, parts: AdminParts): Promise<Answer> {
  const {
    userName,
    password,
    name,
    email,
    emailVerified,
    groups = [],
  } = body as {
    readonly userName: string
    readonly password?: string
    readonly name?: string
    readonly email?: string
    readonly emailVerified?: boolean
    readonly groups?: readonly string[]
  }
  const words = [name ?? '', email ?? '']
  const credential =
    password === undefined ? undefined : await parts.credentialOf(password, { userName, words })
  if (credential && 'problem' in credential) {
    throw new DetailedRefusal('INPUT_INVALID', 'a password that cannot be one', {
      reason: credential.problem,
    })
  }
  const claims = {
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email, emailVerified: emailVerified === true }),
  }
  const credentials = credential ? [credential] : []
  const user = { userName, claims, groups, credentials }
  const added = await parts.administration.addUser(by, user, parts.now())
  if (!added) throw new KnownError('NAME_TAKEN', 'a user name that somebody has')
  return { ...shown(added), status: 201, location: `/users/${added.id}` }
}

/** What a connection writes anew at every login cannot be written by hand: it would not last. */
async function editProfile(call: Call, parts: AdminParts): Promise<Answer> {
  const { attributes = {}, ...standard } = call.body as {
    readonly name?: string | null
    readonly email?: string | null
    readonly attributes?: Readonly<Record<string, string | null>>
  }
  const further = Object.entries(attributes).map(([name, value]) => [`other.${name}`, value])
  const wanted = { ...standard, ...Object.fromEntries(further) }
  const overriding = (await parts.connections.list())
    .filter(({ sync }) => sync === 'override')
    .map(({ id }) => id)
  return change(call, parts, { change: 'profile', attributes: wanted }, (user) => {
    const owned = Object.entries(ownersOf(user)).filter(
      ([name, owner]) => name in wanted && overriding.includes(owner),
    )
    if (owned.length > 0) {
      throw new DetailedRefusal('ATTRIBUTE_OWNED', 'attributes that a connection overrides', {
        owners: Object.fromEntries(owned),
      })
    }
  })
}

async function change(
  { by, params, ifMatch }: Call,
  { administration, now }: AdminParts,
  asked: UserChange,
  check: (user: User) => void = () => {},
): Promise<Answer> {
  const expected = (user: User) => {
    if (!matches(ifMatch, etagOf(user))) return false
    check(user)
    return true
  }
  const changed = await administration.changeUser(by, params.id!, asked, expected, now())
  if (changed.result === 'not-linked' || changed.result === 'not-agreed') return { status: 204 }
  if (changed.result !== 'changed') throw refusalOf(changed.result)
  return changed.user ? shown(changed.user) : { status: 204 }
}

function refusalOf(why: Exclude<Unchanged, 'not-linked' | 'not-agreed'>): KnownError {
  switch (why) {
    case 'unknown':
      return unknownResource('user')
    case 'not-as-expected':
      return new KnownError('CHANGED_MEANWHILE', 'If-Match names another version')
    case 'last-administrator':
      return new KnownError('LAST_ADMINISTRATOR', 'nobody would be left to administer')
    case 'last-way-in':
      return new KnownError('LAST_WAY_IN', 'nobody could sign in to the account any more')
  }
}

/** RFC 9110, section 13.1.1. */
function matches(ifMatch: string, etag: string): boolean {
  if (ifMatch === '' || ifMatch === '*') return true
  return ifMatch.split(',').some((one) => one.trim() === etag)
}

function shown(user: User): Answer {
  return { status: 200, body: userOf(user), etag: etagOf(user) }
}

function done(_answer: Answer): Answer {
  return { status: 204 }
}

function groupNamed(name: string): string {
  if (name.length > schemas.groupNameMax) throw unknownResource('group')
  return name
}

function roleNamed(name: string): Role {
  if (name !== 'admin' && name !== 'viewer') throw unknownResource('role')
  return name
}
