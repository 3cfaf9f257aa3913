/** The session that a story begins with: somebody has signed in before, at some application. */
import type { ApplicationFile } from '../../language/settings.ts'
import { Acting } from './acting.ts'
import { type Client, loginIn } from './client.ts'
import type { Person } from './person.ts'
import type { Stage } from './stage.ts'

const answersMax = 12

/**
 * @param options what they sign in by: these, all of them and no other, are what the session holds
 * @returns a browser with that session; absence where this application gives no such session
 */
export async function signedIn(
  stage: Stage,
  application: ApplicationFile,
  person: Person,
  options: ReadonlySet<string>,
): Promise<Client | undefined> {
  const flow = stage.organisation.flows.find(({ name }) => name === application.flow)
  if (!flow) return undefined
  const acting = new Acting(stage, flow)
  let login = loginIn((await acting.client.begin(application)).answer)
  const used = new Set<string>()
  for (let count = 0; login && login.status !== 'complete' && count < answersMax; count++) {
    const action = login.actions.find(({ name }) => options.has(name))
    const option = action && acting.offered(login, action.name)
    if (!option) return undefined
    used.add(option.id)
    login = await acting.answer(login, option, action!, person, 'rightly')
  }
  if (!login?.redirect || used.size < options.size) return undefined
  const { code } = await acting.client.finish(login.redirect)
  return code === undefined ? undefined : acting.client
}
