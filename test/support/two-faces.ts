/** Whether a server answers differently about somebody than about nobody (I-36). */
import { Acting } from '../../src/cli/play/acting.ts'
import { loginIn } from '../../src/cli/play/client.ts'
import { giveAccount, newPerson, type Person } from '../../src/cli/play/person.ts'
import type { Stage } from '../../src/cli/play/stage.ts'

/** Somebody who knows no more than a name tries the first option of the flow `small`. */
export async function looksDifferent(stage: Stage): Promise<boolean> {
  const somebody = newPerson('somebody')
  await giveAccount(stage, somebody, { password: true })
  const one = await faceOf(stage, somebody)
  const other = await faceOf(stage, newPerson('nobody'))
  return one !== other
}

async function faceOf(stage: Stage, person: Person): Promise<string> {
  const flow = stage.organisation.flows.find(({ name }) => name === 'small')!
  const acting = new Acting(stage, flow)
  const application = stage.organisation.applications.find(({ id }) => id === 'small')!
  const login = loginIn((await acting.client.begin(application)).answer)!
  const action = login.actions[0]!
  const next = await acting.answer(
    login,
    acting.offered(login, action.name)!,
    action,
    person,
    'wrongly',
  )
  return JSON.stringify([
    acting.last?.status,
    next?.status,
    next?.step?.id,
    next?.actions.map(({ name }) => name),
    next?.messages.map(({ code }) => code),
  ])
}
