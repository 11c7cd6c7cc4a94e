import { describeHistories } from './describe-histories'
import { memoryTarget } from './memory-target'

describeHistories('memory', () => memoryTarget(), { servers: 300, acts: 400 })
