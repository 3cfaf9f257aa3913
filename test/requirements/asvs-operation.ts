/** OWASP ASVS 5.0, chapters 11 to 17: cryptography, transport, configuration, data, code, logs. */
import { by, operations, promised, type Table, threats } from './row.ts'

const noWebRtc = { why: 'There is no WebRTC, and no media server.' }
const tlsAtProxy = {
  operator: 'TLS ends at the proxy in front, whose versions and ciphers are its own to set.',
}

export const asvsOperation: Table = {
  'V11.1.1': [operations('Keys and secrets')],
  'V11.1.2': [operations('Keys and secrets')],
  'V11.2.1': [
    operations('Keys and secrets'),
    by('requirements/safe-versions', '… is … or newer, wherever it is installed'),
  ],
  'V11.2.2': [
    by('kit/seal', 'opens what another master has sealed where that one is named'),
    by('steps/password', 'renews a right hash that cost otherwise, and only a right one'),
    by('cli/keys', 'makes new keys, with which the server signs from its next start on'),
  ],
  'V11.2.3': [
    operations('Keys and secrets'),
    by('tidy', 'encrypts by AES-256-GCM alone'),
    by('tidy', 'hashes, and derives keys, by SHA-256 alone'),
    promised('signing-keys', 'are made once, also by two nodes'),
    {
      except:
        'The RSA key has 2048 bits, of 112 bits of strength, which NIST SP 800-57 has until 2030: one of 3072 signs at more than twice the cost at each login, and an application with `signing: ES256` has its 128.',
    },
  ],
  'V11.3.1': [by('tidy', 'encrypts by AES-256-GCM alone')],
  'V11.3.2': [by('tidy', 'encrypts by AES-256-GCM alone')],
  'V11.3.3': [
    by('kit/seal', 'does not open when any one character was changed'),
    by('kit/seal', 'does not open for another row, another purpose or another master'),
  ],
  'V11.4.1': [
    by('tidy', 'hashes, and derives keys, by SHA-256 alone'),
    by('steps/totp', 'is … at … s (RFC 6238, appendix B)'),
    {
      except:
        'Codes of apps are made by HMAC-SHA-1, as the apps do, and a directory elsewhere may keep its passwords by salted SHA-1.',
    },
  ],
  'V11.4.2': [by('steps/password', "is argon2id at OWASP's first choice of cost")],
  'V11.4.3': [by('tidy', 'hashes, and derives keys, by SHA-256 alone')],
  'V11.4.4': {
    why: 'No key is derived from a password: the master key is 32 random bytes or more.',
  },
  'V11.5.1': [
    by('tidy', 'takes chance from the system alone'),
    by('http/binding', 'is 256 bits in a cookie'),
    by('http/tokens', 'has an id of 256 bits'),
  ],
  'V11.6.1': [
    promised('signing-keys', 'are made once, also by two nodes that start together'),
    by('conformance/op-basic', 'oidcc-idtoken-signature'),
  ],

  'V12.1.1': tlsAtProxy,
  'V12.1.2': tlsAtProxy,
  'V12.1.3': [
    by('http/presented', 'is no certificate that anybody else tells of, whoever they say they are'),
    by('steps/verify-certificate', 'takes none of another authority'),
    by('steps/verify-certificate', 'takes none before its time, and none after it'),
  ],
  'V12.2.1': [
    by('cli/serve', 'security 136: …'),
    by('http/pipeline', 'ask for https ever after, when the issuer is https'),
    operations('TLS and proxies'),
  ],
  'V12.2.2': {
    operator:
      'The certificate of the issuer is publicly trusted where its people are of the public.',
  },
  'V12.3.1': [
    by('steps/oidc', 'is not asked for over plain http but on loopback'),
    by('cli/smtp', 'is kept from a server elsewhere that has no STARTTLS'),
    by('cli/sms-gateway', 'is not asked in the open'),
    operations('What talks to what'),
    {
      except:
        'To PostgreSQL on another machine the address of the database has to ask for TLS, as the guide says.',
    },
  ],
  'V12.3.2': [
    by('cli/smtp', 'is kept from a server elsewhere whose certificate nobody vouches for'),
    by('steps/ldap', 'trusts no certificate that it was not told of'),
  ],
  'V12.3.3': {
    operator:
      'Between the proxy and the servers, and for the metrics, the network is private or the proxy speaks TLS.',
  },
  'V12.3.4': {
    operator:
      'A certificate authority of the house is named by NODE_EXTRA_CA_CERTS, and for LDAP in `directories.yaml`.',
  },

  'V13.1.1': [operations('What talks to what')],
  'V13.2.1': {
    operator:
      'The database, the mail server and the gateways each get an account of this server alone, with a secret that changes.',
  },
  'V13.2.2': {
    operator:
      'The account at the database owns its one database, and the process runs as a user of its own.',
  },
  'V13.2.3': [
    by('cli/serve', 'security 136: …'),
    by('cli/serve', "security 136: a demo's database"),
  ],
  'V13.2.4': [
    operations('What talks to what'),
    by('steps/oidc', 'may name other hosts that the connection lists'),
    by('steps/http', 'is never called at a private address, unless it is one of our own network'),
  ],
  'V13.2.5': [
    by('cli/check', 'security 134: follows no link, neither of a file nor of `shared`'),
    by('steps/http', 'is not followed anywhere else, and its secret stays with it'),
  ],
  'V13.3.1': [
    by('language/settings', 'names by reference a secret that never shows'),
    by('language/settings', 'refuses … where a secret should be'),
    {
      except:
        'Where the environment takes its secrets from, a vault or the service manager, is for the operator.',
    },
  ],
  'V13.3.2': {
    operator:
      'Only the user that the server runs as can read its environment and its database file.',
  },
  'V13.4.1': {
    why: 'No file is served: every answer is made by the program, and the logo is read when it starts.',
  },
  'V13.4.2': [
    by('http/pipeline', 'that are bugs say nothing but a support id'),
    by('cli/serve', "security 136: a demo's database"),
  ],
  'V13.4.3': { why: 'No file and no folder is served.' },
  'V13.4.4': [by('http/pipeline', 'that nobody uses are refused at … (security 142)')],
  'V13.4.5': [
    by('cli/watching', 'answers metrics nowhere unless it is told where'),
    by('http/admin', 'nobody without a token, with one that is made up, or by a cookie'),
  ],

  'V14.1.1': [operations('What is kept, and for how long')],
  'V14.1.2': [operations('What is kept, and for how long')],
  'V14.2.1': [
    by('flows/browser', 'security 34: what follows a credential is never a redirect'),
    by('http/pages', 'repeats nothing that was typed'),
    by('flows/magic-link', 'is not used up by being opened'),
    {
      except:
        'An OAuth code is in an address, as the protocol has it, and so is the token of a link by mail: it opens one try at a number.',
    },
  ],
  'V14.2.2': [by('http/pipeline', 'protect … (security 26 and 27)')],
  'V14.2.3': [
    by('flows/browser', 'security 27: no page loads or sends anything from or to elsewhere'),
    by('flows/pass-through', 'scenario 2: tells an application only what its release list has'),
  ],
  'V14.2.4': [
    by('flows/secrets', 'I-42: what is kept of a secret is sealed'),
    by('flows/secrets', 'I-42: what is typed, shared or handed over is in no row'),
    promised('sweep', 'takes what has expired, and leaves nothing but accounts and stories'),
  ],
  'V14.3.1': [
    by('flows/browser', 'security 35: after signing out no cookie, token or tab'),
    by('http/pipeline', 'protect … (security 26 and 27)'),
    {
      except:
        'Nothing is in the storage of a browser but cookies, and `no-store` keeps pages out of its cache; `Clear-Site-Data` is not sent.',
    },
  ],
  'V14.3.2': [
    by('http/pipeline', 'protect … (security 26 and 27)'),
    by('flows/account-pages', 'from a cache, a frame or a script: each answer says so'),
  ],
  'V14.3.3': [
    by('http/last-used', 'is remembered by a cookie of option ids, whatever came of it'),
    by('flows/devices', 'the browser is known again by its cookie alone'),
  ],

  'V15.1.1': [operations('Libraries')],
  'V15.1.2': [operations('Libraries')],
  'V15.1.3': [operations('Limits')],
  'V15.2.1': [by('requirements/safe-versions', '… is … or newer, wherever it is installed')],
  'V15.2.2': [
    by('faults/busy', 'wait for their turn; one too many is refused at once'),
    by('flows/tarpit.long', 'security 61: keeps nobody else from signing in'),
    by('faults/slow-clients.long', 'security 126: keep nobody from signing in'),
  ],
  'V15.2.3': {
    operator:
      'A server is installed without what only tests need (`npm install --omit=dev`), and `demo` is a command that nobody has to run.',
  },
  'V15.3.1': [
    by('http/admin', 'tell nothing of a secret, wherever they are shown (security 139)'),
    by('flows/pass-through', 'scenario 2: tells an application only what its release list has'),
  ],
  'V15.3.2': [
    by('steps/http', 'is not followed anywhere else, and its secret stays with it'),
    by('steps/oidc', 'is not fetched from where a redirect points (security 57)'),
  ],
  'V15.3.3': [
    by('http/admin', 'is held to: a body of another shape is refused with its place'),
    by('steps/collect', 'changes nothing that is known, whatever is sent along'),
    by(
      'flows/my-account',
      'scenario 15: jane writes her own name, and nothing that is more than a profile',
    ),
  ],
  'V15.3.4': [
    by(
      'http/client-address',
      'I-11: of a chain of proxies the last one that is not trusted counts',
    ),
    by('flows/limits', 'is counted for a whole /64 of IPv6'),
  ],
  'V15.3.5': [
    by(
      'language/conditions',
      'is an error when it divides by zero, or a fact is of the wrong type',
    ),
    by('http/api', 'of the wrong shape moves nothing: … (security 101)'),
  ],
  'V15.3.6': [
    by('http/pipeline', 'that would poison a prototype are refused'),
    by('language/resolve', 'cannot have a state whose name is a property of every object'),
    by('language/attribute', 'finds what is said under names of the language alone'),
  ],
  'V15.3.7': [
    by('http/pipeline', 'with a name that comes twice are refused (security 132)'),
    by('flows/taint', 'security 114, I-11: no header and no parameter changes the path of'),
  ],

  'V16.1.1': [operations('The log')],
  'V16.2.1': [by('cli/watching', 'logs each move and the end of a login'), operations('The log')],
  'V16.2.2': [
    by('cli/log', 'takes a refusal for information: its code'),
    { except: 'That the clocks of the machines agree is for the operator.' },
  ],
  'V16.2.3': [
    operations('The log'),
    by('cli/watching', 'answers metrics nowhere unless it is told where'),
  ],
  'V16.2.4': [by('cli/watching', 'logs each move and the end of a login')],
  'V16.2.5': [
    by('cli/log', 'shows nothing of what is secret, whatever it stands in'),
    by('flows/secrets', 'I-42: what is typed, shared or handed over is in no row, no report'),
  ],
  'V16.3.1': [
    by('flows/audit', 'security 146: has each success, failure, lock, link and grant once'),
    by('cli/watching', 'logs each move and the end of a login'),
    by('flows/account-pages', 'is told of what happened: sign-ins by what was shown'),
  ],
  'V16.3.2': [
    by('cli/log', 'takes a refusal for information: its code'),
    by('http/admin', 'record who has changed what, and nothing secret'),
  ],
  'V16.3.3': [
    by('flows/audit', 'security 146: has each success, failure, lock, link and grant once'),
    by('cli/log', 'tells as information that somebody said no upstream'),
    by('cli/log', 'takes a refusal for information: its code'),
    threats('Threats'),
  ],
  'V16.3.4': [
    by('cli/log', 'takes everything else for an error, with where it was thrown'),
    by('faults/database', 'is told to the operator, leaves nothing half-written'),
  ],
  'V16.4.1': [by('cli/log', 'security 145: a line break, an escape sequence or a megabyte')],
  'V16.4.2': [
    promised('audit-chain', 'shows …'),
    by('cli/audit', 'exports what was changed, whole and in order, and says when it is not whole'),
    {
      except:
        'The log goes to standard error, and who keeps it away from the machine is the operator.',
    },
  ],
  'V16.4.3': {
    operator:
      'The log, and `sallyport audit export`, are taken to another machine as they are written.',
  },
  'V16.5.1': [
    by('http/pipeline', 'that are bugs say nothing but a support id'),
    by('http/pipeline', "never show the operator's text to the person"),
  ],
  'V16.5.2': [
    by(
      'flows/thrift',
      'scenario 3: a failing upstream leaves the other ways open and costs nothing',
    ),
    by('faults/upstream', 'while the person comes back: holds nobody else up'),
  ],
  'V16.5.3': [
    by('language/compile', 'never lets an error skip anything'),
    by('faults/database', 'between the work of a step and its commit: nothing is half-written'),
    by('http/pipeline', 'set no cookie'),
  ],

  'V17.1.1': noWebRtc,
  'V17.2.1': noWebRtc,
  'V17.2.2': noWebRtc,
  'V17.2.3': noWebRtc,
  'V17.2.4': noWebRtc,
  'V17.3.1': noWebRtc,
  'V17.3.2': noWebRtc,
}
