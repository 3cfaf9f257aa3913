/**
 * ticket: takes the ticket of the network that the browser sends once it is asked for it (SPNEGO over HTTP,
 * RFC 4559), and checks nothing but that it can be one. Nothing of it is stored: it is handed on, in memory, to the
 * states that run in the same submission.
 *
 *     offer: [ticket, credentials]
 *     on: { ticket.success: staff-ticket, credentials.success: staff, ... }
 *
 * A browser that has sent none is asked for one, and that spends nothing. Whatever comes of one that was sent, an
 * attempt is spent: whose it is says what follows. Where the session holds a proof by `verify-ticket`, that stands
 * for what would be sent, and the account is known.
 *
 * | outcome | when                                                  |
 * | ------- | ----------------------------------------------------- |
 * | success | a ticket was sent                                     |
 * | invalid | what was sent is none, as NTLM is none                |
 */
import { defineStep } from '../../language/step.ts'
import { given, handed, handsOver } from '../handed-on.ts'

/** How the first token of a context begins: `[APPLICATION 0]` (RFC 2743, 3.1). */
const firstToken = 0x60

export const ticket = defineStep({
  declaration: {
    type: 'ticket',
    ...handsOver,
    handsOn: 'verify-ticket',
    presents: 'ticket',
    outcomes: {
      success: [given('sends the ticket of their network')],
      invalid: [{ by: 'person', enact: 'sends what is no ticket' }],
    },
  },
  params: {},
  fields: [],

  async work({ input: { ticket: sent = '' } }) {
    if (Buffer.from(sent, 'base64')[0] !== firstToken) return { outcome: 'invalid' }
    return handed
  },
})
