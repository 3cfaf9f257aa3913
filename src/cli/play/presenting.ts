/** What somebody's browser presents where a story has them show a certificate or a ticket. */
import type { Presented, PresentedKind } from '../../language/declaration.ts'
import type { TicketVerifier } from '../../language/plug-in.ts'
import { type Authority, commonName } from './authority.ts'
import type { Intent, Person } from './person.ts'

/** The realm of every directory on a stage that takes tickets. */
export const realm = 'STAGE.EXAMPLE'

/** How NTLM begins: no ticket. */
const ntlm = Buffer.from('NTLMSSP\0').toString('base64')
const dayMs = 86_400_000

/** @returns nothing where they have none, or show none */
export function presentedBy(
  kind: PresentedKind | undefined,
  { userName }: Pick<Person, 'userName'>,
  intent: Intent,
  { authority, nowMs }: { readonly authority: Authority; readonly nowMs: number },
): Presented {
  const isRight = intent !== 'wrongly'
  if (kind === undefined || intent === 'not-at-all') return {}
  if (kind === 'ticket') return { ticket: isRight ? ticketOf(userName) : ntlm }
  if (!isRight) return {}
  const times = { fromMs: nowMs - dayMs, untilMs: nowMs + dayMs }
  return { certificate: authority.certify({ subject: [[commonName, userName]], ...times }) }
}

/** As they go with a request, through a proxy that tells of certificates. */
export function headersWith({ certificate, ticket }: Presented): Readonly<Record<string, string>> {
  return {
    ...(certificate !== undefined && { 'client-cert': `:${certificate}:` }),
    ...(ticket !== undefined && { authorization: `Negotiate ${ticket}` }),
  }
}

/** Begins as a ticket does, and says whose it is. */
function ticketOf(userName: string): string {
  return Buffer.concat([Buffer.from([0x60]), Buffer.from(`${userName}@${realm}`)]).toString(
    'base64',
  )
}

/** Takes the word of a ticket for whose it is: good for nothing but a stage. */
export const stageVerifier: TicketVerifier = {
  verify: (ticket) => Buffer.from(ticket, 'base64').subarray(1).toString('utf8'),
}
