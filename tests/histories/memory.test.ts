import { describeHistories } from './describe-histories'
import { memoryTarget } from './memory-target'

describeHistories('memory', () => memoryTarget(), { servers: 100, acts: 60 })
