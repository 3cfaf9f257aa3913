/** The admin API described as OpenAPI 3.1, from the table that serves it. */
import { addressOf, type Settings } from '../settings.ts'
import type { Route, Schema } from './route.ts'
import { problem } from './schemas.ts'

export function openApiOf(routes: readonly Route[], settings: Settings): Record<string, unknown> {
  const paths = Map.groupBy(routes, ({ path }) => path)
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sallyport admin API',
      version: '1',
      description:
        'For access tokens of this issuer whose `resource` is this API, of an account with the role ' +
        '`admin` or `viewer`. Changes are written to the audit.',
    },
    servers: [{ url: addressOf(settings, '/admin/api') }],
    security: [{ administrator: [] }],
    paths: Object.fromEntries(
      [...paths].map(([path, own]) => [
        path,
        Object.fromEntries(own.map((route) => [route.method.toLowerCase(), operationOf(route)])),
      ]),
    ),
    components: {
      securitySchemes: {
        administrator: {
          type: 'openIdConnect',
          openIdConnectUrl: addressOf(settings, '/.well-known/openid-configuration'),
        },
      },
      responses: {
        problem: { description: 'Refused', ...content('application/problem+json', problem) },
      },
    },
  }
}

function operationOf({ summary, needs, method, path, query, body, conditional, answers }: Route) {
  return {
    operationId: `${method.toLowerCase()}${path.replace(/[^a-z]+(\w?)/g, (_, first) => first.toUpperCase())}`,
    summary,
    description: needs === 'admin' ? 'For administrators.' : 'For administrators and viewers.',
    parameters: [
      ...parametersOf(path),
      ...Object.entries(query ?? {}).map(([name, schema]) => ({ name, in: 'query', schema })),
      ...(method === 'GET' || method === 'POST'
        ? []
        : [
            {
              name: 'If-Match',
              in: 'header',
              required: conditional === true,
              schema: { type: 'string' },
            },
          ]),
    ],
    ...(body && { requestBody: { required: true, ...content('application/json', body) } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, schema]) => [
          status,
          { description: 'Done', ...(schema && content('application/json', schema)) },
        ]),
      ),
      default: { $ref: '#/components/responses/problem' },
    },
  }
}

function parametersOf(path: string) {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function content(type: string, schema: Schema) {
  return { content: { [type]: { schema } } }
}
