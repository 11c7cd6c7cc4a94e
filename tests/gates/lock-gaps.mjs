/** The major of the oldest Node that the project supports (`engines` of package.json). */
export const oldestNode = 20

/**
 * Finds the optional packages that a lock names but does not describe. `npm install` leaves such gaps when a registry
 * does not have the binaries of other platforms. `npm ci` then rejects the lock on every platform.
 *
 * @param {{ packages: Record<string, LockEntry> }} lock
 * @returns {Gap[]}
 */
export function findLockGaps({ packages }) {
  const gaps = new Map()
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const isKnown = placesFor(path, name).some((place) => place in packages)
      if (!isKnown) gaps.set(`${name}@${version}`, { name, version, isDev: entry.dev === true })
    }
  }
  return [...gaps.values()]
}

/**
 * Finds the packages in a lock that come from a registry and have no checksum. npm would accept any content for them.
 * A workspace has no checksum, and a bundled package is covered by the checksum of its bundle.
 *
 * @param {{ packages: Record<string, LockEntry> }} lock
 * @returns {{ path: string, name: string, version: string }[]}
 */
export function findUnverified({ packages }) {
  return Object.entries(packages)
    .filter(([path, entry]) => path.includes('node_modules/') && !entry.link && !entry.inBundle && !entry.integrity)
    .map(([path, { version = '' }]) => ({ path, name: path.split('node_modules/').at(-1) ?? '', version }))
}

/**
 * Finds packages that only tests need and that require a newer Node than the oldest one the project supports. npm warns
 * about each at every install. The tests run them on that Node, so the lock leaves their `engines` out.
 *
 * @param {{ packages: Record<string, LockEntry> }} lock
 * @param {number} oldestMajor
 * @returns {string[]} their paths
 */
export function findNewerEngines({ packages }, oldestMajor) {
  return Object.entries(packages)
    .filter(([, { dev, engines }]) => {
      const [, major] = /^>=\s*(\d+)(?:[.]\d+)*$/.exec(engines?.node ?? '') ?? []
      return dev === true && Number(major) > oldestMajor
    })
    .map(([path]) => path)
}

/**
 * Derives the lock entry of a platform's package from its name, so that npm can skip it on other platforms. The
 * checksum must come from the registry.
 *
 * @param {Gap} gap
 * @returns {LockEntry}
 */
export function describeGap({ name, version, isDev }) {
  const words = name.replace(/^@[^/]+\//, '').split('-')
  const os = words.map((word) => (word === 'windows' ? 'win32' : word)).find((word) => systems.includes(word))
  const cpu = words.map((word) => (word === '64' ? 'x64' : word)).find((word) => processors.includes(word))
  if (!os || !cpu || !/^\d+[.]\d+[.]\d+$/.test(version)) {
    throw new Error(`package-lock.json: ${name}@${version} is no platform's package, so its gap cannot be filled`)
  }
  const libc = words.some((word) => word.startsWith('musl')) ? 'musl' : words.includes('gnu') ? 'glibc' : undefined
  return {
    version,
    cpu: [cpu],
    ...(isDev && { dev: true }),
    ...(os === 'linux' && libc && { libc: [libc] }),
    optional: true,
    os: [os],
  }
}

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openbsd', 'openharmony', 'win32']
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64']

/** Where Node looks for `name` from a package at `path`, nearest first. @param {string} path @param {string} name */
function placesFor(path, name) {
  const places = []
  for (let folder = path; folder !== ''; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    places.push(`${folder}/node_modules/${name}`)
  }
  return [...places, `node_modules/${name}`]
}

/**
 * @typedef {{ name: string, version: string, isDev: boolean }} Gap
 * @typedef {{
 *   version?: string, optionalDependencies?: Record<string, string>, dev?: boolean, optional?: boolean,
 *   os?: string[], cpu?: string[], libc?: string[], integrity?: string, link?: boolean, inBundle?: boolean,
 *   engines?: { node?: string },
 * }} LockEntry
 */
