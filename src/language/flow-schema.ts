/** The JSON Schema of a flow. */
import { outcomes } from './declaration.ts'
import type { ParamSpec, ParamSpecs } from './params.ts'
import { flowKeys, withinRange } from './parse.ts'
import { durationPattern } from './parse-duration.ts'
import { levelKeys } from './parse-policy.ts'
import { progressKinds, propertyKeys } from './parse-property.ts'
import type { StepSpec } from './parse-scope.ts'
import { attemptsRange, branchKeys, stateKeys } from './parse-state.ts'
import { draft, listOf, name, object, orParameter, ref, type Schema, text } from './schema-parts.ts'

export function flowSchema(steps: readonly StepSpec[]): Schema {
  const properties: Readonly<Record<string, Schema>> = {
    flow: { type: 'string', description: 'its name: the name of the file' },
    title: { ...text, description: 'what people are shown' },
    applications: listOf(name, { description: 'the applications that it lets people into' }),
    start: { ...name, description: 'the first state' },
    within: {
      type: 'string',
      pattern: durationPattern,
      default: `${withinRange.defaultMs / 60_000}m`,
      description: 'how long a whole login may take',
    },
    entry: { type: 'boolean', description: 'whether a shared flow can also be started by itself' },
    weaker: listOf(
      object(['ways', 'because'], { ways: listOf(name), because: text }, ['ways', 'because']),
    ),
    policy: policySchema(),
    assume: listOf(ref('condition'), { description: 'taken to be so; printed by every check' }),
    assumes: listOf(ref('condition'), {
      description:
        'of a shared flow: what holds wherever it is called; each caller is checked for it',
    }),
    parameters: { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } },
    on: ref('on'),
    states: { type: 'object', propertyNames: name, additionalProperties: ref('state') },
    properties: listOf(ref('property')),
  }
  return {
    $schema: draft,
    title: 'A flow',
    ...object(flowKeys, properties, ['flow', 'start', 'states']),
    definitions: {
      condition: { ...text, maxLength: 2000, description: 'CEL over facts' },
      branch: object(branchKeys, { when: ref('condition'), to: name, because: text }, ['to']),
      transition: { anyOf: [name, listOf(ref('branch'), { minItems: 1 })] },
      on: onSchema('other'),
      'on-run': onSchema('run'),
      state: { oneOf: stateSchemas(steps) },
      property: { oneOf: propertySchemas() },
    },
  }
}

/** An invalid answer stays at its offer; what runs by itself stays nowhere. */
function onSchema(of: 'run' | 'other'): Schema {
  const known = outcomes.filter((each) => of === 'run' || each !== 'invalid')
  const outcome = `(?:${known.join('|')})`
  return {
    type: 'object',
    patternProperties: { [`^(?:[a-z][a-z0-9-]*\\.)?${outcome}$`]: ref('transition') },
    additionalProperties: false,
  }
}

function policySchema(): Schema {
  const level = object(
    levelKeys,
    {
      factors: { type: 'integer', minimum: 1, maximum: 3 },
      'phishing-resistant': { type: 'boolean' },
    },
    ['factors'],
  )
  const acr: Schema = { type: 'object', additionalProperties: level }
  return object(['acr', 'floor'], { acr, floor: text }, ['acr'])
}

function stateSchemas(steps: readonly StepSpec[]): readonly Schema[] {
  const given: Schema = { type: 'object' }
  const offered = steps.filter(({ declaration }) => declaration.mode === 'offered')
  const run = steps.filter(({ declaration }) => declaration.mode === 'run')
  const { min, max } = attemptsRange
  const properties: Readonly<Record<string, Readonly<Record<string, Schema>>>> = {
    offer: {
      offer: listOf(optionSchema(offered), { minItems: 1 }),
      skip: listOf({ ...ref('branch'), required: [...branchKeys] }),
      attempts: orParameter({
        type: 'integer',
        minimum: min,
        maximum: max,
        default: attemptsRange.default,
      }),
      fresh: orParameter({ type: 'boolean', default: false }),
      maxAge: orParameter({ type: 'string', pattern: durationPattern }),
      on: ref('on'),
    },
    run: { run: { enum: run.map(typeOf) }, with: given, on: ref('on-run') },
    decide: { decide: listOf(ref('branch'), { minItems: 1 }), on: ref('on') },
    call: { call: { type: 'string', pattern: '^shared/' }, with: given, on: ref('on') },
    end: {
      end: { enum: [...outcomes, 'failure'] },
      error: { ...text, pattern: '^[a-z][a-z0-9_]*$' },
    },
  }
  const kinds = Object.entries(stateKeys).map(([kind, keys]) =>
    object(keys, properties[kind] ?? {}, [kind]),
  )
  const withParams = run.map((step) => ({
    // As `if not, else`: an object with a `then` would be taken for a promise.
    if: { not: { properties: { run: { const: typeOf(step) } }, required: ['run'] } },
    else: { properties: { with: paramsSchema(step.params) } },
  }))
  return kinds.map((kind) =>
    (kind.required as readonly string[]).includes('run') ? { ...kind, allOf: withParams } : kind,
  )
}

function typeOf({ declaration }: StepSpec): string {
  return declaration.type
}

/** A step's name, a connection's id, or one of the two with parameters. */
function optionSchema(offered: readonly StepSpec[]): Schema {
  const plain = offered.filter(({ declaration }) => !declaration.byConnection)
  const each = plain.map((step) => [typeOf(step), paramsSchema(step.params)] as const)
  return {
    anyOf: [
      { enum: plain.map(typeOf) },
      { ...name, description: "a connection's id" },
      {
        type: 'object',
        properties: Object.fromEntries(each),
        additionalProperties: { type: 'object' },
        minProperties: 1,
        maxProperties: 1,
      },
    ],
  }
}

function paramsSchema(params: ParamSpecs): Schema {
  const each = Object.entries(params).map(([key, param]) => [
    key,
    { ...paramSchema(param), description: param.description },
  ])
  return { type: 'object', properties: Object.fromEntries(each), additionalProperties: false }
}

function paramSchema(param: ParamSpec): Schema {
  switch (param.kind) {
    case 'int':
      return orParameter({
        type: 'integer',
        minimum: param.min,
        maximum: param.max,
        default: param.default,
      })
    case 'bool':
      return orParameter({ type: 'boolean', default: param.default })
    case 'word':
      return orParameter({ enum: param.values, default: param.default })
    case 'text':
      return { type: 'string', maxLength: param.maxLength, default: param.default }
    case 'directory':
      return { ...text, default: param.default }
    case 'connection':
    case 'service':
      return text
    case 'rules': {
      const keys = ['when', param.gives]
      return listOf(
        object(
          keys,
          {
            when: ref('condition'),
            [param.gives]: listOf(text),
          },
          keys,
        ),
      )
    }
  }
}

function propertySchemas(): readonly Schema[] {
  const properties: Readonly<Record<string, Schema>> = {
    name: { ...text, description: 'what it promises' },
    when: ref('condition'),
    holds: ref('condition'),
    without: listOf(text),
    is: { enum: progressKinds },
  }
  const required: Readonly<Record<string, readonly string[]>> = {
    at: ['holds'],
    from: ['to', 'is'],
  }
  return Object.entries(propertyKeys).map(([kind, keys]) => {
    const own = Object.fromEntries(keys.map((key) => [key, properties[key] ?? text]))
    const needed = ['name', kind, ...(required[kind] ?? [])]
    return object(['name', ...keys], { ...own, name: properties.name! }, needed)
  })
}
