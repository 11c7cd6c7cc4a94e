import { describe, expect, it } from 'vitest'
import { describeGap, findLockGaps } from './lock-gaps.mjs'

describe('a lock that npm ci must accept', () => {
  it('describes every optional package, beside or above the one that wants it', () => {
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

  it('has gaps filled from what a package’s name says of its platform', () => {
    const gap = (name: string) => describeGap({ name, version: '1.2.3', isDev: true })
    const common = { version: '1.2.3', dev: true, optional: true }
    expect(gap('@biomejs/cli-linux-arm64-musl')).toEqual({ ...common, os: ['linux'], cpu: ['arm64'], libc: ['musl'] })
    expect(gap('@turbo/windows-64')).toEqual({ ...common, os: ['win32'], cpu: ['x64'] })
    expect(gap('@rollup/rollup-linux-arm-gnueabihf')).toMatchObject({ os: ['linux'], cpu: ['arm'] })
    expect(() => gap('left-pad')).toThrow(/no platform/)
  })
})
