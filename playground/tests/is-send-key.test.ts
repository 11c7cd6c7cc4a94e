import { expect, it } from 'vitest'
import { isSendKey } from '../src/panes/shared/is-send-key'

const enter = { key: 'Enter', keyCode: 13, shiftKey: false, isComposing: false }

it('sends by Enter, and by nothing else', () => {
  expect(isSendKey(enter)).toBe(true)
  expect(isSendKey({ ...enter, shiftKey: true })).toBe(false)
  expect(isSendKey({ ...enter, key: 'a', keyCode: 65 })).toBe(false)
})

it('leaves Enter to an input method, also in Safari, where the composition has ended by then', () => {
  expect(isSendKey({ ...enter, isComposing: true, keyCode: 229 })).toBe(false)
  expect(isSendKey({ ...enter, keyCode: 229 })).toBe(false)
})
