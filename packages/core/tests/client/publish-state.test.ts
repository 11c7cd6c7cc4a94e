import { initialStreamState, type StreamState } from '@keepstream/core'
import { atom } from 'nanostores'
import { expect, it, vi } from 'vitest'
import { publishState } from '../../src/client/publish-state'
import { settle } from '../support/fake-time'

it('reports the end once, though the state changes once more after it', async () => {
  const $state = atom<StreamState>(initialStreamState({ text: 'a', status: 'streaming' }))
  const onEnd = vi.fn()
  const end = initialStreamState({ text: 'ab', status: 'stopped' })
  publishState($state, end, [{ onEnd }, {}])
  publishState($state, { ...end, isReconciled: true } as StreamState, [{ onEnd }])
  expect($state.get()).toMatchObject({ text: 'ab', isReconciled: true })
  await settle()
  expect(onEnd.mock.calls).toEqual([[end]])
})
