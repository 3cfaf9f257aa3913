/** A world in which Thrift's people come by a connection that speaks SAML. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, type TestContext } from 'node:test'
import { rowsOf } from '../support/rows.ts'
import { startSamlProvider } from '../support/saml-provider.ts'
import { type Place, type Visit, visitorOf, type Way } from '../support/visitor.ts'
import { startWorld, type World, type WorldOptions } from '../support/world.ts'

export const people = {
  Sam: {
    nameId: 'sam-4711',
    attributes: {
      'urn:oid:0.9.2342.19200300.100.1.3': ['sam@corp.test'],
      displayName: ['Sam Corp'],
      groups: ['staff', 'readers'],
      email_verified: ['true'],
      employeeId: ['E-7'],
    },
  },
  Eve: { nameId: 'eve-1', attributes: { mail: ['eve@corp.test'] } },
}

const shipped = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../flows', name), 'utf8')

interface Options {
  /** Lines of the connection. */
  readonly more?: string
  readonly env?: WorldOptions['env']
  readonly others?: readonly string[]
}

/** One world for many tests, each of which leaves it as it was. */
export function shared(way: Way) {
  const closing: (() => unknown)[] = []
  let world: Awaited<ReturnType<typeof start>>
  before(async () => {
    world = await start({ after: (close) => closing.push(close as () => unknown) }, way)
  })
  after(async () => {
    for (const close of closing.reverse()) await close()
  })
  return () => ({
    ...world,
    reports: world.world.reports,
    known: () => subjects(world.world),
  })
}

export async function start(
  t: Pick<TestContext, 'after'>,
  way: Way,
  { more = '', env = {}, others = [] }: Options = {},
) {
  const clock = { aheadMs: 0 }
  const corp = await startSamlProvider(people, () => Date.now() + clock.aheadMs)
  t.after(() => corp.close())
  const connection = `
  corp:
    title: Corp
    protocol: saml
    entityId: ${corp.entityId}
    ssoUrl: ${corp.url}/sso
    certificates: [${oneLine(corp.certificate)}]
    claims: [employeeId]
${more}
`
  const files = {
    'connections.yaml': shipped('connections.yaml') + connection,
    'thrift.yaml': corpFlow,
  }
  const world = await startWorld(t, { files, env, others })
  const firstVisitor = visitorOf(world, way)

  return {
    world,
    visitor: firstVisitor,
    corp,
    /** @param who a person, or `No` */
    async enter(who: keyof typeof people | 'No'): Promise<Place> {
      const person = visitorOf(world, way)
      const choice = await person.begin(await world.thrift.parameters({ state: `of-${who}` }))
      return person.visit(await person.act(choice, 'corp'), signInAs(who))
    },
    /** As far as what its page would post for Sam. */
    async leave(visitor = firstVisitor, { thrift }: Pick<World, 'thrift'> = world) {
      const choice = await visitor.begin(await thrift.parameters())
      await visitor.act(choice, 'corp')
      const request = corp.requests.at(-1)!
      return {
        posted: corp.respond(request, people.Sam),
        relayState: request.relayState,
        callback: request.acs,
      }
    },
  }
}

function signInAs(who: string): Visit {
  return async (page, browser) => {
    const form = await browser.submit(page.form(who))
    return browser.submit(form.form('Continue'))
  }
}

export async function subjects(world: World): Promise<string[]> {
  const rows = await rowsOf(world.database, 'associations')
  return rows.map(({ connection, subject }) => `${connection} ${subject}`)
}

export function oneLine(pem: string): string {
  return pem
    .split('\n')
    .filter((line) => !line.startsWith('-'))
    .join('')
}

const corpFlow = `
flow: thrift
title: Sign in to Thrift
applications: [thrift]
start: sign-in
policy:
  acr:
    urn:sallyport:acr:1: { factors: 1 }
    urn:sallyport:acr:2: { factors: 2 }
weaker:
  - ways: [corp]
    because: a test
states:
  sign-in:
    offer: [password, corp]
    on:
      success: done
      unknown: provision
      denied: refused
      blocked: refused
      exhausted: refused
  provision:
    run: provision
    on: { success: done, disabled: refused, conflict: refused, rejected: refused }
  done: { end: success }
  refused: { end: failure, error: access_denied }
`
