/** `senders.yaml`: what mail and text messages go out by. */
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
import { serviceFields } from './read-services.ts'
import { channelOf, type SenderFile } from './settings.ts'
import type { MapNode } from './tree.ts'

const kind = {
  kind: 'word',
  required: true,
  values: ['smtp', 'sms-gateway'],
  description: '`smtp`: mail; `sms-gateway`: text messages, by a gateway that is asked over HTTP',
} as const

export const senderFields = {
  smtp: {
    kind,
    url: {
      kind: 'secret',
      required: true,
      description:
        'the server, by reference: `smtps://user:password@host`, or `smtp:` with STARTTLS',
    },
    from: {
      kind: 'text',
      required: true,
      pattern: /^[^\s@<>]+@[^\s@<>]+$/,
      shape: 'an address, as `sign-in@thrift.example`',
      description: 'the address that mail comes from',
    },
  },
  'sms-gateway': {
    kind,
    url: {
      kind: 'text',
      required: true,
      ...anAddress,
      description: 'where it is asked, by `POST`',
    },
    header: serviceFields.header,
    secret: { kind: 'secret', required: true, description: 'our secret there, by reference' },
    from: {
      kind: 'text',
      pattern: /^(?:\+[1-9]\d{6,14}|[A-Za-z0-9 ]{1,11})$/,
      shape: 'a number, as `+41791234567`, or at most 11 letters and digits',
      description: 'whom messages come from; what the gateway chooses, unless said',
    },
    timeoutMs: {
      kind: 'int',
      min: 100,
      max: 20_000,
      default: 10_000,
      description: 'milliseconds until there must be an answer; 100 to 20000',
    },
    internal: serviceFields.internal,
  },
} as const satisfies Readonly<Record<SenderFile['kind'], FieldSpecs>>

export function readSenders(
  root: MapNode,
  env: Environment,
  findings: Findings,
): readonly SenderFile[] {
  const senders = entriesOf(root, 'senders', 'sender', findings).map((entry) => {
    const said = entry.node.entries.get('kind')?.value
    const isGateway = said?.kind === 'scalar' && said.value === 'sms-gateway'
    const specs = senderFields[isGateway ? 'sms-gateway' : 'smtp']
    const values = new Values(readFields(entry.node, entry.what, specs, env, findings))
    if (isGateway) return makeGateway(entry, values)
    checkServer(entry, values, findings)
    return makeSmtp(entry, values)
  })
  reportRivals(senders, findings)
  return senders
}

/** Which one sends is no matter of chance. */
function reportRivals(senders: readonly SenderFile[], findings: Findings): void {
  for (const [at, sender] of senders.entries()) {
    const first = senders.slice(0, at).find((each) => channelOf(each) === channelOf(sender))
    if (!first) continue
    const message = `\`${first.id}\` and \`${sender.id}\` send the same, and one is enough`
    findings.report('name-taken', sender.place, message, 'take one of them out')
  }
}

/** What stands there is not repeated: there may be a password in it. */
function checkServer({ place, what }: NamedEntry, values: Values, findings: Findings): void {
  const { reference, value } = secretIn(values, 'url')
  if (value === undefined || /^smtps?:\/\/[^/?#\s]+$/.test(value.reveal())) return
  const message = `${reference}, which ${what} takes its \`url\` from, is no mail server`
  const hint = 'set it to `smtps://user:password@host`, or `smtp://host` on this machine'
  findings.report('value-invalid', place, message, hint)
}

function makeSmtp({ id, place }: NamedEntry, values: Values): SenderFile {
  return { id, place, kind: 'smtp', url: secretIn(values, 'url'), from: values.text('from') }
}

function makeGateway({ id, place }: NamedEntry, values: Values): SenderFile {
  const [header, from] = [values.text('header'), values.text('from')]
  const specs = senderFields['sms-gateway']
  return {
    id,
    place,
    kind: 'sms-gateway',
    url: values.text('url'),
    secret: secretIn(values, 'secret'),
    timeoutMs: values.int('timeoutMs') ?? specs.timeoutMs.default,
    internal: values.bool('internal') ?? specs.internal.default,
    ...(header === '' ? {} : { header }),
    ...(from === '' ? {} : { from }),
  }
}

/** One that could not be read was reported: nothing is loaded then. */
function secretIn(values: Values, key: string) {
  return values.secret(key) ?? { reference: '', value: undefined }
}
