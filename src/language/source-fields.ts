/** What a connection and a directory say alike: what people who come by either get, and who of them may come. */
import { schemes } from './facts.ts'
import type { FieldSpecs } from './fields.ts'
import { pluginChoices } from './read-plugins.ts'

export const aHost = {
  pattern: /^[a-z0-9.-]{1,253}$/,
  shape: 'a host, as `accounts.example`',
} as const
const aGroup = { pattern: /^[\w.:/-]{1,64}$/, shape: "a group's name" } as const

export const groupsField = {
  kind: 'lists',
  ...aGroup,
  description: 'groups here that `assign` grants for a group there; any other gives none',
} as const

export const admissionFields = {
  scheme: {
    kind: 'word',
    values: schemes,
    default: 'silent',
    description: 'what a person is asked before, or when, their account is made',
  },
  allowDomains: {
    kind: 'texts',
    ...aHost,
    description: 'domains of verified addresses that accounts are made for; all unless said',
  },
  denyDomains: {
    kind: 'texts',
    ...aHost,
    description: 'domains of addresses that no account is made for',
  },
  ...pluginChoices,
} as const satisfies FieldSpecs
