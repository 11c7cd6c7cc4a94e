import * as binding from '@keepstream/solid'
import { describeExports } from '../../../tests/bindings/exports'

describeExports(binding, ['StreamProvider', 'useStreamClient'])
