import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const elsewhere = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** How it is started: also as root, and with nothing that looks beyond the test. */
export const chromiumArgs = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['background-networking', 'component-update', 'sync'].map((feature) => `--disable-${feature}`),
]

/**
 * Where Chromium is: `CHROMIUM_PATH` if that is set, else the first that is found on the PATH.
 *
 * @returns {string | undefined}
 */
export function findChromium() {
  const reported = process.env['CHROMIUM_PATH']
  if (reported) return existsSync(reported) ? reported : undefined
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), '/usr/bin', '/snap/bin']
  const candidates = folders.flatMap((folder) => names.map((name) => join(folder, name)))
  return [...candidates, ...elsewhere].find((path) => existsSync(path))
}
