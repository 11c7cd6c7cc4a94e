import { fileURLToPath } from 'node:url'

export interface Settings {
  readonly port: number
  /** `undefined`: every network interface, so that another device can follow. */
  readonly host: string | undefined
  /** Where the SQLite files are. */
  readonly dataDir: string
  /** How many times faster than a language model answers are written. */
  readonly answerSpeed: number
}

const defaultPort = 5173

/** Reads PORT, HOST, DATA_DIR and ANSWER_SPEED. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  return {
    port: readNumber(env['PORT'], 'PORT', defaultPort, (port) => Number.isInteger(port) && port >= 0 && port < 65536),
    host: env['HOST'] || undefined,
    dataDir: env['DATA_DIR'] || fileURLToPath(new URL('../.data', import.meta.url)),
    answerSpeed: readNumber(env['ANSWER_SPEED'], 'ANSWER_SPEED', 1, (speed) => speed > 0 && speed <= 1e6),
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
