/** Names and values of our own cookies. */
import type { Settings } from './settings.ts'

/**
 * `__Host-` keeps a sibling host from setting it (RFC 6265bis, section 4.1.3.2); it needs https. Ports do
 * not separate cookies, so on plain http the name carries the port.
 */
export function cookieNameOf({ issuer, organisation }: Settings, what: string): string {
  if (!/^[a-z0-9-]+$/.test(organisation)) throw new TypeError('organisation cannot name a cookie')
  return issuer.protocol === 'https:'
    ? `__Host-sallyport-${organisation}-${what}`
    : `sallyport-${issuer.port || '80'}-${organisation}-${what}`
}

export function cookieValues(header: string, name: string): readonly string[] {
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
}

/** 256 bits in base64url. */
export function isSecret(value: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(value)
}
