/**
 * verify-ticket: has the plug-in of one directory say whose ticket was just sent.
 *
 *     run: verify-ticket
 *     with: { directory: staff }
 *
 * Whoever the plug-in names must be of the directory's realm, and have an entry. Who has come by it is known as by
 * `verify`.
 *
 * | outcome     | when                                                                                |
 * | ----------- | ----------------------------------------------------------------------------------- |
 * | success     | an entry's, and the account here is active                                          |
 * | unknown     | an entry's, and nobody we know; the directory makes accounts, or none is needed     |
 * | disabled    | an entry's, and nobody we know; the directory makes none, and one is needed         |
 * | blocked     | an entry's, and the account here or the entry is locked, disabled or not current    |
 * | invalid     | good for nothing, of another realm, or no entry's                                   |
 * | unavailable | the directory is switched off or takes none, or none was sent just before           |
 */
import { verifyPresented } from '../verify/presented.ts'

export const verifyTicket = verifyPresented({
  presented: 'ticket',
  amr: 'wia',
  // How they have come by the ticket is not told: mostly by a password, the weakest kind.
  factor: 'knowledge',
  phishingResistant: false,
  credential: (ticket) => ({ kind: 'ticket', ticket }),
})
