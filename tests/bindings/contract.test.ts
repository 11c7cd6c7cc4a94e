import { expect, it } from 'vitest'
import { checkGaps } from './contract'
import { gaps } from './gaps'
import { scenarios, themes } from './scenarios'

it('has each key once', () => {
  const keys = themes.flatMap((theme) => Object.keys(theme))
  expect(keys).toEqual([...new Set(keys)])
  expect(Object.keys(scenarios)).toEqual(keys)
  expect(keys.length).toBeGreaterThan(50)
})

it.each(Object.entries(gaps))('declares no gap of %s that no scenario is about', (_, keys) => {
  expect(() => checkGaps(keys)).not.toThrow()
})

it('refuses a gap by a key that no scenario has', () => {
  expect(() => checkGaps(['mounts-once', 'mounts-onec'])).toThrow('no scenario has the key mounts-onec')
})
