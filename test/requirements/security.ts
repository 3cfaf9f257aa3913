/**
 * The catalogue of attacks and faults, by number and in its groups: the test that shows what the server does,
 * or why there is none. A number that has no entry in the catalogue is none here. A test's name may stand
 * here by its beginning, and `…` in it for what differs from case to case.
 */
import { by, type Table } from './row.ts'

/** One test for each fault of a list; what is in the list is looked at as well. */
const faults = by('flows/upstream-faults', 'security …: …')
const troubles = by('flows/upstream-faults', 'security …: … at …')

/** The groups of the catalogue, in its order. */
export const groups: Readonly<Record<string, Table>> = {
  'A. Flow integrity': {
    1: [by('flows/integrity', 'security 1, scenario 14')],
    2: [by('flows/integrity', 'security 2: an empty answer completes no step')],
    4: [by('flows/integrity', 'security 4: an answer that was accepted')],
    5: [by('flows/integrity', 'security 5: a login that is over takes nothing')],
    6: [by('flows/integrity', 'security 6: of two tabs at one login')],
    7: [
      by('flows/integrity', 'security 7: of forty right passwords'),
      by('flows/integrity', 'security 7: of forty right codes'),
    ],
    9: [
      by('flows/integrity', 'security 9: the page of before'),
      by('flows/integrity', 'security 9: the offered way back'),
      by('http/leave', 'does not trap the Back button'),
    ],
    10: [by('flows/integrity', 'security 10: Back out of an upstream')],
    11: [
      by('flows/integrity', 'security 11: who cancels is sent back'),
      by('flows/browser', 'security 24: a login is restarted only from its own page'),
    ],
    12: [by('flows/integrity', 'security 12: a login ends on the definition')],
    14: [
      by('flows/choosing', 'security 14: a login of an application that was taken away'),
      by('cli/application', 'security 14: is refused at the next request of whoever is on the way'),
      by('cli/application', 'security 14: begins no login'),
      by('cli/application', 'security 14: no code is redeemed'),
    ],
    15: [
      by('flows/upstream-faults', 'security 15: answers for a connection that was switched off'),
    ],
    // Both patterns of CVE-2025-15039 are rows of the corpus, played with and without our rule.
    16: [by('testing/engine-corpus.long', '… (…): …: shows where the engine lacks the rule')],
    17: [by('language/compile', 'never lets an error skip anything')],
    19: [by('testing/goes-round', 'ends as an error that the application is told')],
    20: [by('flows/integrity', 'security 20: the id alone is worth nothing')],
  },

  'B. Browser session, CSRF, headers': {
    21: [by('flows/session', 'security 21: the session has a new id')],
    22: [
      by('http/applications', 'security 22: are for this host alone'),
      by('flows/sibling-chromium.long', 'security 22: what a sibling domain sets'),
    ],
    24: [
      by('flows/browser', 'security 24: every form of a login'),
      by('flows/browser', 'security 24: every answer to the API'),
      by('flows/browser', 'security 24: nobody is signed out'),
    ],
    25: [by('flows/browser', 'security 25: looking changes nothing')],
    26: [by('flows/browser', 'security 26, security 27: every answer')],
    27: [
      by('flows/browser', 'security 26, security 27: every answer'),
      by('flows/browser', 'security 27: no page loads or sends anything'),
    ],
    29: [
      by('http/callback', 'that is posted by another site is kept'),
      by('flows/saml-chromium.long', 'security 29: that another site posts'),
    ],
    30: [by('http/leave', 'never leads to an address that is not of the web')],
    31: [by('http/pipeline', 'comes from the issuer for everything downstream')],
    32: [by('flows/browser', 'security 32: cookies that nobody made')],
    34: [by('flows/browser', 'security 34: what follows a credential')],
    35: [
      by('flows/browser', 'security 35: after signing out'),
      by('flows/browser', 'security 35: a locked account loses'),
    ],
  },

  'C. We as OpenID Provider': {
    36: [by('http/applications', 'security 36: is answered at the address')],
    37: [
      by('faults/races', 'redeemed 40 times at once gives tokens once'),
      by('conformance/op-basic', 'oidcc-codereuse'),
    ],
    39: [by('http/applications', 'security 39: gets no code without PKCE')],
    40: [
      by('flows/session', 'security 40: prompt=login asks again'),
      by('flows/session', 'security 40: max_age asks for proofs'),
      by('flows/session', 'an essential acr that is not reached'),
    ],
    41: [by('flows/session', 'security 41: prompt=none asks nothing')],
    42: [by('http/applications', 'security 42: an interaction is finished')],
    44: [
      by('conformance/op-basic', 'oidcc-request-uri-unsigned'),
      by('conformance/op-basic', 'oidcc-unsigned-request-object'),
    ],
    45: [by('http/applications', 'security 45: is who it says by its own secret')],
    46: [by('http/provider', 'learns of its own tokens only')],
    47: [by('http/applications', 'security 47: its ID token says')],
  },

  'D. Upstream federation': {
    49: [
      by('flows/upstream-faults', '… is refused, asks nothing and changes nothing'),
      by('flows/upstream-faults', 'security 49: with the state of another browser'),
      by('flows/upstream-faults', 'security 49: a second time is refused'),
    ],
    50: [faults],
    51: [
      faults,
      by('flows/upstream-faults', 'security 51: from another issuer'),
      by('flows/upstream-faults', "security 51: at another connection's callback"),
    ],
    52: [by('flows/upstream-faults', 'security 52, scenario 14')],
    54: [faults],
    55: [faults],
    56: [faults],
    57: [faults, by('flows/upstream-faults', 'security 57: its metadata elsewhere')],
    59: [by('flows/upstream-faults', 'security 59: may change its key')],
    60: [troubles, by('faults/upstream', '…: nobody is anybody, nothing is spent')],
    61: [
      troubles,
      by('flows/upstream-faults', 'security 61: hangs for many'),
      by('flows/tarpit.long', 'security 61: keeps nobody else'),
    ],
    62: [by('flows/upstream-faults', 'security 62: whom it lets in no more')],
    64: [by('flows/upstream-faults', 'security 64: of which nothing was asked')],
    65: [by('flows/upstream-faults', 'security 65: what a client says of itself')],
    66: [
      by('flows/step-up', 'security 66: an upstream that is '),
      by('flows/upstream-faults', 'security 66: says that it has asked'),
    ],
  },

  'E. JIT provisioning, linking, mapping': {
    67: [
      by('faults/races', 'make one account and one association at their first logins'),
      by('faults/races', 'make one link when they all prove the account at once'),
    ],
    69: [
      by('flows/link', 'scenario 8 (b): no link where the address'),
      by('flows/provision', "scenario 7: whoever has jane's address"),
    ],
    70: [by('flows/mapping', 'security 70: somebody who takes an address there')],
    71: [
      by('flows/link', 'security 71: an account that somebody else has registered'),
      by('flows/link', 'security 71: the other way round'),
    ],
    72: [
      by('flows/link', 'security 72: an unexpired session'),
      by('flows/link', 'security 72: a trojan identity'),
      by('flows/link', 'security 72: an upstream that verifies no address'),
    ],
    74: [
      by('flows/collect', 'asks once for an address that is missing'),
      by('steps/collect', 'changes nothing that is known, whatever is sent along'),
    ],
    75: [
      by('flows/link', 'scenario 8 (a): whoever cannot prove the account'),
      by('flows/link', 'scenario 8 (a): the password without the second factor'),
      by('flows/link', 'scenario 8 (a): a second factor of the upstream'),
    ],
    76: [
      by('flows/provision', 'scenario 7: nobody becomes jane for being called'),
      by('flows/provision', 'scenario 7: where the flow says so, whoever is called jane'),
    ],
    77: [
      by('flows/provision', 'security 77: nobody is given a name that looks like'),
      by('steps/provision', 'does not call anybody'),
    ],
    79: [
      by('flows/mapping', 'security 79: '),
      by('language/attribute', 'takes what is too deep, too long or too much for unsaid'),
    ],
    80: [by('flows/mapping', 'security 80: '), by('steps/assign', 'is nothing for ')],
    81: [by('flows/mapping', 'security 81: a group that is gone there')],
    82: [by('checker/check', 'security 82, I-05: groups that are given before')],
    84: [
      by('flows/shut-out.long', 'security 84: is not let in when …, by …'),
      by('flows/shut-out.long', 'security 84: is not let in when … at the last moment'),
      by('flows/passkeys', 'security 84: a passkey does not open an account'),
    ],
    85: [
      by('flows/shut-out.long', 'security 85: is never taken for an account of their name'),
      by('flows/shut-out.long', 'security 85: is refused by the checker'),
    ],
  },

  'F. Password and TOTP': {
    86: [by('steps/password', 'counts only the password of the account')],
    87: [by('flows/passkeys', 'security 87: whoever cannot guess the password')],
    89: [by('flows/codes-security', 'security 89: forty wrong ones at once')],
    90: [
      by('flows/codes-security', 'security 90: every step that takes what can be guessed'),
      by('flows/codes-security', 'security 90: an address that is to be proven'),
    ],
    91: [by('steps/totp', 'refuses the same code again')],
    92: [by('flows/integrity', 'security 7: of forty right codes')],
    94: [by('steps/totp', 'is taken in its window and in no other')],
    95: [
      by('steps/enrol-totp', 'puts the app on file for the right code'),
      by('flows/passkeys', 'I-30: a stolen password adds no passkey'),
    ],
    96: [by('flows/codes-security', 'security 96: no flow lets anybody in by')],
    97: [by('steps/totp', 'hands out neither the secret nor a code')],
    99: [by('steps/password', 'tells passwords of … characters apart')],
    100: [by('steps/password', 'matches nothing with what is no hash of ours')],
    101: [by('http/api', 'of the wrong shape moves nothing')],
  },

  'G. WebAuthn': {
    102: [by('flows/passkeys', 'security 102: a challenge is good for one answer')],
    104: [by('steps/webauthn', '…: is refused for any other party')],
    105: [by('flows/passkeys', "security 105: another person's passkey")],
    106: [by('steps/webauthn', 'a counter that is … after 1')],
    107: [by('steps/webauthn', 'tells a device that has verified nobody')],
    109: [by('flows/passkeys', 'I-30: a stolen password adds no passkey')],
    110: [by('steps/webauthn', 'damaged data of the authenticator')],
    111: [by('flows/passkeys', '…: all look like')],
  },

  'H. MFA policy, remembered device, step-up': {
    112: [
      by('flows/step-up', 'security 112: whichever way in is chosen'),
      by('checker/check', 'A-50: a skipped second factor that is not declared weaker'),
    ],
    114: [by('flows/taint', 'security 114, I-11')],
    115: [
      by('flows/step-up', 'security 115: an app that was added in another tab'),
      by('flows/step-up', 'security 115, I-30: whoever stands at the form'),
      by('flows/step-up', 'security 115, I-30: finds a flow that lets'),
    ],
    116: [by('flows/step-up', 'security 116: where a second factor is ')],
    117: [by('flows/step-up', 'security 117: who must add a second factor')],
    119: [by('flows/half-way', 'security 119: is nobody everywhere')],
    120: [
      by('flows/step-up', "security 120: nobody steps up in somebody else's session"),
      by('steps/federated', 'is invalid with a person …'),
    ],
    121: [
      by('checker/routes', 'security 121: that asks for less than the first'),
      by('flows/recover', 'is replaced by a code from the mailbox'),
    ],
  },

  'I. Enumeration, lockout, resource exhaustion': {
    122: [
      by('flows/enumeration', 'security 122: is told by no answer to a wrong password'),
      by('flows/enumeration.long', 'security 122: is told neither by the time'),
    ],
    124: [by('flows/enumeration', 'security 124: is told by no question for a passkey')],
    125: [
      by('flows/limits', 'security 125: signs in where the account knows the browser'),
      by('flows/limits', 'security 125: has no more guesses for a browser'),
      by('flows/limits', "security 125: knows nobody by somebody else's session"),
      by('flows/passkeys', 'security 87: whoever cannot guess the password'),
      by('flows/limits', 'is so many wrong answers, for whomever'),
      by('flows/limits', 'is counted for a whole /64'),
    ],
    126: [by('faults/slow-clients.long', 'security 126: keep nobody from signing in')],
    127: [by('http/pipeline', 'refuse a body of more than 16 KiB')],
    129: [by('faults/busy', 'wait for their turn')],
    130: [by('language/conditions', 'takes no time to speak of')],
  },

  'J. Input, configuration, expressions': {
    131: [by('http/pipeline', 'that would poison a prototype are refused')],
    132: [by('http/pipeline', 'with a name that comes twice are refused')],
    134: [by('cli/check', 'security 134: refuses a file that is not in the folder')],
    135: [by('cli/check', 'security 135: does not read all of a file')],
    136: [by('cli/serve', 'security 136: …'), by('cli/serve', "security 136: a demo's database")],
    137: [by('http/admin', 'never lose their last administrator')],
    139: [by('http/admin', 'tell nothing of a secret, wherever they are shown')],
    140: [by('http/scim', 'security 140: has a name and an externalId')],
    141: [
      by('http/injection.long', 'security 141: is never a part of a statement'),
      by('tidy', 'security 141: have no value in their text'),
      by('tidy', 'security 141: stand where they are made'),
    ],
    142: [by('http/pipeline', 'cannot be overridden by a header')],
  },

  'K. Secrets, logs, keys': {
    144: [by('flows/secrets', 'security 144: has nothing secret in it but the code')],
    145: [by('cli/log', 'security 145: ')],
    146: [
      by('flows/audit', 'security 146: has each success, failure, lock, link and grant once'),
      by('flows/audit', 'security 146: has a success when somebody is let in and not before'),
      { by: 'store/conformance/logins.ts', test: 'has its audit with it, or neither is there' },
    ],
    147: [
      { by: 'store/conformance/logins.ts', test: 'with a forged position, digest, browser' },
      by('faults/corruption.long', 'lets nobody in who has not proven it'),
    ],
    149: [
      by('faults/secrets.long', 'security 149: in the middle of a hundred logins'),
      by('faults/secrets.long', 'security 149: opens what people have on file'),
      by('faults/secrets.long', 'security 149: without the one of before'),
    ],
    150: [
      by('flows/organisations-apart', '… refuses every identifier'),
      by('http/admin', 'no administrator of another organisation'),
    ],
  },

  'L. Durability and faults': {
    151: [by('faults/crash.long', '…: it goes on, and nothing is doubled or left open')],
    152: [by('faults/failpoints.long', '…: may be lost with the whole process, or fail')],
    154: [by('flows/integrity', 'features 2, timeout: a login past its deadline')],
    155: [
      by('faults/database', 'is told to the operator, leaves nothing half-written'),
      by('faults/disk.long', 'by being full, with room for k pages more'),
      by('store/driver-errors', 'says that its disk is full'),
    ],
    156: [by('faults/disk.long', '…: nobody is told of what is not there')],
    157: [
      by('faults/database', 'at a step: the person is asked to try again'),
      by('faults/database', 'between the work of a step and its commit'),
      by('faults/database', 'at the request, the answer and the tokens'),
    ],
    159: [
      by('simulation/simulation', 'finds nothing that must not be, and logins of every end'),
      by('faults/connections.long', 'says of a commit nothing, for the wire is cut'),
    ],
    160: [by('store/postgres', 'security 160: costs one of them its transaction')],
    161: [by('faults/slow-database.long', 'has whoever waits too long come again')],
    162: {
      why: 'What comes back with a backup, and what to do about it, is in the guide to operations: only an operator knows.',
    },
    164: [
      {
        by: 'store/conformance/migrations.ts',
        test: 'that three nodes open together is migrated once',
      },
      by('store/migrations', 'go back to nothing, and forth again'),
    ],
    165: [by('faults/memory.long', 'ends, with nothing half-done')],
    166: [by('http/pipeline', 'that are bugs say nothing but a support id')],
  },

  'M. Many nodes, time, life cycle': {
    167: [by('postgres.long', 'keeps every promise that the tests of whole flows make on SQLite')],
    169: [
      {
        by: 'store/conformance/claims.ts',
        test: 'is lost to whoever takes the login after the deadline',
      },
      by('faults/nodes.long', 'stands still in the middle of work'),
    ],
    170: [
      by('faults/time', 'security 170: … lets nobody in with what was proven before'),
      by('faults/time', 'security 170: back by an hour'),
    ],
    171: [
      {
        by: 'store/conformance/claims.ts',
        test: 'is taken over by a node whose clock is a minute ahead',
      },
      by('faults/nodes.long', 'is a minute ahead: nothing is given twice'),
    ],
    // Another node with other files is what a restart with other files is: the login names its definition.
    172: [by('flows/integrity', 'security 12: a login ends on the definition')],
    174: [
      by('faults/stopping.long', 'security 174: while it hashes'),
      by('faults/stopping.long', 'security 174: while a person is at an upstream'),
    ],
    175: [{ by: 'store/conformance/sweep.ts', test: 'of two at once takes each row once' }],
    176: [by('faults/soak.long', 'keeps no more rows, handles and memory')],
    177: [
      by('simulation/simulation', 'of the same seed is the same history'),
      by('simulation/simulation.long', 'of 10,000 seeds: nothing is lost'),
    ],
  },
}

export const security: Table = Object.assign({}, ...Object.values(groups))
