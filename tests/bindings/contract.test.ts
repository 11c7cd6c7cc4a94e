import { expect, it } from 'vitest'
import { checkGaps } from './contract'
import { gaps } from './gaps'
import { scenarios, themes } from './scenarios'
import { smoke } from './smoke'

it('has no duplicate keys', () => {
  const keys = themes.flatMap((theme) => Object.keys(theme))
  expect(keys).toEqual([...new Set(keys)])
  expect(Object.keys(scenarios)).toEqual(keys)
  expect(keys.length).toBeGreaterThan(50)
})

it.each(Object.entries(gaps))('every gap of %s is the key of a scenario', (_, keys) => {
  expect(() => checkGaps(keys)).not.toThrow()
})

it.each(smoke)('%s, which runs once more elsewhere, is the key of a scenario', (key) => {
  expect(scenarios).toHaveProperty([key])
})

it('rejects a gap whose key no scenario has', () => {
  expect(() => checkGaps(['mounts-once', 'mounts-onec'])).toThrow('no scenario has the key mounts-onec')
})
