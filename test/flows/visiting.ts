/** Visits in a real browser: each in a world of its own, with the application that it is for. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { startApplication } from '../support/application.ts'
import { openChromium } from '../support/chromium.ts'
import { Hands, type HandsOptions } from '../support/hands.ts'
import { type Parameters, RelyingParty } from '../support/relying-party.ts'
import { startWorld, type World, type WorldOptions } from '../support/world.ts'
import { exampleFiles } from './examples.ts'
import { passTime } from './people.ts'
import type { ApplicationOfTheirs, Scene, Visit } from './visit.ts'

export interface Manner extends Omit<HandsOptions, 'ours'> {
  readonly script: boolean
}

/** One visit, from the application's request to what it is told. */
export async function pay(
  t: Pick<TestContext, 'after'>,
  browser: Browser,
  visit: Visit,
  manner: Manner,
): Promise<void> {
  const { scene, complaints, end } = await setOut(t, browser, visit, manner)
  await visit.act(scene)
  await end(visit.ends)
  assert.deepEqual(complaints, [])
  assert.deepEqual(scene.world.reports, [])
}

/** The first page of a visit. @returns also what holds it to its end */
export async function setOut(
  t: Pick<TestContext, 'after'>,
  browser: Browser,
  visit: Pick<Visit, 'from' | 'example' | 'world'>,
  { script, ...manner }: Manner,
) {
  const address = await startApplication(t)
  const world = await startWorld(t, await optionsOf(visit, t, address))
  const errand = await errandOf(world, visit)
  const { page, complaints, passkeys } = await openChromium(t, { script, browser })
  const person = new Hands(page, { ours: world.issuer.origin, ...manner })
  await person.open(await errand.begin())
  const scene: Scene = {
    person,
    world,
    passkeys,
    async again() {
      await page.waitForURL(`${address}/**`)
      passTime(world)
      await person.open(await errand.begin({ prompt: 'login' }))
    },
  }
  return {
    scene,
    complaints,
    end: (ends: Visit['ends']) => errand.end(page, ends),
  }
}

async function optionsOf(
  { example, world }: Pick<Visit, 'example' | 'world'>,
  t: Pick<TestContext, 'after'>,
  address: string,
): Promise<WorldOptions> {
  const own = await world?.(t)
  return {
    ...(example !== undefined && { files: exampleFiles(example) }),
    ...own,
    env: { ...own?.env, THRIFT_URL: address },
  }
}

interface Errand {
  /** @returns the address to open */
  begin(more?: Parameters): string | Promise<string>
  /** Holds it to what the visit ends with. */
  end(page: Page, ends: Visit['ends']): Promise<void>
}

async function errandOf(world: World, { from }: Pick<Visit, 'from'>): Promise<Errand> {
  if ('page' in from) {
    return {
      begin: () => `${world.issuer.origin}${from.page}`,
      async end(page, ends) {
        assert.deepEqual({ title: await page.title() }, ends)
      },
    }
  }
  const application = await applicationOf(world, from)
  return {
    begin: (more) => application.authorize(more),
    async end(page, ends) {
      await page.waitForURL(`${world.env.THRIFT_URL}/**`)
      const redeemed = application.redeem(page.url())
      if ('error' in ends) await assert.rejects(redeemed, ends)
      else assert.deepEqual({ amr: (await redeemed).claims.amr }, ends)
    },
  }
}

function applicationOf(world: World, { application, callback }: ApplicationOfTheirs) {
  const secret = world.env[`${application.toUpperCase()}_CLIENT_SECRET` as keyof typeof world.env]
  return RelyingParty.discover({
    issuer: world.issuer.href,
    clientId: application,
    ...(secret !== undefined && { clientSecret: secret }),
    redirectUri: `${world.env.THRIFT_URL}${callback}`,
  })
}
