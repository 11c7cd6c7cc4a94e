import { version } from 'react'
import { version as rendererVersion } from 'react-dom'
import { expect, it } from 'vitest'
import { describeContract } from '../contract'
import { gaps } from '../gaps'
import { drivers } from '../react/driver'

it('runs with React 18 and its renderer', () => {
  expect(version).toMatch(/^18\./)
  expect(rendererVersion).toBe(version)
})

for (const driver of drivers) describeContract({ ...driver, framework: `React ${version}` }, gaps.react18)
