import * as binding from '@keepstream/vue'
import { describeExports } from '../../../tests/bindings/exports'

describeExports(binding, ['StreamPlugin', 'provideStreamClient', 'useStreamClient'])
