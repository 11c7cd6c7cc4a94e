import { networkInterfaces } from 'node:os'
import { isEveryInterface, toUrlHost } from './routes/guard-host'

/** Where the playground can be opened: on this machine first, then from other devices, if it listens to them. */
export function localUrls(port: number, host: string): string[] {
  if (host === '127.0.0.1') return [`http://localhost:${port}`]
  if (!isEveryInterface(host)) return [`http://${toUrlHost(host)}:${port}`]
  const addresses = Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter((entry) => !entry.internal && entry.family === 'IPv4')
  return [`http://localhost:${port}`, ...addresses.map((entry) => `http://${entry.address}:${port}`)]
}
