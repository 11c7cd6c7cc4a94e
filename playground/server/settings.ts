import { fileURLToPath } from 'node:url'
import type { Endpoint } from './endpoint/endpoint'
import { readEndpoint } from './endpoint/read-endpoint'
import { readStoreAddress, type StoreAddress } from './store-address'

export interface Settings {
  readonly port: number
  /** The address to listen on. The default is this machine alone. */
  readonly host: string
  /** More names under which the page may be opened, besides those of `host`. */
  readonly allowedHosts: readonly string[]
  /** The folder of the SQLite files. */
  readonly dataDir: string
  /** Where streams are stored. Conversations are always in a SQLite file. */
  readonly store: StoreAddress
  /** How many times faster than a language model answers are written. */
  readonly answerSpeed: number
  /** The endpoint that answers. `undefined`: answers come from the documentation. */
  readonly endpoint: Endpoint | undefined
}

const defaultPort = 5173

/** Reads PORT, HOST, ALLOWED_HOSTS, DATA_DIR, STORE, ANSWER_SPEED, OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  return {
    port: readNumber(env['PORT'], 'PORT', defaultPort, (port) => Number.isInteger(port) && port >= 0 && port < 65536),
    host: env['HOST']?.trim() || '127.0.0.1',
    allowedHosts: (env['ALLOWED_HOSTS'] ?? '').split(/[\s,]+/).filter((name) => name !== ''),
    dataDir: env['DATA_DIR'] || fileURLToPath(new URL('../.data', import.meta.url)),
    store: readStoreAddress(env['STORE']),
    answerSpeed: readNumber(env['ANSWER_SPEED'], 'ANSWER_SPEED', 1, (speed) => speed > 0 && speed <= 1e6),
    endpoint: readEndpoint(env),
  }
}

function readNumber(
  text: string | undefined,
  name: string,
  fallback: number,
  isValid: (value: number) => boolean,
): number {
  if (text === undefined || text.trim() === '') return fallback
  const value = Number(text)
  if (isValid(value)) return value
  throw new Error(`The playground cannot use ${name}=${text}. Set it to a number such as ${fallback}, or leave it out.`)
}
