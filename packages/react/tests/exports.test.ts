import * as binding from '@keepstream/react'
import { describeExports } from '../../../tests/bindings/exports'

describeExports(binding, ['StreamProvider', 'useStreamClient'])
