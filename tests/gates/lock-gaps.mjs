/** The major of the oldest Node that the project supports (`engines` of package.json). */
export const oldestNode = 20

/**
 * The optional packages that a lock names and does not describe. `npm install` leaves such gaps when a registry does not
 * carry the binaries of other platforms, and `npm ci` then refuses the lock on every platform.
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
 * The packages of a registry that a lock names without their checksum: npm would take whatever that registry gives it.
 * A workspace has none, and what is bundled is covered by the checksum of what it came in.
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
 * Packages that only tests need and that say they need a newer Node than the oldest one the project supports. npm warns of
 * each at every install. The tests run them on that Node, so the lock leaves their claim out.
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
 * Describes a platform's package by its name, as far as npm needs it to pass over it elsewhere. Its checksum is for its
 * registry to tell.
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
