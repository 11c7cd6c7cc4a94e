import { networkInterfaces } from 'node:os'

/** Where the playground can be opened: on this machine first, then from other devices, if it listens to them. */
export function localUrls(port: number, host: string | undefined): string[] {
  if (host !== undefined && host !== '0.0.0.0' && host !== '::') {
    return [`http://${host.includes(':') ? `[${host}]` : host}:${port}`]
  }
  const addresses = Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter((entry) => !entry.internal && entry.family === 'IPv4')
  return [`http://localhost:${port}`, ...addresses.map((entry) => `http://${entry.address}:${port}`)]
}
