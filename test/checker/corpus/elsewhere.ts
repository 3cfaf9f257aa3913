/**
 * Published vulnerabilities of login systems that are not about what a flow says: no model of flows can find
 * them. Each with what they are about instead.
 */
export const elsewhere: Readonly<Record<string, string>> = {
  'CVE-2025-53942':
    'whether an account is active is read where a session is written, not by the flow',
  'CVE-2025-64708': 'a deadline is compared with the clock when it is used; the model has no clock',
  'CVE-2025-29928': 'a session that was ended must be gone from the store that is read',
  'CVE-2026-25748': 'how a malformed cookie is read, before any login is known',
  'GHSA-5wcc-hf24-rf5h': 'a header of the client is believed; conditions here cannot read one',
  'CVE-2026-47201, CVE-2026-25922, GHSA-cqj8-fxxf-9pg7': 'which bytes of an assertion were signed',
  'CVE-2026-57580, CVE-2026-40165': 'two parsers read one name differently',
  'CVE-2026-49443': 'who may change a link by the administration',
  'CVE-2026-25227': 'a preview runs what its author wrote; conditions here run nothing',
  'CVE-2024-23647': 'the proof key of an authorization code, at the token endpoint',
  'CVE-2024-52289': 'how a redirect address is compared',
  'CVE-2026-9087': 'what the mail proves that confirms a link; no mail confirms one here',
  'CVE-2025-7365': 'what a form may change after it was verified',
  'CVE-2026-16442':
    'a second entrance for answers of upstreams; there is one, and it asks for the attempt',
  'CVE-2026-2603, CVE-2026-1486':
    'whether a connection is switched on is live, and outside of the flow',
  'CVE-2023-0264': 'an authorization code is bound to the client that asked for it',
  'CVE-2025-12390': 'the identifier of a session is made anew for another person',
  'CVE-2026-8830': 'what is asked of a new passkey is verified by the server, within the step',
  'WSO2-2021-1605': 'the key of an association is the upstream and its subject, in the store',
  'CVE-2024-1248': 'which groups are written where an account is made, within the step',
  'CVE-2025-11850': 'names and associations are unique over the whole store',
  'CVE-2024-9517, CVE-2025-12624': 'tokens that outlive the account, at the token endpoint',
  'CVE-2024-8122, WSO2-2020-0787': 'how long a code lasts, within the step that made it',
  'CVE-2024-6832, CVE-2024-5617': 'which account a wrong guess is counted for',
  'CVE-2025-9973, CVE-2025-0663': 'keys and rows of one organisation, kept from another',
  'CVE-2026-105215': 'an identity is taken from what was verified, not from what a client sends',
  'CVE-2026-109372': 'an answer is verified with the connection that its attempt was made for',
  'CVE-2026-109373, CVE-2026-119128': 'cookies that anybody can make',
  'CVE-2026-105211': 'a code is told to whoever asks for it to be sent',
  'CVE-2025-64717': 'whether a connection is switched on is live, and outside of the flow',
  'GHSA-mq4x-r2w3-j7mr': 'which hosts can read a cookie',
  'CVE-2026-15612':
    'a claim that is missing must fail like one that is wrong, at the upstream client',
  'CVE-2026-56739': 'which addresses the server itself calls',
  'CVE-2026-110862, CVE-2026-110864': 'a sealed value is refused for another purpose',
  'CVE-2026-45337': 'who may approve a device code; there are none here',
  'CVE-2024-45042':
    'a level that was stored and is out of date; here it is worked out from the proofs',
  'CVE-2021-32637': 'a malformed address is answered with success by a proxy',
  'Authelia 4.39.20': 'one canonical form of names at every door',
  'CVE-2026-19349': 'a sealed value is refused for another purpose',
  'CVE-2026-92289': 'how a client proves itself at the token endpoint',
  'CVE-2024-45160': 'an empty secret of a client',
  'GHSA-9v87-664x-72qc': 'requests that share what is kept in memory',
  'CVE-2025-6015': 'guesses and codes are counted in the store, once each',
  'CVE-2022-39222': 'who reads the page that shows a code; none does here',
  'CVE-2026-107276, CVE-2026-103655': 'a code is spent in the statement that accepts it',
  'CVE-2026-28787': 'a challenge is kept by the server, within the step',
  'CVE-2026-81888':
    'a state that is missing must fail like one that is wrong, at the upstream client',
  'CVE-2026-73420': 'an address is made canonical before it is looked at',
  'CVE-2026-27959': 'a host name of the request; the issuer here is configured',
  'CVE-2016-20018': 'what a value of a query may be',
}
