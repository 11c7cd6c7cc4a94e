import * as core from '@keepstream/core'
import * as binding from '@keepstream/solid'
import { expect, it } from 'vitest'

it('exports useStream and the whole core, by name', () => {
  expect(Object.keys(binding).sort()).toEqual([
    'SourceError',
    'StreamError',
    'createStreamClient',
    'fetchLive',
    'fetchSnapshot',
    'isStreamError',
    'keepstream',
    'stateOf',
    'useStream',
  ])
})

it('exports the very instance of the core that an application may import beside it', () => {
  const { useStream, ...reexported } = binding
  expect(useStream).toBeTypeOf('function')
  expect(reexported).toEqual({ ...core })
  for (const [name, value] of Object.entries(core)) expect(reexported[name as keyof typeof core]).toBe(value)
})
