import { environments } from './environments'
import { errors } from './errors'
import { ids } from './ids'
import { leaving } from './leaving'
import { mounting } from './mounting'
import { randomLife } from './random-life'
import { readers } from './readers'
import { rendering } from './rendering'
import { returning } from './returning'
import type { Scenarios } from './scenario'
import { statuses } from './statuses'
import { stopping } from './stopping'
import { texts } from './texts'

export type { Scenario } from './scenario'

/** Everything that is the same in every framework. */
export const scenarios: Scenarios = {
  ...mounting,
  ...ids,
  ...readers,
  ...returning,
  ...statuses,
  ...stopping,
  ...errors,
  ...environments,
  ...rendering,
  ...leaving,
  ...texts,
  ...randomLife,
}
