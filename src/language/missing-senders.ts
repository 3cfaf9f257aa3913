/** What flows send and nothing sends: codes that never come keep everybody out. */
import type { StepDeclaration } from './declaration.ts'
import type { Problem } from './problem.ts'
import { channels } from './reach.ts'
import { channelOf, type Organisation } from './settings.ts'

/** @returns one problem for each kind of message, at the first step that sends it */
export function missingSenders(
  { flows, senders }: Organisation,
  declarations: readonly StepDeclaration[],
): readonly Problem[] {
  const options = flows.flatMap(({ states }) =>
    Object.values(states).flatMap((state) =>
      state.kind === 'offer' ? state.options : state.kind === 'run' ? [state.option] : [],
    ),
  )
  const sends = new Map(declarations.map(({ type, sends: channel }) => [type, channel]))
  return channels.flatMap((channel) => {
    const option = options.find(({ step }) => sends.get(step) === channel)
    if (!option || senders.some((sender) => channelOf(sender) === channel)) return []
    return {
      code: 'sender-missing',
      place: option.place,
      message: `\`${option.id}\` sends ${nouns[channel]}, and there is no sender of that`,
      hint: `add one to senders.yaml: \`kind: ${kinds[channel]}\``,
    } as const
  })
}

const nouns = { mail: 'mail', sms: 'text messages' } as const
const kinds = { mail: 'smtp', sms: 'sms-gateway' } as const
