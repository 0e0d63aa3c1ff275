import { holdToContract } from '../../drivers/contract.ts'
import { ccidBench } from './ccid-bench.ts'
import { holdToEndurance } from './endurance.ts'

holdToContract(ccidBench)
holdToEndurance(ccidBench)
