import { describeHistories } from './describe-histories'
import { memoryTarget } from './memory-target'

describeHistories('memory', () => memoryTarget(), 300)
