/**
 * certificate: takes the client certificate that the browser has shown to the proxy in front (RFC 9440), and checks
 * nothing but that it is one. Nothing of it is stored: it is handed on, in memory, to the states that run in the
 * same submission.
 *
 *     offer: [certificate, credentials]
 *     on: { certificate.success: staff-key, credentials.success: staff, ... }
 *
 * Whatever comes of it an attempt is spent: whose it is says what follows. Where the session holds a proof by
 * `verify-certificate`, that stands for what would be shown, and the account is known.
 *
 * | outcome | when                                                  |
 * | ------- | ----------------------------------------------------- |
 * | success | a certificate was shown                               |
 * | invalid | none was shown, or none that can be read              |
 */
import { defineStep } from '../../language/step.ts'
import { given, handed, handsOver } from '../handed-on.ts'
import { readCertificate } from '../verify/certificate.ts'

export const certificate = defineStep({
  declaration: {
    type: 'certificate',
    ...handsOver,
    handsOn: 'verify-certificate',
    presents: 'certificate',
    outcomes: {
      success: [given('shows the certificate of their browser')],
      invalid: [{ by: 'person', enact: 'shows no certificate' }],
    },
  },
  params: {},
  fields: [],

  async work({ input }) {
    if (!readCertificate(input.certificate ?? '')) return { outcome: 'invalid' }
    return handed
  },
})
