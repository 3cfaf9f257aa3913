/** The adaptive examples as flows of a whole server, for one person. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { hashPassword } from '../../src/steps/password/hash.ts'
import { cheapHash, startWorld, type World, type WorldOptions } from '../support/world.ts'

const folder = join(import.meta.dirname, '../../flows/examples/adaptive')
export const textOf = (name: string) => readFileSync(join(folder, name), 'utf8')

/** Everybody here has an app with this secret, unless it is said that they have none. */
export const secret = 'KRUGS4ZANFZSA3TPOQQGCIDSMVQWYIDT'
export const password = 'seven amber kettles'

interface Somebody {
  readonly groups?: readonly string[]
  readonly birthdate?: string
}

/** The example as the flow of the application Thrift, and somebody who signs in there. */
export async function template(
  t: Pick<TestContext, 'after'>,
  name: string,
  { groups = [], birthdate }: Somebody = {},
  options: WorldOptions = {},
  text = textOf(`${name}.yaml`),
): Promise<World> {
  const flow = calling(text)
    .replace(/^flow: .*$/m, 'flow: thrift')
    .replace(/^applications: .*$/m, 'applications: [thrift]')
  const world = await startWorld(t, {
    ...options,
    files: {
      'thrift.yaml': flow,
      // Beside the shipped one of the same name, which other flows call.
      'shared/code.yaml': calling(textOf('shared/second-factor.yaml')),
      'services.yaml': textOf('services.yaml'),
      ...options.files,
    },
  })
  const { accounts } = world.app.tenants.get('default')!
  const claims = {
    name: 'Pat',
    email: 'pat@thrift.example',
    emailVerified: true,
    ...(birthdate ? { other: { birthdate } } : {}),
  }
  const credentials = [
    { kind: 'password', secret: await hashPassword(password, cheapHash) },
    { kind: 'totp', secret },
  ]
  await accounts.add({ userName: 'pat', claims, groups: [...groups], credentials }, Date.now())
  return world
}

function calling(text: string): string {
  return text.replaceAll('shared/second-factor', 'shared/code')
}
