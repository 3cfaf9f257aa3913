/**
 * JSON Schemas of the files, made from the declarations that the files are read by. Editors complete and
 * check with them; what they cannot say (names that other files give), `check` does.
 */

import { attributeSourceMax, attributeTypes } from './attribute.ts'
import { outcomes } from './declaration.ts'
import { directoryFields } from './directory-fields.ts'
import type { FieldSpec, FieldSpecs } from './fields.ts'
import type { ParamSpec, ParamSpecs } from './params.ts'
import { flowKeys, withinRange } from './parse.ts'
import { durationPattern } from './parse-duration.ts'
import { levelKeys } from './parse-policy.ts'
import { progressKinds, propertyKeys } from './parse-property.ts'
import type { StepSpec } from './parse-scope.ts'
import { attemptsRange, branchKeys, stateKeys } from './parse-state.ts'
import { attributeKeys } from './read-attributes.ts'
import { connectionFields } from './read-connections.ts'
import { pluginFields } from './read-plugins.ts'
import { senderFields } from './read-senders.ts'
import { serviceFields } from './read-services.ts'
import { applicationFields } from './read-settings.ts'
import { themeFields } from './read-theme.ts'
import { syncModes } from './step.ts'

export type Schema = Readonly<Record<string, unknown>>

/** @returns every schema, by the name of its file beside the flows */
export function schemas(steps: readonly StepSpec[]): Readonly<Record<string, Schema>> {
  return {
    'flow.schema.json': flowSchema(steps),
    'connections.schema.json': settingsSchema('connections', 'Upstream identity providers', [
      ...Object.values(connectionFields),
    ]),
    'directories.schema.json': settingsSchema('directories', 'Stores of users', [
      ...Object.values(directoryFields),
    ]),
    'services.schema.json': settingsSchema('services', 'What `http` may ask', [serviceFields]),
    'plugins.schema.json': settingsSchema('plugins', 'Code of one`s own', [pluginFields]),
    'senders.schema.json': settingsSchema('senders', 'What messages go out by', [
      ...Object.values(senderFields),
    ]),
    'applications.schema.json': settingsSchema('applications', 'Relying parties', [
      applicationFields,
    ]),
    'theme.schema.json': fileSchema('theme', 'The looks of the pages', fieldsSchema(themeFields)),
  }
}

/** A schema as it stands in its file. */
export function schemaText(schema: Schema): string {
  return `${JSON.stringify(schema, undefined, 2)}\n`
}

const draft = 'http://json-schema.org/draft-07/schema#'
const text: Schema = { type: 'string', minLength: 1 }
const name: Schema = { type: 'string', pattern: '^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$', maxLength: 60 }
const parameter: Schema = { type: 'string', pattern: '^\\$[a-z][a-z0-9-]*$' }
const ref = (to: string): Schema => ({ $ref: `#/definitions/${to}` })
const listOf = (items: Schema, more: Schema = {}): Schema => ({ type: 'array', items, ...more })

function object(
  keys: readonly string[],
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[],
): Schema {
  const known = keys.map((key) => [key, properties[key] ?? {}] as const)
  return {
    type: 'object',
    properties: Object.fromEntries(known),
    required,
    additionalProperties: false,
  }
}

function flowSchema(steps: readonly StepSpec[]): Schema {
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

function orParameter(schema: Schema): Schema {
  return { anyOf: [schema, parameter] }
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

function settingsSchema(key: string, title: string, kinds: readonly FieldSpecs[]): Schema {
  const entries = kinds.map(fieldsSchema)
  const [only] = entries
  const entry = entries.length === 1 ? only! : { anyOf: entries }
  return fileSchema(key, title, {
    type: 'object',
    propertyNames: name,
    additionalProperties: entry,
  })
}

/** Of a file with one key. */
function fileSchema(key: string, title: string, value: Schema): Schema {
  return { $schema: draft, title, ...object([key], { [key]: value }, [key]) }
}

function fieldsSchema(specs: FieldSpecs): Schema {
  const all = Object.entries(specs)
  const required = all.filter(([, spec]) => spec.required).map(([key]) => key)
  const properties = all.map(([key, spec]) => [
    key,
    { ...fieldSchema(spec), description: spec.description },
  ])
  const exceptions = all.flatMap(([key, { requiredUnless }]) =>
    requiredUnless === undefined ? [] : [eitherOr(requiredUnless, key)],
  )
  return {
    ...object(Object.keys(specs), Object.fromEntries(properties), required),
    ...(exceptions.length > 0 && { allOf: exceptions }),
  }
}

function eitherOr(one: string, other: string): Schema {
  return { anyOf: [{ required: [one] }, { required: [other] }] }
}

const secretReference: Schema = { type: 'string', pattern: '^\\$\\{env:[A-Z_][A-Z0-9_]*\\}$' }
const environmentReference: Schema = { type: 'string', pattern: '\\$\\{env:[A-Z_][A-Z0-9_]*' }

function fieldSchema(spec: FieldSpec): Schema {
  switch (spec.kind) {
    case 'secret':
      return secretReference
    case 'bool':
      return { anyOf: [{ type: 'boolean' }, environmentReference], default: spec.default }
    case 'word': {
      const fallback = spec.default === undefined ? {} : { default: spec.default }
      return { anyOf: [{ enum: spec.values }, environmentReference], ...fallback }
    }
    case 'text':
      return textSchema(spec.pattern)
    case 'texts':
      return listOf(textSchema(spec.pattern))
    case 'pairs':
      return { type: 'object', additionalProperties: textSchema(spec.pattern) }
    case 'int':
      return { type: 'integer', minimum: spec.min, maximum: spec.max, default: spec.default }
    case 'lists':
      return { type: 'object', additionalProperties: listOf(textSchema(spec.pattern)) }
    case 'attributes':
      return { type: 'object', additionalProperties: attributeSchema }
  }
}

const expression: Schema = {
  ...text,
  maxLength: attributeSourceMax,
  description: 'CEL over `claims`',
}
const attributeSchema: Schema = {
  anyOf: [
    expression,
    object(
      attributeKeys,
      { from: expression, type: { enum: attributeTypes }, sync: { enum: syncModes } },
      ['from'],
    ),
  ],
}

function textSchema(pattern: RegExp | undefined): Schema {
  return pattern === undefined
    ? text
    : { anyOf: [{ type: 'string', pattern: pattern.source }, environmentReference] }
}
