import { blocks } from '@keepstream/core/blocks'
import remend from 'remend'
import { expect, it } from 'vitest'

const fold = blocks({ repair: (text) => remend(text, { linkMode: 'text-only' }) })

it.each([
  ['some **bold', 'some **bold**'],
  ['some *text', 'some *text*'],
  ['some ~~text', 'some ~~text~~'],
  ['some `code', 'some `code`'],
  ['see [the page](https://exa', 'see the page'],
  ['- one\n- **two', '- one\n- **two**'],
  ['$$\nx_1', '$$\nx_1\n$$'],
  ['```js\na ** b', '```js\na ** b'],
  ['~~~\n_a', '~~~\n_a'],
  ['    **a', '    **a'],
  ['\t**a', '\t**a'],
])('shows %j as %j while it is open, repaired by remend', (text, shown) => {
  expect(fold.ofText(`**before\n\n${text}`, false).map((block) => block.text)).toEqual(['**before', shown])
  expect(fold.ofText(text)).toEqual([{ key: 0, text, isOpen: false }])
})
