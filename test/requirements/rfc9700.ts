/** RFC 9700, Best Current Practice for OAuth 2.0 Security, by section: as a server, and as a client of upstreams. */
import { by, operations, type Table } from './row.ts'

const exactAddress = by(
  'http/applications',
  'security 36: is answered at the address that it registered',
)
const pkce = by('http/applications', 'security 39: gets no code without PKCE by SHA-256')
const mixUp = [
  by('flows/upstream-faults', 'security 51: from another issuer'),
  by('flows/upstream-faults', "security 51: at another connection's callback"),
  by('cli/thrift', 'believes no answer of another issuer (RFC 9207)'),
]
const refreshed = [
  by('http/tokens', 'loses what a refresh token has given when an old one comes again'),
  by('flows/session', 'a refresh token ends with its grant, 14 days after'),
  by('flows/browser', 'security 35: after signing out no cookie, token or tab'),
]

export const rfc9700: Table = {
  // Redirects: exact addresses, no open redirector, PKCE or nonce against forged requests, no mix-up.
  '2.1': [exactAddress, pkce, ...mixUp],
  // Code: PKCE with S256, said in the metadata, and bound to the request as a client.
  '2.1.1': [
    pkce,
    by('steps/oidc', 'is asked with code, PKCE, state and nonce, each of its own'),
    by('steps/oauth2', 'is given the verifier of its challenge'),
  ],
  // Implicit: not at all.
  '2.1.2': [by('http/tokens', 'is answered with a code alone, and has no grant by a password')],
  // Access tokens bound to their sender, which it recommends.
  '2.2.1': [
    by('http/tokens', 'has a token that nobody else can use, where it asks for one (DPoP)'),
  ],
  '2.2.2': refreshed,
  // Access tokens for as little as can be.
  '2.3': [
    by('flows/my-account', 'takes no other token: none, of another application'),
    by(
      'http/admin',
      'a viewer sees everything and changes nothing, and so does whoever asked for no more',
    ),
  ],
  '2.4': [by('http/tokens', 'is answered with a code alone, and has no grant by a password')],
  '2.5': [
    by('http/applications', 'security 45: is who it says by its own secret'),
    {
      except:
        'It recommends keys in place of shared secrets (`private_key_jwt`), which applications cannot have here.',
    },
  ],
  // Metadata (RFC 8414), no user input as a client id or subject, TLS throughout.
  '2.6': [
    by('conformance/op-logout', 'oidcc-discovery-endpoint-verification'),
    by('http/pipeline', 'ask for https ever after, when the issuer is https'),
    operations('TLS and proxies'),
  ],

  // Insufficient validation of redirect addresses.
  '4.1': [exactAddress],
  // Leaks by Referer.
  '4.2': [
    by('http/pipeline', 'protect … (security 26 and 27)'),
    by('flows/browser', 'security 27: no page loads or sends anything'),
    by('conformance/op-basic', 'oidcc-codereuse'),
  ],
  // Leaks by the history of the browser.
  '4.3': [
    by('conformance/op-basic', 'oidcc-codereuse'),
    by('http/tokens', 'has a minute to redeem its code'),
    by('http/tokens', 'is answered with a code alone, and has no grant by a password'),
  ],
  // Mix-up, as a client of several upstreams.
  '4.4': mixUp,
  // A code that is injected.
  '4.5': [
    pkce,
    by('flows/upstream-faults', 'security 49: with the state of another browser is refused'),
    by('conformance/rp', 'oidcc-client-test-nonce-unless-code-flow'),
  ],
  // An access token that is injected: none comes by the browser.
  '4.6': [
    by('http/tokens', 'is answered with a code alone, and has no grant by a password'),
    by('flows/upstream-faults', 'security 65: what a client says of itself is nobody'),
  ],
  // Forged requests.
  '4.7': [
    by('http/callback', 'is refused before anything is asked: … (security 49 and 132)'),
    by('flows/upstream-faults', 'security 49: a second time is refused'),
  ],
  // PKCE that is taken out on the way.
  '4.8': [pkce],
  // Access tokens that leak at a resource server: those of ours are for one API each.
  '4.9': [by('flows/my-account', 'takes no other token: none, of another application')],
  // Stolen access tokens.
  '4.10': [
    by('http/tokens', 'has a token that nobody else can use, where it asks for one (DPoP)'),
    by('flows/logout', 'is worth nothing once it is …: session, refresh token, access token'),
  ],
  // Open redirection.
  '4.11': [
    exactAddress,
    by('http/leave', 'never leads to an address that is not of the web (security 30)'),
    by('flows/account-pages', 'by an answer to something else, and no way back leads elsewhere'),
  ],
  // 307 after a credential.
  '4.12': [
    by('http/leave', 'is 303 after every credential, never 307 (security 34)'),
    by('flows/browser', 'security 34: what follows a credential is never a redirect'),
  ],
  // Proxies that end TLS.
  '4.13': [
    by(
      'http/client-address',
      'I-11: the header is nothing to whoever is not behind a trusted proxy',
    ),
    by('http/pipeline', 'comes from the issuer for everything downstream, whatever a header says'),
    operations('TLS and proxies'),
  ],
  '4.14': refreshed,
  // A client that is taken for a person: subjects of accounts and names of clients are drawn apart.
  '4.15': [
    by('http/scim', 'security 139: nobody without a token for it'),
    by('flows/my-account', 'takes no other token: none, of another application'),
  ],
  // Clickjacking.
  '4.16': [by('flows/browser', 'security 26, security 27: every answer, of whatever status')],
  '4.17': {
    why: 'No answer is handed over by a message between windows: there is no such response mode.',
  },
}

const attacks = Array.from({ length: 17 }, (_, index) => `4.${index + 1}`)
const practices = ['2.1', '2.1.1', '2.1.2', '2.2.1', '2.2.2', '2.3', '2.4', '2.5', '2.6']
/** Those that ask something of a server or a client. */
export const rfc9700Sections = [...practices, ...attacks]
