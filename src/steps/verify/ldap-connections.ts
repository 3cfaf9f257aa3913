/**
 * Connections to one LDAP server: each made once, in TLS and bound before it is used, and given up at the first
 * thing that goes wrong with it.
 *
 * The library connects again by itself, without TLS and as nobody, when a connection has gone. So each of its
 * clients gets one socket here, and no second.
 */
import { connect, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectSecurely } from 'node:tls'
import { Client } from 'ldapts'
import type { ExternalDirectory } from '../../language/settings.ts'
import { Distrust } from '../federated/failure.ts'

export type LdapSettings = Extract<ExternalDirectory, { store: 'ldap' }>

export interface LdapConnections {
  /** Does something on a connection of the searching account, of those kept open if one is free. */
  searching<T>(signal: AbortSignal, work: (client: Client) => Promise<T>): Promise<T>
  /** Does something on a connection that nobody has said a name on yet, and closes it. */
  fresh<T>(signal: AbortSignal, work: (client: Client) => Promise<T>): Promise<T>
  close(): Promise<void>
}

interface Connection {
  readonly client: Client
  readonly sockets: readonly Socket[]
  idleTimer?: NodeJS.Timeout
}

/** Milliseconds; servers close what is idle, and one that is about to be closed is worth nothing. */
const idleMs = 30_000

export function openConnections(settings: LdapSettings): LdapConnections {
  const idle: Connection[] = []

  const drop = (connection: Connection) => {
    clearTimeout(connection.idleTimer)
    for (const socket of connection.sockets) {
      // The library has taken its listeners away by now, and what still goes wrong is nobody's concern.
      socket.on('error', () => {})
      socket.destroy()
    }
  }
  const keep = (connection: Connection) => {
    if (!connection.client.isConnected || idle.length >= settings.connections) {
      drop(connection)
      return
    }
    connection.idleTimer = setTimeout(() => {
      idle.splice(idle.indexOf(connection), 1)
      drop(connection)
    }, idleMs)
    connection.idleTimer.unref()
    idle.push(connection)
  }
  const takeIdle = (): Connection | undefined => {
    for (let found = idle.pop(); found; found = idle.pop()) {
      clearTimeout(found.idleTimer)
      if (found.client.isConnected && found.client.isBound === isNamed(settings)) return found
      drop(found)
    }
    return undefined
  }
  const on = async <T>(
    connection: Connection,
    signal: AbortSignal,
    work: (client: Client) => Promise<T>,
    after: (connection: Connection) => void,
  ): Promise<T> => {
    const abort = () => drop(connection)
    signal.addEventListener('abort', abort, { once: true })
    try {
      signal.throwIfAborted()
      const done = await work(connection.client)
      after(connection)
      return done
    } catch (thrown) {
      drop(connection)
      throw thrown
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }
  const fresh: LdapConnections['fresh'] = (signal, work) =>
    on(
      openConnection(settings),
      signal,
      async (client) => {
        await encrypt(client, settings)
        return work(client)
      },
      drop,
    )

  return {
    fresh,
    async searching(signal, work) {
      const kept = takeIdle()
      if (kept) {
        try {
          return await on(kept, signal, work, keep)
        } catch (thrown) {
          // Its server may have closed it just before: then a new one decides.
          if (signal.aborted || isAnswer(thrown)) throw thrown
        }
      }
      const made = openConnection(settings)
      return on(
        made,
        signal,
        async (client) => {
          await encrypt(client, settings)
          const { bindDn, bindPassword } = settings
          if (bindDn !== undefined) await client.bind(bindDn, secretOf(bindPassword))
          return work(client)
        },
        keep,
      )
    },
    async close() {
      for (const connection of idle.splice(0)) drop(connection)
    },
  }
}

/** Whether the server has said something, rather than gone. */
function isAnswer(thrown: unknown): boolean {
  return thrown instanceof Distrust || (thrown instanceof Error && 'code' in thrown)
}

function isNamed({ bindDn }: LdapSettings): boolean {
  return bindDn !== undefined
}

/** @throws {Distrust} without a password the server would take the searching account for nobody */
function secretOf(secret: LdapSettings['bindPassword']): string {
  const password = secret?.value?.reveal() ?? ''
  if (password === '') throw new Distrust('the password of the searching account is not set')
  return password
}

function openConnection(settings: LdapSettings): Connection {
  const isSecure = settings.url.startsWith('ldaps:')
  const sockets: Socket[] = []
  const once = <T extends Socket>(made: () => T): T => {
    if (sockets.length > 0) throw new Distrust('its connection has gone')
    const socket = made()
    // Whoever waits is told by the library; the event must have a listener once nobody waits.
    socket.on('error', () => {})
    sockets.push(socket)
    return socket
  }
  const client = new Client({
    url: settings.url.replace(/\/$/, ''),
    // With these it would begin with TLS, whatever the address says.
    ...(isSecure && { tlsOptions: tlsOf(settings) }),
    createConnection: ((...given: Parameters<typeof connect>) =>
      once(() => connect(...given))) as typeof connect,
    createSecureConnection: ((...given: Parameters<typeof connectSecurely>) => {
      if (isSecure) return once(() => connectSecurely(...given))
      // Around the socket that is there already, where TLS begins on it.
      const secured = connectSecurely(...given)
      sockets.push(secured)
      return secured
    }) as typeof connectSecurely,
  })
  return { client, sockets }
}

async function encrypt(client: Client, settings: LdapSettings): Promise<void> {
  if (settings.url.startsWith('ldap:') && settings.startTls) await client.startTLS(tlsOf(settings))
}

function tlsOf({ certificate, url }: LdapSettings): ConnectionOptions {
  const { hostname } = new URL(url)
  return {
    minVersion: 'TLSv1.2',
    // An address is no name that can be asked for (RFC 6066, section 3).
    ...(/^[\d.]+$|:/.test(hostname) ? {} : { servername: hostname }),
    ...(certificate !== undefined && { ca: certificate }),
  }
}
