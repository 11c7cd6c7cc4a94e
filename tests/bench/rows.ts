import type { Row } from './row'
import { bytes } from './rows/bytes'
import { clientCpu } from './rows/client-cpu'
import { clientEvents } from './rows/client-events'
import { cut } from './rows/cut'
import { fanOut } from './rows/fan-out'
import { firstByte } from './rows/first-byte'
import { idleFollower } from './rows/idle-follower'
import { lateJoin } from './rows/late-join'
import { markdown } from './rows/markdown'
import { pacedProducers } from './rows/paced-producers'
import { redisCommands } from './rows/redis-commands'
import { redisStreams } from './rows/redis-streams'
import { size } from './rows/size'
import { stalledReader } from './rows/stalled-reader'

/** In the order of the table. */
export const rows: readonly Row[] = [
  clientCpu,
  clientEvents,
  bytes,
  cut,
  lateJoin,
  fanOut,
  redisStreams,
  redisCommands,
  stalledReader,
  idleFollower,
  pacedProducers,
  firstByte,
  markdown,
  size,
]
