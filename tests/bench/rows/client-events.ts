import type { Row } from '../row'
import { readInTurns } from './client-cpu'

export const clientEvents: Row = {
  name: 'client-events',
  measures: 'The CPU time of the same drive with `onEvent`, against the drive without it.',
  unit: 'ms',
  peers: ['without `onEvent`'],
  comparisons: [{ name: 'with `onEvent`', goal: { of: 'without `onEvent`', atMost: 1.2 } }],
  async run(context) {
    const { plain, withEvents } = await readInTurns(context, { plain: 'drive', withEvents: 'drive-with-events' })
    return { 'with `onEvent`': { Keepstream: withEvents, 'without `onEvent`': plain } }
  },
}
