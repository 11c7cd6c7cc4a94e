import { VERSION } from 'svelte/compiler'
import { expect, it } from 'vitest'
import { describeContract } from '../contract'
import { gaps } from '../gaps'
import { drivers } from './driver'

it('runs with Svelte 4', () => {
  expect(VERSION).toMatch(/^4\./)
})

for (const driver of drivers) describeContract(driver, gaps.svelte4)
