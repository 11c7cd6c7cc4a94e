import { describeContract } from '../contract'
import { gaps } from '../gaps'
import { drivers } from './driver'

for (const driver of drivers) describeContract(driver, gaps.react)
