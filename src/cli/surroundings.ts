/** What the machine around a command refuses it, in a sentence: no bug, and mended outside. */

const sentences: Readonly<Record<string, (thrown: Error & { readonly port?: unknown }) => string>> =
  {
    EADDRINUSE: ({ port }) => `port ${port} is in use; end what uses it, or name another`,
    EACCES: ({ message }) => `this user may not do that: ${message}`,
    ECONNREFUSED: ({ message }) => `nobody answers there: ${message || 'no address took the call'}`,
    ENOTFOUND: ({ message }) => `there is no such host: ${message}`,
    SQLITE_CANTOPEN: () => 'the file of the database cannot be opened, nor made where it was named',
    SQLITE_NOTADB: () => 'the file that was named is no database',
    // PostgreSQL, appendix A: no such user or password, no such database.
    '28000': ({ message }) => `the database lets nobody in like that: ${message}`,
    '28P01': ({ message }) => `the database lets nobody in like that: ${message}`,
    '3D000': ({ message }) => message,
  }

/** @returns absence: it is something else */
export function refusedAround(thrown: unknown): string | undefined {
  const code = (thrown as { code?: unknown } | null)?.code
  if (!(thrown instanceof Error) || typeof code !== 'string') return undefined
  return Object.hasOwn(sentences, code) ? sentences[code]!(thrown) : undefined
}
