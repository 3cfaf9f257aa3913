/** OWASP ASVS 5.0, chapters 9 and 10: tokens, OAuth and OpenID Connect. */
import { by, type Table } from './row.ts'

const noConsent = {
  why: 'Applications are named by the operator in a file; what a person agrees to is asked by the `consent` step of a flow.',
}
const tokenFaults = by('steps/oidc', 'is not believed with … (security …)')

export const asvsTokens: Table = {
  'V9.1.1': [tokenFaults, by('conformance/rp', 'oidcc-client-test-idtoken-sig-rs256')],
  'V9.1.2': [tokenFaults, by('flows/upstream-faults', 'security …: …')],
  'V9.1.3': [tokenFaults, by('steps/oidc', 'is not used with … (security …)')],
  'V9.2.1': [tokenFaults],
  'V9.2.2': [
    by('flows/my-account', 'takes no other token: none, of another application, for the user info'),
    tokenFaults,
  ],
  'V9.2.3': [
    by('flows/my-account', 'takes no other token: none, of another application, for the user info'),
    tokenFaults,
  ],
  'V9.2.4': [
    by('http/applications', 'security 47: its ID token says what the login has proven'),
    by('flows/organisations-apart', 'have each their own keys, cookies and subjects'),
  ],

  'V10.1.1': [
    by('flows/secrets', 'I-42: what is typed, shared or handed over is in no row'),
    by('flows/account-pages', 'from a cache, a frame or a script: each answer says so'),
  ],
  'V10.1.2': [
    by('steps/oidc', 'is asked with code, PKCE, state and nonce, each of its own'),
    by('flows/upstream-faults', 'security 49: with the state of another browser is refused'),
  ],
  'V10.2.1': [
    by('http/callback', 'is refused before anything is asked: … (security 49 and 132)'),
    by('steps/oauth2', 'is asked with code, PKCE and state'),
  ],
  'V10.2.2': [
    by('flows/upstream-faults', 'security 51: from another issuer'),
    by('flows/upstream-faults', "security 51: at another connection's callback"),
  ],
  'V10.3.1': [by('flows/my-account', 'takes no other token: none, of another application')],
  'V10.3.2': [
    by(
      'http/admin',
      'a viewer sees everything and changes nothing, and so does whoever asked for no more',
    ),
  ],
  'V10.3.3': [by('http/admin', 'nobody whose role was withdrawn, or who was locked')],
  'V10.3.4': [
    by('flows/account-pages', 'is nothing for a form that was kept until the proof was old'),
    by('flows/my-account', 'scenario 15: a session of somebody provisioned by Google opens none'),
  ],
  'V10.4.1': [
    by('http/applications', 'security 36: is answered at the address that it registered'),
  ],
  'V10.4.2': [
    by(
      'faults/races',
      'redeemed 40 times at once gives tokens once, and what it gave is taken back',
    ),
    by('conformance/op-basic', 'oidcc-codereuse'),
  ],
  'V10.4.3': [by('http/tokens', 'has a minute to redeem its code')],
  'V10.4.4': [by('http/tokens', 'is answered with a code alone, and has no grant by a password')],
  'V10.4.5': [
    by('http/tokens', 'loses what a refresh token has given when an old one comes again'),
  ],
  'V10.4.6': [by('http/applications', 'security 39: gets no code without PKCE by SHA-256')],
  'V10.4.7': { why: 'Applications do not register themselves: there is no registration endpoint.' },
  'V10.4.8': [by('flows/session', 'a refresh token ends with its grant, 14 days after')],
  'V10.4.9': [
    by(
      'flows/account-pages',
      'are sessions: one elsewhere ends, then all others, and this one stays',
    ),
    by('flows/browser', 'security 35: after signing out no cookie, token or tab'),
    { except: 'Tokens end with the session that gave them; they are not listed one by one.' },
  ],
  'V10.4.10': [by('http/applications', 'security 45: is who it says by its own secret')],
  'V10.4.11': [
    by('http/admin', 'no application that does not say that it administers'),
    by('flows/pass-through', 'scenario 2: tells an application only what its release list has'),
  ],
  'V10.5.1': [tokenFaults, by('conformance/rp', 'oidcc-client-test-nonce-unless-code-flow')],
  'V10.5.2': [
    by('steps/federated', 'knows a person by connection and subject (A-2, I-18)'),
    by('language/settings', 'refuses …'),
  ],
  'V10.5.3': [by('conformance/rp', 'oidcc-client-test-discovery-issuer-mismatch')],
  'V10.5.4': [tokenFaults],
  'V10.5.5': {
    why: 'No upstream is told where to send logout tokens: we take none as a relying party.',
  },
  'V10.6.1': [by('http/tokens', 'is answered with a code alone, and has no grant by a password')],
  'V10.6.2': [
    by('conformance/op-logout', 'oidcc-rp-initiated-logout-no-id-token-hint'),
    by('flows/browser', 'security 24: nobody is signed out by a form of another site'),
  ],
  'V10.7.1': noConsent,
  'V10.7.2': noConsent,
  'V10.7.3': [
    by('flows/account-pages', 'are links and consents: ann takes hers back'),
    {
      except:
        'What is agreed to is what connections say of a person; applications ask for no consent of their own.',
    },
  ],
}
