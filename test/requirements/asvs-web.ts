/** OWASP ASVS 5.0, chapters 1 to 5: input and output, business logic, browsers, HTTP, files. */
import { by, operations, promised, type Table, written } from './row.ts'

const noXPath = { why: 'Nothing here is looked up by XPath from what somebody has sent.' }
const memorySafe = {
  why: 'JavaScript has no pointers and checks bounds; what is native is kept by others: SQLite, and hashes in Rust.',
}
const noUploads = {
  why: 'Nobody uploads files: flows are read from a folder of the machine by its operator.',
}
const noGraphQl = { why: 'There is no GraphQL, and no query language that a caller writes.' }
const noWebSocket = { why: 'There are no WebSocket connections.' }

export const asvsWeb: Table = {
  'V1.1.1': [
    by('steps/provision', 'are folded once and for all, each character of the first two planes'),
    by('http/pages', 'never asks a store for an id that cannot be one (security 134)'),
  ],
  'V1.1.2': [
    by('http/pages', 'keeps any text as that text, between tags and in an attribute'),
    by('http/pages', 'escapes what is put into it, once'),
  ],
  'V1.2.1': [
    by('http/pages', 'prints … as text wherever it stands (security 79)'),
    by('http/admin-pages', 'say what an upstream has said as text, never as markup'),
    by('checker/graph', 'the picture is well-formed: texts are escaped'),
  ],
  'V1.2.2': [
    by('http/leave', 'never leads to an address that is not of the web (security 30)'),
    by('steps/oidc', 'sends nobody to plain http'),
  ],
  'V1.2.3': [
    by('http/pages', 'prints … as text wherever it stands (security 79)'),
    by('http/pipeline', 'carry a fresh nonce with each page'),
  ],
  'V1.2.4': [
    promised('administration', 'finds parts of names as they are written'),
    { by: 'store/directory-sql.ts', test: 'finds … alone by that name' },
    by('http/pages', 'never asks a store for an id that cannot be one (security 134)'),
  ],
  'V1.2.5': [by('tidy', 'starts no other program')],
  'V1.2.6': [
    by('steps/ldap', 'is one equality with the name as it is, for 10,000 names'),
    by('steps/ldap', 'finds … and nobody else by that name'),
  ],
  'V1.2.7': noXPath,
  'V1.2.8': { why: 'Nothing here is set by LaTeX.' },
  'V1.2.9': [by('tidy', 'makes no regular expression of a text that is not its own')],
  'V1.3.1': { why: 'No input of HTML is taken: every text is shown as text (V1.2.1).' },
  'V1.3.2': [
    by('language/conditions', 'reaches nothing of JavaScript'),
    by('language/attribute', 'evaluates nothing that it is told (security 79)'),
    by('tidy', 'evaluates no text as code'),
  ],
  'V1.3.3': [
    by('steps/oidc', 'are unsaid where they have the wrong type, are too long'),
    by('cli/log', 'security 145: a line break, an escape sequence or a megabyte'),
    by('language/problems', 'lets no control character of a file through to a terminal'),
  ],
  'V1.3.4': [
    by('language/theme', 'refuses a logo …'),
    by('http/pages', 'has its logo at this server, for as long as a browser likes'),
  ],
  'V1.3.5': [
    by('language/theme', 'takes no colour by another spelling'),
    by('language/theme', 'refuses a logo …'),
  ],
  'V1.3.6': [
    by('steps/http', 'is never called at a private address'),
    by('cli/sms-gateway', 'is asked at no private address'),
    by('steps/oidc', 'may name other hosts that the connection lists'),
    by('steps/oidc', 'is not fetched from where a redirect points (security 57)'),
  ],
  'V1.3.7': [
    by('steps/provision', 'evaluates nothing that it is told (security 79)'),
    by('http/texts', 'fills in what is named, and never code'),
  ],
  'V1.3.8': { why: 'There is no JNDI, which is of Java.' },
  'V1.3.9': { why: 'There is no memcache: all state is in the database.' },
  'V1.3.10': [by('http/texts', 'fills in what is named, and never code')],
  'V1.3.11': [
    by('cli/smtp', 'arrives with one Message-ID however often it is sent'),
    by('steps/prove-email', 'sends nothing to …'),
  ],
  'V1.4.1': memorySafe,
  'V1.4.2': memorySafe,
  'V1.4.3': memorySafe,
  'V1.5.1': [
    by('flows/saml', '…: nobody is anybody, and the other ways are open (security 60)'),
    by('requirements/safe-versions', '… is … or newer, wherever it is installed'),
  ],
  'V1.5.2': [
    by('http/pipeline', 'that would poison a prototype are refused'),
    by('language/source', 'refuses …'),
    promised('logins', 'with a forged position, digest, browser or deadline'),
  ],
  'V2.1.1': [
    written('flows/README.md', 'Reference'),
    written('src/http/README.md', 'Errors'),
    by('http/admin', 'is held to: a body of another shape is refused with its place'),
  ],
  'V2.1.2': [
    written('flows/README.md', 'Settings'),
    written('flows/README.md', 'Linking an account that is there already'),
  ],
  'V2.1.3': [operations('Limits')],
  'V2.2.1': [
    by('http/api', 'of the wrong shape moves nothing: … (security 101)'),
    by('http/admin', 'is held to: a body of another shape is refused with its place'),
    by('steps/collect', 'is not content with …'),
    by('http/pipeline', 'refuse more than 50 parameters'),
  ],
  'V2.2.2': [
    by('flows/integrity', 'security 2: an empty answer completes no step'),
    by('http/leave', 'signs in through two steps and arrives at the application'),
  ],
  'V2.2.3': [
    by('steps/link', 'of a rule with two names both must find, and the same one'),
    by('steps/sync', 'moves an address together with whether it is verified'),
  ],
  'V2.3.1': [
    by('flows/integrity', 'security 1, scenario 14: what is not offered here is refused'),
    by('flows/integrity', 'security 9: the page of before, answered again after Back'),
    by('testing/random-walk', '30 over the shipped flows'),
  ],
  'V2.3.2': [
    by('flows/integrity', 'the attempts of a state are spent once'),
    by('flows/recover', 'sends to no account more often than the window allows'),
    by('flows/limits', 'is so many wrong answers, for whomever they are'),
  ],
  'V2.3.3': [
    promised('logins', 'is as before when its move fails (I-33)'),
    promised('writes', 'leave nothing behind when the whole move fails'),
    by('faults/crash.long', '…: it goes on, and nothing is doubled'),
  ],
  'V2.3.4': [
    promised('claims', 'is had by one of forty submissions of one revision'),
    by('faults/races', 'redeemed 40 times at once gives tokens once'),
    by('faults/races', 'make one account and one association at their first logins'),
  ],
  'V2.4.1': [
    by('flows/limits', 'is so many logins begun in a window'),
    by('flows/limits', 'is so many messages, whoever they go to'),
    by('flows/limits', 'is so many token requests that are refused to one source'),
  ],
  'V3.2.1': [
    by('http/pipeline', 'protect … (security 26 and 27)'),
    by('flows/account-pages', 'from a cache, a frame or a script: each answer says so'),
  ],
  'V3.2.2': [by('http/pages', 'prints … as text wherever it stands (security 79)')],
  'V3.3.1': [by('http/applications', 'security 22: are for this host alone')],
  'V3.3.2': [
    by('http/binding', 'is 256 bits in a cookie that no script and no other site gets'),
    by('flows/saml-chromium.long', 'security 29: that another site posts finds its login again'),
  ],
  'V3.3.3': [
    by('http/applications', 'security 22: are for this host alone'),
    by('flows/sibling-chromium.long', 'security 22: what a sibling domain sets over TLS'),
  ],
  'V3.3.4': [by('http/binding', 'is 256 bits in a cookie that no script and no other site gets')],
  'V3.4.1': [by('http/pipeline', 'ask for https ever after, when the issuer is https')],
  'V3.4.2': [by('http/tokens', 'is read by no page of another origin')],
  'V3.4.3': [
    by('http/pipeline', 'protect … (security 26 and 27)'),
    by('http/pipeline', 'carry a fresh nonce with each page'),
    { except: 'The policy names `default-src none`, which `object-src` falls back to.' },
  ],
  'V3.4.4': [by('http/pipeline', 'protect … (security 26 and 27)')],
  'V3.4.5': [by('http/pipeline', 'protect … (security 26 and 27)')],
  'V3.4.6': [by('flows/browser', 'security 26, security 27: every answer, of whatever status')],
  'V3.5.1': [
    by('flows/browser', 'security 24: every form of a login is refused from elsewhere'),
    by('http/admin-pages', 'does nothing for …'),
    by('flows/account-pages', 'by another site: no form without its token'),
  ],
  'V3.5.2': [
    by('http/api', 'does not take a form, which another site could send'),
    by('flows/browser', 'security 24: every answer to the API is refused from elsewhere'),
  ],
  'V3.5.3': [
    by('flows/browser', 'security 25: looking changes nothing'),
    by('http/pipeline', 'GET changes nothing at any address of a login (security 25)'),
    by('http/admin-pages', 'changes nothing by being looked at, and takes no other method (I-38)'),
  ],
  'V3.5.4': {
    operator:
      'The issuer wants a host of its own, with no other application beside it on that host.',
  },
  'V3.5.5': { why: 'No page listens to messages of other windows.' },
  'V3.7.1': {
    why: 'Pages are HTML and one style sheet; the one script asks the browser for a passkey.',
  },
  'V3.7.2': [
    by('http/applications', 'security 36: is answered at the address that it registered'),
    by('conformance/op-logout', 'oidcc-rp-initiated-logout-bad-post-logout-redirect-uri'),
    by('http/leave', 'never leads to an address that is not of the web (security 30)'),
  ],
  'V4.1.1': [by('flows/browser', 'says of every answer what it is, and in which characters')],
  'V4.1.2': {
    operator:
      'The server redirects nothing to https, so the proxy in front may do so for browsers and must not for programs.',
  },
  'V4.1.3': [
    by(
      'http/client-address',
      'I-11: the header is nothing to whoever is not behind a trusted proxy',
    ),
    by('http/pipeline', 'comes from the issuer for everything downstream, whatever a header says'),
    by('http/presented', 'is no certificate that anybody else tells of, whoever they say they are'),
    by('flows/taint', 'security 114, I-11: no header and no parameter changes the path of'),
  ],
  'V4.2.1': [
    by('http/pipeline', 'that could be read in two ways is refused: …'),
    operations('TLS and proxies'),
  ],
  'V4.3.1': noGraphQl,
  'V4.3.2': noGraphQl,
  'V4.4.1': noWebSocket,
  'V4.4.2': noWebSocket,
  'V4.4.3': noWebSocket,
  'V4.4.4': noWebSocket,
  'V5.1.1': noUploads,
  'V5.2.1': [
    by('cli/check', 'security 135: does not read all of a file that is far too long'),
    by('http/pipeline', 'refuse a body of more than 16 KiB'),
  ],
  'V5.2.2': noUploads,
  'V5.2.3': noUploads,
  'V5.3.1': noUploads,
  'V5.3.2': [
    by('cli/check', 'security 134: follows no link, neither of a file nor of `shared`'),
    by('language/load', 'security 134: does not take … for a file of flows'),
    by('language/theme', 'names pictures of its own folder only'),
  ],
  'V5.4.1': noUploads,
  'V5.4.2': noUploads,
  'V5.4.3': noUploads,
}
