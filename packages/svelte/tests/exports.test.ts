import * as binding from '@keepstream/svelte'
import { describeExports } from '../../../tests/bindings/exports'

describeExports(binding, ['getStreamClient', 'setStreamClient'])
