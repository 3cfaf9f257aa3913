/**
 * verify-certificate: checks the client certificate that was just shown against one directory.
 *
 *     run: verify-certificate
 *     with: { directory: staff }
 *
 * The proxy in front has seen the key at work and has checked the chain. Looked at here: who has signed it, whether
 * it is valid now, and whose entry it names. Who has come by it is known as by `verify`.
 *
 * | outcome     | when                                                                                |
 * | ----------- | ----------------------------------------------------------------------------------- |
 * | success     | an entry's, and the account here is active                                          |
 * | unknown     | an entry's, and nobody we know; the directory makes accounts, or none is needed     |
 * | disabled    | an entry's, and nobody we know; the directory makes none, and one is needed         |
 * | blocked     | an entry's, and the account here or the entry is locked, disabled or not current    |
 * | invalid     | not valid now, signed by somebody else, or no entry's                               |
 * | unavailable | the directory is switched off or takes none, or none was shown just before          |
 */
import { verifyPresented } from '../verify/presented.ts'

export const verifyCertificate = verifyPresented({
  presented: 'certificate',
  // RFC 8176, 2: nothing tells a key in hardware from one in a file, so it counts as the weaker of the two.
  amr: 'swk',
  factor: 'possession',
  // TLS binds it to the channel (NIST SP 800-63B-4, 3.2.5.1).
  phishingResistant: true,
  credential: (certificate, nowMs) => ({ kind: 'certificate', certificate, nowMs }),
})
