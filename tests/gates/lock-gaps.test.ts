import { describe, expect, it } from 'vitest'
import { describeGap, findLockGaps, findNewerEngines, findUnverified } from './lock-gaps.mjs'

describe('a lock that npm ci must accept', () => {
  it('describes every optional package, beside or above the package that needs it', () => {
    const packages = {
      'node_modules/tool': {
        dev: true,
        optionalDependencies: { '@tool/linux-x64': '1.0.0', '@tool/win32-x64': '1.0.0' },
      },
      'node_modules/other/node_modules/tool': { optionalDependencies: { '@tool/linux-x64': '2.0.0' } },
      'node_modules/other/node_modules/@tool/linux-x64': {},
      'node_modules/@tool/linux-x64': {},
    }
    expect(findLockGaps({ packages })).toEqual([{ name: '@tool/win32-x64', version: '1.0.0', isDev: true }])
  })

  it('has the checksum of every package that comes from a registry', () => {
    const packages = {
      '': { version: '1.0.0' },
      'packages/own': { version: '1.0.0' },
      'node_modules/own': { link: true },
      'node_modules/known': { version: '1.0.0', integrity: 'sha512-x' },
      'node_modules/known/node_modules/bundled': { version: '1.0.0', inBundle: true },
      'node_modules/@tool/win32-x64': { version: '1.2.3', optional: true },
      'packages/own/node_modules/other': { version: '2.0.0' },
    }
    expect(findUnverified({ packages })).toEqual([
      { path: 'node_modules/@tool/win32-x64', name: '@tool/win32-x64', version: '1.2.3' },
      { path: 'packages/own/node_modules/other', name: 'other', version: '2.0.0' },
    ])
  })

  it('causes no npm warning for an engine that only a test dependency requires', () => {
    const packages = {
      'node_modules/newer': { dev: true, engines: { node: '>=22' } },
      'node_modules/newer-minor': { dev: true, engines: { node: '>= 22.14.0' } },
      'node_modules/either': { dev: true, engines: { node: '^20.19.0 || >=22.12.0' } },
      'node_modules/old': { dev: true, engines: { node: '>=18' } },
      'node_modules/shipped': { engines: { node: '>=22' } },
      'node_modules/any': { dev: true },
    }
    expect(findNewerEngines({ packages }, 20)).toEqual(['node_modules/newer', 'node_modules/newer-minor'])
  })

  it('has its gaps filled from the platform in a package’s name', () => {
    const gap = (name: string) => describeGap({ name, version: '1.2.3', isDev: true })
    const common = { version: '1.2.3', dev: true, optional: true }
    expect(gap('@biomejs/cli-linux-arm64-musl')).toEqual({ ...common, os: ['linux'], cpu: ['arm64'], libc: ['musl'] })
    expect(gap('@turbo/windows-64')).toEqual({ ...common, os: ['win32'], cpu: ['x64'] })
    expect(gap('@rollup/rollup-linux-arm-gnueabihf')).toMatchObject({ os: ['linux'], cpu: ['arm'] })
    expect(() => gap('left-pad')).toThrow(/no platform/)
  })
})
