/** `services.yaml`: what `http` may ask, and nothing else may be asked. */
import { type FactName, factDeclarations } from './facts.ts'
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
import { didYouMean } from './nearest.ts'
import type { ServiceFile } from './settings.ts'
import type { MapNode } from './tree.ts'

export const serviceFields = {
  title: { kind: 'text', required: true, description: 'what administrators are shown' },
  url: { kind: 'text', required: true, ...anAddress, description: 'where it is asked, by `POST`' },
  header: {
    kind: 'text',
    pattern: /^[A-Za-z][A-Za-z0-9-]*$/,
    shape: 'the name of a header, as `X-Api-Key`',
    description: 'the header that carries our secret; `Authorization`, as `Bearer`, unless said',
  },
  secret: {
    kind: 'secret',
    description: 'our secret there, by reference; none is sent unless said',
  },
  timeoutMs: {
    kind: 'int',
    min: 100,
    max: 3000,
    default: 2000,
    description: 'milliseconds until there must be a whole answer; 100 to 3000',
  },
  sends: { kind: 'texts', required: true, description: 'the facts that it is told' },
  results: {
    kind: 'texts',
    description:
      'the words that its `result` can be; any other is an error. None: it gives no result',
  },
  internal: {
    kind: 'bool',
    default: false,
    description: 'whether it stands in a network of ours: otherwise no private address is called',
  },
} as const satisfies FieldSpecs

export function readServices(
  root: MapNode,
  env: Environment,
  findings: Findings,
): readonly ServiceFile[] {
  return entriesOf(root, 'services', 'service', findings).map((entry) => {
    const read = readFields(entry.node, entry.what, serviceFields, env, findings)
    return makeService(entry, new Values(read), findings)
  })
}

function makeService({ id, place }: NamedEntry, values: Values, findings: Findings): ServiceFile {
  const secret = values.secret('secret')
  const header = values.text('header')
  const sends = values.texts('sends') ?? []
  for (const name of sends) {
    if (Object.hasOwn(factDeclarations, name)) continue
    const hint = didYouMean(name, Object.keys(factDeclarations))
    findings.report('condition-fact', place, `there is no fact \`${name}\` to send`, hint)
  }
  return {
    id,
    place,
    title: values.text('title'),
    url: values.text('url'),
    timeoutMs: values.int('timeoutMs') ?? serviceFields.timeoutMs.default,
    sends: sends as readonly FactName[],
    results: values.texts('results') ?? [],
    internal: values.bool('internal') ?? serviceFields.internal.default,
    ...(header === '' ? {} : { header }),
    ...(secret === undefined ? {} : { secret }),
  }
}
