/** What people do at the shipped flows, by pages or by the JSON API. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { localPeople } from '../../src/cli/demo/people.ts'
import type { RelyingParty } from '../support/relying-party.ts'
import { type Place, type Visit, type Visitor, visitorOf, type Way } from '../support/visitor.ts'
import { codeFor, codeOf, startWorld, type World, type WorldOptions } from '../support/world.ts'

/** A world and somebody in it who has not been anywhere yet. */
export async function start(t: Pick<TestContext, 'after'>, way: Way, options: WorldOptions = {}) {
  const world = await startWorld(t, options)
  return { world, visitor: visitorOf(world, way) }
}

export function passwordOf(userName: string): string {
  return localPeople.find((person) => person.userName === userName)!.password
}

export async function typePassword(
  visitor: Visitor,
  place: Place,
  username: string,
  password = passwordOf(username),
): Promise<Place> {
  return visitor.act(place, 'password', { username, password })
}

/** With the code of now, of an app that had its secret from the start. */
export async function typeCode(
  world: World,
  visitor: Visitor,
  place: Place,
  userName: string,
): Promise<Place> {
  return visitor.act(place, 'totp', { code: codeOf(userName, world) })
}

/** With the code of now, of an app that was added in the test. */
export async function typeCodeOf(
  world: World,
  visitor: Visitor,
  place: Place,
  secret: string,
): Promise<Place> {
  return visitor.act(place, 'totp', { code: codeFor(secret, world) })
}

/** Signs in by password and authenticator app. @returns where that has led */
export async function signIn(
  world: World,
  visitor: Visitor,
  userName = 'jane',
  application: RelyingParty = world.thrift,
): Promise<Place> {
  const first = await visitor.begin(await application.parameters())
  const second = await typePassword(visitor, first, userName)
  const end = await typeCode(world, visitor, second, userName)
  passTime(world)
  return end
}

/** Chooses a connection and does something at its upstream. */
export async function goTo(
  visitor: Visitor,
  place: Place,
  connection: string,
  visit: Visit,
): Promise<Place> {
  const away = await visitor.act(place, connection)
  return away.kind === 'away' ? visitor.visit(away, visit) : away
}

/** Scans the new secret that is shown. @returns it, with the place after its first code: codes on paper can wait */
export async function addApp(
  world: World,
  visitor: Visitor,
  place: Place,
): Promise<{ readonly secret: string; readonly place: Place }> {
  const secret = shownSecret(place)
  assert.ok(secret, `no secret is shown: ${place.says}`)
  const next = await visitor.act(place, 'enrol-totp', { code: codeFor(secret, world) })
  passTime(world)
  return { secret, place: await withoutCodes(visitor, next) }
}

/** Where recovery codes are offered, they are left for later. */
export async function withoutCodes(visitor: Visitor, place: Place): Promise<Place> {
  if (!('postpone' in place.actions)) return place
  return visitor.act(place, 'postpone', { decision: 'later' })
}

/** A TOTP secret that the answer shows, in groups of four (RFC 4648, section 6). */
export function shownSecret({ body }: Place): string | undefined {
  return /\b(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}\b/.exec(body)?.[0].replaceAll(' ', '')
}

/** The next time step: no code of before is right any more, and none of now has been used. */
export function passTime(world: World): void {
  world.clock.aheadMs += 30_000
}

/** What the application is told. */
export function answerAt({ kind, url, status, says }: Place): Readonly<Record<string, string>> {
  assert.equal(kind, 'back', `not back at the application: ${kind} ${status} ${says}`)
  return Object.fromEntries(new URL(url).searchParams)
}

/** @throws when the application was told of anything but this error, with its state and no code */
export function assertError(place: Place, error: string, state: string): void {
  const told = answerAt(place)
  assert.equal(told.error, error)
  assert.equal(told.state, state)
  assert.equal('code' in told, false)
}
