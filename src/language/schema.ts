/**
 * JSON Schemas of the files, made from the declarations that the files are read by. Editors complete and
 * check with them; what they cannot say (names that other files give), `check` does.
 */
import { directoryFields } from './directory-fields.ts'
import { flowSchema } from './flow-schema.ts'
import type { StepSpec } from './parse-scope.ts'
import { connectionFields } from './read-connections.ts'
import { pluginFields } from './read-plugins.ts'
import { senderFields } from './read-senders.ts'
import { serviceFields } from './read-services.ts'
import { applicationFields } from './read-settings.ts'
import { themeFields } from './read-theme.ts'
import type { Schema } from './schema-parts.ts'
import { entriesSchema, fieldsSchema, fileSchema, settingsSchema } from './settings-schema.ts'

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
    'theme.schema.json': fileSchema('theme', 'The looks of the pages', fieldsSchema(themeFields), {
      applications: entriesSchema(fieldsSchema(themeFields)),
    }),
  }
}

/** A schema as it stands in its file. */
export function schemaText(schema: Schema): string {
  return `${JSON.stringify(schema, undefined, 2)}\n`
}
