/** The fields of `directories.yaml`: of every directory, of those that are not ours, and of each store. */
import type { FieldSpecs } from './fields.ts'
import { certificateNames, directoryKinds, passwordSchemes } from './settings.ts'
import { admissionFields, groupsField } from './source-fields.ts'
import { syncModes } from './step.ts'

const anAttribute = {
  pattern: /^[A-Za-z][\w.;-]{0,127}$/,
  shape: "an attribute's or a column's name",
} as const
const aFile = {
  pattern: /^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$))[\w./-]{1,200}\.json$/,
  shape: 'a file in this folder, as `people.json`',
} as const
const aLdapAddress = {
  pattern: /^ldaps?:\/\/[^\s/?#@]+\/?$/,
  shape: 'an address, as `ldaps://ldap.example`',
} as const
const aDatabase = {
  pattern: /^(?:postgres(?:ql)?:\/\/(?![^\s/@]*:[^\s/]*@)(?!\S*[?&]password=)|sqlite:)\S+$/,
  shape: 'an address, as `postgres://reader@db.example/people`; its password stands in `password`',
} as const
const aQuery = {
  pattern: /^\s*(?:select|with)\b[^;]*$/i,
  shape: 'one `select` without a `;`',
  longest: 5000,
} as const
const aTable = { pattern: /^[A-Za-z_]\w{0,62}(?:\.[A-Za-z_]\w{0,62})?$/, shape: 'a table' } as const

const everyDirectory = {
  title: { kind: 'text', required: true, description: 'what administrators are shown' },
  kind: {
    kind: 'word',
    required: true,
    values: directoryKinds,
    description:
      '`local`: people and passwords of ours; `enterprise`: people and passwords are there, and the profile follows it; `hybrid`: passwords are there, the profile is ours',
  },
} as const satisfies FieldSpecs

export const everyExternal = {
  ...everyDirectory,
  store: {
    kind: 'word',
    required: true,
    values: ['ldap', 'sql', 'file', 'plugin'],
    description: 'where it is: `ldap`, `sql`, a `plugin`, or a `file` for tests and demos',
  },
  enabled: {
    kind: 'bool',
    default: true,
    description: 'whether it is asked at all; otherwise every flow passes it over',
  },
  jit: {
    kind: 'bool',
    default: false,
    description: 'whether accounts are provisioned just in time',
  },
  accounts: {
    kind: 'text',
    description: 'the directory that its people get their accounts in; itself unless said',
  },
  attributes: {
    kind: 'attributes',
    description:
      'the profile, made of its `claims` (the attributes there) by expressions; nothing but the name unless said',
  },
  lists: {
    kind: 'texts',
    ...anAttribute,
    description: 'attributes that are lists in `claims`, however many values they have',
  },
  emailVerified: {
    kind: 'bool',
    default: false,
    description: 'whether an address that stands there counts as verified',
  },
  phone: {
    kind: 'text',
    ...anAttribute,
    description:
      'the attribute or column with the telephone number that `sms` sends to: read there each time, in no `claims`, kept nowhere; the profile says whether there is one',
  },
  sync: {
    kind: 'word',
    values: syncModes,
    description:
      'what `sync` does to a profile; unless said, `override` of `enterprise` and `preserve` of `hybrid`',
  },
  refreshMinutes: {
    kind: 'int',
    min: 0,
    max: 525_600,
    default: 0,
    description:
      'how long an account stands in for the directory where `sync` would ask it, in minutes; 0 asks each time',
  },
  groups: groupsField,
  ...admissionFields,
  certificateName: {
    kind: 'word',
    values: certificateNames,
    description:
      'the part of a client certificate that is the name of an entry here; none is taken unless said',
  },
  certificateAuthority: {
    kind: 'text',
    longest: 8000,
    description: 'the certificate (PEM) of who has signed theirs: no other is taken',
  },
  verifier: {
    kind: 'text',
    description: 'the plug-in that says whose a ticket is; none is taken unless said',
  },
  realm: {
    kind: 'text',
    pattern: /^[A-Z0-9][A-Z0-9.-]{0,252}$/,
    shape: 'a realm of Kerberos, as `CORP.EXAMPLE`',
    description: 'the realm whose principals are entries here: `ann@CORP.EXAMPLE` is `ann`',
  },
  lockAfter: {
    kind: 'int',
    min: 0,
    max: 100,
    default: 20,
    description: 'wrong passwords in a row that lock a name; 0 locks none',
  },
  lockMinutes: {
    kind: 'int',
    min: 1,
    max: 1440,
    default: 30,
    description: 'how long it stays locked, in minutes',
  },
  timeoutMs: {
    kind: 'int',
    min: 100,
    max: 5000,
    default: 3000,
    description: 'milliseconds until there must be a whole answer; 100 to 5000',
  },
} as const satisfies FieldSpecs

const theName = {
  kind: 'text',
  ...anAttribute,
  description: 'the attribute or column with what people type',
} as const
const theId = {
  kind: 'text',
  ...anAttribute,
  description: 'the attribute or column that says who somebody is, and never changes hands',
} as const

/** By `store`; `internal` is the one that every organisation has. */
export const directoryFields = {
  local: {
    ...everyDirectory,
    memberOf: {
      ...groupsField,
      description:
        'of a `local` one: for a group the groups that it is in; whoever `assign` grants it is granted those as well',
    },
  },
  file: {
    ...everyExternal,
    path: {
      kind: 'text',
      required: true,
      ...aFile,
      description: 'a list of `{id, name, password, status, attributes}` in JSON',
    },
  },
  plugin: {
    ...everyExternal,
    users: {
      kind: 'text',
      required: true,
      description: 'the plug-in that keeps its people',
    },
  },
  ldap: {
    ...everyExternal,
    url: { kind: 'text', required: true, ...aLdapAddress, description: '`ldaps://` or `ldap://`' },
    startTls: {
      kind: 'bool',
      default: true,
      description: 'whether `ldap://` goes on in TLS before anything is said (RFC 4511, 4.14)',
    },
    certificate: {
      kind: 'text',
      longest: 8000,
      description:
        'the certificate (PEM) that its own is signed by; those of the system unless said',
    },
    bindDn: { kind: 'text', description: 'who searches; nobody unless said' },
    bindPassword: { kind: 'secret', description: 'their password, by reference' },
    bases: { kind: 'texts', required: true, description: 'where people are searched, each whole' },
    filter: {
      kind: 'text',
      description: 'who is a person there; `(objectClass=person)` unless said',
    },
    name: { ...theName, description: `${theName.description}; \`uid\` unless said` },
    id: { ...theId, description: `${theId.description}; \`entryUUID\` unless said` },
    reads: { kind: 'texts', ...anAttribute, description: 'the attributes that are read' },
    locked: {
      kind: 'text',
      ...anAttribute,
      description: 'an attribute that locks whoever has it, as `pwdAccountLockedTime`',
    },
    obsolete: {
      kind: 'text',
      ...anAttribute,
      description: 'an attribute that makes whoever has it obsolete',
    },
    connections: {
      kind: 'int',
      min: 1,
      max: 20,
      default: 4,
      description: 'connections that stay open for searches',
    },
  },
  sql: {
    ...everyExternal,
    url: { kind: 'text', required: true, ...aDatabase, description: 'the database' },
    password: { kind: 'secret', description: 'our password there, by reference' },
    table: {
      kind: 'text',
      ...aTable,
      description: 'the table or view with one row a person; or else a `query`',
    },
    query: { kind: 'text', ...aQuery, description: 'a query that gives one row a person' },
    name: { ...theName, required: true },
    id: { ...theId, required: true },
    reads: { kind: 'texts', ...anAttribute, description: 'the columns that are read' },
    passwordColumn: {
      kind: 'text',
      required: true,
      ...anAttribute,
      description: 'the column with what is kept of the password',
    },
    passwordScheme: {
      kind: 'word',
      required: true,
      values: passwordSchemes,
      description: 'how it is kept',
    },
    locked: { kind: 'text', ...anAttribute, description: 'a column that is true of who is locked' },
    obsolete: {
      kind: 'text',
      ...anAttribute,
      description: 'a column that is true of who is not current',
    },
    changed: {
      kind: 'text',
      ...anAttribute,
      description: 'a column with the time of the last change, in milliseconds',
    },
  },
} as const satisfies Readonly<Record<string, FieldSpecs>>
