/** What a client can find out of the API: RFC 7643, sections 5 to 7. */
import { groupSchema } from './group.ts'
import { userSchema } from './person.ts'
import type { Resource } from './resource.ts'

export function serviceProviderConfig(base: string, pageMax: number): Resource {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: pageMax },
    changePassword: { supported: false },
    sort: { supported: false },
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'OAuth 2.0 bearer token',
        description: 'An access token of this issuer, by the grant client_credentials (RFC 6749).',
        specUri: 'https://www.rfc-editor.org/rfc/rfc6750',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
  }
}

export function resourceTypes(base: string): readonly Resource[] {
  const of = (id: string, schema: string) => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id,
    name: id,
    endpoint: `/${id}s`,
    schema,
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${id}` },
  })
  return [of('User', userSchema), of('Group', groupSchema)]
}

export function schemas(base: string): readonly Resource[] {
  const of = (id: string, name: string, attributes: readonly Resource[]) => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
    id,
    name,
    attributes,
    meta: { resourceType: 'Schema', location: `${base}/Schemas/${id}` },
  })
  return [
    of(userSchema, 'User', [
      text('userName', { required: true, uniqueness: 'server' }),
      complex('name', [
        text('formatted'),
        text('givenName'),
        text('familyName'),
        text('middleName'),
      ]),
      ...['displayName', 'nickName', 'profileUrl', 'locale', 'timezone'].map((name) => text(name)),
      attribute('active', 'boolean'),
      complex('emails', [text('value'), text('type'), attribute('primary', 'boolean')], true),
      complex('groups', [text('value'), text('display'), text('$ref')], true, 'readOnly'),
    ]),
    of(groupSchema, 'Group', [
      text('displayName', { required: true, uniqueness: 'server' }),
      complex('members', [text('value', { mutability: 'immutable' }), text('display')], true),
    ]),
  ]
}

function attribute(name: string, type: string, more: Resource = {}): Resource {
  return {
    name,
    type,
    multiValued: false,
    required: false,
    mutability: 'readWrite',
    returned: 'default',
    ...more,
  }
}

function text(name: string, more: Resource = {}): Resource {
  return attribute(name, 'string', { caseExact: false, uniqueness: 'none', ...more })
}

function complex(
  name: string,
  subAttributes: readonly Resource[],
  multiValued = false,
  mutability = 'readWrite',
): Resource {
  return attribute(name, 'complex', { multiValued, mutability, subAttributes })
}
