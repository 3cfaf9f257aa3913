/** Addresses and networks (RFC 4632, RFC 4291), as conditions over `network.address` know them. */
import ipaddr from 'ipaddr.js'

type Range = readonly [first: ipaddr.IPv4 | ipaddr.IPv6, prefix: number]

/**
 * An IPv4 address in its mapped form (RFC 4291, section 2.5.5.2) is the IPv4 address. Nothing but four decimal
 * parts is one: what `0x7f.1` or `127.1` means differs from library to library.
 *
 * @returns `undefined` for what is no address
 */
export function readAddress(text: string): Address | undefined {
  const isOne = ipaddr.IPv6.isValid(text) || ipaddr.IPv4.isValidFourPartDecimal(text)
  return isOne && !text.includes('%') ? new Address(ipaddr.process(text)) : undefined
}

/** @returns `undefined` for what is no network, also for one with bits set behind its prefix */
export function readNetwork(text: string): Network | undefined {
  const [first = '', prefix = '', ...more] = text.split('/')
  const address = readAddress(first)
  if (!address || more.length > 0 || !/^(?:0|[1-9]\d{0,2})$/.test(prefix)) return undefined
  if (first.includes(':') !== (address.value.kind() === 'ipv6')) return undefined
  const bits = address.value.toByteArray().length * 8
  if (Number(prefix) > bits) return undefined
  const network = new Network([address.value, Number(prefix)])
  return String(network.first) === String(address) ? network : undefined
}

export class Address {
  readonly value: ipaddr.IPv4 | ipaddr.IPv6

  constructor(value: ipaddr.IPv4 | ipaddr.IPv6) {
    this.value = value
  }

  /** @throws {TypeError} when the text is no network: a file is not loaded with such a one */
  inNetwork(text: string): boolean {
    const network = readNetwork(text)
    if (!network) throw new TypeError(`${text} is no network`)
    return network.has(this)
  }

  /** Who may be behind it: of IPv6 the /64, which one subscriber has whole (RFC 6177). */
  get source(): string {
    if (this.value.kind() === 'ipv4') return String(this)
    return `${new Network([this.value, 64]).first}/64`
  }

  /** Whether anybody on the internet may be there; not where it is private, local, reserved or a tunnel. */
  get isPublic(): boolean {
    return this.value.range() === 'unicast'
  }

  toString(): string {
    return this.value.toString()
  }
}

export class Network {
  readonly #range: Range

  constructor(range: Range) {
    this.#range = range
  }

  /** An address of the other family is in no network of this one. */
  has({ value }: Address): boolean {
    const [first, prefix] = this.#range
    return value.kind() === first.kind() && value.match([first, prefix] as never)
  }

  get first(): Address {
    return this.#edge(0)
  }

  /** The address that follows the last one; `undefined` where there is none. */
  get next(): Address | undefined {
    const bytes = this.#edge(0xff).value.toByteArray()
    for (let at = bytes.length - 1; at >= 0; at--) {
      bytes[at] = (bytes[at]! + 1) & 0xff
      if (bytes[at] !== 0) return new Address(ipaddr.fromByteArray(bytes))
    }
    return undefined
  }

  /** The address with all bits behind the prefix cleared, or set. */
  #edge(fill: 0 | 0xff): Address {
    const [value, prefix] = this.#range
    const bytes = value.toByteArray().map((byte, at) => {
      const kept = Math.min(8, Math.max(0, prefix - at * 8))
      const mask = (0xff << (8 - kept)) & 0xff
      return (byte & mask) | (fill & ~mask)
    })
    return new Address(ipaddr.fromByteArray(bytes))
  }
}
