/** Reads a QR code from a picture, as an authenticator app's camera does. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'

/**
 * @param png a screenshot with one code on it
 * @returns absence when there is none that can be read
 */
export async function readQrCode(png: Uint8Array): Promise<string | undefined> {
  // Given here, since it would be fetched from elsewhere otherwise.
  const file = import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')
  const wasmBinary = Uint8Array.from(await readFile(fileURLToPath(file))).buffer
  prepareZXingModule({ overrides: { wasmBinary } })
  const [found] = await readBarcodes(png, { formats: ['QRCode'] })
  return found?.text
}
