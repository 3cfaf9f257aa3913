/** What a process sends to whoever asks it, and what it signs. */
import { webcrypto } from 'node:crypto'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** @returns counts from now on: bytes to those who are connected or were */
export function countSent(server: Server): () => number {
  const open = new Set<Socket>()
  let closedBytes = 0
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => {
      open.delete(socket)
      closedBytes += socket.bytesWritten
    })
  })
  return () => [...open].reduce((sum, { bytesWritten }) => sum + bytesWritten, closedBytes)
}

/** @returns counts from now on: signatures with a private key, by the libraries' one way to it */
export function countSignatures(): () => number {
  let count = 0
  const { subtle } = webcrypto
  const sign = subtle.sign.bind(subtle)
  subtle.sign = (algorithm, key, data) => {
    if (key.type === 'private') count += 1
    return sign(algorithm, key, data)
  }
  return () => count
}
