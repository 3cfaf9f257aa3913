/** What the HTTP room has to be told about where it stands. */
import type { Network } from '../language/network.ts'
import { defaultOrganisation } from '../language/settings.ts'
import type { Theme } from '../language/theme.ts'

export interface Settings {
  /**
   * The issuer's address. Every link, cookie and check is made from it; what a request says about its
   * own host, scheme or port is believed nowhere.
   */
  readonly issuer: URL
  /** The organisation that the issuer belongs to: lower-case letters, digits and hyphens. */
  readonly organisation: string
  /** Networks of the proxies in front of this server, whose `X-Forwarded-For` is believed; absent: none. */
  readonly trustedProxies?: readonly Network[]
  /**
   * Whether those proxies tell of client certificates in `Client-Cert` (RFC 9440), and take out what a client has
   * written there itself; absent: the header means nothing.
   */
  readonly clientCertificates?: boolean
  /** The look of the pages; absent: the built-in one. */
  readonly theme?: Theme
}

/** The issuer's path, without a slash at its end: what every route begins with. */
export function basePath(settings: Pick<Settings, 'issuer'>): string {
  return settings.issuer.pathname.replace(/\/$/, '')
}

/** An absolute address below the issuer. */
export function addressOf(settings: Pick<Settings, 'issuer'>, path: string): string {
  return `${settings.issuer.origin}${basePath(settings)}${path}`
}

/**
 * The issuer of an organisation: `default` has the server's own address, every other `/o/<name>` below it.
 *
 * @param server the server's address
 */
export function issuerOf(server: URL, organisation: string): URL {
  if (organisation === defaultOrganisation) return server
  return new URL(`${server.href.replace(/\/$/, '')}/o/${organisation}`)
}
