import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { runCommand } from './run-command.mjs'

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
  const told = process.env['CHROMIUM_PATH']
  if (told) return existsSync(told) ? told : undefined
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), '/usr/bin', '/snap/bin']
  const candidates = folders.flatMap((folder) => names.map((name) => join(folder, name)))
  return [...candidates, ...elsewhere].find((path) => existsSync(path))
}

/**
 * Finds Chromium, and installs it where that is one command that needs nobody's consent: as root on Debian.
 *
 * @returns {Promise<{ path: string } | { reason: string, cure: string }>}
 */
export async function ensureChromium() {
  const found = findChromium()
  if (found) return { path: found }
  if (process.env['CHROMIUM_PATH']) {
    return { reason: 'CHROMIUM_PATH names no file', cure: 'set it to the path of Chromium, or unset it' }
  }
  const cure = 'install Chromium (Debian: apt-get install chromium) or set CHROMIUM_PATH'
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) return { reason: 'no Chromium was found', cure }

  console.log('    no Chromium was found: installing the Debian package (one to three minutes) …')
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const update = await runCommand('apt-get', ['update', '-qq'], { env, isSystem: true })
  console.log('    package lists are read; installing …')
  const args = ['install', '-y', '-qq', '--no-install-recommends', 'chromium']
  const install = await runCommand('apt-get', args, { env, isSystem: true })
  const path = findChromium()
  if (path) return { path }
  console.log(`${update.output}\n${install.output}`)
  return { reason: 'no Chromium was found, and apt-get could not install it', cure }
}
